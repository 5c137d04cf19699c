"""Files that leave the shop: CSV with a byte order mark, or XLSX, with no live formula in any cell; JSON for programs.

In JSON amounts are minor units and times ISO 8601 in the shop's zone.
"""

import csv
import io
import json
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Protocol

import xlsxwriter
from flask import Response, abort, stream_with_context

from shopadmin.contract import Actor
from shopadmin.domain import money
from shopadmin.services import audit, settings
from shopadmin.services.transactions import writing

# More rows than a spreadsheet holds; a longer list needs a narrower filter.
MAX_ROWS = 1_048_000
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d+)?")
_RISKY = ("=", "+", "-", "@", "|", "%")
_INVISIBLE = "\x00\ufeff\t\r\n \u3000"


class ExportColumn(Protocol):
    """What an export needs of a column."""

    name: str
    kind: str
    export: str
    currency: str


def export_cell(value: object) -> object:
    """Text that no spreadsheet takes for a formula: a leading ``'`` where one would. Numbers stay numbers."""
    if not isinstance(value, str):
        return value
    bare = unicodedata.normalize("NFKC", value).lstrip(_INVISIBLE)
    if bare.startswith(_RISKY) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return f"'{value}" if value.startswith(("\t", "\r")) else value


def respond(
    actor: Actor,
    name: str,
    kind: str,
    columns: Sequence[Any],
    rows: Iterable[Any],
    read: Callable[[Any, Any], Any],
    kinds: Sequence[str] = ("csv", "xlsx"),
) -> Response:
    """The rows as a download of ``kind``, streamed; 404 for one that is not among ``kinds``. Logged with the row count.

    ``kinds`` may have ``json`` too, which has no last row.
    """
    if kind not in kinds:
        abort(404)
    zone = settings.load().zone
    plain = _json_value if kind == "json" else _plain
    table = ([plain(row, column, read, zone) for column in columns] for row in rows)
    headings = [column.export for column in columns]
    counted = _Counted(table, None if kind == "json" else MAX_ROWS)
    body = {"csv": _csv, "xlsx": _xlsx, "json": _json}[kind](headings, counted)

    def send() -> Iterator[bytes]:
        try:
            yield from body
        finally:  # what was sent before a broken connection has left the shop as well
            with writing():
                audit.record(actor, "core.list.exported", "list", name, after={"rows": counted.count, "file": kind})

    types = {
        "csv": "text/csv; charset=utf-8",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "json": "application/json",
    }
    response = Response(stream_with_context(send()), content_type=types[kind])
    response.headers["Content-Disposition"] = f"attachment; filename={name}.{kind}"
    return response


class _Counted:
    def __init__(self, rows: Iterable[list[Any]], most: int | None) -> None:
        self._rows, self._most, self.count = rows, most, 0

    def __iter__(self) -> Iterator[list[Any]]:
        for row in self._rows:
            if self.count == self._most:
                return
            self.count += 1
            yield row


def _plain(row: Any, column: Any, read: Callable[[Any, Any], Any], zone: Any) -> Any:
    value = read(row, column)
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    if column.kind == "money" and value is not None:
        return money.to_decimal(value, getattr(row, column.currency))
    return export_cell("" if value is None else value)


def _json_value(row: Any, column: Any, read: Callable[[Any, Any], Any], zone: Any) -> Any:
    value = read(row, column)
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _csv(headings: list[str], rows: Iterable[list[Any]]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")  # Chinese Excel takes a CSV without it for GBK
    writer.writerow(headings)
    yield _take(buffer)  # the download begins, however long the first rows take
    for number, row in enumerate(rows, 1):
        writer.writerow(row)
        if number % 500 == 0:
            yield _take(buffer)
    yield _take(buffer)


def _json(headings: list[str], rows: Iterable[list[Any]]) -> Iterator[bytes]:
    """An array of objects, one a line."""
    before = b"[\n"
    for row in rows:
        yield before + json.dumps(dict(zip(headings, row, strict=True)), ensure_ascii=False).encode()
        before = b",\n"
    yield b"[]\n" if before.startswith(b"[") else b"\n]\n"


def _take(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _xlsx(headings: list[str], rows: Iterable[list[Any]]) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(file, options) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, headings)
            for number, row in enumerate(rows, 1):
                sheet.write_row(number, 0, row)
        file.seek(0)
        while block := file.read(65536):
            yield block
