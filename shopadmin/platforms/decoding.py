"""Which encoding a file is in: its byte order mark, else strict UTF-8, else GB18030, else it is refused.

The whole file is decoded once before a row is read: a GBK file may begin with pages of plain ASCII, and a bad byte
at the end must keep the beginning from being imported.
"""

import codecs
import re
from pathlib import Path

from shopadmin.platforms.refusals import FileRefused

# What a person may choose when the guess is wrong. Names of Python's codecs.
ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "big5hkscs", "shift_jis", "euc-kr",
    "cp1250", "cp1251", "cp1252", "latin-1",
)  # fmt: skip

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Signatures of what people upload by mistake: PNG, JPEG, GIF, PDF, old Excel, gzip, RAR, 7z, SQLite.
_BINARY = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf",
    b"SQLite format 3",
)  # fmt: skip
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f]")
_CHUNK = 256 * 1024


def detect_encoding(path: Path, override: str | None = None) -> str:
    """The codec that decodes every byte of the file.

    Raises FileRefused: ``binary_file``; ``encoding_unknown`` with ``offset`` of the first bad byte in the encoding
    that got furthest, and that ``encoding``.
    """
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    if head.startswith(_BINARY):
        raise FileRefused("binary_file", offset=0)
    if override is not None and override.lower() not in ENCODINGS:
        raise FileRefused("encoding_unknown", encoding=override, offset=None)
    candidates = [override.lower()] if override else _candidates(head)
    failures: list[tuple[int, str]] = []
    for encoding in candidates:
        bad = _first_bad_byte(path, encoding)
        if bad is None:
            return encoding
        failures.append((bad, encoding))
    if _CONTROL.search(head):
        raise FileRefused("binary_file", offset=0)
    # max() keeps the first of equals, and UTF-8 stands before GB18030.
    offset, encoding = max(failures, key=lambda failure: failure[0])
    raise FileRefused("encoding_unknown", offset=offset, encoding=encoding)


def _candidates(head: bytes) -> list[str]:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return [encoding]
    return ["utf-8", "gb18030"]


def _first_bad_byte(path: Path, encoding: str) -> int | None:
    """Offset of the first byte that does not decode, None where all do. A NUL is no text in any encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    fed = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            # The error's position counts from the bytes the decoder still held, not from the chunk.
            start = fed - len(decoder.getstate()[0])
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:
                # UTF-16 without its mark is an error without a place.
                return start + getattr(error, "start", 0)
            if "\0" in text:
                raise FileRefused("binary_file", offset=fed + max(chunk.find(b"\0"), 0))
            if not chunk:
                return None
            fed += len(chunk)
