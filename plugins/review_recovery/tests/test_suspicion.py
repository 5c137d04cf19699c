"""Guard G10: what a suspicion takes, what ends it, that nobody hears of it, and that it takes no right away."""

import json
import zipfile
from datetime import timedelta

import pytest
from evidence_of_tests import AGENT, OWNER, complaint, decide, keep
from flask import Flask
from runs_of_tests import NOON, case, events, make_case, set_platform
from shopadmin_review_recovery.domain.suspicion import LASTS, Label, accuses, is_in_force, lacks
from shopadmin_review_recovery.domain.templates import REGISTRY
from shopadmin_review_recovery.models import ReviewSuspicion
from shopadmin_review_recovery.services import compensation_decisions, compensations, evidence, suspicions
from shopadmin_review_recovery.services.run_effects import Walk, invitation_facts
from sqlalchemy import select

from shopadmin import testing
from shopadmin.plugin_api import (
    BuyerId,
    ForbiddenError,
    MessageRequest,
    ObjectionsError,
    block_buyer,
    db,
    send_message,
)

SOON = timedelta(seconds=1)


@pytest.fixture
def app(shop: Flask) -> Flask:
    testing.make_account(shop, "review_recovery.case:reply")
    set_platform(shop)
    return shop


def suspected(**changes: object) -> int:
    """A case under suspicion, on two pieces of evidence."""
    case_id = make_case("taobao", **changes)  # type: ignore[arg-type]
    keep(case_id)
    keep(case_id, "Three stars cost 150", tier=2)
    suspicions.suspect(OWNER, case_id, "malicious", "a demand in the chat", NOON)
    return case_id


def ends() -> list[str]:
    """How each label ended, empty for one that stands."""
    db.session.rollback()
    return list(db.session.scalars(select(ReviewSuspicion.ended_why).order_by(ReviewSuspicion.id)))


def test_g10_a_label_takes_two_different_pieces_of_evidence_and_the_owner() -> None:
    assert lacks(["a", "b"], True, False) == ()
    assert lacks(["a", "a"], True, False) == ("too_little",)
    assert lacks(["a", "b"], False, False) == ("not_owner",)
    assert lacks(["a", "b"], True, True) == ("already",)


def test_g10_a_label_is_over_after_180_days_to_the_second() -> None:
    label = Label(NOON)

    assert is_in_force(label, NOON + LASTS - SOON)
    assert not is_in_force(label, NOON + LASTS)
    assert not is_in_force(Label(NOON, ended_at=NOON), NOON)


def test_g10_with_one_piece_or_without_the_owner_nothing_is_set(app: Flask) -> None:
    case_id = make_case()
    keep(case_id)
    keep(case_id)  # the same bytes once more

    with pytest.raises(ObjectionsError):
        suspicions.suspect(OWNER, case_id, "malicious", "why", NOON)
    keep(case_id, "another")
    with pytest.raises(ForbiddenError):
        suspicions.suspect(AGENT, case_id, "malicious", "why", NOON)

    assert ends() == []
    assert "suspicion.set" not in events(case_id)


def test_g10_the_owner_lifts_it_time_ends_it_and_a_new_one_may_be_set(app: Flask) -> None:
    case_id = suspected()
    with pytest.raises(ObjectionsError):
        suspicions.suspect(OWNER, case_id, "malicious", "twice", NOON)
    with pytest.raises(ForbiddenError):
        suspicions.lift(AGENT, case_id)
    suspicions.lift(OWNER, case_id, NOON)
    suspicions.suspect(OWNER, case_id, "professional", "again", NOON)
    assert suspicions.expire(NOON + LASTS - SOON) == 0

    assert suspicions.current(case_id, NOON + LASTS) is None
    assert suspicions.expire(NOON + LASTS) == 1

    assert ends() == ["lifted", "expired"]


def test_g10_a_rejected_complaint_ends_it_and_the_case_is_worked_on_again(app: Flask) -> None:
    case_id = suspected(state="reported_to_platform", closed_at=NOON, outcome="reported", reason="sample")
    found = complaint(case_id)

    decide(found, "rejected")

    assert ends() == ["rejected"]
    assert case(case_id).state == "triaged"
    assert events(case_id)[-3:] == ["complaint.decided", "suspicion.ended", "reopened"]


def test_g10_whoever_is_suspected_is_not_invited(app: Flask) -> None:
    case_id = suspected()
    walk = Walk(db.session(), AGENT, case(case_id), None, None, NOON)  # type: ignore[arg-type]
    assert invitation_facts(walk).is_suspected

    suspicions.lift(OWNER, case_id, NOON)

    assert not invitation_facts(walk).is_suspected


def test_g10_neither_a_message_nor_a_pack_nor_a_template_tells_of_it(app: Flask) -> None:
    case_id = suspected()
    buyer_id = case(case_id).buyer_id
    assert buyer_id is not None

    accusing = MessageRequest("review_recovery.t.1", BuyerId(buyer_id), "chat", "We think that this is a fake review.")
    result = send_message(OWNER, accusing, NOON)
    with evidence.pack(OWNER, case_id) as file, zipfile.ZipFile(file) as pack:
        texts = {name: pack.read(name).decode(errors="replace") for name in pack.namelist()}

    assert (result.state, result.reasons) == ("blocked", ("review_recovery.accuses",))
    assert "uspect" not in "".join(texts.values())
    assert "uspicion" not in json.dumps(list(REGISTRY))


@pytest.mark.parametrize(
    ("text", "is_accusing"),
    [
        ("您的恶意差评我们已举报", True),
        ("We think this is a fake review.", True),
        ("很抱歉给您带来不好的体验，今天补发", False),
        ("Thank you for your review; a professional will repair it.", False),
    ],
)
def test_g10_accusing_words_are_told_from_plain_ones(text: str, is_accusing: bool) -> None:
    assert bool(accuses(text)) is is_accusing


def test_g10_refunds_and_answers_that_the_law_wants_go_on_as_ever(app: Flask) -> None:
    plain, case_id = make_case("taobao"), suspected(phone="13900139002")
    found = case(case_id)
    assert found.buyer_id is not None
    block_buyer(OWNER, found.buyer_id, "stop")

    asked = [compensations.request(AGENT, one, "refund", "20", "arrived broken", NOON) for one in (plain, case_id)]
    compensation_decisions.approve(OWNER, asked[1].id, now=NOON)
    answer = MessageRequest(
        "review_recovery.t.2", BuyerId(found.buyer_id), "chat", "Your refund is on its way.", basis="statutory"
    )

    assert asked[0].reasons == asked[1].reasons
    assert send_message(OWNER, answer, NOON).state == "queued"
