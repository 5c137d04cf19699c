import random
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopadmin.contract import ImportFormat
from shopadmin.platforms import archives
from shopadmin.platforms.files import open_sources
from shopadmin.platforms.recognise import recognise_all
from shopadmin.platforms.refusals import FileRefused
from shopadmin.platforms.taobao import LINES, ORDERS, RATINGS

Read = Callable[..., Any]

ORDER = {
    "订单编号": "3900000000000000101",
    "买家会员名": "测试买家01",
    "买家应付货款": 58,
    "买家应付邮费": 0,
    "总金额": 58.5,
    "买家实际支付金额": "58.50元",
    "订单状态": "交易成功",
    "联系手机": "'138****0001",
    "订单创建时间": datetime(2026, 9, 1, 10, 2, 59),  # noqa: DTZ001 - a spreadsheet has no zones
    "订单付款时间": "2026/9/1 10:03",
    "宝贝总数量": 2,
    "退款金额": "无退款申请",
}
LINE = {
    "子订单编号": "3910000000000001011",
    "主订单编号": "3900000000000000101",
    "商品标题": "棉麻抱枕套",
    "商品价格": 29,
    "购买数量": 2,
    "买家实付金额": 58,
    "商品ID": "600000000001",
}
OLD_LINE = {
    "订单编号": "3900000000000000101",
    "标题": "棉麻抱枕套",
    "价格": 29.0,
    "购买数量": 1,
    "订单状态": "交易成功",
}
RATING = {"评价编号": "900000000001", "评论时间": "2026-09-08", "评价星级": "5星", "评论内容": "好"}


def workbook(path: Path, sheets: dict[str, list[dict[str, Any]]], first_row: int = 0) -> Path:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate([dict(zip(rows[0], rows[0], strict=True)), *rows] if rows else []):
                sheet.write_row(first_row + number, 0, list(row.values()))
    return path


@pytest.mark.parametrize(
    ("row", "layout"),
    [
        (ORDER, "taobao.orders"),
        (ORDER | {"主订单编号": "3900000000000000101", "商家备忘": "", "虚拟号过期时间": ""}, "taobao.orders"),
        (LINE, "taobao.lines"),
        (OLD_LINE, "taobao.lines"),
        (RATING, "taobao.ratings"),
    ],
)
def test_each_taobao_layout_is_read_from_a_workbook(
    tmp_path: Path, read: Read, row: dict[str, Any], layout: str
) -> None:
    reading = read(workbook(tmp_path / "export.csv", {"Sheet1": [row, row]}))

    assert reading.format == layout
    assert (len(reading.records), reading.rejected) == (2, [])


def test_cells_become_the_texts_a_csv_would_hold(tmp_path: Path, read: Read) -> None:
    (order,) = read(workbook(tmp_path / "orders.xlsx", {"订单报表": [ORDER]}, first_row=2)).records

    assert order.order_no == "3900000000000000101"
    assert (order.goods, order.total, order.paid, order.refunded, order.item_count) == (5800, 5850, 5850, 0, 2)
    assert order.created_at.isoformat() == "2026-09-01T02:02:59+00:00"


def test_every_known_sheet_is_found_behind_a_cover_sheet(tmp_path: Path, formats: tuple[ImportFormat, ...]) -> None:
    path = workbook(
        tmp_path / "export.xlsx",
        {
            "说明": [],
            "导出须知": [{"本表说明": "x"}],
            "订单报表": [ORDER],
            "销售明细": [LINE],
            "发货报表": [{"运单": "1"}],
        },
    )

    found = recognise_all(path, formats)

    assert [(layout.name, source.sheet) for layout, source in found] == [
        ("taobao.orders", "订单报表"),
        ("taobao.lines", "销售明细"),
    ]


def test_a_long_id_kept_as_a_number_is_damaged(tmp_path: Path, read: Read) -> None:
    rows = [ORDER | {"订单编号": 3900000000000000101}, ORDER | {"订单编号": 123456789012345}]

    reading = read(workbook(tmp_path / "orders.xlsx", {"订单报表": rows}))

    assert reading.codes() == {1: "bad_id"}
    assert reading.records[0].order_no == "123456789012345"


def test_cells_beyond_the_headings_reject_their_row(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, list(RATING))
        sheet.write_row(1, 0, list(RATING.values()))
        sheet.write_row(2, 0, [*RATING.values(), "", "note"])

    assert read(path).codes() == {2: "cell_count"}


def test_the_layouts_of_taobao_exclude_each_other() -> None:
    for row, own in ((ORDER, ORDERS), (LINE, LINES), (OLD_LINE, LINES), (RATING, RATINGS)):
        headings = [heading.casefold() for heading in row]
        assert [layout for layout in (ORDERS, LINES, RATINGS) if layout(headings)] == [own]


def archive(path: Path, **parts: bytes) -> Path:
    """A workbook of one sheet, with parts of it replaced."""
    names = {
        "types": "[Content_Types].xml", "rels": "_rels/.rels", "book": "xl/workbook.xml",
        "book_rels": "xl/_rels/workbook.xml.rels", "sheet": "xl/worksheets/sheet1.xml",
        "shared": "xl/sharedStrings.xml",
    }  # fmt: skip
    whole = workbook(path.with_suffix(".whole"), {"Sheet1": [RATING]})
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            key = next((key for key, name in names.items() if name == entry.filename), "")
            new.writestr(entry.filename, parts.get(key, old.read(entry)))
    return path


def sheet_of(cells: bytes) -> bytes:
    namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        b'<?xml version="1.0"?><worksheet xmlns="' + namespace + b'"><sheetData>' + cells + b"</sheetData></worksheet>"
    )


def refusal(path: Path) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        open_sources(path)
    return refused.value


def test_a_zip_bomb_is_refused_by_its_declared_size(tmp_path: Path) -> None:
    bomb = archive(tmp_path / "a.xlsx", sheet=sheet_of(b" " * 140_000_000))

    assert refusal(bomb).details["limit"] == "unpacked_bytes"


def test_a_zip_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    bomb = archive(tmp_path / "a.xlsx", sheet=sheet_of(b" " * 20_000_000))

    assert refusal(bomb).details["limit"] == "ratio"


def test_a_zip_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    bomb = archive(tmp_path / "a.xlsx", sheet=sheet_of(b" " * 20_000_000))
    with zipfile.ZipFile(bomb) as entries:
        size = entries.getinfo("xl/worksheets/sheet1.xml").file_size
    content = bomb.read_bytes().replace(struct.pack("<L", size), struct.pack("<L", 1000))
    bomb.write_bytes(content)

    assert (refusal(bomb).code, refusal(bomb).details["limit"]) == ("zip_bomb", "declared_size")


def test_two_cells_far_apart_do_not_make_room_for_all_between(tmp_path: Path) -> None:
    cells = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'

    assert refusal(archive(tmp_path / "a.xlsx", sheet=sheet_of(cells))).details["limit"] == "cells"


def test_one_long_text_in_many_cells_is_refused(tmp_path: Path) -> None:
    shared = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%s</t></si></sst>'
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 20_000))
    text = bytes(range(97, 123)) * 1_000

    bomb = archive(tmp_path / "a.xlsx", sheet=sheet_of(cells), shared=shared % text)

    assert refusal(bomb).details["limit"] == "shared_chars"


def test_long_texts_in_a_few_cells_are_fine(tmp_path: Path, read: Read) -> None:
    chance = random.Random(1)
    rows = [RATING | {"评论内容": "".join(chance.choices("好看质量快慢大小颜色", k=20_000))} for _ in range(60)]

    assert len(read(workbook(tmp_path / "a.xlsx", {"Sheet1": rows})).records) == 60


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.xlsx")
    with zipfile.ZipFile(path, "a") as entries:
        for number in range(archives.MAX_ENTRIES):
            entries.writestr(f"x/{number}", b"")

    assert refusal(path).details["limit"] == "entries"


def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as entries:
        entries.writestr("readme.txt", "hello")

    assert refusal(path).code == "bad_archive"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """One sound workbook for all examples: it holds the time it was made at, and its length changes with that."""
    return workbook(tmp_path_factory.mktemp("whole") / "whole.xlsx", {"Sheet1": [RATING]}).read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused(tmp_path: Path, whole: bytes, data: st.DataObject) -> None:
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(content[: data.draw(st.integers(4, len(content)))])

    with suppress(FileRefused):
        for source in open_sources(path):
            list(source.rows())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
@given(st.text(alphabet=st.sampled_from('<>/cvrow="tsAZ19 &;'), max_size=80))
def test_a_strange_sheet_is_read_or_refused(tmp_path: Path, text: str) -> None:
    path = archive(tmp_path / "a.xlsx", sheet=sheet_of(text.encode()))

    with suppress(FileRefused):
        for source in open_sources(path):
            list(source.rows())
