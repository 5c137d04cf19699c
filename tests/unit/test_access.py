"""The rules of granting, without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopadmin.domain.access import (
    DELEGATE,
    Holder,
    can_grant,
    can_manage,
    check_grant,
    grantable_by,
    later,
    latest_end,
    within,
)

LEVELS = {
    "a:read": "grantable",
    "b:read": "grantable",
    "c:read": "grantable",
    DELEGATE: "grantable",
    "shop:erase": "owner_only",
    "own:read": "baseline",
}
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
OWNER = Holder(1, is_owner=True)
MANAGER = Holder(2, points={DELEGATE: None, "a:read": None, "b:read": NOON, "own:read": None})
CLERK = Holder(3, points={"a:read": None})
NEWCOMER = Holder(4)


def test_the_owner_gives_everything_that_can_be_given_and_no_more():
    assert grantable_by(OWNER, LEVELS) == {"a:read", "b:read", "c:read", DELEGATE}
    assert can_grant(OWNER, NEWCOMER, {"a:read", DELEGATE}, LEVELS)
    assert not can_grant(OWNER, NEWCOMER, {"shop:erase"}, LEVELS)
    assert not can_grant(OWNER, NEWCOMER, {"no:such"}, LEVELS)


def test_a_manager_gives_own_points_but_never_the_right_to_give():
    assert grantable_by(MANAGER, LEVELS) == {"a:read", "b:read"}
    assert can_grant(MANAGER, NEWCOMER, {"a:read"}, LEVELS)
    assert check_grant(MANAGER, NEWCOMER, {"c:read"}, LEVELS) == ["beyond_own"]
    assert check_grant(MANAGER, NEWCOMER, {DELEGATE}, LEVELS) == ["beyond_own"]


def test_somebody_without_the_point_gives_nothing_not_even_what_is_own():
    assert grantable_by(CLERK, LEVELS) == frozenset()
    assert check_grant(CLERK, NEWCOMER, {"a:read"}, LEVELS) == ["no_right"]
    assert check_grant(CLERK, NEWCOMER, (), LEVELS) == ["no_right"]


@pytest.mark.parametrize("actor", [OWNER, MANAGER, CLERK])
def test_nobody_gives_to_self_or_to_the_owner(actor):
    assert "self" in check_grant(actor, actor, (), LEVELS)
    assert "owner" in check_grant(actor, OWNER, (), LEVELS)


def test_a_manager_gives_nothing_for_longer_than_own():
    assert check_grant(MANAGER, NEWCOMER, {"b:read"}, LEVELS, None) == ["beyond_own_time"]
    assert check_grant(MANAGER, NEWCOMER, {"b:read"}, LEVELS, NOON + timedelta(seconds=1)) == ["beyond_own_time"]
    assert can_grant(MANAGER, NEWCOMER, {"b:read"}, LEVELS, NOON)
    assert latest_end(MANAGER, ("a:read", "b:read"), None) == NOON
    assert latest_end(OWNER, ("a:read",), None) is None


def test_a_manager_manages_those_alone_who_hold_no_more():
    assert can_manage(MANAGER, CLERK, LEVELS)
    assert can_manage(MANAGER, NEWCOMER, LEVELS)
    assert not can_manage(MANAGER, Holder(5, points={"c:read": None}), LEVELS)
    assert not can_manage(MANAGER, Holder(6, points={DELEGATE: None}), LEVELS)
    assert not can_manage(MANAGER, Holder(7, points={"gone.plugin:read": None}), LEVELS)
    assert not can_manage(MANAGER, MANAGER, LEVELS)
    assert not can_manage(MANAGER, OWNER, LEVELS)
    assert not can_manage(CLERK, NEWCOMER, LEVELS)
    assert can_manage(OWNER, Holder(7, points={"gone.plugin:read": None}), LEVELS)


ends = st.none() | st.datetimes(timezones=st.just(UTC))


@given(ends, ends)
def test_of_two_ends_one_is_within_the_other(one, other):
    assert {within(one, other), later(one, other)} == {one, other}
    assert within(one, later(one, other)) == one


points = st.dictionaries(st.sampled_from(sorted(LEVELS)), ends)
holders = st.builds(Holder, st.integers(2, 9), st.just(False), points)


@given(holders, holders, st.sets(st.sampled_from(sorted(LEVELS))), ends)
def test_what_somebody_gives_is_a_part_of_what_the_giver_holds(actor, target, wanted, until):
    if can_grant(actor, target, wanted, LEVELS, until):
        assert wanted <= actor.points.keys() - {DELEGATE}
        assert all(later(until, actor.points[code]) == actor.points[code] for code in wanted)
        assert actor.account_id != target.account_id
