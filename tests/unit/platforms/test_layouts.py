from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from shopadmin.contract import ImportFormat, ReadContext, Row
from shopadmin.domain.records import Record, Rejection
from shopadmin.platforms.headings import Layout, normal_heading
from shopadmin.platforms.recognise import decide_date_order, recognise
from shopadmin.platforms.refusals import FileRefused

Write = Callable[..., Path]
Read = Callable[..., Any]
Formats = tuple[ImportFormat, ...]

JUDGEME = "title,body,rating,review_date,reviewer_name,reviewer_email,product_id\n"
YOTPO = "Product ID;Review Score;Review Content;Review Creation Date\n"


def refusal(path: Path, formats: Formats) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        recognise(path, formats)
    return refused.value


def test_headings_are_compared_without_width_case_and_blanks() -> None:
    assert normal_heading("\ufeff 订单Ｉｄ\t") == "订单id"
    assert normal_heading("收货地址　") == "收货地址"


def test_columns_are_found_by_name_whatever_their_order(write: Write, read: Read) -> None:
    path = write("review content; PRODUCT id ;Review creation DATE;REVIEW SCORE;more\nfine;7;2026-09-10;4;x\n")

    (review,) = read(path).records

    assert (review.product_ref, review.stars, review.body) == ("7", 4, "fine")


def test_two_columns_on_one_field_are_refused(write: Write, formats: Formats) -> None:
    found = refusal(write(YOTPO.replace("Date", "Date;Date")), formats)
    assert (found.code, found.details["field"]) == ("column_twice", "created_at")

    found = refusal(write(YOTPO.replace("Review Score", "Review Score;review score")), formats)
    assert found.details["field"] == "rating"


def test_a_listed_fallback_is_read_where_the_first_column_is_empty(write: Write, read: Read) -> None:
    path = write(
        "body,rating,review_date,reviewer_name,product_id,product_handle\n"
        "a,5,2026-09-10,A,7,handle\n"
        "b,5,2026-09-10,B,,handle\n"
    )

    assert [review.product_ref for review in read(path).records] == ["7", "handle"]


def test_an_unknown_layout_goes_to_the_mapping_step_with_its_first_rows(write: Write, formats: Formats) -> None:
    found = refusal(write("foo,bar\n1,2\n3,4\n5,6\n7,8\n"), formats)

    assert found.code == "unknown_layout"
    assert found.details["headings"] == ("foo", "bar")
    assert found.details["samples"] == (("1", "2"), ("3", "4"), ("5", "6"))


def test_a_file_without_rows_is_still_recognised(write: Write, read: Read) -> None:
    assert read(write(YOTPO)).records == []


def test_two_formats_for_one_layout_are_named(write: Write, formats: Formats) -> None:
    found = refusal(write(YOTPO), formats + formats)

    assert (found.code, found.details["layouts"]) == ("layout_twice", ("yotpo.reviews", "yotpo.reviews"))


def test_a_plugins_format_may_recognise_by_a_plain_function(write: Write, ctx: ReadContext) -> None:
    def read_nothing(
        headings: Sequence[str], rows: Iterable[tuple[int, Row]], ctx: ReadContext
    ) -> Iterator[Record | Rejection]:
        return iter(())

    own = ImportFormat("x.y", "x", "X", ("reviews",), lambda headings: "foo" in headings, read_nothing)

    layout, source = recognise(write("foo\n1\n"), (own,))

    assert layout is own
    assert refusal(write("bar\n1\n"), (own,)).code == "unknown_layout"
    assert decide_date_order(layout, source) is None


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["2026-09-10"], None),
        (["05/05/2026"], None),
        (["05/03/2026", "25/03/2026"], "dmy"),
        (["05/03/2026", "03/25/2026"], "mdy"),
    ],
)
def test_a_date_that_can_be_only_one_decides_for_the_file(
    write: Write, formats: Formats, dates: list[str], order: str | None
) -> None:
    path = write(JUDGEME + "".join(f"t,b,5,{date},n,e,1\n" for date in dates))

    layout, source = recognise(path, formats)

    assert decide_date_order(layout, source) == order


def test_ambiguous_dates_are_asked_once_and_then_read(write: Write, formats: Formats, read: Read) -> None:
    path = write(JUDGEME + "t,b,5,05/03/2026,n,e,1\n")
    layout, source = recognise(path, formats)

    with pytest.raises(FileRefused) as refused:
        decide_date_order(layout, source)

    assert (refused.value.code, refused.value.details) == (
        "ambiguous_dates",
        {"field": "review_date", "sample": "05/03/2026"},
    )
    assert read(path, date_order="mdy").records[0].created_at.isoformat() == "2026-05-02T16:00:00+00:00"


def test_a_layout_says_what_a_file_lacks() -> None:
    layout = Layout({"a": ("A", "Alpha"), "b": "B"}, required=("a", "b"), marks=("M",), without=("X",))

    assert layout.missing(("alpha",)) == ("b", "m")
    assert layout(("a", "b", "m"))
    assert not layout(("a", "b", "m", "x"))
