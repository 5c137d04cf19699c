"""Is this workbook safe to hand to a parser? A zip is measured, entry by entry, before anything else opens it.

The parser (calamine) trusts what the archive says of itself: it inflates an entry to its end whatever size was
declared, allocates the rectangle between the outermost cells of a sheet, and copies a shared text into every cell
that names it. Each of these turns a few kilobytes into gigabytes, so each is measured here, in flat memory.
"""

import re
import struct
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from shopadmin.platforms.refusals import FileRefused

MAX_ENTRIES = 1_000
MAX_UNPACKED_BYTES = 128 * 1024 * 1024
# XML of a real report packs 10 to 30 times. Small entries may do better without doing harm.
MAX_RATIO = 200
_RATIO_FROM_BYTES = 1024 * 1024
# Rows times columns of one sheet, some 60 bytes each once read: 28,000 rows of Taobao's widest report.
MAX_SHEET_CELLS = 2_000_000
# What the cells of a sheet may add up to once shared texts are copied into them.
MAX_SHARED_CHARS = 256 * 1024 * 1024

_SHARED_TEXTS = "xl/sharedstrings.xml"
_LOCAL_HEADER = struct.Struct("<26xHH")
_CHUNK = 256 * 1024
_OVERLAP = 256
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,4})([0-9]{1,8})["']""")
_CELL = re.compile(rb"[<:]c[\s/>]")
_VALUE = re.compile(rb"[<:]v(?:\s[^>]*)?>([^<]{0,40})<")
_SHARED_TEXT = re.compile(rb"[<:]si[\s/>]")


def check_archive(path: Path) -> None:
    """Refuse what is no workbook or would not stay within the limits.

    Raises FileRefused ``bad_archive`` (``reason``) or ``zip_bomb`` (``limit``, ``found``).
    """
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            entries = archive.infolist()
            _check_declared(entries)
            _check_real(file, entries)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, NotImplementedError) as error:
        raise FileRefused("bad_archive", reason=type(error).__name__) from error


def _check_declared(entries: list[zipfile.ZipInfo]) -> None:
    _limit("entries", len(entries), MAX_ENTRIES)
    _limit("unpacked_bytes", sum(entry.file_size for entry in entries), MAX_UNPACKED_BYTES)
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names or len(names) != len(entries):
        raise FileRefused("bad_archive", reason="no workbook")
    for entry in entries:
        if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileRefused("bad_archive", reason="encrypted or unusual")
        if entry.file_size > _RATIO_FROM_BYTES:
            _limit("ratio", entry.file_size // max(entry.compress_size, 1), MAX_RATIO)


def _check_real(file: BinaryIO, entries: list[zipfile.ZipInfo]) -> None:
    total = 0
    lengths = array("I")
    # The shared texts first, so that the cells can be weighed with them. Any entry may be named as a sheet.
    for entry in sorted(entries, key=lambda entry: entry.filename.lower() != _SHARED_TEXTS):
        meter = _SharedTexts(lengths) if entry.filename.lower() == _SHARED_TEXTS else _Sheet(lengths)
        size = 0
        for chunk in _inflate(file, entry):
            size += len(chunk)
            _limit("unpacked_bytes", total + size, MAX_UNPACKED_BYTES)
            meter.feed(chunk)
        if size != entry.file_size:
            raise FileRefused("zip_bomb", limit="declared_size", found=size, most=entry.file_size)
        total += size


def _limit(name: str, found: int, most: int) -> None:
    if found > most:
        raise FileRefused("zip_bomb", limit=name, found=found, most=most)


def _inflate(file: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The entry's real content; zipfile itself would stop at the declared size."""
    file.seek(entry.header_offset)
    name, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    file.seek(name + extra, 1)
    left = entry.compress_size
    inflater = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0 and (packed := file.read(min(left, _CHUNK))):
        left -= len(packed)
        if inflater is None:
            yield packed
            continue
        while packed:
            yield inflater.decompress(packed, _CHUNK)
            packed = inflater.unconsumed_tail
    if inflater is not None:
        yield inflater.flush()


class _Sheet:
    """How many cells a parser will make room for, and how much shared text it will copy into them."""

    def __init__(self, lengths: "array[int]") -> None:
        self.tail = b""
        self.columns = self.rows = self.written = self.shared = 0
        self.lengths = lengths
        self.longest = max(lengths, default=0)

    def feed(self, chunk: bytes) -> None:
        text = self.tail + chunk
        if found := _REFERENCE.findall(text):
            self.columns = max(self.columns, *map(_column, {letters for letters, _ in found}))
            self.rows = max(self.rows, *map(int, {digits for _, digits in found}))
        self.written += len(_CELL.findall(chunk))
        _limit("cells", max(self.columns * self.rows, self.written), MAX_SHEET_CELLS)
        if self.longest * MAX_SHEET_CELLS > MAX_SHARED_CHARS:
            self.shared += sum(map(self._shared_length, _VALUE.findall(text)))
            _limit("shared_chars", self.shared, MAX_SHARED_CHARS)
        self.tail = chunk[-_OVERLAP:]

    def _shared_length(self, value: bytes) -> int:
        """Of the text a cell names; a number may be one's index, so it counts, and a disguised one counts most."""
        if value.isdigit():
            index = int(value)
            return self.lengths[index] if index < len(self.lengths) else 0
        return self.longest if b"&" in value or not value.strip() else 0


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


class _SharedTexts:
    """Length of each shared text, in bytes of its XML."""

    def __init__(self, lengths: "array[int]") -> None:
        self.lengths = lengths
        self.tail = b""

    def feed(self, chunk: bytes) -> None:
        text = self.tail + chunk
        start = 0
        for found in _SHARED_TEXT.finditer(text):
            self._add(found.start() - start)
            start = found.start() + 1
            self.lengths.append(0)
        # The beginning of a tag may wait for the next chunk.
        cut = max(len(text) - 4, start)
        self._add(cut - start)
        self.tail = text[cut:]

    def _add(self, size: int) -> None:
        if self.lengths:
            self.lengths[-1] += size
