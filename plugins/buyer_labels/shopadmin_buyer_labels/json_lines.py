"""JSON lines: one object a line in, one answer a line out. A bad line gets an error and does not stop the others."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click

LONGEST_LINE = 1_000_000
Row = Mapping[str, Any]


class LineError(ValueError):
    """A line cannot be answered: which field, and why."""


def print_answers(ctx: click.Context, answer: Callable[[Row], Row]) -> None:
    """Answer standard input line by line, and end with 0, or with 3 where a line was bad; empty lines are passed over.

    A bad line is answered by its ``id``, where it has one, and ``error``, which names the line.
    """
    is_bad = False
    for number, raw in enumerate(_lines(), 1):
        if not raw.strip():
            continue
        found = _answered(raw, number, answer)
        is_bad = is_bad or "error" in found
        click.echo(json.dumps(found, ensure_ascii=False))
    ctx.exit(3 if is_bad else 0)


def text_of(row: Row, name: str, *, needed: bool = False) -> str:
    """A text, empty where the field is missing or null. Raises LineError."""
    found = row.get(name)
    if found is None and not needed:
        return ""
    if not isinstance(found, str):
        raise LineError(f"{name} must be a text")
    if "\0" in found or any("\ud800" <= character <= "\udfff" for character in found):
        raise LineError(f"{name} holds a character that is no text")
    return found


def refuse_unknown(row: Row, known: frozenset[str]) -> None:
    """Raise LineError for a field that nobody reads: it may be a misspelt one."""
    if unknown := row.keys() - known:
        raise LineError(f"there is no field {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}")


def _lines() -> Iterator[bytes]:
    """The lines; of one that is too long, one byte more than a line may have, and the rest is thrown away."""
    stream = sys.stdin.buffer
    while raw := stream.readline(LONGEST_LINE + 1):
        part = raw
        while len(part) > LONGEST_LINE and not part.endswith(b"\n"):
            part = stream.readline(LONGEST_LINE + 1)
        yield raw


def _answered(raw: bytes, number: int, answer: Callable[[Row], Row]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    try:
        row = _object(raw)
        if "id" in row:
            named = {"id": _id(row["id"])}
        return {**named, **answer(row)}
    except LineError as error:
        return {**named, "error": f"line {number}: {error}"}


def _object(raw: bytes) -> dict[str, Any]:
    if len(raw) > LONGEST_LINE:
        raise LineError(f"longer than {LONGEST_LINE} bytes")
    try:
        row = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise LineError(f"not UTF-8: byte {error.start + 1}") from None
    except (ValueError, RecursionError):
        raise LineError("not JSON") from None
    if not isinstance(row, dict):
        raise LineError("not a JSON object")
    return row


def _id(found: Any) -> str | int | None:
    if isinstance(found, bool) or not (found is None or isinstance(found, str | int)):
        raise LineError("id must be a text or a whole number")
    return found
