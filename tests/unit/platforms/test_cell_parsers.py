from contextlib import suppress
from decimal import Decimal
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopadmin.domain.money import MAX_MINOR, to_decimal
from shopadmin.platforms.cells import (
    clean_text,
    html_to_text,
    parse_amount,
    parse_flag,
    parse_id,
    parse_phone,
    parse_stars,
    parse_whole,
    plain_text,
)
from shopadmin.platforms.refusals import BadCell


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ('="3900000000000000101"', "3900000000000000101"),
        ("'3900000000000000102", "3900000000000000102"),
        ("\t39\t", "39"),
        ("  a b  ", "a b"),
        ("a\0b", "ab"),
        ('=HYPERLINK("x")', '=HYPERLINK("x")'),
    ],
)
def test_what_keeps_a_spreadsheet_off_is_taken_off(text: str, clean: str) -> None:
    assert clean_text(text) == clean


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)


def test_a_quote_in_a_persons_words_stays() -> None:
    assert plain_text("'Great', they said\r\nNot so.") == "'Great', they said\nNot so."
    assert plain_text("'=1+1") == "=1+1"


@pytest.mark.parametrize("text", ["3.9E+18", "3,9E+18", "3.9e+18", "4E+18", "a\nb", "x" * 129])
def test_a_damaged_id_is_refused(text: str) -> None:
    with pytest.raises(BadCell, match="bad_id"):
        parse_id(text)


def test_an_id_keeps_its_zeros_and_hexadecimal_es() -> None:
    assert parse_id("00000000000001") == "00000000000001"
    assert parse_id("12e45") == "12e45"


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("58", "CNY", 5800),
        ("0元", "CNY", 0),
        ("68.00元", "CNY", 6800),
        ("¥1,234.50", "CNY", 123450),
        ("￥12", "CNY", 1200),
        ("$ 3.5", "USD", 350),
        ("-$3.50", "USD", -350),
        ("无退款申请", "CNY", 0),
        ("22.409999999999997", "USD", 2241),
        ("0.005", "USD", 1),
        ("1200", "JPY", 1200),
        ("1.2345", "KWD", 1235),
        ("1.", "USD", 100),
    ],
)
def test_amounts_become_minor_units(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize(
    "text", ["十元", "12,50", "1,23,456", "1e3", "nan", "inf", "1 000", "--1", "1.2.3", "9" * 20, "1E+999999999", "元"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(BadCell, match="bad_amount"):
        parse_amount(text, "CNY")


@given(st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(["CNY", "JPY", "KWD"]))
def test_an_amount_survives_being_written_and_read(minor: int, currency: str) -> None:
    text = f"{to_decimal(minor, currency):f}"

    assert parse_amount(text, currency) == minor
    assert parse_amount(f"{Decimal(text):,f}", currency) == minor


@pytest.mark.parametrize(
    ("text", "number", "extension", "masked"),
    [
        ("17000000000-0102", "17000000000", "0102", False),
        ("17000000000转0106", "17000000000", "0106", False),
        ("'17000000000_0109", "17000000000", "0109", False),
        ("17000000000－0109", "17000000000", "0109", False),
        ("86-17000000000-0201", "17000000000", "0201", False),
        ("86-17000000000", "17000000000", "", False),
        ("'138****0001", "138****0001", "", True),
        ("13800000000", "13800000000", "", False),
        ("+1 555-0100", "+15550100", "", False),
        ("0571-88888888", "057188888888", "", False),
    ],
)
def test_phones_are_taken_apart(text: str, number: str, extension: str, masked: bool) -> None:
    phone = parse_phone(text)

    assert phone is not None
    assert (phone.number, phone.extension, phone.masked) == (number, extension, masked)


@pytest.mark.parametrize("text", ["", "无", "1.38E+10", "***", "12", "call me on 5550100 x 2"])
def test_what_is_no_phone_is_none(text: str) -> None:
    assert parse_phone(text) is None


@pytest.mark.parametrize(
    ("text", "stars", "grade"),
    [
        ("5", 5, ""), ("4.0", 4, ""), ("5星", 5, ""), ("3 分", 3, ""), ("★★★", 3, ""), ("★★★☆☆", 3, ""),
        ("２", 2, ""), ("好评", None, "good"), ("中评", None, "neutral"), ("差评", None, "bad"), ("bad", None, "bad"),
    ],
)  # fmt: skip
def test_stars_and_grades_are_never_converted(text: str, stars: int | None, grade: str) -> None:
    assert parse_stars(text) == (stars, grade)


@pytest.mark.parametrize("text", ["0", "6", "4.5", "★★★☆", "★☆★", "very good", "-1", "十"])
def test_what_is_no_rating_is_refused(text: str) -> None:
    with pytest.raises(BadCell, match="bad_stars"):
        parse_stars(text)


def test_pieces_and_flags() -> None:
    assert (parse_whole("3.0"), parse_whole("-2")) == (3, -2)
    assert (parse_flag("YES"), parse_flag("否")) == (True, False)
    with pytest.raises(BadCell, match="bad_number"):
        parse_whole("1.5")
    with pytest.raises(BadCell, match="bad_flag"):
        parse_flag("maybe")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Asked for a refund.<br />No reply.</p>", "Asked for a refund.\nNo reply."),
        ("a &amp; b", "a & b"),
        ("<script>alert(1)</script>fine<style>p{}</style>", "fine"),
        ("1 < 2", "1 < 2"),
        ("plain", "plain"),
        ("<![if foo", "<![if foo"),
        ("a<!-- <p>note</p> -->b", "ab"),
        ("a<STYLE>p</STYLE >b<script>never closed", "ab"),
        ("&lt;b&gt;", "<b>"),
    ],
)
def test_html_becomes_the_words_a_reader_sees(html: str, text: str) -> None:
    assert html_to_text(html) == text


@given(st.text(alphabet=st.sampled_from("<>/!-[]&;#x0pbr script'\"\n"), max_size=200))
def test_broken_html_never_fails(html: str) -> None:
    html_to_text(html)


@pytest.mark.parametrize("piece", ["<", "<!--", "<a ", '<a "', "</", "<![", "<script>", "<style></", "&#x", "'", '="'])
def test_a_long_hostile_cell_costs_no_time(piece: str) -> None:
    cell = piece * (65_000 // len(piece))
    started = thread_time()

    html_to_text(cell)
    clean_text(cell)

    assert thread_time() - started < 0.5


@given(st.text())
def test_no_text_brings_a_parser_down(text: str) -> None:
    for parse in (parse_id, parse_phone, parse_stars, parse_whole, parse_flag, lambda cell: parse_amount(cell, "CNY")):
        with suppress(BadCell):
            parse(text)
