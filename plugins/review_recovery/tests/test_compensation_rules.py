"""Who decides about compensation (G14), and when nothing is open any more (G5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shopadmin_review_recovery.domain.compensation import (
    KINDS,
    OWNERS_KINDS,
    STATES,
    Bounds,
    Wanted,
    open_ones,
    reasons,
)

amounts = st.integers(0, 10_000)
bounds = st.builds(
    Bounds,
    limit=amounts,
    currency=st.just("CNY"),
    paid=st.one_of(st.none(), amounts),
    given_alone=amounts,
    given=amounts,
)
wanted = st.builds(
    Wanted, kind=st.sampled_from(KINDS), amount=st.integers(1, 10_000), currency=st.sampled_from(("CNY", "USD"))
)


@pytest.mark.parametrize(
    ("amount", "limit", "paid", "before", "expected"),
    [
        (500, 500, 10_000, 0, ()),
        (501, 500, 10_000, 0, ("limit",)),
        (100, 500, 10_000, 401, ("limit",)),
        (100, 500, 10_000, 400, ()),
        (500, 500, 499, 0, ("paid",)),
        (500, 500, 500, 0, ()),
        (500, 500, None, 0, ("paid",)),
        (1, 0, 10_000, 0, ("limit",)),
    ],
)
def test_g14_the_boundaries(amount: int, limit: int, paid: int | None, before: int, expected: tuple[str, ...]) -> None:
    assert reasons(Wanted("refund", amount, "CNY"), Bounds(limit, "CNY", paid, before, before)) == expected


@given(wanted, bounds)
def test_g14_coupons_gifts_and_foreign_money_are_never_given_without_a_decision(want: Wanted, bound: Bounds) -> None:
    found = reasons(want, bound)

    if want.kind in OWNERS_KINDS:
        assert "kind" in found
    if want.currency != bound.currency:
        assert "currency" in found


@given(st.lists(st.integers(1, 3000), max_size=20), st.integers(0, 10_000), st.integers(0, 10_000))
def test_g14_however_it_is_cut_up_no_more_than_the_limit_and_what_was_paid_goes_out_undecided(
    pieces: list[int], limit: int, paid: int
) -> None:
    given_alone = 0
    for piece in pieces:
        if not reasons(Wanted("refund", piece, "CNY"), Bounds(limit, "CNY", paid, given_alone, given_alone)):
            given_alone += piece

    assert given_alone <= min(limit, paid)


@given(wanted, bounds)
def test_what_needs_nobody_is_what_the_row_says_it_is(want: Wanted, bound: Bounds) -> None:
    is_free = not reasons(want, bound)

    fits = want.amount <= bound.alone_up_to
    assert is_free == (fits and want.kind not in OWNERS_KINDS and want.currency == bound.currency)


@given(st.lists(st.sampled_from(STATES)))
def test_g5_the_invitation_waits_for_what_is_undecided_or_not_handed_over(states: list[str]) -> None:
    assert open_ones(states) == states.count("requested") + states.count("approved")
