"""A case's clock and due times, written onto its row."""

from datetime import UTC, datetime
from typing import Any

from shopadmin_review_recovery.domain import deadlines
from shopadmin_review_recovery.domain.calendars import Calendar
from shopadmin_review_recovery.domain.deadlines import TARGETS, Clock
from shopadmin_review_recovery.domain.states import ENDED
from shopadmin_review_recovery.domain.triage import Urgency
from shopadmin_review_recovery.models import ReviewCase

# Where nothing is due: behind everything that is.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def opening(urgency: Urgency, calendar: Calendar, now: datetime) -> dict[str, Any]:
    """The columns of a case that opens now."""
    due = deadlines.due(Clock(0, now), calendar, TARGETS[urgency], is_touched=False)
    assert due.first is not None  # noqa: S101 - the clock of a new case runs
    return {
        "used_seconds": 0,
        "clock_since": now,
        "due_first_at": due.first,
        "due_resolve_at": due.resolve,
        "burns_at": due.first,
        "warned": 0,
    }


def clock_of(case: Any) -> Clock:
    """The clock as it is kept."""
    return Clock(case.used_seconds, case.clock_since)


def enter(case: ReviewCase, state: str, calendar: Calendar, now: datetime) -> None:
    """Put the case into ``state``: its clock runs on or stands, and due times follow."""
    clock = deadlines.change(clock_of(case), calendar, state, now)
    case.state = state
    case.used_seconds, case.clock_since = clock.used, clock.since
    set_due(case, calendar)


def touch(case: ReviewCase, calendar: Calendar, now: datetime) -> None:
    """The buyer was answered: the first target is met, or missed for good."""
    if case.touched_at is None:
        case.first_used_seconds = deadlines.used_until(clock_of(case), calendar, now)
        case.touched_at, case.warned = now, 0
        set_due(case, calendar)


def restart(case: ReviewCase, state: str, calendar: Calendar, now: datetime) -> None:
    """A case that opens again gets the whole of its time anew."""
    case.state, case.warned, case.first_used_seconds = state, 0, None
    case.used_seconds, case.clock_since = 0, now
    set_due(case, calendar)


def set_due(case: ReviewCase, calendar: Calendar) -> None:
    """Due times by the clock, and ``burns_at``. Raises EmptyCalendarError."""
    target = TARGETS[case.urgency]  # type: ignore[index]
    due = deadlines.due(clock_of(case), calendar, target, case.touched_at is not None)
    case.due_first_at, case.due_resolve_at = due.first, due.resolve
    case.burns_at = burns_at(case, due)


def burns_at(case: Any, due: deadlines.Due) -> datetime:
    """When the case next wants somebody: at a target, or at what is planned; a case that is over never does."""
    if case.state in ENDED:
        return NEVER
    return min(filter(None, (due.first or due.resolve, case.planned_at)), default=NEVER)


def uses(case: Any, calendar: Calendar, now: datetime) -> dict[str, deadlines.Use]:
    """Used and left of both targets; ``first`` only while nobody has answered."""
    target = TARGETS[case.urgency]
    clock = clock_of(case)
    found = {"resolve": deadlines.use(target.resolve, clock, calendar, now)}
    if case.touched_at is None:
        found["first"] = deadlines.use(target.first, clock, calendar, now)
    return found
