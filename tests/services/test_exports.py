"""Files that leave the shop: no live formula, masks kept, counted in the log."""

import csv
import io
import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from shopadmin import testing
from shopadmin.contract import AccountId, Actor
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.services.exports import export_cell, respond

OWNER = Actor(AccountId(1), "Owner", True, frozenset())
COLUMNS = [
    SimpleNamespace(name=name, kind=kind, export=name, currency="currency")
    for name, kind in (("number", "text"), ("at", "time"), ("total", "money"), ("pieces", "number"))
]


def row(number="T1", total=1234):
    at = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
    return SimpleNamespace(number=number, at=at, total=total, pieces=2, currency="CNY")


def value_of(found, column):
    return getattr(found, column.name)


def sent(app, kind, rows):
    with app.test_request_context():
        response = respond(OWNER, "orders", kind, COLUMNS, iter(rows), value_of)
        return response, b"".join(response.response)


FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "＝1+1",
    "＋1",
    "\ufeff=1",
    "=cmd|' /C calc'!A0",
    "|x",
    "%x",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_cell_that_would_be_a_formula_becomes_text(text):
    assert export_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["-12.50", "+86", "T=1", "", 5, None, "林小雨"])
def test_numbers_and_plain_texts_stay_as_they_are(value):
    assert export_cell(value) == value


def test_a_csv_begins_with_a_mark_and_holds_times_of_the_shop_and_exact_amounts(app):
    response, body = sent(app, "csv", [row(), row("=1+1", None)])

    table = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert body.startswith(b"\xef\xbb\xbf")
    assert table == [
        ["number", "at", "total", "pieces"],
        ["T1", "2026-03-02 00:30:00", "12.34", "2"],
        ["'=1+1", "2026-03-02 00:30:00", "", "2"],
    ]
    assert response.headers["Content-Disposition"] == "attachment; filename=orders.csv"


def test_a_workbook_holds_texts_and_numbers_and_no_formula(app):
    _response, body = sent(app, "xlsx", [row("=1+1")])

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0)
    assert sheet.to_python()[1] == ["'=1+1", "2026-03-02 00:30:00", 12.34, 2.0]


def test_json_is_given_where_it_is_asked_for_with_minor_units_and_times_of_the_shop(app):
    with app.test_request_context():
        response = respond(OWNER, "orders", "json", COLUMNS, iter([row("=1+1"), row(total=None)]), value_of, ("json",))
        found = json.loads(b"".join(response.response))
        empty = respond(OWNER, "orders", "json", COLUMNS, iter([]), value_of, ("json",))
        assert json.loads(b"".join(empty.response)) == []
        for kind, kinds in (("json", ("csv", "xlsx")), ("csv", ("json",))):
            with pytest.raises(NotFound):
                respond(OWNER, "orders", kind, COLUMNS, iter([]), value_of, kinds)

    assert found == [
        {"number": "=1+1", "at": "2026-03-02T00:30:00+08:00", "total": 1234, "pieces": 2},
        {"number": "T1", "at": "2026-03-02T00:30:00+08:00", "total": None, "pieces": 2},
    ]


def test_the_log_counts_what_was_sent(app):
    sent(app, "csv", [row()] * 3)
    sent(app, "csv", [])

    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.code == "core.list.exported")).all()
    assert [entry.after["rows"] for entry in entries] == [3, 0]


def test_a_long_list_is_streamed_in_pieces(app):
    with app.test_request_context():
        response = respond(OWNER, "orders", "csv", COLUMNS, (row() for _ in range(1200)), value_of)
        pieces = [len(piece.splitlines()) for piece in response.response if piece]

    assert max(pieces) <= 501
    assert sum(pieces) == 1201


def test_an_export_through_the_page_reads_its_rows_when_it_is_sent(app, client_as):
    for number in range(1, 4):
        testing.make_order(number)

    body = client_as("core.orders:export").get("/admin/orders/export/xlsx").data

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0)
    assert [line[0] for line in sheet.to_python()] == ["order_no", "T000003", "T000002", "T000001"]
