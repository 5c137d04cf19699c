"""Shares: the shared cases, P1 to P6 on every small basket and on random large ones, and what does not hold."""

from collections.abc import Sequence
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from red_envelope_vectors import vectors
from shopadmin_red_envelope.domain.allocation import Allocation, allocate, apportion, split
from shopadmin_red_envelope.domain.baskets import Line

VECTORS = vectors("allocation")
MOST = 12


def keyed(amounts: Sequence[int]) -> list[Line]:
    return [Line(f"L{at:02}", amount) for at, amount in enumerate(amounts, 1)]


def spread(case: dict[str, Any]) -> Allocation:
    rule = apportion if case["kind"] == "apportion" else allocate
    lines = [
        Line(line["key"], line["amount"], type="goods" if line.get("eligible", True) else "freight")
        for line in case["lines"]
    ]
    return rule(case["discount"], lines)


@pytest.mark.parametrize("name", VECTORS)
def test_the_shared_cases_come_out_as_written(name: str) -> None:
    case = VECTORS[name]

    found = spread(case)

    assert (list(found.shares), found.undistributed) == (case["expected"], case["undistributed"])
    assert list(found.shares) != case.get("must_not_be")


def assert_p1_to_p4_and_p6(amounts: Sequence[int], discount: int, shares: Sequence[int]) -> None:
    """In integers, multiplied out."""
    total = sum(amounts)
    assert sum(shares) == discount
    for amount, share in zip(amounts, shares, strict=True):
        assert 0 <= share <= amount
        assert amount or not share
        assert abs(share * total - discount * amount) < max(total, 1)
    ordered = sorted(zip(amounts, shares, strict=True))
    least = dict(reversed(ordered))
    for (_amount, share), (next_amount, next_share) in pairwise(ordered):
        assert share <= next_share <= least[next_amount] + 1


# Baskets and (basket, discount) pairs: 13^n baskets of n lines, and their sums plus one, 6n+1 on average, discounts.
@pytest.mark.parametrize(
    ("count", "baskets", "pairs"), [(1, 13, 91), (2, 169, 2_197), (3, 2_197, 41_743), (4, 28_561, 714_025)]
)
def test_p1_to_p6_hold_for_every_basket_of_up_to_four_lines_and_every_discount(
    count: int, baskets: int, pairs: int
) -> None:
    tried = {"baskets": 0, "pairs": 0}
    canonical: dict[tuple[tuple[int, ...], int], list[int]] = {}
    for amounts in product(range(MOST + 1), repeat=count):
        lines = keyed(amounts)
        tried["baskets"] += 1
        # Sorted by amount, and the equal ones by key: P5 says that all baskets of the same lines agree there.
        order = sorted(range(count), key=amounts.__getitem__)
        multiset = tuple(amounts[at] for at in order)
        for discount in range(sum(amounts) + 1):
            tried["pairs"] += 1
            found = allocate(discount, lines)
            assert found.undistributed == 0
            in_order = [found.shares[at] for at in order]
            if canonical.setdefault((multiset, discount), in_order) is in_order:
                assert_p1_to_p4_and_p6(amounts, discount, found.shares)
            assert in_order == canonical[multiset, discount]
        assert allocate(sum(amounts) + 1, lines) == Allocation(amounts, 1)

    assert tried == {"baskets": baskets, "pairs": pairs}


amounts_and_discount = st.lists(st.integers(0, 10**12), min_size=1, max_size=20).flatmap(
    lambda amounts: st.tuples(st.just(amounts), st.integers(0, sum(amounts)))
)


@given(amounts_and_discount, st.randoms(use_true_random=False))
def test_p1_to_p6_hold_for_baskets_of_twenty_lines(drawn: tuple[list[int], int], random: Any) -> None:
    amounts, discount = drawn
    lines = keyed(amounts)
    shuffled = random.sample(lines, len(lines))

    shares = allocate(discount, lines).shares
    again = allocate(discount, shuffled).shares

    assert_p1_to_p4_and_p6(amounts, discount, shares)
    assert dict(zip(shuffled, again, strict=True)) == dict(zip(lines, shares, strict=True))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=20), st.integers(0, 60), st.randoms(use_true_random=False))
def test_ties_do_not_depend_on_the_order_of_lines_or_keys(amounts: list[int], discount: int, random: Any) -> None:
    keys = random.sample([f"{letter}{at}" for letter in "aB" for at in range(10)], len(amounts))
    lines = [Line(key, amount) for key, amount in zip(keys, amounts, strict=True)]

    shares = dict(zip(keys, apportion(discount, lines).shares, strict=True))
    again = apportion(discount, lines[::-1]).shares

    assert [shares[line.key] for line in lines[::-1]] == list(again)
    for one, other in product(lines, lines):
        if one.amount == other.amount and one.key < other.key:
            assert shares[one.key] >= shares[other.key]


def test_ties_go_to_the_larger_amount_and_then_to_the_smaller_key_by_code_point() -> None:
    assert allocate(2, keyed([100, 300])).shares == (0, 2)
    assert allocate(1, [Line("b", 5), Line("a", 5)]).shares == (0, 1)
    # Capital letters come before small ones, and 10 before 9, as keys are text.
    assert allocate(1, [Line("a", 5), Line("B", 5)]).shares == (0, 1)
    assert allocate(1, [Line("L9", 5), Line("L10", 5)]).shares == (0, 1)


def test_a_larger_discount_may_lower_a_share_so_shares_are_frozen() -> None:
    assert allocate(3, keyed([1, 3, 3])).shares == (1, 1, 1)
    assert allocate(4, keyed([1, 3, 3])).shares == (0, 2, 2)


def test_weights_have_no_cap_and_without_any_weight_all_is_undistributed() -> None:
    assert apportion(300, keyed([123])) == Allocation((300,), 0)
    assert apportion(7, keyed([0, 0])) == Allocation((0, 0), 7)
    assert apportion(7, []) == Allocation((), 7)


def test_a_discount_above_the_goods_is_capped_and_the_rest_undistributed() -> None:
    assert allocate(999_900, keyed([1000, 1000])) == Allocation((1000, 1000), 997_900)
    assert allocate(299, keyed([0])) == Allocation((0,), 299)


@pytest.mark.parametrize("rule", [allocate, apportion])
@pytest.mark.parametrize(
    ("amount", "lines", "message"),
    [
        (-1, [Line("a", 5)], "a negative amount cannot be spread"),
        (1, [Line("a", 5), Line("b", -1)], "a negative amount cannot be spread"),
        (1, [Line("a", 5), Line("a", 6)], "a line key stands twice"),
    ],
)
def test_what_cannot_be_spread_is_refused(rule: Any, amount: int, lines: list[Line], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        rule(amount, lines)


def test_r7_only_goods_are_reduced() -> None:
    lines = [Line("a", 5000), Line("b", 800, type="freight"), Line("c", 300, type="service_fee")]

    assert allocate(1000, lines) == Allocation((1000, 0, 0), 0)
    assert [(part.before, part.share, part.paid) for part in split(0, 1000, lines)] == [
        (5000, 1000, 4000), (0, 0, 0), (0, 0, 0),
    ]  # fmt: skip


def test_d4_a_gift_takes_nothing() -> None:
    assert allocate(1000, keyed([0, 9900, 0, 100])).shares == (0, 990, 0, 10)


@given(amounts_and_discount, st.integers(0, 10**12))
def test_order_discounts_come_first_and_the_envelope_is_spread_on_what_they_leave(
    drawn: tuple[list[int], int], envelope: int
) -> None:
    amounts, discounts = drawn
    lines = keyed(amounts)

    parts = split(discounts, envelope, lines)

    reduced = allocate(discounts, lines).shares
    assert [part.before for part in parts] == [
        amount - share for amount, share in zip(amounts, reduced, strict=True)
    ]  # fmt: skip
    assert sum(part.share for part in parts) == min(envelope, sum(amounts) - discounts)
    assert tuple(part.share for part in parts) == allocate(envelope, keyed([part.before for part in parts])).shares
    assert [part.key for part in parts] == [line.key for line in lines]
