"""Complaints to platforms: not without order and evidence, and what a decision does to the labels."""

from datetime import date, timedelta
from typing import Any

import pytest
from appeals_shop import DAY, NOW, WORKS, label_of, make_actor, make_label, owner, refused, stands
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from shopadmin_buyer_labels import permissions
from shopadmin_buyer_labels.domain import joint_governance as rules
from shopadmin_buyer_labels.domain.status import FINAL, STATUSES
from shopadmin_buyer_labels.domain.taxonomy import CODES
from shopadmin_buyer_labels.models import LabelEvidence, Outcome
from shopadmin_buyer_labels.services import complaints, ending
from sqlalchemy import func, select

from shopadmin import hook_calls, testing
from shopadmin.models.complaints import Complaint
from shopadmin.plugin_api import (
    Actor,
    ComplaintRequest,
    EvidenceOrigin,
    ForbiddenError,
    ObjectionsError,
    OrderId,
    complaint_grounds,
    db,
    open_complaint,
    store_evidence,
    writing,
)
from shopadmin.services.complaints import deciding

CLAIM = "claim.counterfeit_unfounded"


def test_a_complaint_begins_with_a_ground_that_some_platform_knows_for_what_the_label_says() -> None:
    known = {code for platform in ("taobao", "shopify") for code, _text in complaint_grounds(platform)}
    can_be_claimed = [code for code in CODES if code.split(".")[0] in ("refund", "claim", "review", "payment")]

    assert [code for code in can_be_claimed if not known & set(rules.likely_grounds(code))] == []
    assert rules.likely_grounds("review.extortion_demand")[0] == "extortion"
    assert rules.likely_grounds("refund.empty_parcel")[0] == "malicious_refund"


def test_a_complaint_begins_with_the_order_of_the_incident_else_with_the_last_before_the_event() -> None:
    placed = {7: date(2026, 11, 1), 8: date(2026, 11, 5), 9: date(2026, 11, 20)}

    assert rules.likely_order(placed, date(2026, 11, 6), 9) == 9
    assert rules.likely_order(placed, date(2026, 11, 6), 99) == 8
    assert rules.likely_order(placed, date(2026, 11, 5)) == 8
    assert rules.likely_order(placed, date(2026, 10, 31)) is None


@given(
    st.sampled_from(sorted(CODES)), st.sampled_from(STATUSES), st.none() | st.booleans(), st.none() | st.integers(1, 3),
    st.integers(0, 2),
)  # fmt: skip
def test_s10_s12_no_complaint_without_order_and_evidence_nor_about_an_own_fault(
    code: str, stands_now: Any, own_fault: bool | None, order_of: int | None, pieces: int
) -> None:
    found = rules.Facts(code, stands_now, own_fault, order_of, frozenset({1, 2}), pieces)

    if rules.lacks(found) is None:
        assert pieces
        assert order_of in (1, 2)
        assert stands_now not in FINAL
        assert own_fault is False or not code.startswith(("claim.", "review."))


def case(shop: Flask, **changes: Any) -> tuple[Actor, int, OrderId]:
    """Somebody who works on complaints, a label in force, and the order that it is about."""
    buyer_id = testing.make_buyer()
    label_id = make_label(make_actor(shop).account_id, make_actor(shop).account_id, buyer_id, **changes)
    order_id = OrderId(testing.make_order(1, buyer_id=buyer_id, platform="taobao"))
    return make_actor(shop, permissions.PROPOSE, permissions.READ, *WORKS), label_id, order_id


def count(model: Any) -> int:
    db.session().rollback()
    return db.session().scalar(select(func.count()).select_from(model)) or 0


def hand_in(complaint_id: int) -> None:
    """As if its checklist were complete; that is the core's own test."""
    with writing() as session:
        session.get_one(Complaint, complaint_id).state = "submitted"


def test_a_complaint_opens_with_what_the_label_rests_on_once(shop: Flask) -> None:
    actor, label_id, order_id = case(shop)

    first = complaints.open_for_label(actor, label_id, order_id, "malicious_refund", "Sample")
    again = complaints.open_for_label(actor, label_id, order_id, "malicious_refund")

    assert first == again
    (found,) = complaints.of_label(label_id)
    assert (found.platform, found.ground, found.state) == ("taobao", "malicious_refund", "collecting")


@pytest.mark.parametrize(
    ("changes", "foreign", "code"),
    [
        ({}, True, "other_order"),
        ({"revoked_at": NOW, "revoked_why": "by_hand"}, False, "label_over"),
        ({"code": "identity.shared_contact", "min_tier": 1}, False, "protective"),
    ],
)
def test_what_may_not_be_complained_about_opens_nothing(
    shop: Flask, changes: dict[str, Any], foreign: bool, code: str
) -> None:
    actor, label_id, order_id = case(shop, **changes)
    if foreign:
        order_id = OrderId(testing.make_order(2, buyer_id=testing.make_buyer(), platform="taobao"))

    with refused(code):
        complaints.open_for_label(actor, label_id, order_id, "malicious_refund")
    with pytest.raises(ObjectionsError):
        complaints.open_for_label(actor, label_id, None, "malicious_refund")
    with pytest.raises(ForbiddenError):
        complaints.open_for_label(make_actor(shop, permissions.PROPOSE), label_id, order_id, "malicious_refund")
    assert count(Complaint) == 0


def test_s12_a_complaint_from_an_order_needs_evidence_that_is_kept_with_it(shop: Flask) -> None:
    actor, _label_id, order_id = case(shop)
    with refused("no_evidence"):
        complaints.open_for_order(actor, order_id, "counterfeit_claim")
    assert count(Complaint) == 0

    store_evidence(actor, "order", order_id, "chat", "fake!", EvidenceOrigin(NOW - DAY, "chat", 1))
    assert complaints.open_for_order(actor, order_id, "counterfeit_claim") == complaints.of_order(order_id)[0].id


def test_s3_upheld_attaches_the_decision_as_e3_and_raises_the_tier_once(shop: Flask) -> None:
    actor, label_id, order_id = case(shop)
    complaint_id = complaints.open_for_label(actor, label_id, order_id, "malicious_refund")
    hand_in(complaint_id)

    deciding.decide(owner(shop), complaint_id, "upheld", "The platform finds for the shop")
    complaints.catch_up()

    label = label_of(label_id)
    assert (label.tier, label.evidence_tier, label.severity, stands(label_id)) == (3, 3, 3, "active")
    assert sorted(db.session().scalars(select(LabelEvidence.tier))) == [2, 3]
    (heard,) = db.session().scalars(select(Outcome))
    assert (heard.outcome, heard.tier_before, heard.tier_after) == ("upheld", 2, 3)


def test_a_decision_without_words_is_attached_as_a_line_that_says_which_it_was(shop: Flask) -> None:
    actor, label_id, order_id = case(shop)
    complaint_id = complaints.open_for_label(actor, label_id, order_id, "malicious_refund")
    hand_in(complaint_id)

    deciding.decide(owner(shop), complaint_id, "upheld")

    assert label_of(label_id).evidence_tier == 3


def test_partly_has_the_label_reviewed_again(shop: Flask) -> None:
    actor, label_id, order_id = case(shop)
    complaint_id = complaints.open_for_label(actor, label_id, order_id, "malicious_refund")
    hand_in(complaint_id)

    deciding.decide(owner(shop), complaint_id, "partly", "Half of it")

    assert stands(label_id) == "pending_review"
    assert label_of(label_id).reviewed_by is None


def test_rejected_suspends_at_once_and_only_new_evidence_and_a_second_person_bring_it_back(shop: Flask) -> None:
    actor, label_id, order_id = case(shop)
    complaint_id = complaints.open_for_label(actor, label_id, order_id, "malicious_refund")
    hand_in(complaint_id)

    deciding.decide(owner(shop), complaint_id, "rejected", "Not proved")

    assert (stands(label_id), label_of(label_id).suspended_why) == ("suspended", "rejected")
    with refused("no_new_evidence"):
        ending.resume(owner(shop), label_id, None, "We are sure")
    assert stands(label_id) == "suspended"


def test_labels_that_rest_on_the_same_evidence_hear_it_too_and_others_do_not(shop: Flask) -> None:
    actor, label_id, order_id = case(shop)
    sibling = make_label(make_actor(shop).account_id, make_actor(shop).account_id, words="another")
    stranger = make_label(make_actor(shop).account_id, make_actor(shop).account_id, words="third")
    with writing() as session:
        shared = session.scalars(select(LabelEvidence).where(LabelEvidence.label_id == label_id)).one()
        row = LabelEvidence(label_id=sibling, uuid=shared.uuid, tier=2, sha256=shared.sha256, attached_at=NOW)
        session.add(row)
    complaint_id = complaints.open_for_label(actor, label_id, order_id, "malicious_refund")
    hand_in(complaint_id)

    deciding.decide(owner(shop), complaint_id, "rejected")

    assert [stands(one) for one in (label_id, sibling, stranger)] == ["suspended", "suspended", "active"]


def test_a_decision_that_nobody_told_of_is_found_later(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    actor, label_id, order_id = case(shop)
    complaint_id = complaints.open_for_label(actor, label_id, order_id, "malicious_refund")
    hand_in(complaint_id)
    with monkeypatch.context() as patched:
        patched.setattr(hook_calls, "complaint_decided", lambda event: None)
        deciding.decide(owner(shop), complaint_id, "rejected")
    assert stands(label_id) == "active"

    assert complaints.catch_up(NOW + timedelta(hours=1)) == 1

    assert stands(label_id) == "suspended"
    complaints.catch_up()
    assert count(Outcome) == 1


def test_the_platforms_second_word_counts_too(shop: Flask) -> None:
    actor, label_id, order_id = case(shop)
    complaint_id = complaints.open_for_label(actor, label_id, order_id, "malicious_refund")
    hand_in(complaint_id)
    boss = owner(shop)

    deciding.decide(boss, complaint_id, "rejected")
    deciding.step(boss, complaint_id, deciding.State.APPEALED)
    deciding.decide(boss, complaint_id, "upheld", "After all")

    assert sorted(db.session().scalars(select(Outcome.outcome))) == ["rejected", "upheld"]
    assert (stands(label_id), label_of(label_id).evidence_tier) == ("suspended", 3)


def test_a_complaint_of_somebody_else_moves_no_label(shop: Flask) -> None:
    _actor, label_id, order_id = case(shop)
    complaint_id = open_complaint(None, ComplaintRequest("taobao", "extortion", "hello.greeting", label_id, order_id))
    hand_in(complaint_id)

    deciding.decide(owner(shop), complaint_id, "rejected")

    assert stands(label_id) == "active"
