"""What a call leaves behind: compensation for the owner, a booked call in the inbox, a question two days on."""

from datetime import UTC, datetime, timedelta

import pytest
from replies_of_tests import compensation_states
from runs_of_tests import CLERK, NOON, OWNER, case, events, make_case, path, set_platform, take
from shopadmin_review_recovery.models import ReviewCaseFollowUp, ReviewInvitation
from shopadmin_review_recovery.services import (
    cases,
    compensation_decisions,
    compensations,
    follow_ups,
    keeping,
    listing,
    remedies,
    run_records,
    runs,
)
from sqlalchemy import func, select

from shopadmin import testing
from shopadmin.plugin_api import ObjectionsError, RefusedError, db

TO_REMEDY = ("yes", "yes", "told", "next", "other", "next")
REFUND = {"remedy__kind": "refund", "remedy__amount": "20", "remedy__summary": "20 back", "remedy__due": "Friday",
          "approval__due": "tomorrow", "cause__code": "packaging"}  # fmt: skip
AFTERNOON = NOON + timedelta(hours=4)


@pytest.fixture
def app(shop):
    testing.make_account(shop, is_owner=True)
    set_platform(shop, compensation_limit=5000)
    return shop


def call(case_id: int, *outcomes: str, now: datetime = NOON, **inputs: str) -> int:
    run_id = runs.start(CLERK, case_id, "en", now)
    take(run_id, *outcomes, now=now, **inputs)
    return run_id


def planned(case_id: int) -> list[tuple[str, datetime]]:
    db.session.rollback()
    rows = db.session.scalars(select(ReviewCaseFollowUp).where(ReviewCaseFollowUp.done_at.is_(None)))
    return [(row.kind, row.due_at) for row in rows if row.case_id == case_id]


# ---- compensation ----


def test_a_remedy_within_the_limit_is_a_compensation_in_the_steps_own_transaction(app):
    case_id = make_case()

    run_id = call(case_id, *TO_REMEDY, "within_limit", **REFUND)

    (row,) = compensations.of_case(case_id)
    assert (row.kind, row.amount, row.state, row.reason, row.decided_by) == (
        "refund",
        2000,
        "approved",
        "20 back",
        None,
    )
    assert run_records.steps(run_id)[-1].remarks == {"compensation": row.id}
    assert remedies.open_count(db.session, case_id) == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"remedy__amount": "50.01"}, "remedy.amount"),
        ({"remedy__kind": "coupon"}, "remedy.amount"),
        ({"remedy__amount": "much"}, "remedy.amount"),
        ({"remedy__amount": ""}, "remedy.amount"),
        ({"remedy__kind": "car"}, "remedy.kind"),
    ],
)
def test_what_is_not_the_operators_to_give_is_no_step(app, changes, field):
    case_id = make_case()
    run_id = call(case_id, *TO_REMEDY, **REFUND)
    before = path(run_id)

    with pytest.raises(RefusedError) as refused:
        take(run_id, "within_limit", **REFUND | changes)

    assert [problem.field for problem in refused.value.problems] == [field]
    assert path(run_id) == before
    assert compensation_states() == []


@pytest.mark.parametrize("on", ["within_limit", "above_limit"])
@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"remedy__summary": "10 yuan coupon if you change the review to 5 stars"}, {"remedy.summary"}),
        ({"approval__due": "改好评后返10元"}, {"approval.due"}),
        ({"remedy__summary": "Refund of 5", "remedy__due": "your five star review"}, {"remedy.summary"}),
    ],
)
def test_g7_no_promise_of_a_call_is_tied_to_a_review(app, on, changes, fields):
    case_id = make_case()
    run_id = call(case_id, *TO_REMEDY, **REFUND)
    before = path(run_id)

    with pytest.raises(RefusedError) as refused:
        take(run_id, on, **REFUND | changes)

    assert {problem.field for problem in refused.value.problems} == fields
    assert all(problem.code.startswith("wording.") for problem in refused.value.problems)
    assert (path(run_id), compensation_states()) == (before, [])


def test_a_promise_that_costs_nothing_is_no_compensation(app):
    case_id = make_case()

    call(case_id, *TO_REMEDY, "within_limit", **REFUND | {"remedy__kind": "", "remedy__amount": ""})

    assert compensation_states() == []
    assert remedies.open_count(db.session, case_id) == 1


def test_what_is_above_the_limit_waits_for_the_owner_and_so_does_the_case(app):
    case_id = make_case()
    run_id = call(case_id, *TO_REMEDY, "above_limit", **REFUND | {"remedy__amount": "60"})

    assert compensation_states() == ["requested"]
    assert case(case_id).state == "waiting_approval"
    take(run_id, "next", "next")
    assert path(run_id)[-1] == "[end]"
    assert case(case_id).state == "waiting_approval"


def test_whoever_sends_it_to_the_owner_must_say_what_the_buyer_gets(app):
    run_id = call(make_case(), *TO_REMEDY, **REFUND)
    before = path(run_id)

    with pytest.raises(RefusedError) as refused:
        take(run_id, "above_limit", **REFUND | {"remedy__kind": ""})

    assert [problem.field for problem in refused.value.problems] == ["remedy.kind"]
    assert (path(run_id), compensation_states()) == (before, [])


@pytest.mark.parametrize("decide", ["approve", "decline", "withdraw"])
def test_once_nothing_waits_for_the_owner_the_case_goes_on(app, decide):
    case_id = make_case()
    call(case_id, *TO_REMEDY, "above_limit", "next", "next", **REFUND)
    (row,) = compensations.of_case(case_id)

    {
        "approve": lambda: compensation_decisions.approve(OWNER, row.id),
        "decline": lambda: compensation_decisions.decline(OWNER, row.id, "not ours"),
        "withdraw": lambda: compensation_decisions.withdraw(CLERK, row.id),
    }[decide]()

    assert case(case_id).state == "contacting"
    assert case(case_id).clock_since is not None


def test_a_case_with_two_requests_waits_for_both(app):
    case_id = make_case()
    call(case_id, *TO_REMEDY, "above_limit", "next", "next", **REFUND)
    second = compensations.request(CLERK, case_id, "gift", "5", "and a cup", NOON)

    compensation_decisions.approve(OWNER, second.id)

    assert case(case_id).state == "waiting_approval"


def test_a_decision_while_the_buyer_is_on_the_line_is_not_waited_for_again(app):
    case_id = make_case()
    run_id = call(case_id, *TO_REMEDY, "above_limit", **REFUND)
    compensation_decisions.approve(OWNER, compensations.of_case(case_id)[0].id)

    take(run_id, "next", "next")

    assert (path(run_id)[-1], case(case_id).state) == ("[end]", "contacting")


def test_for_a_case_that_was_closed_meanwhile_nothing_is_promised(app):
    case_id = make_case()
    run_id = call(case_id, *TO_REMEDY, **REFUND)
    cases.close(OWNER, case_id, None, "invalid", "not_ours", "not our order")

    with pytest.raises(ObjectionsError):
        take(run_id, "within_limit", **REFUND)

    assert compensation_states() == []


def test_g5_what_a_call_promised_is_handed_over_before_anybody_is_invited(app):
    case_id = make_case()
    run_id = call(case_id, *TO_REMEDY, "within_limit", "next", "next", **REFUND)
    assert path(run_id)[-2:] == ["ask_ok", "later"]
    take(run_id, "yes")

    compensation_decisions.settle(CLERK, compensations.of_case(case_id)[0].id, NOON)
    again = call(case_id, "yes", "next", now=AFTERNOON)

    assert path(again)[-2:] == ["ask_ok", "ask"]


def test_a_demand_opens_a_request_of_its_own_and_closes_the_invitation_for_good(app):
    case_id = make_case()
    run_id = call(case_id, "yes", "yes", "all_well", "next", "demand")
    with pytest.raises(RefusedError):
        take(run_id, "problem_left")

    take(run_id, "problem_left", **REFUND)

    assert (path(run_id)[-1], compensation_states()) == ("[new_request]", ["requested"])
    assert run_records.steps(run_id)[-1].remarks["compensation"] == compensations.of_case(case_id)[0].id
    assert case(case_id).state == "waiting_approval"
    compensation_decisions.approve(OWNER, compensations.of_case(case_id)[0].id)
    compensation_decisions.settle(CLERK, compensations.of_case(case_id)[0].id)
    assert db.session.scalar(select(func.count()).select_from(ReviewInvitation)) == 1
    assert compensations.open_count(case_id) == 0


# ---- booked calls ----


def test_a_booked_call_is_planned_on_the_buyers_clock_and_stands_on_top_at_its_time(app):
    case_id, other = make_case(), make_case()
    call(case_id, "busy", "time", callback__day="2026-03-03", callback__time="15:00")

    # Three in the afternoon in Shanghai.
    at = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
    assert planned(case_id) == [("call", at)]
    found = case(case_id)
    assert (found.state, found.planned_at, found.burns_at) == ("waiting_buyer", at, at)
    assert [one.id for one in listing.first()] == [other, case_id]
    assert follow_ups.due(at) == 1
    assert run_records.steps(run_records.of_case(case_id)[0].id)[-1].inputs == {
        "callback.window": "3 March 15:00–16:00"
    }


def test_g2_no_call_is_booked_into_quiet_hours(app):
    case_id = make_case()
    run_id = call(case_id, "busy")

    with pytest.raises(RefusedError) as refused:
        take(run_id, "time", callback__day="2026-03-03", callback__time="12:30")

    assert [problem.field for problem in refused.value.problems] == ["callback.time"]
    assert (path(run_id)[-1], planned(case_id)) == ("callback", [])


def test_a_booked_call_is_not_made_before_its_time_and_is_done_when_it_is_made(app):
    case_id = make_case()
    call(case_id, "busy", "time")

    with pytest.raises(ObjectionsError):
        runs.start(CLERK, case_id, "en", AFTERNOON - timedelta(minutes=1))
    assert planned(case_id) == [("call", AFTERNOON)]
    runs.start(CLERK, case_id, "en", AFTERNOON)

    assert planned(case_id) == []
    assert (case(case_id).state, case(case_id).planned_at) == ("contacting", None)


@pytest.mark.parametrize(
    ("make", "before", "resumed"),
    [
        ({"status": "shipped"}, ("yes", "yes", "all_well", "next", "yes"), "comfort"),
        ({}, ("yes", "yes", "all_well", "next", "agrees", "later", "evening"), "guide"),
    ],
)
def test_a_booked_call_goes_on_where_it_was_booked_behind_gate_and_identity(app, make, before, resumed):
    case_id = make_case(**make)
    call(case_id, *before)
    due = planned(case_id)[0][1]

    run_id = call(case_id, "yes", now=due)

    assert path(run_id)[:3] == ["gate", "identity", resumed]


def test_a_booked_call_that_the_gate_holds_stays_planned(app):
    case_id = make_case()
    call(case_id, "busy", "time")

    run_id = runs.start(CLERK, case_id, "en", NOON + timedelta(hours=13))

    assert (path(run_id), planned(case_id)) == (["gate", "[queue]"], [("call", AFTERNOON)])


# ---- later ----


def test_two_days_after_a_remedy_somebody_asks_once_whether_it_arrived(app):
    case_id = make_case()
    now = datetime.now(UTC)
    for amount in ("10", "15"):
        compensations.request(CLERK, case_id, "refund", amount, "broken", now)
    first, second = compensations.of_case(case_id)

    compensation_decisions.settle(CLERK, first.id, now)
    compensation_decisions.settle(CLERK, second.id, now + timedelta(days=1))

    assert planned(case_id) == [("remedy_check", now + timedelta(days=3))]


def test_whoever_refused_is_not_asked_whether_it_arrived(app):
    case_id = make_case()
    asked = compensations.request(CLERK, case_id, "refund", "10", "broken", NOON)
    cases.close(OWNER, case_id, None, "refused", "refused", "said so")

    compensation_decisions.settle(CLERK, asked.id, NOON)

    assert (compensation_states(), planned(case_id)) == (["settled"], [])


def test_a_case_that_waits_for_its_buyer_is_closed_after_seven_days_but_not_over_a_call_that_is_planned(app):
    waiting, booked = make_case(), make_case()
    for case_id in (waiting, booked):
        cases.move(CLERK, case_id, None, "waiting_buyer")
    now = datetime.now(UTC)
    follow_ups.plan(CLERK, booked, "call", now + timedelta(days=9))

    # The worker was away for a fortnight, and runs twice at once.
    later = now + timedelta(days=21)
    assert [keeping.close_unanswered(later), keeping.close_unanswered(later)] == [1, 0]

    assert (case(waiting).state, case(waiting).outcome) == ("resolved_kept", "no_answer")
    assert case(booked).state == "waiting_buyer"


def test_a_call_that_is_planned_at_the_last_moment_keeps_the_case_open(app, monkeypatch):
    case_id, load = make_case(), cases.load
    cases.move(CLERK, case_id, None, "waiting_buyer")
    later = datetime.now(UTC) + timedelta(days=21)

    def load_what_somebody_planned(*which):
        found = load(*which)
        found.planned_at = later
        return found

    monkeypatch.setattr(cases, "load", load_what_somebody_planned)

    assert keeping.close_unanswered(later) == 0
    assert case(case_id).state == "waiting_buyer"


def test_a_planned_call_is_no_target_that_was_missed(app):
    case_id = make_case(burns_at=NOON + timedelta(days=900))
    cases.move(CLERK, case_id, None, "waiting_buyer")
    now = datetime.now(UTC)
    follow_ups.plan(CLERK, case_id, "call", now + timedelta(hours=1))

    assert listing.overdue(now + timedelta(hours=2)) == (0, 1)
    assert events(case_id)[-1] == "planned"
