"""Money: read exactly or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopadmin.domain.money import MAX_MINOR, TooLargeError, TooPreciseError, to_decimal, to_minor
from shopadmin.services.amounts import read_amount
from shopadmin.services.conflicts import RefusedError


@given(st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(["CNY", "JPY", "KWD"]))
def test_what_is_written_out_is_read_back(minor, currency):
    assert to_minor(f"{to_decimal(minor, currency):f}", currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [("5.005", "CNY"), ("0.001", "CNY"), ("1.5", "JPY"), ("1.0005", "KWD"), ("5." + "0" * 60 + "1", "CNY")],
)
def test_no_amount_is_rounded(text, currency):
    with pytest.raises(TooPreciseError):
        to_minor(text, currency)


@pytest.mark.parametrize(
    ("text", "currency", "minor"), [("5.000", "CNY", 500), ("7", "JPY", 7), ("7.0", "JPY", 7), (".5", "CNY", 50)]
)
def test_noughts_at_the_end_are_no_harm(text, currency, minor):
    assert to_minor(text, currency) == minor


@pytest.mark.parametrize("text", [str(Decimal(MAX_MINOR + 1) / 100), "1e999999", "-1e30"])
def test_an_amount_that_no_column_keeps_is_too_large(text):
    with pytest.raises(TooLargeError):
        to_minor(text, "CNY")


@pytest.mark.parametrize("text", ["", "NaN", "Infinity", "-Infinity", "twelve"])
def test_what_is_no_number_is_no_amount(text):
    with pytest.raises(ValueError, match="^" + text):
        to_minor(text, "CNY")


@pytest.mark.parametrize(
    ("text", "minor"), [("12.50", 1250), (" 1,234.5 ", 123450), ("１２．５０", 1250), ("１，２３４", 123400)]
)
def test_people_write_amounts_in_wide_digits_and_with_commas_between_thousands(text, minor):
    assert read_amount(text, "CNY", "amount") == minor


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0", "amount"),
        ("-1", "amount"),
        ("12,50", "amount"),
        ("1e3", "amount"),
        ("1_000", "amount"),
        ("", "amount"),
        ("5.005", "amount_too_precise"),
        ("50.01", "amount_too_high"),
        ("9" * 40, "amount_too_high"),
    ],
)
def test_an_amount_that_cannot_be_taken_names_field_and_reason(text, code):
    with pytest.raises(RefusedError) as refused:
        read_amount(text, "CNY", "cost", most=5000)

    assert [(problem.code, problem.field) for problem in refused.value.problems] == [(code, "cost")]
