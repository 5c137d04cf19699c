from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopadmin.platforms.files import open_sources
from shopadmin.platforms.refusals import MAX_CELL_CHARS, MAX_COLUMNS, MAX_LINE, FileRefused

Write = Callable[..., Path]

TABLE = "订单编号,备注\r\n1,第一行\r\n"


def rows_of(path: Path, **options: Any) -> list[tuple[int, Any]]:
    (source,) = open_sources(path, **options)
    return list(source.rows())


def refusal(path: Path, **options: Any) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        rows_of(path, **options)
    return refused.value


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
    ],
)
def test_the_encoding_is_found(write: Write, encoding: str, found: str) -> None:
    path = write(TABLE, encoding=encoding)

    (source,) = open_sources(path)

    assert (source.encoding, source.headings) == (found, ("订单编号", "备注"))
    assert list(source.rows()) == [(1, ["1", "第一行"])]


def test_big_endian_utf_16_is_read_by_its_mark(write: Write) -> None:
    assert rows_of(write(b"\xfe\xff" + TABLE.encode("utf-16-be"))) == [(1, ["1", "第一行"])]


def test_a_person_may_overrule_the_encoding(write: Write) -> None:
    path = write("名前,値\r\nあ,1\r\n", encoding="shift_jis")

    assert rows_of(path, encoding="shift_jis") == [(1, ["あ", "1"])]
    assert refusal(path, encoding="rot13").code == "encoding_unknown"
    assert refusal(path, encoding="utf-16").code == "encoding_unknown"
    assert refusal(write(b"a,b\n1,\xff\n"), encoding="utf-8").details["offset"] == 6


@pytest.mark.parametrize("size", [0, 1, 255 * 1024, 256 * 1024 - 1, 600 * 1024])
def test_the_first_bad_byte_is_named_wherever_it_stands(write: Write, size: int) -> None:
    before = "a,b\n" + "中" * (size // 3)

    found = refusal(write(before.encode() + b"\xff\n1,2\n"))

    assert found.code == "encoding_unknown"
    assert found.details["offset"] == len(before.encode())


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_heading_row_tells_the_delimiter(write: Write, delimiter: str) -> None:
    (source,) = open_sources(write(f"a,x{delimiter}b{delimiter}c\n" if delimiter != "," else "a,b,c\n"))

    assert source.delimiter == delimiter
    assert len(source.headings) == 3


def test_line_breaks_stand_inside_quotes_and_blank_rows_are_counted(write: Write) -> None:
    path = write('\n"a\nx",b\n"1\r\n2",3\n\n,\n4,5\n')

    (source,) = open_sources(path)

    assert source.headings == ("a\nx", "b")
    assert list(source.rows()) == [(1, ["1\r\n2", "3"]), (4, ["4", "5"])]


def test_missing_cells_at_the_end_are_empty_in_tab_files_alone(write: Write) -> None:
    assert rows_of(write("a\tb\tc\n1\n")) == [(1, ["1", "", ""])]
    assert rows_of(write("a,b,c\n1\n")) == [(1, ["1"])]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b" \r\n \r\n", "empty_file"),
        (b",,,\n1,2,3,4\n", "no_heading"),
        (b"[]", "no_heading"),
        (b"[1, 2]", "no_heading"),
        (b'{"orders": []}', "no_heading"),
        (b"\x89PNG\r\n\x1a\n0000", "binary_file"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "binary_file"),
        (b"%PDF-1.7\n", "binary_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "binary_file"),
        (b"a,b\n1,\x002\n", "binary_file"),
        (b"a,b\n" + b"1,2\n" * 200_000 + b"\x00", "binary_file"),
        (bytes(range(1, 256)) * 4, "binary_file"),
        (b"PK\x03\x04 no archive", "bad_archive"),
        (b"PK\x05\x06" + b"\0" * 18, "bad_archive"),
        (b'[{"a": 1}', "bad_json"),
        (b'[{"a": 1}] x', "bad_json"),
        (b'[{"a": NaN}]', "bad_json"),
        (b'a,b\n1,"never closed\n3,4\n', "unclosed_quote"),
    ],
)
def test_what_cannot_be_read_is_refused_by_a_stable_code(write: Write, content: bytes, code: str) -> None:
    assert refusal(write(content)).code == code


def test_limits_of_size_width_and_line_are_held(write: Write) -> None:
    assert refusal(write("a,b\n1,2\n"), max_bytes=4).details == {"size": 8, "limit": 4}
    assert refusal(write(",".join(map(str, range(MAX_COLUMNS + 1))))).code == "too_many_columns"
    assert refusal(write("a,b\n1," + "x" * MAX_LINE)).code == "line_too_long"
    assert refusal(write('a,b\n1,"' + "x\n" * MAX_LINE)).code == "line_too_long"
    assert refusal(write('[{"a": "' + "x" * 2 * MAX_LINE + '"}]')).code == "line_too_long"


@pytest.mark.parametrize("digits", [4_301, 70_000, 1_000_000])
def test_a_number_that_ends_the_json_parser_is_refused_before_it_gets_there(write: Write, digits: int) -> None:
    assert refusal(write('[{"a": ' + "1" * digits + "}]")).code == "bad_json"


@pytest.mark.parametrize("content", ["[" * 500_000, '[{"a": ' + "[" * 500_000, '{"a":' * 100_000])
def test_deep_nesting_is_refused(write: Write, content: str) -> None:
    assert refusal(write(content)).code == "bad_json"


def test_objects_are_found_in_an_array_or_in_a_wrapper(write: Write) -> None:
    item = {"id": 1, "tags": ["a", {"b": None}], "nested": {"c": True}}
    text = '{"id": 1, "tags": ["a", {"b": null}], "nested": {"c": true}}'

    assert rows_of(write(f"[{text}, {text}]")) == [(1, item), (2, item)]
    assert rows_of(write(f'{{"count": 1, "skip": [], "orders": [{text}]}}')) == [(1, item)]
    assert rows_of(write(f'{{"answer": {{"rates": [{text}, 5]}}}}')) == [(1, item), (2, "5")]
    assert rows_of(write(f"[{text}]", encoding="utf-16")) == [(1, item)]


def test_the_content_decides_not_the_name(write: Write) -> None:
    (source,) = open_sources(write('[{"a": 1}]', name="orders.xlsx"))

    assert source.file_format == "json"


def test_a_long_cell_marks_its_row_and_leaves_the_others(write: Write) -> None:
    rows = rows_of(write("a,b\n1,2\n3," + "x" * 2_000_000 + "\n5,6\n"))

    assert [type(row) is list for _, row in rows] == [True, False, True]
    assert len(rows[1][1][1]) > MAX_CELL_CHARS


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)))
def test_arbitrary_bytes_are_read_or_refused(write: Write, content: bytes) -> None:
    path = write(content)
    with suppress(FileRefused):
        for source in open_sources(path):
            list(source.rows())
            source.samples()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.text(alphabet=st.sampled_from('[]{}",:1e.-tfn \\u0a'), max_size=60))
def test_arbitrary_json_is_read_or_refused(write: Write, content: str) -> None:
    path = write("[{" + content)
    with suppress(FileRefused):
        for source in open_sources(path):
            list(source.rows())
