"""The shop's old list: a spreadsheet with Chinese headings becomes drafts, with a report for each row."""

import base64
import csv
import io
import re
from typing import Any

import xlsxwriter
from flask import Flask
from flask_babel import force_locale
from people_of_tests import PROPOSE, READ
from shopadmin_buyer_labels import old_list_views
from shopadmin_buyer_labels.domain import old_list
from shopadmin_buyer_labels.models import Label
from sqlalchemy import select

from shopadmin import testing
from shopadmin.plugin_api import db

ADDRESS = "/admin/buyer-labels/old-list/"
ROWS = [
    ("收货人", "手机号", "拉黑原因", "发生日期", "备注"),
    ("王样本", "13800138000", "空包", "2026/1/15", "退回包裹重20克"),
    ("王样本", "138 0013 8000", "空包", "2026年1月15日", "同一件事"),
    ("李样本", "13900139001", "差评", "2026-01-15", ""),
    ("赵样本", "138****8001", "掉包", "2026-01-15", ""),
    ("钱样本", "13900139002", "掉包", "2026-01-15", "他是骗子"),
    ("孙样本", "13900139003", "掉包", "", ""),
]


def workbook() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate(ROWS):
            sheet.write_row(number, 0, cells)
    return buffer.getvalue()


def upload(shop: Flask, name: str, content: bytes) -> Any:
    browser = testing.sign_in(shop, testing.make_account(shop, READ, PROPOSE))
    return testing.send_form(browser, ADDRESS, file=(io.BytesIO(content), name), platform="")


def drafts() -> list[tuple[str, str, str]]:
    db.session.rollback()
    return [(label.code, label.origin, label.note) for label in db.session.scalars(select(Label))]


def test_a_workbook_becomes_drafts_and_every_other_row_says_why_not(shop: Flask) -> None:
    answer = upload(shop, "黑名单.xlsx", workbook())

    assert answer.status_code == 200
    assert drafts() == [("refund.empty_parcel", "list", "退回包裹重20克")]
    report = re.sub(r"<[^>]+>", " ", answer.text)
    for said in ("1 draft was made", "This is label #1 already", "a bad review is everybody", "Nothing here tells who",
                 "says what somebody is", "Write the day", "4 rows were refused", "钱样本 · …9002"):  # fmt: skip
        assert said in report, said

    again = upload(shop, "黑名单.xlsx", workbook())
    assert "0 drafts were made" in again.text
    assert len(drafts()) == 1


def test_a_csv_of_a_chinese_spreadsheet_is_read_alike_and_what_is_none_is_refused(shop: Flask) -> None:
    text = "\r\n".join(",".join(row) for row in ROWS[:2])

    assert upload(shop, "old.csv", text.encode("gb18030")).status_code == 200
    assert len(drafts()) == 1
    assert upload(shop, "old.xlsx", b"PK\x03\x04 no workbook").status_code == 400
    assert len(drafts()) == 1


def test_a_list_whose_headings_are_not_known_is_refused_as_a_whole_and_a_word_by_name(shop: Flask) -> None:
    answer = upload(shop, "old.csv", "买家电话号,类型,日子\r\n13800138000,空包,2026-01-15\r\n".encode())

    assert answer.status_code == 400
    assert "lacks a column for 手机号 / phone / email / account、日期 / date" in answer.text
    assert "买家电话号、类型、日子" in answer.text
    assert (
        "“恶心人” is none of the events"
        in upload(shop, "old.csv", "手机号,类型,日期\r\n13800138000,恶心人,2026-01-15\r\n".encode()).text
    )
    assert drafts() == []


def refused_file(answer: Any) -> bytes:
    found = re.search(r'href="data:text/csv;charset=utf-8;base64,([^"]+)" download', answer.text)
    assert found is not None, answer.text
    return base64.b64decode(found[1])


def test_refused_rows_are_a_file_with_the_reason_that_is_mended_and_brought_in_again(shop: Flask) -> None:
    lines = ["手机号,原因,日期,备注", "13800138000,空包,2026-01-15,ok", "13900139001,差评,2026-01-15,=1+1", ",空包,x,"]

    content = refused_file(upload(shop, "old.csv", "\r\n".join(lines).encode()))

    heading, first, second = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert heading == ["Row of the list", "Why it was refused", "手机号", "原因", "日期", "备注"]
    assert (first[0], first[2:]) == ("2", ["13900139001", "差评", "2026-01-15", "'=1+1"])
    assert "a bad review is everybody" in first[1]
    assert (second[0], "Give a mobile number" in second[1], "Write the day" in second[1]) == ("3", True, True)
    with force_locale("zh_Hans_CN"):
        for added in old_list_views.ADDED:  # nor in Chinese
            assert old_list.fields_of({str(added): "x"}) == {}

    mended = content.decode("utf-8-sig").replace("差评", "掉包").encode()
    again = upload(shop, "refused.csv", mended)

    assert [code for code, _origin, _note in drafts()] == ["refund.empty_parcel", "refund.item_swapped"]
    assert "1 row was refused" in again.text
    assert "data:text/csv" not in upload(shop, "old.csv", "\r\n".join(lines[:2]).encode()).text


def test_headings_and_words_of_old_lists_are_known() -> None:
    written = ("淘宝", "Taobao", "shopify", "own shop")
    scopes = [old_list.values_of({"旺旺": "x", "平台": text}, "tmall")["identifiers"][0]["scope"] for text in written]
    row = {"旺旺": "sample", "类型": "小号", "日期": "2026-01-15", "证据等级": "E1", "级别": "2", "nothing": "x"}

    assert scopes == ["taobao", "taobao", "shopify", "own shop"]
    assert old_list.values_of(row, "taobao") == {
        "identifiers": [{"kind": "nick", "value": "sample", "scope": "taobao"}], "name": "",
        "code": "promo.multi_account", "tier": 1, "severity": 2, "happened_on": "2026-01-15", "note": "",
    }  # fmt: skip
    assert old_list.code_of("退货") is None
    assert old_list.code_of("Refund.Item_Swapped") == "refund.item_swapped"
    assert old_list.values_of({"severity": "grave"}, "")["severity"] == "grave"
