"""Runs through the script: each step with what it does, in one transaction; on both engines."""

from datetime import timedelta

import pytest
from runs_of_tests import CLERK, NOON, OWNER, case, events, make_case, path, set_platform, take
from shopadmin_review_recovery.models import ReviewInvitation, ReviewScriptNote, ReviewScriptStep
from shopadmin_review_recovery.services import cases, remedies, run_inputs, run_records, runs
from sqlalchemy import func, select

from shopadmin import testing
from shopadmin.models.messages import ContactDecision, DoNotContact, OutboxMessage
from shopadmin.plugin_api import (
    AccountId,
    Actor,
    ForbiddenError,
    MessageRequest,
    MissingError,
    ObjectionsError,
    RefusedError,
    block_buyer,
    db,
    is_contact_blocked,
    send_message,
    writing,
)

READER = Actor(AccountId(3), "Reader", False, frozenset({"review_recovery.case:read"}))
TOLD = ("yes", "yes", "told", "next", "other", "next")
TO_GUARD = ("yes", "yes", "all_well", "next")
NIGHT = NOON + timedelta(hours=13)


@pytest.fixture
def app(shop):
    testing.make_account(shop, is_owner=True)
    set_platform(shop)
    return shop


def begin(case_id, now=NOON, language="en"):
    return runs.start(CLERK, case_id, language, now)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def messages():
    db.session.rollback()
    return db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()


def test_a_run_begins_behind_the_contact_gate_and_the_case_is_being_worked_on(app):
    case_id = make_case()

    run_id = begin(case_id)

    assert path(run_id) == ["gate", "identity"]
    assert (case(case_id).state, case(case_id).touched_at) == ("contacting", None)
    (call,) = messages()
    assert (call.medium, call.state, call.verdict, call.is_connected) == ("call", "sent", "allow", False)
    assert count(ContactDecision) == 2
    take(run_id, "yes")
    assert case(case_id).touched_at == NOON, "somebody took the call, and that is the first answer"


def test_g1_in_quiet_hours_the_run_waits_in_the_queue_and_nobody_counts_as_rung(app):
    case_id = make_case()

    run_id = begin(case_id, NIGHT)

    assert path(run_id) == ["gate", "[queue]"]
    morning = (NOON - timedelta(hours=1) + timedelta(days=1)).isoformat()
    assert run_records.steps(run_id)[1].remarks == {"reasons": ["quiet_hours"], "until": morning}
    # Nobody was contacted: the case stays where it was, and the time for a first answer runs on.
    assert (case(case_id).state, case(case_id).touched_at, events(case_id)) == ("triaged", None, ["run.ended"])
    assert [(call.state, call.contact_at) for call in messages()] == [("suppressed", None)]
    assert path(begin(case_id, NOON + timedelta(days=1)))[-1] == "identity"


def test_g4_whoever_must_not_be_contacted_is_not_rung(app):
    case_id = make_case()
    block_buyer(CLERK, case(case_id).buyer_id, "stop")

    assert path(begin(case_id)) == ["gate", "[end]"]
    assert case(case_id).state == "waiting_internal"


def test_g3_nobody_is_rung_again_after_a_connected_call(app):
    case_id = make_case()
    run_id = begin(case_id)
    take(run_id, "yes", "yes", "all_well", "next", "refuses", "next", "next")
    db.session.rollback()
    other = make_case()
    with writing() as session:
        session.get(type(case(other)), other).buyer_id = case(case_id).buyer_id

    assert path(run_id)[-1] == "[refused]"
    assert path(begin(other)) == ["gate", "[end]"]


def test_g3_the_second_call_that_nobody_answers_is_the_last(app):
    case_id = make_case()

    first = begin(case_id)
    take(first, "silent")
    assert path(first) == ["gate", "identity", "no_answer", "[end]"]
    assert case(case_id).state == "waiting_internal"
    assert path(begin(case_id, NOON + timedelta(hours=2)))[-1] == "[queue]"
    second = begin(case_id, NOON + timedelta(days=1))
    take(second, "silent", now=NOON + timedelta(days=1))

    assert path(second)[-1] == "[unreachable]"
    assert (case(case_id).state, case(case_id).closed_at is None) == ("unreachable", False)
    with pytest.raises(ObjectionsError):
        begin(case_id, NOON + timedelta(days=2))


@pytest.mark.parametrize(
    ("outcomes", "why"),
    [
        (("no",), "wrong_person"),
        (("stop",), "stop"),
        ((*TO_GUARD, "refuses"), "refused"),
        ((*TO_GUARD, "demand", "none"), "refused"),
    ],
)
def test_g4_do_not_contact_is_written_with_the_step(app, outcomes, why):
    case_id = make_case()
    run_id = begin(case_id)

    take(run_id, *outcomes)

    assert is_contact_blocked(case(case_id).buyer_id)
    assert {entry.why for entry in db.session.scalars(select(DoNotContact))} == {why}
    assert f"contact.{why}" in events(case_id)


def test_g4_a_refusal_that_cannot_be_noted_is_no_step(app, monkeypatch):
    case_id = make_case()
    run_id = begin(case_id)
    take(run_id, *TO_GUARD)

    def fails(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr("shopadmin_review_recovery.services.run_effects.block_buyer", fails)
    before = path(run_id)
    with pytest.raises(OSError, match="full"):
        take(run_id, "refuses")

    assert path(run_id) == before
    assert not is_contact_blocked(case(case_id).buyer_id)


def test_after_a_refusal_one_farewell_goes_out_and_nothing_else(app):
    case_id = make_case()
    run_id = begin(case_id)

    take(run_id, *TO_GUARD, "refuses", "next", "next")

    _call, farewell = messages()
    assert (farewell.basis, farewell.state, farewell.verdict) == ("farewell", "queued", "allow")
    assert (case(case_id).state, case(case_id).outcome) == ("refused", "refused")
    request = MessageRequest("review_recovery.x", case(case_id).buyer_id, "chat", "Hello")
    assert send_message(CLERK, request, NOON).reasons == ("do_not_contact",)


def test_the_timeline_has_a_refusal_once(app):
    case_id = make_case()
    run_id = begin(case_id)

    take(run_id, *TO_GUARD, "refuses", "next", "next")

    assert events(case_id).count("contact.refused") == 1


def test_g4_stop_after_a_refusal_takes_the_farewell_back(app):
    case_id = make_case()
    run_id = begin(case_id)

    take(run_id, *TO_GUARD, "refuses", "stop")
    request = MessageRequest("review_recovery.x", case(case_id).buyer_id, "chat", "Goodbye", basis="farewell")

    assert send_message(CLERK, request, NOON).reasons == ("do_not_contact",)
    assert events(case_id)[-2:].count("contact.stop") == 1


def test_after_stop_nothing_is_sent(app):
    run_id = begin(make_case())

    take(run_id, "yes", "stop", "next")

    assert [found.medium for found in messages()] == ["call"]
    assert path(run_id)[-2:] == ["stop", "[end]"]


def test_a_wrong_person_leaves_the_case_unreachable(app):
    case_id = make_case()
    take(begin(case_id), "no", "next")

    assert case(case_id).state == "unreachable"


def test_a_complaint_stops_the_conversation_and_tells_the_owner(app):
    case_id = make_case()
    run_id = begin(case_id)

    take(run_id, "yes", "yes", "complaint", "next")

    assert {"owner.alerted", "evidence.wanted"} <= set(events(case_id))
    assert messages()[-1].basis == "complaint"
    assert case(case_id).state == "on_hold"
    with pytest.raises(ObjectionsError):
        begin(case_id, NOON + timedelta(days=1))


def test_the_invitation_is_made_once_and_counts_in_the_cores_gate(app):
    case_id = make_case()
    run_id = begin(case_id)

    take(run_id, *TO_GUARD)

    assert path(run_id)[-2:] == ["ask_ok", "ask"]
    assert count(ReviewInvitation) == 1
    (call,) = messages()
    assert call.blocks == ["apology", "invitation"]
    assert call.is_connected


def test_g3_a_review_is_never_followed_by_a_second_invitation(app):
    case_id = make_case()
    run_id = begin(case_id)
    take(run_id, *TO_GUARD, "agrees", "later", "afternoon")

    assert path(run_id)[-1] == "[booked]"
    again = begin(case_id, NOON + timedelta(days=1))
    take(again, "yes", now=NOON + timedelta(days=1))
    assert path(again) == ["gate", "identity", "guide"]
    assert count(ReviewInvitation) == 1


@pytest.mark.parametrize(
    ("make", "settings", "node"),
    [
        ({}, {}, "ask"),
        ({"platform": "olist"}, {}, "close"),
        ({"platform": "taobao"}, {}, "close"),
        ({"platform": "taobao"}, {"confirmed_platforms": "taobao, tmall"}, "ask"),
        ({}, {"rules_read_on": "2025-08-01"}, "close"),
        ({}, {"rules_read_on": ""}, "close"),
        ({"status": "shipped"}, {}, "later"),
        ({"status": "shipped", "platform": "olist"}, {}, "close"),
        ({"cause": "malicious", "cause_confirmed_at": NOON}, {}, "close"),
        ({"further_causes": ["professional"]}, {}, "close"),
    ],
)
def test_the_guard_before_the_invitation_goes_by_the_facts_of_the_case(app, make, settings, node):
    set_platform(app, **settings)
    run_id = begin(make_case(**make))

    take(run_id, *TO_GUARD)

    assert path(run_id)[-1] == node
    assert count(ReviewInvitation) == (node == "ask")


def test_g5_what_is_promised_is_done_before_anybody_is_invited(app):
    case_id = make_case()
    run_id = begin(case_id)
    take(run_id, *TOLD, cause__code="packaging")
    take(run_id, "within_limit", "next", "next", remedy__summary="A new pot goes out", remedy__due="Friday")

    assert path(run_id)[-3:] == ["comfort", "ask_ok", "later"]
    take(run_id, "yes")
    later = NOON + timedelta(days=7)
    remedies.settle(CLERK, case_id, later)
    again = begin(case_id, later)
    take(again, "yes", "next", now=later)

    assert path(again) == ["gate", "identity", "comfort", "ask_ok", "ask"]
    assert messages()[-1].basis == "request"


def test_g3_a_booked_call_is_the_one_appointment(app):
    case_id = make_case()
    take(begin(case_id), "busy", "time")
    afternoon = NOON + timedelta(hours=4)
    first = begin(case_id, afternoon)

    assert path(first)[-1] == "identity"
    take(first, "busy", "time", now=afternoon)
    assert path(begin(case_id, NOON + timedelta(days=1))) == ["gate", "[end]"]


def test_a_booked_call_that_waits_for_the_morning_stays_the_booked_one(app):
    case_id = make_case(status="shipped")
    run_id = begin(case_id)
    take(run_id, *TO_GUARD, "yes")
    assert path(begin(case_id, NIGHT))[-1] == "[queue]"

    again = begin(case_id, NOON + timedelta(days=1))
    take(again, "yes", now=NOON + timedelta(days=1))

    assert path(again)[-1] == "comfort"


def test_what_was_said_is_written_down_though_the_case_was_closed_meanwhile(app):
    case_id = make_case()
    run_id = begin(case_id)
    cases.close(OWNER, case_id, None, "invalid", "not_ours", "not our order")

    take(run_id, "yes", "stop", "next")

    assert is_contact_blocked(case(case_id).buyer_id)
    assert (path(run_id)[-1], case(case_id).state) == ("[end]", "invalid")


def test_the_cause_is_confirmed_in_the_conversation(app):
    case_id = make_case(cause="logistics", proposals=[])
    run_id = begin(case_id)

    take(run_id, "yes", "yes", "told", "next", "other", cause__code="packaging")

    found = case(case_id)
    assert (found.cause, found.cause_confirmed_by) == ("packaging", CLERK.account_id)
    assert run_records.steps(run_id)[-1].node == "explain"


def test_what_the_buyer_said_is_kept_with_the_step(app):
    run_id = begin(make_case())

    take(run_id, "yes", "yes")
    take(run_id, "told", note="The lid was broken.\nTwice.")

    (note,) = db.session.scalars(select(ReviewScriptNote))
    assert (note.run_id, note.position, note.text) == (run_id, 4, "The lid was broken.\nTwice.")


def test_a_text_that_needs_what_nobody_wrote_down_is_not_reached(app):
    run_id = begin(make_case())
    take(run_id, *TOLD, cause__code="quality")
    before = path(run_id)

    with pytest.raises(RefusedError) as refused:
        take(run_id, "within_limit", remedy__summary="A new pot")

    assert [problem.field for problem in refused.value.problems] == ["remedy.due"]
    assert path(run_id) == before


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"cause__code": "weather"}, "cause.code"),
        ({"note": "x" * (run_inputs.LONGEST_NOTE + 1)}, "note"),
        ({"note": "a\0b"}, "note"),
    ],
)
def test_inputs_that_cannot_be_are_refused(app, inputs, field):
    run_id = begin(make_case())
    take(run_id, "yes", "yes")
    before = path(run_id)

    with pytest.raises(RefusedError) as refused:
        take(run_id, "told", **inputs)

    assert refused.value.problems[0].field == field
    assert path(run_id) == before
    assert count(ReviewScriptNote) == 0


def test_a_message_with_a_missing_value_is_not_sent_and_the_step_says_which(app):
    run_id = begin(make_case())

    take(run_id, *TO_GUARD, "agrees", "text")

    step = run_records.steps(run_id)[-1]
    assert (step.node, step.remarks) == ("steps", {"message": "incomplete", "missing": ["platform.link"]})
    assert [found.medium for found in messages()] == ["call"]


def test_the_steps_that_were_asked_for_go_out_once(app):
    set_platform(app, review_link="https://shop.example/r")
    run_id = begin(make_case())

    take(run_id, *TO_GUARD, "agrees", "text", "next")

    assert [(found.basis, found.blocks) for found in messages()[1:]] == [("request", ["steps"])]
    assert path(run_id)[-1] == "[waiting_buyer]"


def test_of_two_who_press_at_once_one_is_told(app):
    run_id = begin(make_case())
    runs.step(CLERK, run_id, 1, "yes", {}, NOON)

    with pytest.raises(ObjectionsError):
        runs.step(OWNER, run_id, 1, "busy", {}, NOON)

    assert path(run_id) == ["gate", "identity", "product"]


@pytest.mark.parametrize("on", ["pass", "allow", "first", "nonsense", ""])
def test_nobody_decides_for_the_program_nor_takes_a_step_that_is_not_there(app, on):
    run_id = begin(make_case())

    with pytest.raises(ObjectionsError):
        take(run_id, on)

    assert path(run_id) == ["gate", "identity"]


def test_a_run_that_is_over_goes_on_no_more(app):
    run_id = begin(make_case())
    take(run_id, "silent")

    with pytest.raises(ObjectionsError):
        take(run_id, "stop")


def test_two_conversations_about_one_case_do_not_go_on_at_once(app):
    case_id = make_case()
    begin(case_id)

    with pytest.raises(ObjectionsError):
        begin(case_id, NOON + timedelta(minutes=5))

    assert len(messages()) == 1


def test_a_conversation_that_was_left_keeps_nobody_from_the_next(app):
    case_id = make_case()
    begin(case_id)

    assert path(begin(case_id, NOON + timedelta(days=1)))[0] == "gate"


def test_a_conversation_that_was_left_is_not_gone_on_with_beside_a_newer_one(app):
    case_id = make_case()
    left = begin(case_id)
    begin(case_id, NOON + timedelta(days=1))

    with pytest.raises(ObjectionsError):
        take(left, "yes", now=NOON + timedelta(days=1))

    assert path(left) == ["gate", "identity"]


def test_g11_amazon_buyers_are_not_rung(app):
    case_id = make_case(platform="amazon")

    with pytest.raises(ObjectionsError):
        begin(case_id)

    assert count(ReviewScriptStep) == 0
    assert case(case_id).state == "triaged"


@pytest.mark.parametrize("changes", [{"phone": ""}, {"buyer_id": None}, {"phone": "139****9001"}])
def test_nobody_is_rung_without_a_number(app, changes):
    case_id = make_case(**changes)

    with pytest.raises(RefusedError):
        begin(case_id)

    assert count(ReviewScriptStep) == 0
    assert messages() == []


def test_who_may_only_read_begins_nothing_and_takes_no_step(app):
    run_id = begin(make_case())

    with pytest.raises(ForbiddenError):
        runs.start(READER, make_case(), "en", NOON)
    with pytest.raises(ForbiddenError):
        runs.step(READER, run_id, 1, "yes", {}, NOON)

    assert path(run_id) == ["gate", "identity"]


def test_an_unknown_case_or_run_is_missing(app):
    with pytest.raises(MissingError):
        begin(99)
    with pytest.raises(MissingError):
        runs.step(CLERK, 99, 0, "yes", {}, NOON)
