"""Pages of objections, complaints and dossiers: one click pauses a label, somebody else decides, looks are noted."""

from datetime import timedelta

from appeals_shop import NOW, WORKS, make_actor, make_label, stands
from flask import Flask
from flask.testing import FlaskClient
from forms import send
from shopadmin_buyer_labels import permissions
from shopadmin_buyer_labels.models import Appeal
from shopadmin_buyer_labels.services import appeal_records, appeals, lookups
from shopadmin_buyer_labels.services.appeals import Objection
from sqlalchemy import select

from shopadmin import testing
from shopadmin.models.audit import AuditEntry
from shopadmin.models.complaints import Complaint
from shopadmin.plugin_api import db

BASE = "/admin/buyer-labels"


def test_this_is_wrong_is_one_click_and_somebody_else_decides_on_the_page(shop: Flask) -> None:
    author, buyer_id = make_actor(shop, permissions.PROPOSE, permissions.DECIDE_APPEAL), testing.make_buyer()
    label_id = make_label(author.account_id, make_actor(shop).account_id, buyer_id)
    staff = testing.sign_in(shop, testing.make_account(shop, permissions.READ))

    said = f"{BASE}/objections/label/{label_id}/raise"
    clicked = send(staff, said, to=f"{BASE}/objections/label/{label_id}/wrong")

    assert clicked.status_code == 303
    page = staff.get(clicked.location)
    assert "The label has no effect until this is decided." in page.text
    assert "Decide</" not in page.text
    assert stands(label_id) == "disputed"
    assert send(staff, said, channel="phone", text="Not mine").status_code == 303

    own = testing.sign_in(shop, author.account_id)
    decide = f"{clicked.location}/decide"
    assert "Somebody else has to decide" in own.get(clicked.location).text
    assert send(own, said, to=decide, decision="rejected", reason="Because").status_code == 409
    judge = testing.sign_in(shop, testing.make_account(shop, permissions.DECIDE_APPEAL, permissions.READ))
    assert (
        "Not mine" in judge.get(f"{BASE}/objections/").text or judge.get(clicked.location).text.count("Not mine") == 1
    )
    assert send(judge, clicked.location, to=decide, decision="corrected").status_code == 400
    assert send(judge, clicked.location, to=decide, decision="corrected", reason="Another parcel").status_code == 303
    assert stands(label_id) == "corrected"
    assert "Another parcel" in staff.get(clicked.location).text
    # Decided, it waits for nobody any more.
    assert clicked.location not in staff.get(f"{BASE}/objections/").text
    assert clicked.location in staff.get(f"{BASE}/objections/?view=decided").text


def test_who_decides_about_what_is_their_own_as_nobody_else_may_is_told_so(shop: Flask) -> None:
    shop_owner = make_actor(shop, permissions.READ, permissions.DECIDE_APPEAL)
    (founder,) = set(appeal_records.deciders()) - {shop_owner.account_id}
    label_id = make_label(founder, shop_owner.account_id)
    found = appeals.open_for(None, label_id, Objection(), NOW - timedelta(days=2))
    page = f"{BASE}/objections/details/{found}"

    shown = testing.sign_in(shop, shop_owner.account_id).get(page).text
    assert "Nobody else may decide about objections here" in shown
    assert "/decide" in shown
    assert "Nobody else may" not in make_client(shop, permissions.READ, permissions.DECIDE_APPEAL).get(page).text


def test_the_inbox_says_what_is_due_and_writes_down_whose_labels_were_seen(shop: Flask) -> None:
    staff_id = testing.make_account(shop, permissions.READ)
    staff = testing.sign_in(shop, staff_id)
    assert "No objections" in staff.get(f"{BASE}/objections/?view=all").text
    assert "Objections to decide" not in staff.get("/admin/").text
    buyers = [testing.make_buyer() for _number in range(2)]
    labels = [make_label(1, 2, buyer_id, f"chat {buyer_id}") for buyer_id in buyers]
    for label_id, days in zip(labels, (12, 1), strict=True):
        appeals.open_for(None, label_id, Objection(), NOW - timedelta(days=days))

    listed = staff.get(f"{BASE}/objections/").text

    assert listed.index("Due within three days") < listed.index("To decide", listed.index("Due within three days"))
    # Two people, one page: one line.
    db.session().rollback()
    seen = db.session().scalars(select(AuditEntry).where(AuditEntry.code == lookups.LIST_CODE)).all()
    assert [(row.account_id, row.object_id, row.after) for row in seen] == [
        (staff_id, "objections", {"buyers": sorted(buyers)})
    ]
    assert [view for _at, view in lookups.of([buyers[0]])] == [{"page": "objections"}]
    assert lookups.of([99]) == []
    # Only who may decide is asked to.
    judge = testing.sign_in(shop, testing.make_account(shop, permissions.READ, permissions.DECIDE_APPEAL))
    assert "1 is due within three days" in judge.get("/admin/").text
    assert "Objections to decide" not in staff.get("/admin/").text


def test_a_complaint_is_opened_from_the_page_and_refused_at_its_field(shop: Flask) -> None:
    buyer_id = testing.make_buyer()
    label_id = make_label(1, 2, buyer_id)
    order_id = testing.make_order(1, buyer_id=buyer_id, platform="taobao")
    worker = testing.sign_in(shop, make_actor(shop, permissions.PROPOSE, permissions.READ, *WORKS).account_id)
    address = f"{BASE}/complaints/label/{label_id}"
    assert "Malicious refund" in worker.get(address).text
    ask = {"order": str(order_id), "ground": "malicious_refund", "note": "", "deadline_at": ""}

    assert send(worker, address, **ask | {"deadline_at": "2020-01-01T10:00"}).status_code == 400
    assert db.session().scalars(select(Complaint)).all() == []
    opened = send(worker, address, **ask)

    assert opened.status_code == 303
    assert "/complaints/details/" in opened.location
    of_order = f"{BASE}/complaints/order/{order_id}"
    assert send(worker, address, of_order, **ask | {"ground": "extortion"}).status_code == 409
    # Nothing is kept with the order: no form that could only be refused, but the reason on the order's page.
    closed = worker.get(of_order)
    assert closed.location == f"/admin/orders/details/{order_id}"
    assert "No complaint without evidence" in worker.get(closed.location).text
    assert worker.get(f"{BASE}/complaints/order/99").status_code == 404
    assert make_client(shop, permissions.PROPOSE).get(address).status_code == 403


def test_a_dossier_is_one_click_for_those_who_may(shop: Flask) -> None:
    buyer_id = testing.make_buyer()
    make_label(1, 2, buyer_id)

    found = make_client(shop, permissions.EXPORT).get(f"{BASE}/dossiers/{buyer_id}.zip")

    assert (found.status_code, found.mimetype, found.data[:2]) == (200, "application/zip", b"PK")
    assert found.headers["Cache-Control"] == "no-store"
    assert make_client(shop, permissions.EXPORT).get(f"{BASE}/dossiers/99.zip").status_code == 404
    assert make_client(shop, permissions.REVIEW).get(f"{BASE}/dossiers/{buyer_id}.zip").status_code == 403
    assert db.session().scalars(select(Appeal)).all() == []


def make_client(shop: Flask, *points: str) -> FlaskClient:
    return testing.sign_in(shop, testing.make_account(shop, *points))
