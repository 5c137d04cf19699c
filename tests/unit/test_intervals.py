"""Estimates and their intervals, held against published numbers, and against what must hold for any groups."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopadmin.domain import intervals
from shopadmin.domain.intervals import Share, Sums

SHARES = st.integers(1, 2000).flatmap(lambda of: st.builds(Share, st.integers(0, of), st.just(of)))


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_the_interval_of_a_difference_is_that_of_newcombe_1998_table_ii_method_10(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = intervals.of_difference(Share(*first), Share(*second))

    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    """Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17, 1998, Table I."""
    found = intervals.of_share(Share(hits, of))

    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_the_interval_of_means_is_welchs_on_the_mileage_data_of_nist() -> None:
    """NIST/SEMATECH e-Handbook 1.3.5.3, AUTO83B.DAT: means 20.14458 and 30.48101, standard deviations 6.41470 and
    6.10771, T = -12.94627 at 136.8750 degrees of freedom without equal variances.
    """
    found = intervals.of_mean_difference(Sums(249, 5016, 111_250), Sums(79, 2408, 76_308))

    assert found is not None
    spread = -10.33643 / -12.94627
    reach = intervals.student_975(136.8750) * spread
    assert (found.low, found.high) == pytest.approx((-10.33643 - reach, -10.33643 + reach), abs=2e-5)
    assert found.is_distinguishable


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(7, 2.365), (10, 2.228), (29, 2.045), (30, 2.042), (60, 2.000), (120, 1.980)]
)
def test_students_quantile_is_that_of_the_printed_tables(freedom: int, quantile: float) -> None:
    """Abramowitz and Stegun, table 26.10."""
    assert intervals.student_975(freedom) == pytest.approx(quantile, abs=5e-4)


@settings(deadline=None)
@given(SHARES, SHARES)
def test_the_interval_holds_its_estimate_and_turns_its_sign_with_the_groups(first: Share, second: Share) -> None:
    there, back = intervals.of_difference(first, second), intervals.of_difference(second, first)

    assert there is not None
    assert back is not None
    assert -1 <= there.low <= there.estimate <= there.high <= 1
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-12)


@settings(deadline=None)
@given(SHARES)
def test_equal_groups_are_not_distinguishable(found: Share) -> None:
    interval = intervals.of_difference(found, found)

    assert interval is not None
    assert not interval.is_distinguishable


@settings(deadline=None)
@given(SHARES, SHARES, st.integers(2, 30))
def test_more_buyers_with_the_same_shares_never_widen_the_interval(first: Share, second: Share, times: int) -> None:
    few = intervals.of_difference(first, second)
    many = intervals.of_difference(
        Share(first.hits * times, first.of * times), Share(second.hits * times, second.of * times)
    )

    assert few is not None
    assert many is not None
    assert many.high - many.low <= few.high - few.low + 1e-12


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 10**7), min_size=30, max_size=60), st.lists(st.integers(0, 10**7), min_size=30, max_size=60)
)
def test_the_interval_of_amounts_lies_around_the_difference_of_the_means(first: list[int], second: list[int]) -> None:
    groups = [Sums(len(spent), sum(spent), sum(one * one for one in spent)) for spent in (first, second)]

    found = intervals.of_mean_difference(*groups)

    assert found is not None
    assert found.low <= found.estimate <= found.high
    assert found.estimate == pytest.approx(sum(first) / len(first) - sum(second) / len(second), abs=1e-6)


def test_groups_too_small_for_a_mean_get_no_interval_and_empty_ones_none_at_all() -> None:
    large = Sums(30, 300, 3000)

    assert intervals.of_mean_difference(Sums(29, 290, 2900), large) is None
    assert intervals.of_mean_difference(large, large) == intervals.Interval(0, 0, 0)
    assert intervals.of_share(Share(0, 0)) is None
    assert intervals.of_difference(Share(0, 0), Share(1, 2)) is None


@pytest.mark.parametrize(("hits", "of"), [(3, 2), (-1, 2)])
def test_more_hits_than_cases_are_refused(hits: int, of: int) -> None:
    with pytest.raises(ValueError, match=f"{hits} of {of}"):
        Share(hits, of)


@given(SHARES)
def test_the_ends_of_an_interval_are_the_shares_from_which_this_one_is_two_deviations_away(share: Share) -> None:
    found = intervals.of_share(share)

    assert found is not None
    assert 0 <= found.low <= found.estimate <= found.high <= 1
    for end in (found.low, found.high):
        apart = abs(found.estimate - end)
        assert apart == pytest.approx(1.959964 * (end * (1 - end) / share.of) ** 0.5, abs=1e-6)


def test_a_share_says_little_below_twenty_cases() -> None:
    assert [Share(3, of).is_sure for of in (19, 20)] == [False, True]
    assert Share(1, 2) + Share(2, 3) == Share(3, 5)
    assert (Share(1, 2).value, Share(0, 0).value) == (0.5, None)
