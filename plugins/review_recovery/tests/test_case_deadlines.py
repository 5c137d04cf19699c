"""Response targets: two on one clock, which stands while the case waits, and what a new calendar makes of them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shopadmin_review_recovery.domain import deadlines
from shopadmin_review_recovery.domain.deadlines import TARGETS, Clock, change, due, replay, use
from shopadmin_review_recovery.domain.hours import read_calendar
from shopadmin_review_recovery.domain.states import OPEN

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = read_calendar(ZONE, "mon-sat 09:00-12:00 13:30-18:00")
HOUR = 3600


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("urgency", "first", "resolve"),
    [("threat", 1, 24), ("safety", 1, 24), ("stars1", 2, 24), ("stars2", 4, 48), ("stars3", 8, 72)],
)
def test_the_targets_are_those_of_the_rules(urgency: str, first: int, resolve: int) -> None:
    target = TARGETS[urgency]

    assert (target.first, target.resolve) == (first * HOUR, resolve * HOUR)


def test_both_targets_run_from_the_moment_the_case_opens() -> None:
    found = due(Clock(0, at("25 11:00")), CALENDAR, TARGETS["stars1"], is_touched=False)

    assert (found.first, found.resolve) == (at("25 14:30"), at("28 14:00"))


def test_the_clock_stands_while_the_case_waits_and_runs_on_from_there() -> None:
    clock = change(Clock(0, at("25 09:00")), CALENDAR, "waiting_buyer", at("25 10:00"))
    assert due(clock, CALENDAR, TARGETS["stars1"], is_touched=True) == deadlines.Due(None, None)

    clock = change(clock, CALENDAR, "contacting", at("26 09:00"))

    assert clock.used == HOUR
    assert due(clock, CALENDAR, TARGETS["stars1"], is_touched=True).resolve == at("30 09:30")


def test_what_is_used_up_is_due_when_the_clock_goes_on() -> None:
    found = due(Clock(30 * HOUR, at("27 10:00")), CALENDAR, TARGETS["stars1"], is_touched=True)

    assert found.resolve == at("27 10:00")


@pytest.mark.parametrize(("hours", "level"), [(0, 0), (1.59, 0), (1.6, 1), (1.99, 1), (2, 2), (5, 2)])
def test_a_warning_comes_at_four_fifths_and_at_the_end(hours: float, level: int) -> None:
    found = use(TARGETS["stars1"].first, Clock(0, at("25 13:30")), CALENDAR, at("25 13:30") + timedelta(hours=hours))

    if hours <= 4:
        assert found.level == level


def test_a_holiday_declared_later_gives_its_hours_back() -> None:
    closed = read_calendar(ZONE, "mon-sat 09:00-12:00 13:30-18:00", "2026-11-25")
    moves = [(at("26 10:00"), "contacting"), (at("26 11:00"), "on_hold")]

    before, after = (replay(calendar, at("25 09:00"), moves) for calendar in (CALENDAR, closed))

    assert (before.used, after.used) == (int(9.5 * HOUR), 2 * HOUR)
    assert after.since is None


@given(st.lists(st.tuples(st.integers(0, 40 * HOUR), st.sampled_from(OPEN)), max_size=12))
def test_moves_replayed_give_the_clock_that_ran_along(steps: list[tuple[int, str]]) -> None:
    now, clock, moves = at("02 09:00"), Clock(0, at("02 09:00")), []
    for seconds, state in steps:
        now += timedelta(seconds=seconds)
        clock = change(clock, CALENDAR, state, now)
        moves.append((now, state))

    assert replay(CALENDAR, at("02 09:00"), moves) == clock
    assert 0 <= clock.used <= deadlines.used_until(clock, CALENDAR, now)
