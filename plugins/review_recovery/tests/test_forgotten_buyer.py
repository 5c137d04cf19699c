"""A case whose buyer asked to be forgotten: no act reaches the buyer or collects anything, and its page says why."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from evidence_of_tests import AGENT, keep, origin, png
from flask import Flask
from runs_of_tests import CLERK, NOON, OWNER, make_case, set_platform
from shopadmin_review_recovery.models import ReviewCaseEvent, ReviewCaseFollowUp, ReviewCompensation, ReviewScriptStep
from shopadmin_review_recovery.services import (
    answers,
    case_records,
    cases,
    compensation_decisions,
    compensations,
    complaints,
    evidence,
    follow_ups,
    incidents,
    run_records,
    runs,
    suspicions,
)
from shopadmin_review_recovery.services.answers import Answer
from sqlalchemy import func, select

from shopadmin import testing
from shopadmin.models.messages import OutboxMessage
from shopadmin.plugin_api import ObjectionsError, complaint_grounds, db
from shopadmin.services import erasing

COUNTED = (ReviewCaseEvent, ReviewCaseFollowUp, ReviewCompensation, ReviewScriptStep, OutboxMessage)
ADDRESSES = (
    "review-recovery/answers/case", "review-recovery/compensation/case", "review-recovery/calls/start",
    "review-recovery/calls/run/{run}/step", "details/{case}/move/waiting_buyer", "cases/details/{case}/plan",
    *(f"evidence/case/{{case}}/{act}" for act in ("picture", "text", "complaint", "incident", "suspect")),
)  # fmt: skip


@pytest.fixture
def app(shop: Flask) -> Flask:
    shop.config["WTF_CSRF_ENABLED"] = False
    testing.make_account(shop, is_owner=True)
    testing.make_account(shop, *AGENT.permissions)
    set_platform(shop)
    return shop


def counts() -> list[int]:
    db.session.rollback()
    return [db.session.scalar(select(func.count()).select_from(model)) or 0 for model in COUNTED]


def acts(case_id: int, run_id: int) -> list[Callable[[], object]]:
    """Everything that reaches the buyer, gives something, or collects something."""
    at, ground = datetime.now(UTC) + timedelta(days=1), complaint_grounds("shopify")[0][0]
    answer = Answer("a" * 32, "chat", "service", "en", "I am sorry. The parcel goes out today.")
    return [
        lambda: answers.send(CLERK, case_id, answer, NOON),
        lambda: compensations.request(CLERK, case_id, "refund", "5", "Late parcel", NOON),
        lambda: runs.start(CLERK, case_id, "en", NOON),
        lambda: runs.step(CLERK, run_id, len(run_records.steps(run_id)) - 1, "yes", {}, NOON),
        lambda: follow_ups.plan(CLERK, case_id, "call", at),
        lambda: cases.move(CLERK, case_id, None, "contacting"),
        lambda: keep(case_id),
        lambda: evidence.keep_picture(AGENT, case_id, png(), origin(), "chat.png"),
        lambda: evidence.keep_order(AGENT, case_id),
        lambda: evidence.keep_review(AGENT, case_id),
        lambda: complaints.open_for(AGENT, case_id, ground),
        lambda: incidents.record_demand(AGENT, case_id, NOON),
        lambda: suspicions.suspect(OWNER, case_id, "malicious", "Sample"),
    ]


def test_no_act_reaches_a_forgotten_buyer_and_the_page_offers_none_and_says_why(app: Flask) -> None:
    case_id = make_case()
    run_id = runs.start(CLERK, case_id, "en", NOON)
    page, url = testing.sign_in(app, 1), f"/admin/review-recovery/cases/details/{case_id}"
    before = page.get(url).text
    addresses = [address.format(run=run_id, case=case_id) for address in ADDRESSES]
    offered = [address for address in addresses if address in before]
    buyer_id = case_records.find(case_id).buyer_id

    erasing.erase_buyer(OWNER, buyer_id, str(buyer_id))
    counted = counts()

    for number, act in enumerate(acts(case_id, run_id)):
        with pytest.raises(ObjectionsError) as refused:
            act()
        assert refused.value.problems[0].code == "review_recovery.forgotten", number
    assert counts() == counted
    text = page.get(url).text
    assert "The buyer asked to be forgotten." in text
    assert len(offered) > len(addresses) // 2
    assert [address for address in addresses if address in text] == []
    composer = f"/admin/review-recovery/answers/case/{case_id}"
    assert page.get(composer).status_code == 302
    assert page.post(composer, data={"act": "send"}).status_code == 409


def test_an_incident_and_a_suspicion_say_that_their_evidence_was_erased(app: Flask) -> None:
    case_id = make_case()
    keep(case_id)
    evidence.keep_review(AGENT, case_id)
    incidents.record_demand(AGENT, case_id, NOON)
    suspicions.suspect(OWNER, case_id, "malicious", "Sample")
    page, url = testing.sign_in(app, 1), f"/admin/review-recovery/cases/details/{case_id}"
    before, buyer_id = page.get(url).text, case_records.find(case_id).buyer_id

    erasing.erase_buyer(OWNER, buyer_id, str(buyer_id))

    said = "2 pieces of its evidence were erased with the buyer"
    assert "There is no evidence, and none is collected any more." in page.get(url).text
    assert (before.count(said), page.get(url).text.count(said)) == (0, 2)
    # A review that was kept is not called a chat, on its card and in the timeline.
    assert "<strong>Review</strong>" in before
    assert "kept evidence: Review (E1)" in before


def test_what_is_the_shops_own_goes_on_after_a_buyer_was_forgotten(app: Flask) -> None:
    case_id = make_case()
    asked = compensations.request(CLERK, case_id, "refund", "5", "Late parcel", NOON)
    buyer_id = case_records.find(case_id).buyer_id
    erasing.erase_buyer(OWNER, buyer_id, str(buyer_id))

    compensation_decisions.approve(OWNER, asked.id)
    compensation_decisions.settle(CLERK, asked.id)
    cases.confirm_cause(CLERK, case_id, None, "logistics", ())
    cases.close(CLERK, case_id, None, "resolved_kept", "solved", "paid back")

    assert case_records.find(case_id).state == "resolved_kept"
    assert follow_ups.of_case(case_id) == []


@pytest.mark.parametrize("decide", ["approve", "decline", "withdraw"])
def test_what_is_decided_for_a_forgotten_buyer_sends_nobody_to_write_or_to_ring(app: Flask, decide: str) -> None:
    case_id = make_case()
    asked = compensations.request(CLERK, case_id, "refund", "5", "Late parcel", NOON, decided="by_owner")
    cases.move(CLERK, case_id, None, "contacting")
    cases.move(CLERK, case_id, None, "waiting_approval")
    buyer_id = case_records.find(case_id).buyer_id
    erasing.erase_buyer(OWNER, buyer_id, str(buyer_id))

    by = CLERK if decide == "withdraw" else OWNER
    getattr(compensation_decisions, decide)(by, asked.id, *(["Too late"] if decide == "decline" else []))

    # The shop's own to do from here on, and the timeline says why.
    assert case_records.find(case_id).state == "waiting_internal"
    page = testing.sign_in(app, 1).get(f"/admin/review-recovery/cases/details/{case_id}").text
    assert "the buyer asked to be forgotten" in page
    assert compensations.find(asked.id).state != "requested"
