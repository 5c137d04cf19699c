"""Addresses, names and passwords."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopadmin.domain.accounts import (
    is_common,
    is_email,
    is_long_enough,
    is_name,
    mask_sign_in_name,
    normalise_email,
    normalise_password,
)


@pytest.mark.parametrize("text", ["a@b.cn", "wang.mei+shop@mail.example.com", "小雨@例子.中国", "o'hara@example.co.uk"])
def test_addresses(text):
    assert is_email(normalise_email(text))


@pytest.mark.parametrize(
    "text", ["", "a", "a@b", "@b.cn", "a@.cn", "a b@c.cn", "a@b@c.cn", "a@b.cn\n", "a\0@b.cn", "x" * 250 + "@b.cn"]
)
def test_no_addresses(text):
    assert not is_email(text)


def test_an_address_is_compared_in_one_form():
    assert normalise_email("  Anna@Example.COM ") == "anna@example.com"
    assert normalise_email("Ａnna@example.com") == "anna@example.com"


@pytest.mark.parametrize("text", ["Mei", "王建国", "x" * 80])
def test_names(text):
    assert is_name(text)


@pytest.mark.parametrize("text", ["", "x" * 81, "two\nlines", "\u202egnp", "a\0"])
def test_no_names(text):
    assert not is_name(text)


def test_what_was_typed_as_a_name_is_masked_as_it_may_be_a_password():
    assert mask_sign_in_name("anna@example.com") == "a***@e***"
    assert mask_sign_in_name("hunter2 hunter2") == "***"
    assert mask_sign_in_name("@x") == "***"


@pytest.mark.parametrize(
    ("password", "is_taken"), [("1234567", False), ("12345678", True), ("x" * 200, True), ("x" * 201, False)]
)
def test_lengths(password, is_taken):
    assert is_long_enough(password) == is_taken


@pytest.mark.parametrize(
    "password",
    ["password", "PASSWORD", "Password2026!", "12345678", "87654321", "23456789", "qwertyuiop", "asdfghjkl", "1qaz2wsx",
     "aaaaaaaa", "abababab", "abcabcabc", "abcdabcd", "woaini1314", "52013145201314", "admin@123", "Shopadmin1",
     "ｐａｓｓｗｏｒｄ", "annasample", "Anna2026", "Tea House 88", "mapleshop123"],
)  # fmt: skip
def test_passwords_that_are_tried_first(password):
    assert is_common(password, "Anna Sample", "anna@example.com", "Tea House", "mapleshop")


@pytest.mark.parametrize(
    "password", ["plum orchard 7 ladders", "kT9$wq2m", "我家的猫叫小黑三岁", "correct horse battery staple"]
)
def test_passwords_that_are_not(password):
    assert not is_common(password, "Anna Sample", "anna@example.com", "Tea House")


@given(st.text(max_size=30))
def test_any_text_can_be_judged(text):
    assert is_common(text) in (True, False)
    assert normalise_password(normalise_password(text)) == normalise_password(text)
