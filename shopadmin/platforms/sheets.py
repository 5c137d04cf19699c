"""XLSX through calamine: every sheet as rows of the texts a CSV of it would hold."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineSheet, load_workbook

from shopadmin.platforms.archives import check_archive
from shopadmin.platforms.delimited import LongRow
from shopadmin.platforms.refusals import MAX_CELL_CHARS, FileRefused

CellValue = int | float | str | bool | time | date | datetime | timedelta

# A spreadsheet keeps 15 digits of a number. What is longer was an id once, and its end is lost.
_EXACT = 10**15


def sheet_headings(path: Path) -> list[tuple[str, list[str]]]:
    """Name and first row that is not blank of each sheet that has one, in the workbook's order.

    Raises FileRefused ``bad_archive``, ``zip_bomb`` or ``empty_file``.
    """
    check_archive(path)
    found = []
    for name in _sheet_names(path):
        for _, cells in _rows(path, name):
            while not cells[-1].strip():
                cells.pop()
            found.append((name, list(cells)))
            break
    if not found:
        raise FileRefused("empty_file")
    return found


def sheet_rows(path: Path, sheet: str, width: int) -> Iterator[tuple[int, list[str]]]:
    """``(row number from 1, cells)`` below the heading; rows without any value are counted and left out.

    The whole sheet is in memory, within the limits that ``sheet_headings`` has held it to.
    """
    rows = _rows(path, sheet)
    heading, _ = next(rows, (0, []))
    for number, cells in rows:
        # Cells without a heading count only where something stands in them.
        while len(cells) > width and not cells[-1]:
            cells.pop()
        yield number - heading, cells


def _rows(path: Path, sheet: str) -> Iterator[tuple[int, list[str]]]:
    for number, values in enumerate(_load(path, sheet).iter_rows(), 1):
        cells = [_text(value) for value in values]
        if any(cell.strip() for cell in cells):
            yield number, LongRow(cells) if max(map(len, cells)) > MAX_CELL_CHARS else cells


def _sheet_names(path: Path) -> list[str]:
    try:
        with load_workbook(path) as workbook:
            return workbook.sheet_names
    except BaseException as error:
        raise _refused(error) from error


def _load(path: Path, sheet: str) -> CalamineSheet:
    try:
        with load_workbook(path) as workbook:
            return workbook.get_sheet_by_name(sheet)
    except BaseException as error:
        raise _refused(error) from error


def _refused(error: BaseException) -> BaseException:
    """A broken workbook is a refusal, even where the parser panics: a panic of Rust is no ``Exception``."""
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        return FileRefused("bad_archive", reason=type(error).__name__)
    return error


def _text(value: CellValue) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        # A spreadsheet's time is a fraction of a day: 10:02:59.999 was 10:03:00.
        return (value + timedelta(milliseconds=500)).replace(microsecond=0).isoformat(" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _number(value: float) -> str:
    if abs(value) >= _EXACT:
        return f"{value:.14E}"
    return str(int(value)) if value.is_integer() else repr(value)
