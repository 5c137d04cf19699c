"""What a campaign may cost: the rules alone, held against counting order by order."""

from fractions import Fraction
from itertools import pairwise
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shopadmin_red_envelope.domain import budget, simulation
from shopadmin_red_envelope.domain.simulation import Counted, Draft, History
from shopadmin_red_envelope.domain.times import DAY_MS

LIST = (500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
# Period, buyer, goods.
ORDERS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 6), st.integers(0, 60_000)), max_size=40)
DRAFTS = st.builds(
    Draft,
    amount=st.sampled_from(LIST),
    threshold=st.none() | st.integers(50_001, 90_000),
    quantity=st.none() | st.integers(1, 20),
)


def history(orders: list[tuple[int, int, int]], amounts: tuple[int, ...], periods: int = 4) -> History:
    """What a database would have counted."""

    def at_least(amount: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        fitting = [
            [buyer for at, buyer, goods in orders if at == place and goods >= amount] for place in range(periods)
        ]
        return tuple(map(len, fitting)), tuple(len(set(buyers)) for buyers in fitting)

    goods = tuple(sum(goods for at, _buyer, goods in orders if at == place) for place in range(periods))
    return History(at_least(0)[0], goods, {amount: at_least(amount) for amount in amounts})


def test_r6_an_order_must_be_above_the_envelope_or_reach_the_threshold() -> None:
    assert simulation.smallest_order(1000, None) == 1001
    assert simulation.smallest_order(1000, 5000) == 5000


@settings(deadline=None)
@given(ORDERS, DRAFTS, st.integers(1, 100))
def test_the_sweeps_say_what_counting_each_order_says(
    orders: list[tuple[int, int, int]], draft: Draft, rate: int
) -> None:
    found = history(orders, simulation.amounts(draft, LIST))

    variants = simulation.by_denomination(found, draft, LIST, rate) + simulation.by_threshold(found, draft, rate)

    for variant in variants:
        amount, threshold = variant.draft.amount, variant.draft.threshold
        fitting = [(at, buyer) for at, buyer, goods in orders if (goods >= threshold if threshold else goods > amount)]
        assert variant.found.orders == Fraction(len(fitting), 4)
        assert variant.found.buyers == Fraction(len(set(fitting)), 4)
        claims = ceil(Fraction(len(set(fitting)) * rate, 400))
        assert variant.cost.usual == amount * min(claims, draft.quantity or claims)
        near = [
            goods for _at, _buyer, goods in orders if threshold and threshold * 4 <= goods * 5 and goods < threshold
        ]
        assert variant.near == Fraction(len(near), 4)


@settings(deadline=None)
@given(ORDERS, DRAFTS)
def test_a_higher_rate_or_a_larger_envelope_never_costs_less_and_a_cap_is_never_passed(
    orders: list[tuple[int, int, int]], draft: Draft
) -> None:
    found = history(orders, simulation.amounts(draft, LIST))
    counted = simulation.counted(found, draft)

    costs = [simulation.cost(draft, counted, rate) for rate in simulation.CLAIM_RATES]

    assert [cost.usual for cost in costs] == sorted(cost.usual for cost in costs)
    assert all(cost.usual <= cost.busiest for cost in costs)
    if draft.quantity is not None:
        assert all(cost.busiest <= draft.quantity * draft.amount for cost in costs)


def test_costs_are_rounded_up_and_never_below_what_they_are_made_of() -> None:
    cost = simulation.cost(Draft(1000), Counted(Fraction(1), Fraction(1, 3), busiest=1), 10)

    assert (cost.claims, cost.usual, cost.busiest) == (1, 1000, 1000)


@settings(deadline=None)
@given(st.integers(1, 10**9), st.none() | st.integers(1, 10**9))
def test_every_threshold_that_is_compared_is_above_the_envelope(amount: int, above: int | None) -> None:
    threshold = None if above is None else amount + above

    found = simulation.thresholds(amount, threshold)

    assert list(found) == sorted(set(found))
    assert all(one > amount for one in found)
    assert threshold is None or threshold in found


@settings(deadline=None)
@given(st.integers(1, 10**12))
def test_near_misses_begin_with_the_first_amount_that_is_a_fifth_below_at_most(threshold: int) -> None:
    first = simulation.near_from(threshold)

    assert first * 5 >= threshold * 4
    assert (first - 1) * 5 < threshold * 4


@settings(deadline=None)
@given(st.integers(1, 400), st.integers(1, 400), st.none() | st.integers(-500, 0))
def test_periods_are_whole_and_lie_in_the_history(days: int, use_days: int, first_day: int | None) -> None:
    until = 2_000 * DAY_MS
    first = None if first_day is None else until + first_day * DAY_MS

    found = simulation.windows(until, days, use_days, first)

    assert found[-1][1] == until
    assert all(ends == begins for (_begins, ends), (begins, _ends) in pairwise(found))
    assert found[0][0] >= until - days * DAY_MS
    if len(found) > 1:
        assert {ends - begins for begins, ends in found} == {use_days * DAY_MS}
        assert first is not None
        assert found[0][0] >= first


def test_days_before_the_first_order_do_not_count_as_quiet_ones() -> None:
    until = 100 * DAY_MS

    assert len(simulation.windows(until, 90, 7, until - 20 * DAY_MS)) == 2
    assert simulation.windows(until, 90, 7, until - 3 * DAY_MS) == [(until - 7 * DAY_MS, until)]
    assert simulation.windows(until, 30, 60, until - 90 * DAY_MS) == [(until - 30 * DAY_MS, until)]


def test_break_even_is_the_cost_over_the_contribution_margin() -> None:
    found = history([(0, 1, 10_000), (1, 2, 30_000), (1, 3, 20_000)], simulation.amounts(Draft(1000), LIST), 2)
    cost = simulation.cost(Draft(1000), simulation.counted(found, Draft(1000)), 100)

    even = simulation.break_even(cost, 30, found)

    assert cost.usual == 2000
    assert even is not None
    # 20.00 / 30 % = 66.67 of 300.00 a period, a third of a basket of 200.00.
    assert (even.goods, even.orders, even.uplift) == (6667, 1, Fraction(6667, 30_000))
    assert simulation.break_even(cost, 30, History((1,), (0,), {})) is None


@settings(deadline=None)
@given(st.integers(1, 10**9), st.integers(1, 100), st.lists(st.integers(1, 10**9), min_size=1, max_size=9))
def test_at_the_break_even_the_margin_of_the_extra_sales_pays_the_cost(
    usual: int, margin: int, goods: list[int]
) -> None:
    cost = simulation.Cost(30, 1, usual, usual)

    even = simulation.break_even(cost, margin, History((1,) * len(goods), tuple(goods), {}))

    assert even is not None
    assert even.goods * margin >= usual * 100 > (even.goods - 1) * margin


def test_the_worst_case_is_every_piece_and_without_a_cap_every_past_buyer() -> None:
    assert budget.worst_case(1000, 50, buyers=7) == budget.WorstCase(50_000, is_bound=True)
    assert budget.worst_case(1000, None, buyers=7) == budget.WorstCase(7000, is_bound=False, buyers=7)


@pytest.mark.parametrize(
    ("amount", "is_bound", "limit", "expected"),
    [
        (1000, True, None, False),
        (1000, False, None, False),
        (1000, True, 1000, False),
        (1001, True, 1000, True),
        (1, False, 1000, True),
        (0, False, 0, True),
    ],
)
def test_what_passes_the_limit_or_has_no_bound_must_be_confirmed(
    amount: int, is_bound: bool, limit: int | None, expected: bool
) -> None:
    assert budget.must_be_confirmed(budget.WorstCase(amount, is_bound), limit) == expected
