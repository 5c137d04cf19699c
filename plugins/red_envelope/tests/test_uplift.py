"""What a campaign did: what an extra order cost, and how far forecasts were off."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from shopadmin_red_envelope.domain import uplift


def test_an_empty_group_says_nothing_of_extra_orders() -> None:
    assert uplift.extra_orders((0, 0), (1, 2), False, 1000) is None


def test_an_extra_order_costs_the_whole_push_over_what_the_holdout_did_not_buy() -> None:
    found = uplift.extra_orders((300, 1000), (20, 100), True, 100_001)

    # 20 % would have bought without it: 200 of 1,000.
    assert found == uplift.ExtraOrders(Fraction(100), 1001)


def test_orders_that_were_lost_have_no_price() -> None:
    found = uplift.extra_orders((100, 1000), (40, 100), False, 100_000)

    assert found == uplift.ExtraOrders(Fraction(-300), None)


def test_the_calibration_error_runs_over_the_campaigns() -> None:
    first, second, third = uplift.calibrate([(100, 0), (150, 100), (50, 100)])

    assert (first.error, first.bias) == (None, None)
    assert (second.error, second.bias) == (Fraction(3, 2), Fraction(3, 2))
    assert (third.error, third.bias) == (Fraction(1), Fraction(1, 2))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 10**9)), min_size=1, max_size=20))
def test_the_bias_is_never_larger_than_the_error_and_right_forecasts_have_none(pairs: list[tuple[int, int]]) -> None:
    last = uplift.calibrate(pairs)[-1]
    right = uplift.calibrate([(actual, actual) for _forecast, actual in pairs])[-1]

    assert last.error is not None
    assert last.bias is not None
    assert abs(last.bias) <= last.error
    assert (right.error, right.bias) == (0, 0)
