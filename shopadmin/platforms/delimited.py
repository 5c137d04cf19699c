"""CSV and TSV, row by row: the delimiter, the heading row, and what a hostile file may not do."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from shopadmin.platforms.refusals import MAX_CELL_CHARS, MAX_LINE, FileRefused

DELIMITERS = (",", ";", "\t")

# Follows the last line. It comes back as a row of its own, unless an open quote has swallowed it; no file can hold
# it, because one with a NUL in it is refused as binary.
_END = "\0end"


class LongRow(list[str]):
    """A row with a cell longer than MAX_CELL_CHARS; readers reject it as ``cell_too_long``."""


class _Lines:
    """The lines of a file, counting the characters handed out since ``size`` was last set to 0."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.size = 0

    def __iter__(self) -> Iterator[str]:
        readline = self.file.readline
        while line := readline(MAX_LINE):
            self.size += len(line)
            if self.size >= MAX_LINE:
                raise FileRefused("line_too_long", limit=MAX_LINE)
            yield line
        yield _END


def _records(path: Path, encoding: str, delimiter: str, literal_quotes: bool) -> Iterator[list[str]]:
    # A setting of the whole process; the lines are measured before csv sees them, so it only must not be lower.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE))
    with path.open(encoding=encoding, newline="") as file:
        lines = _Lines(file)
        try:
            for row in csv.reader(lines, _dialect(delimiter, literal_quotes)):
                size, lines.size = lines.size, 0
                if row and row[0] == _END:
                    return
                if size > MAX_CELL_CHARS and any(len(cell) > MAX_CELL_CHARS for cell in row):
                    row = LongRow(row)
                if row and row[-1].endswith(_END):
                    raise FileRefused("unclosed_quote", sample=row[-1][:80])
                yield row
        except (csv.Error, UnicodeDecodeError) as error:
            raise FileRefused("bad_csv", reason=str(error)) from error


def _dialect(mark: str, literal_quotes: bool) -> type[csv.Dialect]:
    class Table(csv.excel):
        delimiter = mark
        quoting = csv.QUOTE_NONE if literal_quotes else csv.QUOTE_MINIMAL

    return Table


def heading_row(path: Path, encoding: str) -> tuple[str, list[str]]:
    """The delimiter that cuts the first row that is not blank into most cells, and those cells.

    Raises FileRefused ``empty_file`` or ``no_heading``, and what reading raises.
    """
    best, cells = DELIMITERS[0], _first(path, encoding, DELIMITERS[0])
    for delimiter in DELIMITERS[1:]:
        other = _first(path, encoding, delimiter)
        if len(other) > len(cells):
            best, cells = delimiter, other
    if not cells:
        raise FileRefused("empty_file")
    if not any(cell.strip() for cell in cells):
        raise FileRefused("no_heading")
    return best, cells


def _first(path: Path, encoding: str, delimiter: str) -> list[str]:
    for row in _records(path, encoding, delimiter, literal_quotes=False):
        if row and (len(row) > 1 or row[0].strip()):
            return row
    return []


def delimited_rows(
    path: Path, encoding: str, delimiter: str, width: int, literal_quotes: bool
) -> Iterator[tuple[int, list[str]]]:
    """``(row number from 1, cells)`` after the heading; rows without any value are counted and left out.

    In TAB files missing trailing cells are empty cells: Amazon ends a row at its last value.
    Raises FileRefused ``line_too_long``, ``unclosed_quote`` or ``bad_csv`` when it gets there.
    """
    rows = _records(path, encoding, delimiter, literal_quotes)
    for row in rows:
        if row and (len(row) > 1 or row[0].strip()):
            break
    may_end_early = delimiter == "\t"
    for number, row in enumerate(rows, 1):
        if not any(row):
            continue
        if may_end_early and len(row) < width:
            row.extend([""] * (width - len(row)))
        yield number, row
