"""Refunds: the shared cases, the give-back truth table at its instants, and sums that end at the payment."""

from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from red_envelope_vectors import vectors
from shopadmin_red_envelope.domain.allocation import split
from shopadmin_red_envelope.domain.baskets import Line
from shopadmin_red_envelope.domain.refunds import (
    GiveBack,
    PlacedLine,
    RefundError,
    Settlement,
    after,
    can_be_undone,
    give_back,
    of_units,
    refund,
    settle,
)

VECTORS = vectors("refund")
END, RECEIPT = 1_000_000, 500_000


def placed(envelope: int, lines: list[Line]) -> tuple[PlacedLine, ...]:
    parts = split(0, envelope, lines)
    return tuple(
        PlacedLine(line.key, line.quantity, part.before, part.share) for line, part in zip(lines, parts, strict=True)
    )


# The notice's example (R22): A 40 and B 60 yuan, envelope 10.
AB = placed(1000, [Line("A", 4000), Line("B", 6000)])


def settled(
    lines: tuple[PlacedLine, ...], *acts: dict[str, int] | None, started: int = 100, received: int | None = None
) -> list[Settlement]:
    """What the acts come to, one after the other, all completed while the envelope is valid."""
    found = []
    for units in acts:
        act = refund(lines, units)
        found.append(settle(act, give_back(act, started, 200, received, END), sum(line.share for line in lines)))
        lines = after(lines, act)
    return found


@pytest.mark.parametrize("name", VECTORS)
def test_the_shared_cases_come_out_as_written(name: str) -> None:
    case, context = VECTORS[name], VECTORS[name]["context"]
    lines = placed(case["discount"], [Line(line["key"], line["amount"], line["qty"]) for line in case["lines"]])

    assert [line.share for line in lines] == case["expected"]["alloc"]
    assert [line.before - line.share for line in lines] == case["expected"]["paid"]
    for step, expected in zip(case["steps"], case["expected"]["steps"], strict=True):
        act = refund(lines, step.get("units"))
        facts = give_back(
            act, step["started_at"], step["completed_at"], context["receipt_confirmed_at"], context["use_to"]
        )
        found = settle(act, facts, case["discount"])
        assert found == Settlement(**expected)
        assert found.cash != case.get("must_not_be", {}).get("cash")
        lines = after(lines, act)


@pytest.mark.parametrize(("is_full", "at_start", "at_end"), list(product((True, False), (-1, 0, 1), (-1, 0, 1))))
def test_r18_r19_r20_the_truth_table_at_one_millisecond_before_at_and_after(
    is_full: bool, at_start: int, at_end: int
) -> None:
    """Eight cells: full or partial, started before the receipt or not, completed while valid or not."""
    act = refund(AB, None if is_full else {"A": 1})

    facts = give_back(act, RECEIPT + at_start, END + at_end, RECEIPT, END)

    assert facts == GiveBack(is_full, at_start < 0, at_end < 0)
    comes_back = is_full and at_start < 0 and at_end < 0
    cash, share = (9000, 1000) if is_full else (3600, 400)
    assert settle(act, facts, 1000) == Settlement(cash, 1000 if comes_back else 0, 0 if comes_back else share)


def test_r18_a_receipt_confirmed_during_the_refund_does_not_matter_and_none_at_all_is_before_it() -> None:
    act = refund(AB)

    assert give_back(act, 499, 5000, 700, END).is_granted
    assert give_back(act, 499, 5000, None, END).is_granted


def test_r18_a_full_refund_gives_the_whole_envelope_back_and_forfeits_nothing() -> None:
    assert settled(AB, None) == [Settlement(9000, 1000, 0)]
    assert settled(AB, {"A": 1, "B": 1}) == [Settlement(9000, 1000, 0)]


def test_r19_an_envelope_that_expired_before_completion_is_not_given_back() -> None:
    act = refund(AB)

    assert settle(act, give_back(act, 10, END, None, END), 1000) == Settlement(9000, 0, 1000)


def test_r20_a_partial_refund_does_not_give_the_envelope_back() -> None:
    assert settled(AB, {"A": 1}) == [Settlement(3600, 0, 400)]


def test_r20_partial_refunds_that_add_up_to_all_do_not_give_the_envelope_back() -> None:
    assert settled(AB, {"A": 1}, {"B": 1}) == [Settlement(3600, 0, 400), Settlement(5400, 0, 600)]
    assert settled(AB, {"A": 1}, None) == [Settlement(3600, 0, 400), Settlement(5400, 0, 600)]


def test_r20_an_earlier_unit_of_the_same_line_makes_the_rest_partial() -> None:
    line = placed(100, [Line("A", 1000, 2)])

    assert settled(line, {"A": 1}, {"A": 1}) == [Settlement(450, 0, 50), Settlement(450, 0, 50)]
    assert settled(line, {"A": 2}) == [Settlement(900, 100, 0)]


def test_r20_gifts_and_freight_do_not_count_for_full() -> None:
    lines = placed(1000, [Line("A", 9900), Line("gift", 0, 2), Line("freight", 800, type="freight")])

    assert settled(lines, {"A": 1}) == [Settlement(8900, 1000, 0)]
    assert settled(lines, {"gift": 1, "freight": 1}, {"A": 1}) == [Settlement(0, 0, 0), Settlement(8900, 1000, 0)]
    assert settled(lines, {"gift": 2}, {"freight": 1}) == [Settlement(0, 0, 0), Settlement(0, 0, 0)]


def test_r22_the_example_of_the_notice() -> None:
    assert [(line.share, line.before - line.share) for line in AB] == [(400, 3600), (600, 5400)]
    assert [settled(AB, units)[0].cash for units in (None, {"A": 1}, {"B": 1})] == [9000, 3600, 5400]


@st.composite
def orders_and_acts(draw: st.DrawFn) -> tuple[list[Line], int, list[dict[str, int]]]:
    """An order with an envelope, and all its units in acts of random size and order."""
    sizes = st.tuples(st.integers(0, 10**6), st.integers(1, 12), st.sampled_from(["goods", "goods", "freight"]))
    lines = [
        Line(f"L{at:02}", amount, quantity, type_)
        for at, (amount, quantity, type_) in enumerate(draw(st.lists(sizes, min_size=1, max_size=6)))
    ]
    envelope = draw(st.integers(0, sum(line.goods_amount for line in lines)))
    units = draw(st.permutations([line.key for line in lines for _unit in range(line.quantity)]))
    cuts = sorted(draw(st.sets(st.integers(1, len(units)), max_size=8)) | {0, len(units)})
    acts = [units[start:end] for start, end in pairwise(cuts)]
    return lines, envelope, [{key: act.count(key) for key in act} for act in acts]


@given(orders_and_acts())
def test_r21_however_an_order_is_refunded_cash_ends_exactly_at_the_payment(drawn: Any) -> None:
    lines, envelope, acts = drawn
    standing = first = placed(envelope, lines)
    cash = dict.fromkeys((line.key for line in lines), 0)
    share = dict(cash)

    for units in acts:
        act = refund(standing, units)
        assert {part.key: part.units for part in act.lines} == units
        for part in act.lines:
            assert part.cash >= 0
            assert part.share >= 0
            cash[part.key] += part.cash
            share[part.key] += part.share
        standing = after(standing, act)
        for line in first:
            assert cash[line.key] <= line.before - line.share

    assert cash == {line.key: line.before - line.share for line in first}
    assert share == {line.key: line.share for line in first}
    assert sum(share.values()) == envelope
    assert all(line.left == 0 for line in standing)
    with pytest.raises(RefundError, match="nothing is left") as refused:
        refund(standing)
    assert refused.value.code == "nothing_to_refund"


@given(orders_and_acts(), st.integers(-1, 1), st.integers(-1, 1))
def test_r2_no_refund_pays_the_envelope_out_as_cash(drawn: Any, at_start: int, at_end: int) -> None:
    lines, envelope, acts = drawn
    standing = placed(envelope, lines)
    goods = sum(line.goods_amount for line in lines)

    cash = given_back = forfeited = 0
    for units in acts:
        act = refund(standing, units)
        found = settle(act, give_back(act, RECEIPT + at_start, END + at_end, RECEIPT, END), envelope)
        cash, given_back, forfeited = cash + found.cash, given_back + found.given_back, forfeited + found.forfeited
        standing = after(standing, act)

    assert cash == goods - envelope
    # It comes back whole or not at all, and every part of it is accounted for.
    assert (given_back, forfeited) in ((envelope, 0), (0, envelope))


@given(orders_and_acts())
def test_r20_only_one_act_over_every_priced_unit_is_full(drawn: Any) -> None:
    lines, envelope, acts = drawn
    standing = placed(envelope, lines)
    priced = {line.key: line.quantity for line in lines if line.goods_amount}

    for units in acts:
        act = refund(standing, units)
        assert act.is_full == all(units.get(key, 0) == quantity for key, quantity in priced.items())
        standing = after(standing, act)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 9), min_size=1, max_size=9))
def test_r21_units_telescope_for_any_batches(amount: int, batches: list[int]) -> None:
    quantity = max(sum(batches), 1)
    taken, parts = 0, []
    for units in batches:
        parts.append(of_units(amount, quantity, taken, units))
        taken += units

    assert sum(parts) == amount * taken // quantity
    assert min(parts) >= 0


def test_cash_and_share_are_split_each_for_itself() -> None:
    """8 paid as 7 over five units: taking the cash as line minus share would make some part negative or uneven."""
    line = placed(1, [Line("A", 8, 5)])

    assert [(it.cash, it.forfeited) for it in settled(line, *[{"A": 1}] * 5)] == [
        (1, 0), (1, 0), (2, 0), (1, 0), (2, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("units", "code", "key", "left", "message"),
    [
        ({"A": 3}, "more_than_left", "A", 2, "of A are 2 units left, not 3"),
        ({"A": 1, "B": 2}, "more_than_left", "B", 1, "of B are 1 units left, not 2"),
        ({"X": 1}, "unknown_line", "X", 0, "there is no line X"),
        ({"A": -1, "B": 1}, "bad_units", "A", 2, "the units of A are below 0"),
        ({"A": 0}, "nothing_to_refund", "", 0, "nothing is left to refund, or no units are named"),
        ({}, "nothing_to_refund", "", 0, "nothing is left to refund, or no units are named"),
    ],
)
def test_a_refund_that_cannot_be_says_why(units: Any, code: str, key: str, left: int, message: str) -> None:
    lines = placed(100, [Line("A", 4000, 2), Line("B", 6000)])

    with pytest.raises(RefundError) as refused:
        refund(lines, units)

    found = refused.value
    assert (found.code, found.key, found.left, str(found)) == (code, key, left, message)


def test_r21_a_refund_can_be_undone_where_what_is_left_is_by_cumulative_floors() -> None:
    """Every way to take units of a line one after the other, each part taken back alone, for small amounts."""
    verdicts = set()
    for envelope, amount, quantity in product(range(4), range(4, 12), range(1, 5)):
        (line,) = lines = placed(envelope, [Line("A", amount, quantity)])
        parts = []
        for _ in range(quantity):
            act = refund(lines, {"A": 1})
            parts.append(act.lines[0])
            (line,) = lines = after(lines, act)
            cash, share = sum(part.cash for part in parts), sum(part.share for part in parts)
            for part in parts:
                rest = (cash - part.cash, share - part.share)
                paid = (line.before - line.share, line.share)
                expected = tuple(whole * (len(parts) - 1) // quantity for whole in paid)
                verdict = can_be_undone(line, cash, share, part)
                assert verdict is (rest == expected)
                verdicts.add((verdict, part is parts[-1]))
    # The last one always can; an earlier one where the amounts divide evenly.
    assert verdicts == {(True, True), (True, False), (False, False)}


def test_a_unit_is_refunded_once() -> None:
    lines = after(AB, refund(AB, {"A": 1}))

    with pytest.raises(RefundError, match="of A are 0 units left, not 1"):
        refund(lines, {"A": 1})


def test_no_refund_is_completed_before_it_is_started() -> None:
    act = refund(AB)

    assert give_back(act, 500, 500, None, END).is_granted
    with pytest.raises(RefundError) as refused:
        give_back(act, 500, 499, None, END)
    assert (refused.value.code, str(refused.value)) == (
        "completed_before_started",
        "it is completed before it is started",
    )
