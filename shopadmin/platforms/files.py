"""A file of unknown origin as sources of rows: what it is, is read from its content, never from its name."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from shopadmin.platforms.decoding import detect_encoding
from shopadmin.platforms.delimited import delimited_rows, heading_row
from shopadmin.platforms.headings import normal_headings
from shopadmin.platforms.objects import object_rows, text_of
from shopadmin.platforms.refusals import MAX_COLUMNS, MAX_FILE_BYTES, FileRefused
from shopadmin.platforms.sheets import sheet_headings, sheet_rows

FileFormat = Literal["csv", "tsv", "json", "xlsx"]

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True, slots=True)
class Source:
    """One table of a file. ``headings`` as in the file, ``normalised`` for recognising; a workbook has several."""

    path: Path
    file_format: FileFormat
    headings: tuple[str, ...]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    literal_quotes: bool = False
    normalised: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "normalised", normal_headings(self.headings))

    def rows(self) -> Iterator[tuple[int, Any]]:
        """``(row number from 1, cells or object)``, streamed; each call reads the file again.

        Raises FileRefused where the rest cannot be told apart into rows (an unclosed quote, broken JSON).
        """
        if self.file_format == "json":
            return object_rows(self.path, self.encoding)
        if self.file_format == "xlsx":
            return sheet_rows(self.path, self.sheet, len(self.headings))
        return delimited_rows(self.path, self.encoding, self.delimiter, len(self.headings), self.literal_quotes)

    def samples(self, count: int = 3) -> tuple[tuple[str, ...], ...]:
        """The first rows as short texts, for a person who says what the columns mean; () where none can be read."""
        try:
            return tuple(tuple(text[:80] for text in self._texts(row)) for _, row in islice(self.rows(), count))
        except FileRefused:
            return ()

    def _texts(self, row: Any) -> list[str]:
        if isinstance(row, dict):
            return [text_of(row.get(heading)) for heading in self.headings]
        return row if isinstance(row, list) else [text_of(row)]


def open_sources(path: Path, *, encoding: str | None = None, max_bytes: int = MAX_FILE_BYTES) -> tuple[Source, ...]:
    """Every table of the file: one, or one for each sheet that is not blank.

    ``encoding``: one of ENCODINGS, where a person overrules the guess. Raises FileRefused.
    """
    size = path.stat().st_size
    if not size:
        raise FileRefused("empty_file")
    if size > max_bytes:
        raise FileRefused("too_large", size=size, limit=max_bytes)
    with path.open("rb") as file:
        magic = file.read(4)
    sources = _workbook(path) if magic in _ZIP else (_text_source(path, encoding),)
    for source in sources:
        if len(source.headings) > MAX_COLUMNS:
            raise FileRefused("too_many_columns", found=len(source.headings), limit=MAX_COLUMNS)
    return sources


def _workbook(path: Path) -> tuple[Source, ...]:
    return tuple(Source(path, "xlsx", tuple(cells), sheet=name) for name, cells in sheet_headings(path))


def _text_source(path: Path, override: str | None) -> Source:
    encoding = detect_encoding(path, override)
    with path.open(encoding=encoding) as file:
        start = file.read(4096).lstrip()
    if start.startswith(("[", "{")):
        _, first = next(object_rows(path, encoding), (0, None))
        if not first:
            raise FileRefused("no_heading")
        return Source(path, "json", tuple(first), encoding)
    delimiter, cells = heading_row(path, encoding)
    return Source(path, "tsv" if delimiter == "\t" else "csv", tuple(cells), encoding, delimiter)
