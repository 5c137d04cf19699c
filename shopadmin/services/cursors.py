"""Where a page of a list begins, as it stands in an address, and what in an address no list can take."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from shopadmin.contract import Text


class BadListArgumentError(ValueError):
    """A cursor, filter or sort that this list does not know: a 400. ``name``: of the part of the address."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Sort:
    """An order that an index serves: columns in one common direction, the last one unique.

    ``permission``: without it nobody can ask for the order. A cursor holds the values that it sorts by.
    """

    name: str
    label: Text
    columns: tuple[Any, ...]
    descending: bool = True
    permission: str = ""


def parse_id(text: str) -> int:
    """A row id out of a URL. Raises BadListArgumentError for anything but a plain positive number."""
    if not text.isascii() or not text.isdigit() or len(text) > 18 or int(text) < 1:
        raise BadListArgumentError("id")
    return int(text)


def cursor(sort: Sort, row: Any, direction: Literal["next", "previous"]) -> str:
    """Where a page begins, as it stands in an address: after or before ``row``."""
    values = [getattr(row, column.key) for column in sort.columns]
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps([sort.name, direction, *plain]).encode()).decode().rstrip("=")


def read_cursor(sort: Sort, text: str) -> tuple[bool, list[Any] | None]:
    """Whether to go backwards, and from where; ``last`` is the end of the list.

    Raises BadListArgumentError for junk and for another order's cursor.
    """
    if text in ("", "last"):
        return text == "last", None
    try:
        padded = text + "=" * (-len(text) % 4)
        name, direction, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        edge = [_edge(column, value) for column, value in zip(sort.columns, values, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise BadListArgumentError("cursor") from None
    if name != sort.name or direction not in ("next", "previous"):
        raise BadListArgumentError("cursor")
    return direction == "previous", edge


def _edge(column: Any, value: Any) -> Any:
    kind = column.type.python_type
    if kind is datetime:
        value = datetime.fromisoformat(value)
        if value.tzinfo is None:
            raise ValueError(value)
        return value.astimezone(UTC)
    if type(value) is not kind or (kind is int and abs(value) >= 2**63) or (kind is str and "\0" in value):
        raise ValueError(value)
    if kind is str:
        value.encode()  # half a surrogate pair is JSON, but no text for a database
    return value
