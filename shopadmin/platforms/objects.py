"""JSON files: an array of objects, on top or wrapped, one object at a time.

Built from ijson's bare events. Its own object builder keeps the path to every value as one string, which a few
kilobytes of ``[[[[…`` make quadratic, and its C parser ends the process on a number longer than Python converts
(4,300 digits, ijson 3.6): depth and digits are therefore limited here.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

import ijson
from ijson.common import JSONError

from shopadmin.platforms.refusals import MAX_LINE, FileRefused

MAX_DEPTH = 64
MAX_DIGITS = 1_000
_MANY_DIGITS = re.compile(rf"(?<![0-9])[0-9]{{{MAX_DIGITS}}}")

Event = tuple[str, Any]


class _Feed:
    """A text file as the UTF-8 bytes ijson wants, counting what was read since ``size`` was last set to 0."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.size = 0
        self.tail = ""
        self.refusal: FileRefused | None = None

    def read(self, size: int) -> bytes:
        if not size:
            return b""
        text = self.file.read(size)
        self.size += len(text)
        # ijson's C code may lose an exception raised in here, so it is kept and the file ends instead.
        if self.size > MAX_LINE + size:
            self.refusal = FileRefused("line_too_long", limit=MAX_LINE)
        elif _MANY_DIGITS.search(self.tail + text):
            self.refusal = FileRefused("bad_json", reason="number too long")
        self.tail = text[-MAX_DIGITS:]
        return b"" if self.refusal else text.encode()


def object_rows(path: Path, encoding: str) -> Iterator[tuple[int, Any]]:
    """``(row number from 1, object)`` of the file's first array that begins with an object.

    Numbers are int or Decimal. An item that is no object comes as a text, which no reader takes for a row.
    Raises FileRefused ``bad_json`` or ``line_too_long`` when it gets there.
    """
    with path.open(encoding=encoding, newline="") as file:
        feed = _Feed(file)
        try:
            for number, item in enumerate(_items(iter(ijson.basic_parse(feed))), 1):
                feed.size = 0
                yield number, item if isinstance(item, dict) else text_of(item)
        except (JSONError, ValueError, ArithmeticError) as error:
            raise feed.refusal or FileRefused("bad_json", reason=type(error).__name__) from error
        if feed.refusal:
            raise feed.refusal


def _items(events: Iterator[Event]) -> Iterator[Any]:
    depth = 0
    before = ""
    for event, _ in events:
        if before == "start_array" and event == "start_map":
            yield _built(event, None, events)
            yield from _rest_of_array(events)
            break
        depth += (event in _OPENING) - (event in _CLOSING)
        if depth > MAX_DEPTH:
            raise FileRefused("bad_json", reason="nested too deep")
        before = event
    # What follows the array is read for its errors alone: a cut-off file must not pass.
    for _ in events:
        pass


def _rest_of_array(events: Iterator[Event]) -> Iterator[Any]:
    for event, value in events:
        if event == "end_array":
            return
        yield _built(event, value, events)


_OPENING = frozenset({"start_map", "start_array"})
_CLOSING = frozenset({"end_map", "end_array"})


def _built(event: str, value: Any, events: Iterator[Event]) -> Any:
    """The value that begins with this event, taking its further events."""
    if event not in _OPENING:
        return value
    top: Any = {} if event == "start_map" else []
    open_ones = [top]
    keys = [""]
    for event, value in events:
        if event == "map_key":
            keys[-1] = value
            continue
        if event in _CLOSING:
            open_ones.pop()
            keys.pop()
            if not open_ones:
                break
            continue
        child = {} if event == "start_map" else [] if event == "start_array" else value
        container = open_ones[-1]
        if isinstance(container, dict):
            container[keys[-1]] = child
        else:
            container.append(child)
        if event in _OPENING:
            open_ones.append(child)
            keys.append("")
            if len(open_ones) > MAX_DEPTH:
                raise FileRefused("bad_json", reason="nested too deep")
    return top


def text_of(value: object) -> str:
    """A JSON value as the text a CSV cell would hold; empty for null, objects and arrays."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | Decimal) else ""
