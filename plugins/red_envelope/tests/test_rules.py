"""The rules alone: every state, every action, every instant around the start and the end."""

from dataclasses import replace
from datetime import datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from red_envelope_shop import ACTIVITY, NOW, TERMS
from shopadmin_red_envelope.domain import checks, states
from shopadmin_red_envelope.domain.states import ACTIONS, Standing, may_edit, shown_state
from shopadmin_red_envelope.domain.times import MissingTimeError, to_instant, to_local

LIST = (500, 1000, 2000, 5000)
LOCK, END = 1_000_000, 2_000_000
INSTANTS = [LOCK - 2001, LOCK - 2000, LOCK - 1999, LOCK - 1, LOCK, LOCK + 1, END - 1, END, END + 1]
OPEN = {("draft", action) for action in ("create", "edit", "delete", "schedule")} | {
    ("scheduled", "amount"),
    ("scheduled", "withdraw"),
}


def test_nothing_is_open_but_what_the_table_says_and_only_until_two_seconds_before_the_start() -> None:
    for stored, action, now, is_sealed in product(
        ("draft", "scheduled", "withdrawn"), ACTIONS, INSTANTS, (False, True)
    ):
        is_open = (stored, action) in OPEN and now < LOCK - 2000 and not is_sealed

        assert (may_edit(Standing(stored, LOCK, END, is_sealed), action, now) is None) == is_open, (stored, action, now)


def test_states_follow_the_clock() -> None:
    shown = {
        stored: [shown_state(Standing(stored, LOCK, END), now) for now in (LOCK - 1, LOCK, END - 1, END)]
        for stored in ("draft", "scheduled", "withdrawn")
    }

    assert shown == {
        "draft": ["draft", "withdrawn", "withdrawn", "withdrawn"],
        "scheduled": ["scheduled", "running", "running", "ended"],
        "withdrawn": ["withdrawn"] * 4,
    }


def test_a_draft_without_a_start_stays_open() -> None:
    assert may_edit(Standing("draft", None), "edit", NOW) is None
    assert shown_state(Standing("draft", None), NOW) == "draft"


def test_the_lock_is_the_earlier_of_activity_and_collection() -> None:
    assert [states.lock_at(*pair) for pair in ((5, 7), (7, 5), (5, None), (None, 7), (None, None))] == [
        5,
        5,
        5,
        7,
        None,
    ]


def test_a_sealed_campaign_stays_closed_however_the_clock_is_set() -> None:
    for now in (0, LOCK - 10**9, LOCK, END):
        assert all(may_edit(Standing("scheduled", LOCK, END, True), action, now) == "locked" for action in ACTIONS)


@given(st.integers(1, 10**7), st.none() | st.integers(1, 10**7), st.none() | st.integers(-5, 10**13))
def test_amount_threshold_and_quantity_fit_or_are_named(amount: int, threshold: int | None, pieces: int | None) -> None:
    terms = replace(TERMS, amount=amount, threshold=threshold, quantity=pieces)

    found = {objection.code for objection in checks.check_campaign(terms, ACTIVITY, LIST, NOW)}

    assert ("amount_not_listed" in found) == (amount not in LIST)
    assert ("threshold_not_above_amount" in found) == (threshold is not None and threshold <= amount)
    assert ("bad_quantity" in found) == (pieces is not None and not 1 <= pieces <= checks.MOST_PIECES)


@given(st.tuples(*[st.integers(NOW - 10**7, NOW + 10**7)] * 4))
def test_windows_are_half_open_and_collecting_ends_no_later_than_use(times: tuple[int, int, int, int]) -> None:
    claim_from, claim_to, use_from, use_to = times
    terms = replace(TERMS, claim_from=claim_from, claim_to=claim_to, use_from=use_from, use_to=use_to)

    found = checks.check_campaign(terms, ACTIVITY, LIST, NOW)

    fits = claim_from < claim_to <= use_to and use_from < use_to and min(claim_from, ACTIVITY.starts_at) - 2000 > NOW
    assert (found == []) == fits


@given(st.integers(0, 10**13), st.integers(0, 10**13))
def test_no_later_moment_opens_what_an_earlier_one_closed(now: int, later: int) -> None:
    early, late = sorted((now, later))
    for stored, action in product(("draft", "scheduled", "withdrawn"), ACTIONS):
        campaign = Standing(stored, LOCK, END)
        if may_edit(campaign, action, early) is not None:
            assert may_edit(campaign, action, late) is not None


def test_r3_scheduling_needs_an_activity_that_supports_store_envelopes() -> None:
    without = replace(ACTIVITY, supports_store_envelopes=False)

    found = checks.check_campaign(TERMS, without, LIST, NOW, scheduling=True)

    assert [objection.code for objection in found] == ["no_store_envelopes"]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_a_time_in_the_gap_is_refused_with_the_next_that_exists(zone: str) -> None:
    day = (2026, 3, 29) if zone == "Europe/Berlin" else (2026, 3, 8)

    with pytest.raises(MissingTimeError) as refused:
        to_instant(datetime(*day, 2, 30), ZoneInfo(zone))  # noqa: DTZ001 - local by purpose

    assert refused.value.instead == datetime(*day, 3, 0)  # noqa: DTZ001


@given(st.integers(1, checks.LAST_INSTANT // 60_000).map(lambda minute: minute * 60_000))
def test_what_a_form_shows_means_the_same_instant_again(instant: int) -> None:
    zone = ZoneInfo("Asia/Shanghai")

    again = to_instant(to_local(instant, zone), zone)

    # Shanghai put its clocks back until 1991: of an hour that came twice, the first is meant.
    assert again in (instant, instant - 3_600_000)
