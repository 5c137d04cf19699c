"""A small table that a person uploads for a plugin: an XLSX or CSV file, read like any import, all of it at once; and
its rows that were not taken, as a file to mend.
"""

import csv
import io
import tempfile
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import islice
from pathlib import Path

from flask_babel import lazy_gettext as _

from shopadmin.contract import Problem, Text
from shopadmin.platforms import files, times
from shopadmin.platforms.headings import normal_heading
from shopadmin.platforms.refusals import BadCell, FileRefused
from shopadmin.services.conflicts import RefusedError
from shopadmin.services.exports import export_cell
from shopadmin.services.imports.messages import file_message

MAX_BYTES = 10 * 1024 * 1024


def read_table(name: str, content: bytes, most_rows: int) -> list[tuple[int, Mapping[str, str]]]:
    """Rows below the heading of the first table in the file: number from 1, and texts by heading in its normal form.

    ``name``: what the uploader called the file, for the refusals. Cells without a heading are left out. Raises
    RefusedError (field ``file``) for what cannot be read, or has more rows than ``most_rows``.
    """
    try:
        with tempfile.NamedTemporaryFile() as kept:
            kept.write(content)
            kept.flush()
            source = files.open_sources(Path(kept.name), max_bytes=MAX_BYTES)[0]
            rows = list(islice(source.rows(), most_rows + 1))
    except FileRefused as refused:
        raise RefusedError(Problem(refused.code, file_message(refused.code, name, refused.details), "file")) from None
    if len(rows) > most_rows:
        raise RefusedError(
            Problem("rows", _("At most %(count)s rows at once. Part the list.", count=most_rows), "file")
        )
    return [(number, _by_heading(source.headings, cells)) for number, cells in rows]


def refused_table(leading: tuple[Text, Text], rows: Iterable[tuple[int, str, Mapping[str, str]]]) -> bytes:
    """Rows that were not taken, to be corrected and brought in again: a CSV with the number of each, why, and what
    stood there, under the headings of the first row; no cell is a formula.

    ``leading``: headings of number and reason, which must mean nothing to whoever reads the file again.
    """
    kept = list(rows)
    headings = list(kept[0][2]) if kept else []
    buffer = io.StringIO()
    buffer.write("\ufeff")  # Chinese Excel takes a CSV without it for GBK
    writer = csv.writer(buffer)
    writer.writerow([*map(str, leading), *map(export_cell, headings)])
    for number, why, cells in kept:
        writer.writerow([number, *(export_cell(text) for text in (why, *(cells.get(name, "") for name in headings)))])
    return buffer.getvalue().encode()


def read_day(text: str) -> date:
    """A day as lists have it: 2026-10-01, 2026/10/1, 2026年10月1日, 25/10/2026, with or without a time behind.

    Raises ValueError for no day, or one that could be two.
    """
    try:
        return times.parse_date(text.strip().partition(" ")[0].partition("T")[0])
    except BadCell as error:
        raise ValueError(text) from error


def _by_heading(headings: tuple[str, ...], cells: object) -> Mapping[str, str]:
    found = (
        cells
        if isinstance(cells, dict)
        else dict(zip(headings, cells if isinstance(cells, list) else (), strict=False))
    )
    return {normal_heading(str(heading)): _text(value) for heading, value in found.items() if str(heading).strip()}


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
