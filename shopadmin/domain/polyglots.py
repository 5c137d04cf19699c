"""Pictures that are something else as well: a second file in the same bytes.

Only what a picture's own format leaves room for is looked at. A phone may put a film or a second picture behind a
photo (motion photos, multi-picture files): that is no trick.
"""

import io
import re
import struct
import zipfile

_NO_RESTART = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_PADDING = re.compile(rb"\x00*")
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})


def is_polyglot(data: bytes, kind: str) -> bool:
    """Whether the bytes are a picture of ``kind`` (PNG, JPEG, WEBP) and a file of another kind too."""
    if b"%PDF-" in data[:1024] or zipfile.is_zipfile(io.BytesIO(data)):
        return True
    if kind == "JPEG":
        return not _is_jpeg_alone(data)
    end = _end_of_png(data) if kind == "PNG" else _end_of_webp(data)
    return end is None or end != len(data)


def _end_of_png(data: bytes) -> int | None:
    place = 8
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        name, place = data[place + 4 : place + 8], place + 12 + length
        if name == b"IEND":
            return place if place <= len(data) else None
    return None


def _end_of_webp(data: bytes) -> int | None:
    if len(data) < 12:
        return None
    (length,) = struct.unpack_from("<I", data, 4)
    end = 8 + length + length % 2
    # Some writers leave the last padding byte out.
    return len(data) if len(data) == 8 + length else end


def _is_jpeg_alone(data: bytes) -> bool:
    """Whether nothing follows the picture but more pictures, a film, padding, or what Samsung's phones append."""
    place: int | None = 0
    while place is not None and data.startswith(b"\xff\xd8\xff", place):
        place = _end_of_jpeg(data, place + 2)
        if place is not None and (padding := _PADDING.match(data, place)):
            place = padding.end()
    if place is None:
        return False
    # The length before a film's first word may begin with zeros, which were taken for padding.
    return place == len(data) or b"ftyp" in data[place : place + 8] or data.endswith(b"SEFT")


def _end_of_jpeg(data: bytes, place: int) -> int | None:
    """Where the picture that goes on here ends: behind its end marker; None when there is none."""
    while found := _NO_RESTART.search(data, place):
        marker, place = data[found.end() - 1], found.end()
        if marker == 0xD9:
            return place
        if marker in _STANDALONE:
            continue
        if place + 2 > len(data):
            return None
        (length,) = struct.unpack_from(">H", data, place)
        place += length
    return None
