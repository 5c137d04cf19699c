"""Marks and cards on orders, the inbox of held orders, the owner's rules; and what the core hears of buyers."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from people_of_tests import OWNER
from policy_of_tests import DAY, HOLD, decisions, grave_label, held, live_rule, rule_row
from shopadmin_buyer_labels import permissions, policy_jobs
from shopadmin_buyer_labels.domain.policy import Effect, Level
from shopadmin_buyer_labels.models import LabelEvidence
from shopadmin_buyer_labels.services import (
    allowances,
    appeal_records,
    deciding,
    indexing,
    looking_back,
    orders,
    rules,
)
from sqlalchemy import select

from shopadmin import testing
from shopadmin.models.audit import AuditEntry
from shopadmin.models.buyers import Buyer
from shopadmin.plugin_api import (
    BuyerIdentifier,
    EvidenceOrigin,
    Standing,
    StandingLevel,
    StandingQuery,
    ask_standing,
    db,
    store_evidence,
    writing,
)
from shopadmin.services import plugins

TODAY = datetime.now(UTC).replace(microsecond=0)
HOLDS, RULES = "/admin/buyer-labels/holds/", "/admin/buyer-labels/rules/"


@pytest.fixture
def app(shop: Flask) -> Flask:
    shop.config["WTF_CSRF_ENABLED"] = False
    return shop


def held_order(buyer_id: int | None = None, number: int = 1) -> tuple[int, int]:
    """An order that waits, with its label."""
    buyer_id = buyer_id or testing.make_buyer()
    label_id = grave_label(
        buyer_id, created_at=TODAY - 10 * DAY, latest_at=TODAY + 100 * DAY, expires_at=TODAY + 90 * DAY
    )
    order_id = testing.make_order(number, buyer_id=buyer_id, created_at=TODAY - timedelta(hours=1))
    if not rules.standing():
        live_rule()
    deciding.decide_new()
    return order_id, label_id


def query(buyer_id: int | None, purpose: str, order_id: int | None = None) -> StandingQuery:
    ids: tuple[BuyerIdentifier, ...] = ()
    if buyer_id is not None:
        platform, _colon, name = db.session.get_one(Buyer, buyer_id).ref.partition(":")
        ids = tuple(BuyerIdentifier(kind, name, platform) for kind in ("platform_uid", "nick"))
    return StandingQuery(ids, order_id, purpose, TODAY)  # type: ignore[arg-type]


def test_a_shop_without_held_orders_is_told_what_holds_are(app: Flask) -> None:
    page = testing.sign_in(app, testing.make_account(app, permissions.READ)).get(HOLDS).get_data(as_text=True)

    assert "No order is held" in page


def test_held_orders_are_found_by_the_beginning_of_their_number(app: Flask) -> None:
    held_order(number=1)
    over_id, _label = held_order(number=2)
    orders.release(OWNER, over_id, "Rang them")
    browser = client(app, permissions.READ)

    def found(query: str) -> list[str]:
        return re.findall(r"data-row-link><span>(\w+)", browser.get(f"{HOLDS}?{query}").text)

    assert found("search=T") == ["T000001"]
    assert sorted(found("view=all&search=T00")) == ["T000001", "T000002"]
    assert found("view=over&search=T000002") == ["T000002"]
    assert found("view=all&search=T000003") == []


def test_a_held_order_is_not_offered_to_be_shipped_and_says_until_when(app: Flask) -> None:
    order_id, _label = held_order()
    clerk = client(app, "core.orders:read", "core.orders:update")
    page = f"/admin/orders/details/{order_id}"

    before = clerk.get(page).text
    orders.confirm(OWNER, order_id, "Wait for the call")
    kept = clerk.get(page).text
    orders.release(OWNER, order_id, "Rang them")
    after = clerk.get(page).text

    assert "Mark as shipped" not in before + kept
    assert "By itself it goes on at" in before
    assert "A person keeps it back." in kept
    assert "Mark as shipped" in after
    assert "not to be shipped" not in after


def test_the_list_marks_a_held_order_and_the_order_page_says_why(app: Flask) -> None:
    order_id, label_id = held_order()
    testing.make_order(2, created_at=TODAY)
    owner = testing.sign_in(app, testing.make_account(app, is_owner=True))
    clerk = testing.sign_in(app, testing.make_account(app, "core.orders:read"))

    shown = owner.get("/admin/orders/").get_data(as_text=True)
    assert shown.count("Held for review") == 1
    page = owner.get(f"/admin/orders/details/{order_id}").get_data(as_text=True)
    said = ("Another article came back", "the best: E3", "Held since", "Released by itself", "Decide about the hold")
    for words in said:
        assert words in page
    assert f"/labels/details/{label_id}" in page
    # Who may not see labels sees that it waits, not why.
    assert "Held for review" in clerk.get("/admin/orders/").get_data(as_text=True)
    assert "Another article" not in clerk.get(f"/admin/orders/details/{order_id}").get_data(as_text=True)


def test_this_is_wrong_lets_the_order_go_in_one_click_and_is_undone_in_another(app: Flask) -> None:
    order_id, label_id = held_order()
    clerk_id = testing.make_account(app, permissions.READ, "core.orders:read")
    clerk, other = testing.sign_in(app, clerk_id), client(app, permissions.READ, "core.orders:read")
    page = f"/admin/orders/details/{order_id}"
    wrong = f"/admin/buyer-labels/objections/label/{label_id}/wrong"
    assert wrong in clerk.get(page).text
    assert clerk.get(wrong).location == "/admin/buyer-labels/objections/"

    clicked = clerk.post(wrong, data={"order": str(order_id)})

    assert (clicked.status_code, clicked.location) == (303, page)
    assert held(order_id).released_why == "disputed"
    (raised,) = appeal_records.open_of([label_id]).values()
    assert (raised.order_id, raised.opened_by, raised.channel) == (order_id, clerk_id, "page")
    shown = clerk.get(page).text
    undo = f"/admin/buyer-labels/objections/details/{raised.id}/take-back"
    assert "Paused since" in shown
    assert undo in shown
    assert undo not in other.get(page).text
    assert other.post(undo, data={"order": str(order_id)}).status_code == 303
    assert appeal_records.open_of([label_id])

    assert clerk.post(undo, data={"order": str(order_id)}).location == page

    assert appeal_records.open_of([label_id]) == {}
    # Its one hold is over: from here on it is a flag, and the log says who did what.
    assert "Labelled buyer" in clerk.get(page).text
    acts = ("appeal_opened", "appeal_withdrawn")
    wanted = [f"buyer_labels.label.{act}" for act in acts]
    said = db.session.execute(
        select(AuditEntry.code, AuditEntry.account_id).where(AuditEntry.code.in_(wanted)).order_by(AuditEntry.id)
    )
    assert [tuple(row) for row in said] == [(code, clerk_id) for code in wanted]


def test_the_card_says_on_whom_the_label_is_when_it_is_another_account_of_the_person(app: Flask) -> None:
    labelled = testing.make_buyer("Lee Sample", phone="13800138000")
    other = testing.make_buyer("Kim Sample", phone="13800138000")
    indexing.catch_up_all()
    grave_label(labelled, created_at=TODAY - 10 * DAY, latest_at=TODAY + 100 * DAY, expires_at=TODAY + 90 * DAY)
    own, theirs = (
        testing.make_order(number, buyer_id=buyer, created_at=TODAY - timedelta(hours=1))
        for number, buyer in ((1, labelled), (2, other))
    )
    live_rule()
    deciding.decide_new()
    owner = testing.sign_in(app, testing.make_account(app, is_owner=True))
    said = "The label is on Lee Sample: the same mobile number."

    assert said in owner.get(f"/admin/orders/details/{theirs}").text
    assert said in owner.get(f"{HOLDS}details/{held(theirs).id}").text
    assert "The label is on" not in owner.get(f"/admin/orders/details/{own}").text


def test_a_complaint_is_opened_from_the_order_page_where_there_is_evidence(app: Flask) -> None:
    order_id, label_id = held_order()
    with writing() as session:
        piece = LabelEvidence(label_id=label_id, uuid="u", tier=3, sha256="00", attached_at=TODAY)
        session.add(piece)
    plain = testing.make_order(2, buyer_id=testing.make_buyer(), created_at=TODAY)
    worker = client(app, permissions.PROPOSE, "core.orders:read", "core.complaints:work")
    of_label = f"/admin/buyer-labels/complaints/label/{label_id}"
    of_order = f"/admin/buyer-labels/complaints/order/{plain}"
    assert of_label in worker.get(f"/admin/orders/details/{order_id}").text
    assert of_order not in worker.get(f"/admin/orders/details/{plain}").text

    store_evidence(None, "order", plain, "chat", "Fake!", EvidenceOrigin(TODAY - DAY, "chat", 1))

    assert of_order in worker.get(f"/admin/orders/details/{plain}").text
    reader = client(app, permissions.READ, "core.orders:read")
    for page in (order_id, plain):
        assert "buyer-labels/complaints" not in reader.get(f"/admin/orders/details/{page}").text


def client(app: Flask, *points: str) -> FlaskClient:
    return testing.sign_in(app, testing.make_account(app, *points))


def test_a_person_decides_about_a_held_order_on_its_page(app: Flask) -> None:
    order_id, _label = held_order()
    hold_id = held(order_id).id
    reader = testing.sign_in(app, testing.make_account(app, permissions.READ))
    decider = testing.sign_in(app, testing.make_account(app, permissions.READ, permissions.RELEASE))

    assert "T000001" in decider.get(HOLDS).get_data(as_text=True)
    assert "Why it is released" not in reader.get(f"{HOLDS}details/{hold_id}").get_data(as_text=True)
    assert reader.post(f"{HOLDS}details/{hold_id}/release", data={"reason": "Fine"}).status_code == 403
    assert decider.post(f"{HOLDS}details/{hold_id}/release", data={"reason": ""}).status_code == 400
    assert held(order_id).released_at is None

    assert decider.post(f"{HOLDS}details/{hold_id}/confirm", data={"keep_reason": "Again"}).status_code == 303
    assert held(order_id).confirmed_at is not None
    shown = decider.get(f"{HOLDS}details/{hold_id}").get_data(as_text=True)
    assert "Kept back by a person" in shown
    assert "It waits until a person releases it" in shown
    assert "released by itself" not in shown.partition("<main")[2]
    assert decider.post(f"{HOLDS}details/{hold_id}/release", data={"reason": "Fine"}).status_code == 303
    # Why it was held is still to be read, and nothing waits any more.
    shown = decider.get(f"{HOLDS}details/{hold_id}").get_data(as_text=True).partition("<main")[2]
    assert "Another article came back" in shown
    assert "It waits until" not in shown
    assert "released by itself" not in shown
    assert (held(order_id).released_why, held(order_id).note) == ("by_hand", "Fine")
    assert decider.post(f"{HOLDS}details/{hold_id}/release", data={"reason": "Fine"}).status_code == 409
    over = decider.get(f"{HOLDS}?view=over").get_data(as_text=True)
    assert "T000001" in over
    assert "Another article came back" in over
    assert decider.get(f"{HOLDS}details/99").status_code == 404


def test_the_owner_writes_a_rule_lets_it_act_and_switches_it_off(app: Flask) -> None:
    owner = testing.sign_in(app, testing.make_account(app, is_owner=True))
    helper = testing.sign_in(app, testing.make_account(app, permissions.UPDATE_RULES))
    typed = {
        "name": "Flags", "statuses": ["active"], "min_tier": "1", "min_severity": "1", "level": "2", "hold_hours": "24",
    }  # fmt: skip
    assert "No rules" in owner.get(RULES).get_data(as_text=True)
    assert helper.post(f"{RULES}new", data=typed).status_code == 403
    refused = owner.post(f"{RULES}new", data=typed | {"level": "3", "requires": ["prepay"]})
    assert refused.status_code == 400
    assert "E3 at least" in refused.get_data(as_text=True)
    assert rules.standing() == []

    assert owner.post(f"{RULES}new", data=typed).status_code == 303
    (row,) = rules.standing()
    page = f"{RULES}details/{row.id}"
    assert "Watches" in owner.get(page).get_data(as_text=True)
    assert owner.post(f"{page}/live").status_code == 303
    assert rule_row(row.id).live_since is not None
    assert owner.post(f"{page}/edit", data=typed | {"name": "More"}).status_code == 303
    assert [(each.version, each.name) for each in rules.standing()] == [(1, "Flags"), (2, "More")]
    assert owner.post(f"{page}/off").status_code == 303
    assert rule_row(row.id).ended_why == "off"
    assert owner.post(f"{page}/off").status_code == 409
    assert helper.get(page).status_code == 200


def test_figures_say_what_a_rule_would_have_done_and_how_often_it_would_have_been_wrong(app: Flask) -> None:
    buyer = testing.make_buyer()
    grave_label(buyer, created_at=TODAY - 60 * DAY, latest_at=TODAY + 100 * DAY, expires_at=TODAY + 90 * DAY,
                happened_on=(TODAY - 60 * DAY).date())  # fmt: skip
    for number, days, changes in (
        (1, 10, {"status": "delivered"}), (2, 11, {"status": "completed"}), (3, 12, {"status": "refunded"}),
        (4, 0, {"status": "paid"}), (5, 80, {"status": "refunded"}),
    ):  # fmt: skip
        testing.make_order(number, buyer_id=buyer, created_at=TODAY - days * DAY, **changes)
    testing.make_order(6, buyer_id=testing.make_buyer(), created_at=TODAY - DAY, status="delivered")
    rule_id = rules.add(OWNER, rules.Draft("Holds", rules.SHIPPED[2][1]), TODAY)
    deciding.decide_new()

    found = looking_back.figures([rule_row(rule_id)], TODAY)[rule_id]

    assert (found.orders, found.holds, found.well, found.badly, found.watched) == (4, 4, 2, 1, 1)
    assert found.false_positive_rate == pytest.approx(2 / 3)
    page = testing.sign_in(app, testing.make_account(app, is_owner=True)).get(f"{RULES}details/{rule_id}")
    assert "67% of its orders went well" in page.get_data(as_text=True)


def test_campaigns_leave_out_whom_an_approved_rule_names_and_nobody_else(app: Flask) -> None:
    buyer, other = testing.make_buyer(), testing.make_buyer()
    held_order(buyer)
    asked = [query(buyer, "campaign"), query(other, "campaign"), query(None, "campaign")]
    assert all(standing.campaigns for standing in ask_standing(asked))

    live_rule(Effect(Level.NOTE, campaigns=False))
    assert [standing.campaigns for standing in ask_standing(asked)] == [False, True, True]
    allowances.allow(OWNER, buyer, 1, "Talked to them", TODAY)
    assert [standing.campaigns for standing in ask_standing(asked)] == [True, True, True]


def test_the_core_hears_how_orders_and_buyers_stand(app: Flask) -> None:
    buyer = testing.make_buyer()
    order_id, _label = held_order(buyer)

    of_order, of_buyer, of_nobody = ask_standing(
        [query(None, "order", order_id), query(buyer, "display"), query(None, "order", 99)]
    )

    assert (of_order.level, of_order.release_at) == (StandingLevel.HOLD_REVIEW, held(order_id).release_at)
    assert (of_buyer.level, of_buyer.release_at) == (
        StandingLevel.HOLD_REVIEW,
        TODAY + timedelta(hours=HOLD.hold_hours),
    )
    assert of_nobody == Standing()
    late = StandingQuery((), order_id, "order", TODAY + 2 * DAY)
    assert ask_standing([late])[0].level is StandingLevel.FLAG


def test_with_the_plugin_off_everybody_is_normal_and_orders_go_out(app: Flask) -> None:
    order_id, _label = held_order()
    owner_id = testing.make_account(app, is_owner=True)
    owner = testing.sign_in(app, owner_id)
    assert owner.post(f"/admin/orders/details/{order_id}/status/shipped?revision=1").status_code == 409

    plugins.disable(None, "buyer_labels")

    assert ask_standing([query(None, "order", order_id)]) == [Standing()]
    assert "Held for review" not in owner.get("/admin/orders/").get_data(as_text=True)
    assert owner.post(f"/admin/orders/details/{order_id}/status/shipped?revision=1").status_code == 302
    assert held(order_id).released_at is None

    plugins.enable(None, "buyer_labels")
    # Nothing was lost meanwhile, and what went on is over.
    assert len(decisions(order_id)) == 1
    policy_jobs.look_again()
    assert held(order_id).released_why == "order"
