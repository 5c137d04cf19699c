"""Labels from the draft to their end, by the services that people use."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from labels_of_tests import NOW
from people_of_tests import (
    KIM,
    OWNER,
    READER,
    ROBIN,
    SOON,
    active,
    draft,
    events,
    piece,
    prepare,
    propose,
    row,
    status_of,
    submitted,
)
from shopadmin_buyer_labels import labels
from shopadmin_buyer_labels.domain.status import Effect
from shopadmin_buyer_labels.models import Label
from shopadmin_buyer_labels.services import (
    attaching,
    changes,
    ending,
    never_match,
    proposing,
    reading,
    records,
    reviewing,
    waiting,
)
from sqlalchemy import func, select

from shopadmin import testing
from shopadmin.models.accounts import Account
from shopadmin.models.audit import AuditEntry
from shopadmin.plugin_api import (
    BuyerId,
    ForbiddenError,
    IncidentReport,
    MissingError,
    ObjectionsError,
    RefusedError,
    db,
    record_incident,
    writing,
)


@pytest.fixture(autouse=True)
def colleagues(shop: Flask) -> None:
    """The owner, Robin and Kim are active, so that nobody runs the shop alone."""
    testing.make_account(shop, is_owner=True)
    for _ in range(2):
        testing.make_account(shop)


def refused(error: type[Exception], change: Callable[[], object]) -> list[tuple[str, str]]:
    """Codes and fields of the refusal; nothing was changed."""
    before = everything()
    with pytest.raises(error) as caught:
        change()
    assert everything() == before
    return [(found.code.removeprefix("buyer_labels."), found.field) for found in getattr(caught.value, "problems", ())]


def everything() -> list[Any]:
    db.session.rollback()
    rows = db.session.scalars(select(Label).order_by(Label.id).execution_options(populate_existing=True)).all()
    found = [[getattr(label, column.key) for column in Label.__mapper__.column_attrs] for label in rows]
    return [*found, db.session.scalar(select(func.count()).select_from(AuditEntry))]


def test_a_label_goes_from_the_draft_over_a_second_person_and_the_notice_into_force(shop: Flask) -> None:
    label_id = propose()
    buyer_id = row(label_id).buyer_id
    snapshot = reading.labels_of([buyer_id], SOON)[buyer_id][0]
    assert (snapshot.status, snapshot.effect, snapshot.tier, snapshot.evidence) == ("draft", Effect.FLAG, 2, 1)

    prepare(label_id)
    reviewing.submit(ROBIN, label_id, None, NOW)
    assert status_of(label_id) == "pending_review"
    reviewing.approve(KIM, label_id, None, "Looks right", NOW)
    found = row(label_id)
    assert (status_of(label_id), found.reviewed_by, found.notice_sent_at) == ("noticed", KIM.account_id, None)
    assert "寄回的商品" in found.notice_text  # the clocks say nothing else
    reviewing.told(KIM, label_id, None, "By letter", NOW)

    snapshot = reading.labels_of([buyer_id], SOON)[buyer_id][0]
    assert (snapshot.status, snapshot.effect, snapshot.reviewed_by) == ("active", Effect.HOLD, KIM.account_id)
    assert status_of(label_id, found.expires_at) == "expired"
    assert events(label_id) == [
        "proposed", "attach", "own_fault", "contacted", "submit", "approve", "notice_sent",
    ]  # fmt: skip


def test_everything_is_in_the_activity_log_without_a_persons_words(shop: Flask) -> None:
    label_id = active()

    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.object_type == "buyer_labels.label").order_by(AuditEntry.id)
    ).all()
    codes = [entry.code for entry in entries if entry.code != "core.evidence.stored"]
    assert [code.removeprefix("buyer_labels.label.") for code in codes] == events(label_id)
    assert "brick" not in repr([(entry.before, entry.after) for entry in entries])


def test_g3_self_review_is_refused(shop: Flask) -> None:
    label_id = proposing.propose(KIM, testing.make_buyer(), draft(), (piece(),), now=NOW)
    prepare(label_id)
    reviewing.submit(KIM, label_id, None, NOW)

    assert refused(ObjectionsError, lambda: reviewing.approve(KIM, label_id, None, now=SOON)) == [("self_review", "")]
    reviewing.approve(OWNER, label_id, None, now=SOON)
    assert status_of(label_id) == "noticed"


def brought_evidence() -> int:
    label_id = propose((piece(tier=1, kind="chat"),))
    attaching.keep_piece(KIM, label_id, piece("The platform decided", 3, "decision"), NOW)
    return label_id


def made_it_worse_once() -> int:
    label_id = propose()
    proposing.edit(KIM, label_id, None, draft(tier=2, severity=3), NOW)
    proposing.edit(ROBIN, label_id, None, draft(tier=2, severity=3, note="Sent a brick back"), NOW)
    return label_id


def wrote_the_incident_down() -> int:
    report = IncidentReport("payment.chargeback_represented_won", "tests.1", NOW, BuyerId(testing.make_buyer()), tier=2)
    record_incident(KIM, report, NOW)
    db.session.rollback()
    (label_id,) = db.session.scalars(select(Label.id))
    return label_id


@pytest.mark.parametrize("involve", [brought_evidence, made_it_worse_once, wrote_the_incident_down])
def test_g3_nobody_reviews_what_their_own_work_is_a_part_of(shop: Flask, involve: Callable[[], int]) -> None:
    label_id = involve()
    proposing.check_own_fault(ROBIN, label_id, None, False, labels.LOOKED_AT, now=NOW)
    proposing.contacted(ROBIN, label_id, None, NOW.date(), now=NOW)
    reviewing.submit(ROBIN, label_id, None, NOW)
    assert (waiting.reviews(KIM, SOON), waiting.reviews(OWNER, SOON)) == (0, 1)

    assert refused(ObjectionsError, lambda: reviewing.approve(KIM, label_id, None, now=SOON)) == [("self_review", "")]
    reviewing.approve(OWNER, label_id, None, now=SOON)
    assert KIM.account_id in records.authors(row(label_id))


def test_g3_a_shop_of_one_person_sleeps_on_it(shop: Flask) -> None:
    with writing() as session:
        for account in session.scalars(select(Account).where(Account.is_owner.is_(False))):
            account.active = False
    label_id = proposing.propose(OWNER, testing.make_buyer(), draft(), (piece(),), now=NOW)
    prepare(label_id)
    reviewing.submit(OWNER, label_id, None, NOW)

    assert refused(ObjectionsError, lambda: reviewing.approve(OWNER, label_id, None, now=SOON)) == [("cooling", "")]
    reviewing.approve(OWNER, label_id, None, now=NOW + timedelta(hours=24))
    assert status_of(label_id, NOW + timedelta(hours=24)) == "noticed"


def test_g2_a_draft_without_the_evidence_of_its_code_does_not_reach_review(shop: Flask) -> None:
    label_id = propose((piece(tier=1, kind="chat"),))
    prepare(label_id)

    assert refused(ObjectionsError, lambda: reviewing.submit(ROBIN, label_id, None, NOW)) == [("tier", "evidence")]
    attaching.keep_piece(ROBIN, label_id, piece(), NOW)
    reviewing.submit(ROBIN, label_id, None, NOW)
    assert status_of(label_id) == "pending_review"


@pytest.mark.parametrize(("kind", "most"), [("chat", 1), ("review", 1), ("call", 1), ("logistics", 2)])
def test_no_typed_text_weighs_more_than_its_kind_can(shop: Flask, kind: str, most: int) -> None:
    label_id = propose((piece(tier=most, kind=kind),), severity=1)
    heavy = piece("A second one", most + 1, kind)
    buyer_id, weight = testing.make_buyer(), [("weight", "weight")]

    assert refused(RefusedError, lambda: proposing.propose(ROBIN, buyer_id, draft(), (heavy,), now=NOW)) == weight
    assert refused(RefusedError, lambda: attaching.keep_piece(ROBIN, label_id, heavy, NOW)) == weight
    assert db.session.scalar(select(func.count()).select_from(Label)) == 1
    assert len(records.pieces(label_id)) == 1


def test_no_way_keeps_a_decision_of_an_authority_for_who_may_not_say_that_it_is_one(shop: Flask) -> None:
    label_id, buyer_id = propose(), testing.make_buyer()
    ruling = piece("The court ruled", 4, "decision")

    for keep in (
        lambda: attaching.keep_piece(ROBIN, label_id, ruling, NOW),
        lambda: proposing.propose(ROBIN, buyer_id, draft(), (ruling,), now=NOW),
    ):
        with pytest.raises(ForbiddenError, match=r"core\.evidence:authority"):
            keep()

    assert db.session.scalar(select(func.count()).select_from(Label)) == 1
    assert len(records.pieces(label_id)) == 1
    trusted = replace(ROBIN, permissions=ROBIN.permissions | {"core.evidence:authority"})
    attaching.keep_piece(trusted, label_id, ruling, NOW)
    assert len(records.pieces(label_id)) == 2


def test_wrong_input_is_refused_at_its_field_and_nothing_is_kept(shop: Flask) -> None:
    buyer_id = testing.make_buyer()

    def fields(**changes: Any) -> list[tuple[str, str]]:
        return refused(RefusedError, lambda: proposing.propose(ROBIN, buyer_id, draft(**changes), now=NOW))

    assert fields(code="person.liar", severity=1) == [("code", "code")]
    assert fields() == [("severity_cap", "severity")]  # nothing is attached: E0 carries 1
    assert fields(severity=1, ends_on=date(2026, 11, 1)) == [("expires_past", "ends_on")]
    assert fields(severity=1, note="给了差评") == [("honest_review", "note")]
    propose(buyer_id=buyer_id)
    again = refused(ObjectionsError, lambda: propose(buyer_id=buyer_id))
    assert again == [("already", "code")]
    assert refused(RefusedError, lambda: propose(buyer_id=999)) == [("buyer", "buyer")]


def test_the_shops_own_people_are_not_labelled(shop: Flask) -> None:
    testing.make_account(shop, email="Robin@shop.example")
    buyer_id = testing.make_buyer(email="robin@shop.example")

    assert refused(RefusedError, lambda: propose(buyer_id=buyer_id)) == [("staff", "buyer")]
    never_match.add(OWNER, "email", "shop.box@shop.example", "own")
    for email in ("Robin+x@shop.example", "shop.box+orders@shop.example"):
        tagged = testing.make_buyer(email=email)
        assert refused(RefusedError, lambda: propose(buyer_id=tagged)) == [("staff", "buyer")], email  # noqa: B023
    assert db.session().scalars(select(Label.id)).all() == []


def test_what_was_the_shops_own_fault_is_no_claim_and_the_buyer_is_talked_to_first(shop: Flask) -> None:
    label_id = propose((piece(tier=3, kind="decision"),), code="claim.coercive_settlement")

    def submit() -> object:
        return reviewing.submit(ROBIN, label_id, None, NOW)

    assert refused(ObjectionsError, submit) == [("own_fault_unchecked", "own_fault")]
    some = lambda: proposing.check_own_fault(ROBIN, label_id, None, False, ["item"], now=NOW)  # noqa: E731
    assert refused(RefusedError, some) == [("looked_at", "looked_at")]
    prepare(label_id, is_own=True)
    assert refused(ObjectionsError, submit) == [("own_fault", "own_fault")]
    snapshot = reading.labels_by_id([label_id], SOON)[label_id]
    assert snapshot.effect == Effect.NONE


def test_what_somebody_changed_meanwhile_is_a_conflict(shop: Flask) -> None:
    label_id = propose()
    seen = row(label_id).revision
    proposing.edit(KIM, label_id, seen, draft(tier=2, severity=3), NOW)

    change = lambda: proposing.edit(ROBIN, label_id, seen, draft(tier=2, severity=1), NOW)  # noqa: E731
    assert refused(ObjectionsError, change) == [("stale", "")]
    assert (row(label_id).severity, row(label_id).edited_by) == (3, KIM.account_id)
    lower = lambda: proposing.edit(ROBIN, label_id, None, draft(tier=1, severity=1), NOW)  # noqa: E731
    assert refused(RefusedError, lower) == [("tier_below", "tier")]


def test_who_may_not_is_refused(shop: Flask) -> None:
    label_id = submitted()

    for change in (
        lambda: proposing.propose(READER, 1, draft()),
        lambda: reviewing.approve(ROBIN, label_id, None),
        lambda: reviewing.approve(READER, label_id, None),
        lambda: ending.revoke(ROBIN, label_id, None, "No"),
        lambda: ending.withdraw(READER, label_id, None, "No"),
    ):
        refused(ForbiddenError, change)
    refused(MissingError, lambda: reviewing.approve(KIM, 999, None))


def test_what_is_under_review_stands_still_and_goes_back_with_words(shop: Flask) -> None:
    label_id = submitted()

    assert refused(ObjectionsError, lambda: attaching.keep_piece(ROBIN, label_id, piece("more"), NOW)) == [
        ("not_now", "")
    ]
    assert refused(RefusedError, lambda: reviewing.send_back(KIM, label_id, None, " ", NOW)) == [("why", "text")]
    reviewing.send_back(KIM, label_id, None, "Which parcel?", NOW)

    assert (status_of(label_id), row(label_id).review_note) == ("draft", "Which parcel?")


def test_more_evidence_on_an_active_label_makes_nothing_worse(shop: Flask) -> None:
    label_id = active()

    attaching.keep_piece(ROBIN, label_id, piece("A decision, says Robin", 3, "decision"), NOW)

    snapshot = reading.labels_by_id([label_id], SOON)[label_id]
    assert (snapshot.tier, snapshot.evidence, snapshot.effect) == (2, 2, Effect.HOLD)


def test_g4_a_renewal_needs_new_evidence_and_a_review(shop: Flask) -> None:
    label_id = active()

    same = lambda: proposing.renew(ROBIN, label_id, piece(), SOON)  # noqa: E731
    assert refused(ObjectionsError, same) == [("already", "code")]
    later = row(label_id).expires_at
    assert refused(ObjectionsError, lambda: proposing.renew(ROBIN, label_id, piece(), later)) == [
        ("no_new_evidence", "evidence")
    ]
    found = proposing.renew(ROBIN, label_id, piece("Again a brick"), later)

    assert (row(found).renewed_from, status_of(found, later), row(found).happened_on) == (
        label_id, "draft", row(label_id).happened_on,
    )  # fmt: skip


def test_a_suspended_label_counts_again_on_new_evidence_and_by_a_second_person(shop: Flask) -> None:
    label_id = active()
    ending.suspend(KIM, label_id, None, "Wait for the courier", NOW)
    assert reading.labels_by_id([label_id], SOON)[label_id].effect == Effect.NONE

    def resume() -> object:
        return ending.resume(KIM, label_id, None, "Clear now", SOON)

    assert refused(ObjectionsError, resume) == [("no_new_evidence", "evidence")]
    attaching.keep_piece(ROBIN, label_id, piece(), SOON)  # the same bytes as before
    assert refused(ObjectionsError, resume) == [("no_new_evidence", "evidence")]
    attaching.keep_piece(KIM, label_id, piece("A second photo"), SOON)
    assert refused(ObjectionsError, resume) == [("self_review", "")]
    ending.resume(OWNER, label_id, None, "Clear now", SOON)

    assert status_of(label_id) == "active"


def test_a_label_ends_by_being_taken_back_or_corrected_and_is_told_to_those_who_go_by_it(shop: Flask) -> None:
    heard: list[int] = []
    changes.listen(heard.extend)
    first, second, third = active(), active(), propose()
    heard.clear()

    ending.revoke(KIM, first, None, "It was another buyer", NOW)
    ending.correct(KIM, second, None, "It was another day", NOW)
    ending.withdraw(ROBIN, third, None, "Not enough", NOW)

    assert [status_of(label_id) for label_id in (first, second, third)] == ["revoked", "corrected", "revoked"]
    assert heard == [first, second, third]
    assert refused(ObjectionsError, lambda: ending.revoke(KIM, first, None, "Again", NOW)) == [("not_now", "")]
    changes._listeners.remove(heard.extend)


def test_g8_the_notice_is_made_on_approval_and_goes_out_by_the_gate(shop: Flask) -> None:
    buyer_id = testing.make_buyer(email="wang@buyer.example", platform="taobao")
    label_id = submitted(buyer_id=buyer_id)
    assert row(label_id).notice_text == ""
    reviewing.approve(KIM, label_id, None, now=NOW)
    assert "寄回的商品" in row(label_id).notice_text

    result = reviewing.ask_to_send(KIM, label_id, None, "chat", NOW)

    assert result.verdict == "allow"
    assert status_of(label_id) == "noticed"
    assert reviewing.mark_sent(SOON) == 0  # nobody has handed it over yet
    assert row(label_id).notice_sent_at is None


def test_where_nobody_can_be_told_the_owner_says_why(shop: Flask) -> None:
    label_id = submitted()
    reviewing.approve(KIM, label_id, None, now=NOW)

    assert refused(RefusedError, lambda: reviewing.not_possible(KIM, label_id, None, "", NOW)) == [("why", "text")]
    reviewing.not_possible(KIM, label_id, None, "The platform has closed the account", NOW)

    assert status_of(label_id) == "active"
    assert row(label_id).notice_impossible == "The platform has closed the account"
