"""What shops need of labels (section 1 of the specification): stories that no other test is named after."""

import re
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from appeals_shop import OF_LABEL, WORKS, make_actor, make_label
from flask import Flask
from importing import run
from labels_of_tests import NOW, add_label
from orders_file import order, orders
from people_of_tests import READ, ROBIN, active, draft, propose, status_of
from PIL import Image
from policy_of_tests import DAY, live_rule
from shopadmin_buyer_labels import labels, listening, permissions
from shopadmin_buyer_labels.domain.policy import Effect, Level
from shopadmin_buyer_labels.domain.status import Effect as Reach
from shopadmin_buyer_labels.domain.taxonomy import CODES
from shopadmin_buyer_labels.models import Label
from shopadmin_buyer_labels.services import complaints, proposing, reading, reviewing
from shopadmin_buyer_labels.services.attaching import Piece
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from shopadmin import testing
from shopadmin.models.complaints import Complaint, ComplaintEvent
from shopadmin.models.evidence import Evidence
from shopadmin.models.orders import Order
from shopadmin.plugin_api import EvidenceOrigin, ObjectionsError, OrderId, RefusedError, db, evidence_of
from shopadmin.services import integrity
from shopadmin.services.complaints import deciding, working
from shopadmin.services.evidence import storing

STORIES = {f"s{number}" for number in range(1, 13)}


@pytest.fixture
def colleagues(shop: Flask) -> None:
    """The owner, Robin, Kim."""
    testing.make_account(shop, is_owner=True)
    for _number in range(2):
        testing.make_account(shop)


def count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def png() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.usefixtures("colleagues")
def test_s1_a_screenshot_is_kept_with_hash_source_and_time_and_changed_bytes_are_found() -> None:
    seen = NOW - timedelta(hours=3)
    shot = Piece("picture", png(), EvidenceOrigin(seen, "chat", 1), "threat.png")
    label_id = propose((shot,), code="conduct.threat_to_staff")

    (kept,) = evidence_of(OF_LABEL, label_id)

    assert (len(kept.sha256), kept.source, kept.captured_at, kept.tier) == (64, "chat", seen, 1)
    db.session.rollback()
    assert integrity.problems() == []
    files = storing.files(db.session.scalars(select(Evidence).where(Evidence.uuid == kept.uuid)).one())
    db.session.rollback()
    for file in files:
        file.write_bytes(file.read_bytes()[:-1] + b"!")
    assert "evidence" in {problem.code for problem in integrity.problems()}


def opened(shop: Flask) -> tuple[Any, int, int]:
    """Somebody who works on complaints, a label, and a complaint that was opened for it."""
    buyer_id = testing.make_buyer()
    label_id = make_label(make_actor(shop).account_id, make_actor(shop).account_id, buyer_id)
    order_id = OrderId(testing.make_order(1, buyer_id=buyer_id, platform="taobao"))
    actor = make_actor(shop, permissions.PROPOSE, permissions.READ, *WORKS)
    return actor, label_id, complaints.open_for_label(actor, label_id, order_id, "malicious_refund")


def test_s2_a_complaint_is_not_handed_in_before_its_checklist_is_complete(shop: Flask) -> None:
    actor, _label_id, complaint_id = opened(shop)

    with pytest.raises(ObjectionsError):
        deciding.submit(actor, complaint_id, "tool", "A-1")

    db.session.rollback()
    found = db.session.get_one(Complaint, complaint_id)
    assert (found.state, found.reference, found.submitted_at) == ("collecting", "", None)


@pytest.mark.usefixtures("colleagues")
def test_s4_a_label_is_a_dated_event_that_ends_and_leaves_nothing_on_the_buyer() -> None:
    label_id = active()
    (snapshot,) = reading.labels_by_id([label_id], NOW).values()
    assert snapshot.effect is Reach.HOLD

    later = reading.labels_by_id([label_id], snapshot.expires_at)[label_id]

    assert (later.status, later.effect) == ("expired", Reach.NONE)
    with pytest.raises(RefusedError):
        propose(happened_on=date(2030, 1, 1))
    # Codes are events of an area; what is said of one person is said with its day.
    assert all(len(code.split(".")) == 2 for code in CODES)


def test_s5_bad_reviews_and_refunds_are_counted_and_never_a_label_by_themselves(shop: Flask) -> None:
    buyer_id = testing.make_buyer()
    for number in range(1, 7):
        order_id = testing.make_order(number, buyer_id=buyer_id, status="refunded")
        testing.make_review(number, buyer_id=buyer_id, order_id=order_id, stars=1, body="The same text")

    listening.catch_up()

    assert count(Label) == 0
    browser = testing.sign_in(shop, testing.make_account(shop, READ, "core.buyers:read"))
    page = browser.get(f"/admin/buyers/details/{buyer_id}").text
    assert "No labels." in page
    assert "Orders with a refund: 6" in " ".join(page.split())


def test_s6_an_order_that_an_import_brings_is_marked_at_once_with_label_reason_and_tier(shop: Flask) -> None:
    for _number in range(3):
        testing.make_account(shop, is_owner=_number == 0)
    today = datetime.now(NOW.tzinfo).replace(microsecond=0)
    live_rule(Effect(Level.FLAG), min_tier=1, min_severity=1)
    run({"a.csv": orders(order(1, 联系手机="13800138000", 订单状态="交易成功"))})
    buyer_id = db.session.scalars(select(Order.buyer_id)).one()
    add_label(buyer_id=buyer_id, tier=2, evidence_tier=2, own_fault=False, submitted_at=today, submitted_by=2,
              reviewed_at=today, reviewed_by=3, noticed_at=today, notice_sent_at=today, created_at=today - DAY,
              expires_at=today + DAY)  # fmt: skip

    run({"b.csv": orders(order(2, 买家会员名="nick1", 联系手机="13800138000", 订单状态="买家已付款，等待卖家发货"))})

    db.session.rollback()
    order_id = db.session.scalars(select(Order.id).where(Order.status == "paid")).one()
    browser = testing.sign_in(shop, testing.make_account(shop, READ, "core.orders:read"))
    assert "Labelled buyer" in browser.get("/admin/orders/").text
    page = browser.get(f"/admin/orders/details/{order_id}").text
    for words in ("Another article came back", "the best: E2 record of the platform", "active"):
        assert words in page


@pytest.mark.usefixtures("colleagues")
def test_s7_an_unknown_code_is_an_error_wherever_it_comes_from() -> None:
    with pytest.raises(RefusedError) as refused:
        proposing.propose(ROBIN, testing.make_buyer(), draft(code="buyer.is_bad", severity=1), now=NOW)
    assert [(found.code, found.field) for found in refused.value.problems] == [("buyer_labels.code", "code")]
    with pytest.raises(IntegrityError):
        add_label(code="buyer.is_bad", min_tier=2)
    assert count(Label) == 0


def test_s9_a_call_with_the_platform_is_in_the_complaint_with_time_ticket_and_answer(shop: Flask) -> None:
    actor, _label_id, complaint_id = opened(shop)
    before = datetime.now(NOW.tzinfo)

    working.add_call(actor, complaint_id, "T-77", "They look into it")

    found = db.session.scalars(select(ComplaintEvent).where(ComplaintEvent.code == "call")).one()
    assert (found.reference, found.text, found.by) == ("T-77", "They look into it", actor.account_id)
    assert found.at >= before
    with pytest.raises(RefusedError):
        working.add_call(actor, complaint_id, " ", "No ticket")


@pytest.mark.usefixtures("colleagues")
def test_s11_nobody_is_put_to_review_before_the_buyer_was_talked_to() -> None:
    label_id = propose()
    proposing.check_own_fault(ROBIN, label_id, None, False, labels.LOOKED_AT, now=NOW)

    with pytest.raises(ObjectionsError) as refused:
        reviewing.submit(ROBIN, label_id, None, NOW)

    assert [(found.code, found.field) for found in refused.value.problems] == [
        ("buyer_labels.not_contacted", "contacted_on")
    ]
    assert status_of(label_id) == "draft"
    with pytest.raises(RefusedError):  # nor was that on a day to come
        proposing.contacted(ROBIN, label_id, None, date(2026, 11, 21), now=NOW)
    proposing.contacted(ROBIN, label_id, None, date(2026, 11, 18), now=NOW)
    reviewing.submit(ROBIN, label_id, None, NOW)
    assert status_of(label_id) == "pending_review"


def test_s12_there_is_no_way_to_hand_in_many_complaints_at_once(shop: Flask) -> None:
    posts = [
        rule.rule for rule in shop.url_map.iter_rules()
        if "complaints" in rule.rule and "POST" in (rule.methods or ())
    ]  # fmt: skip

    assert posts
    # Each is about one complaint, one label or one order; a new one is opened singly.
    assert [address for address in posts if "<row_id>" not in address and not address.endswith("/new")] == []


def test_every_story_has_a_test_named_after_it() -> None:
    files = Path(__file__).parent.glob("test_*.py")
    names = re.findall(r"^def (test_s\w+)\(", "\n".join(file.read_text() for file in files), re.MULTILINE)

    assert STORIES - {part for name in names for part in name.split("_")} == set()
