"""Rates, verdicts, weeks, the rating simulator and prevention as rules: known values, brute force, properties."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from shopadmin_review_recovery.domain import prevention, rates, ratings, solving, weeks
from shopadmin_review_recovery.domain.causes import CODES
from shopadmin_review_recovery.domain.prevention import ITEMS_OF, PreventionError
from shopadmin_review_recovery.domain.rates import Count
from shopadmin_review_recovery.domain.ratings import Question, RatingError
from shopadmin_review_recovery.domain.solving import History

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
DAY = timedelta(days=1)
STARS = st.fractions(1, 5, max_denominator=20)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (Count(3, 100), Count(4, 100), "same"),
        (Count(3, 100), Count(15, 100), "more"),
        (Count(15, 100), Count(3, 100), "fewer"),
        # Three times the orders and three times the cases are the same.
        (Count(10, 100), Count(30, 300), "same"),
        (Count(10, 100), Count(10, 300), "fewer"),
        (Count(0, 100), Count(0, 100), "same"),
        (Count(3, 0), Count(3, 100), "unknown"),
    ],
)
def test_a_trend_is_told_for_the_same_orders_and_not_by_chance(before: Count, after: Count, change: str) -> None:
    assert rates.change(before, after) == change


@given(st.integers(0, 200), st.integers(0, 200), st.integers(1, 500), st.integers(1, 500))
def test_a_trend_turned_round_is_the_opposite(first: int, second: int, orders: int, others: int) -> None:
    before, after = Count(first, orders), Count(second, others)
    opposite = {"more": "fewer", "fewer": "more", "same": "same"}

    assert rates.change(after, before) == opposite[rates.change(before, after)]


def test_a_hundred_and_twenty_reviews_at_4_2_need_72_with_five_stars_to_be_at_4_5() -> None:
    assert ratings.needed(Question(120, Fraction("4.2"), Fraction("4.5"), Fraction(5))) == 72


@given(st.integers(0, 60), STARS, STARS, STARS)
def test_the_simulator_agrees_with_adding_one_review_after_the_other(
    reviews: int, mean: Fraction, target: Fraction, coming: Fraction
) -> None:
    assume(coming <= target or coming - target >= Fraction(1, 4))
    stars = reviews * mean
    one_by_one = next((more for more in range(2000) if stars + more * coming >= target * (reviews + more)), None)

    assert ratings.needed(Question(reviews, mean, target, coming)) == one_by_one


@pytest.mark.parametrize("wrong", [{"reviews": -1}, {"mean": Fraction(0)}, {"target": Fraction(6)}])
def test_a_number_that_no_average_can_be_is_refused(wrong: dict[str, object]) -> None:
    values = {"reviews": 1, "mean": Fraction(4), "target": Fraction(4), "coming": Fraction(5)}

    with pytest.raises(RatingError, match=next(iter(wrong))):
        Question(**values | wrong)  # type: ignore[arg-type]


OPENED = NOW - 40 * DAY


@pytest.mark.parametrize(
    ("case", "verdict"),
    [
        (History(OPENED, False, is_confirmed=True), "solved"),
        (History(OPENED, False, remedied_at=NOW - 14 * DAY), "solved"),
        (History(OPENED, False, remedied_at=NOW - 13 * DAY), "early"),
        # Opened again within the 14 days, however it went on.
        (History(OPENED, False, remedied_at=NOW - 30 * DAY, reopened_at=NOW - 20 * DAY), "unsolved"),
        (History(OPENED, True, remedied_at=NOW - 20 * DAY, reopened_at=NOW - 9 * DAY), "early"),
        (History(OPENED, True, remedied_at=NOW - 35 * DAY, reopened_at=NOW - 20 * DAY), "solved"),
        # A second remedy after the case came back.
        (History(OPENED, False, remedied_at=NOW - 15 * DAY, reopened_at=NOW - 20 * DAY), "solved"),
        (History(OPENED, False), "unsolved"),
        (History(OPENED, True), "unsolved"),
        (History(NOW - 13 * DAY, True), "early"),
        (History(NOW - 13 * DAY, False), "unsolved"),
    ],
)
def test_a_problem_is_solved_when_the_buyer_says_so_or_nothing_came_back(case: History, verdict: str) -> None:
    assert solving.verdict(case, NOW) == verdict


def test_a_review_is_updated_a_day_later_and_not_for_the_worse() -> None:
    assert solving.is_updated(OPENED, OPENED + DAY, False)
    assert not solving.is_updated(OPENED, OPENED + DAY, True)
    assert not solving.is_updated(OPENED, OPENED + DAY - timedelta(seconds=1), False)
    assert not solving.is_updated(OPENED, None, False)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(1, 52), st.sampled_from(["Asia/Shanghai",
       "America/New_York", "Australia/Lord_Howe"]))  # fmt: skip
def test_weeks_lie_end_to_end_from_monday_to_monday(last: date, count: int, zone: str) -> None:
    found = weeks.windows(last, count, ZoneInfo(zone))

    assert len(found) == count
    assert found[-1][0] <= last < found[-1][0] + timedelta(weeks=1)
    assert all(day.weekday() == 0 for day, _window in found)
    assert all(earlier[1] == later[0] for (_day, earlier), (_next, later) in pairwise(found))
    assert all(begins.astimezone(ZoneInfo(zone)).date() == day for day, (begins, _ends) in found)


def test_every_cause_has_a_list_without_doubles() -> None:
    assert set(ITEMS_OF) == set(CODES)
    assert all(len(items) == len(set(items)) >= 2 for items in ITEMS_OF.values())


def test_the_last_task_begins_the_count_anew() -> None:
    assert prevention.counted_since(NOW, None) == NOW - 30 * DAY
    assert prevention.counted_since(NOW, NOW - 3 * DAY) == NOW - 3 * DAY
    assert prevention.counted_since(NOW, NOW - 90 * DAY) == NOW - 30 * DAY


@pytest.mark.parametrize(
    ("ticked", "result", "reason", "code"),
    [
        (ITEMS_OF["quality"][1:], "done", "", "not_ticked"),
        ((), "dropped", "  ", "no_reason"),
        ((), "lost", "why", "unknown"),
    ],
)
def test_a_task_is_not_closed_without_ticks_or_reason(
    ticked: tuple[str, ...], result: str, reason: str, code: str
) -> None:
    with pytest.raises(PreventionError, match=code):
        prevention.close("quality", ticked, result, reason)


def test_whether_it_helped_is_said_after_thirty_days_and_not_by_chance() -> None:
    before = Count(12, 100)

    assert prevention.effect(before, Count(2, 100), is_over=False) == "early"
    assert prevention.effect(before, Count(2, 100), is_over=True) == "helped"
    assert prevention.effect(before, Count(9, 100), is_over=True) == "same"
    assert prevention.effect(before, Count(30, 100), is_over=True) == "worse"
    assert prevention.effect(before, Count(0, 0), is_over=True) == "unknown"
