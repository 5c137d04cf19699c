"""Lists of any length: paged by key, filtered by what has an index, counted up to a cap.

A list is declared once (``ListSpec``) and serves the page, its count, its export and its search alike, so that none
of them can show a row or a column more than another.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, select, tuple_

from shopadmin.contract import Actor, Text
from shopadmin.models import db

PAGE_SIZE = 50
COUNT_CAP = 10_000


class BadListArgumentError(ValueError):
    """A cursor, filter or sort that this list does not know: a 400."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a list. ``condition`` gets the parsed value: a string, or for ``date`` an aware UTC instant."""

    name: str
    label: Text
    condition: Callable[[Any], ColumnElement[bool]]
    kind: Literal["choice", "from", "to", "text"] = "choice"
    choices: Sequence[tuple[str, Text]] = ()


@dataclass(frozen=True, slots=True)
class Sort:
    """An order that an index serves: columns in one common direction, the last one unique."""

    name: str
    label: Text
    columns: tuple[Any, ...]
    descending: bool = True


def _everything(query: Select[Any], actor: Actor) -> Select[Any]:
    return query


def _no_search(term: str, actor: Actor) -> ColumnElement[bool] | None:
    return None


@dataclass(frozen=True, slots=True)
class ListSpec:
    """A list: what it selects, how it may be sorted and filtered, and which rows an actor may see at all."""

    query: Select[Any]
    id_column: Any
    sorts: tuple[Sort, ...]
    filters: tuple[Filter, ...] = ()
    search: Callable[[str, Actor], ColumnElement[bool] | None] = _no_search
    scope: Callable[[Select[Any], Actor], Select[Any]] = _everything


@dataclass(frozen=True, slots=True)
class ListArguments:
    """What the reader asked for, still unchecked text."""

    filters: Mapping[str, str] = field(default_factory=dict)
    search: str = ""
    sort: str = ""
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows. ``count`` stops at the cap; ``is_capped`` says that there are more."""

    rows: Sequence[Any]
    next_cursor: str
    previous_cursor: str
    count: int
    is_capped: bool
    sort: Sort


def fetch_page(spec: ListSpec, actor: Actor, arguments: ListArguments, zone: Any, size: int = PAGE_SIZE) -> Page:
    """One page: two queries, whatever the depth. Raises BadListArgumentError."""
    sort = _sort(spec, arguments.sort)
    query = matching(spec, actor, arguments, zone)
    count = _count(query, spec)
    backwards, values = _read_cursor(sort, arguments.cursor)
    rows = _rows(query, sort, backwards, values, size + 1)
    has_more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    before = bool(rows) and (has_more if backwards else values is not None)
    after = bool(rows) and (values is not None if backwards else has_more)
    return Page(
        rows=rows,
        next_cursor=_cursor(sort, rows[-1], "next") if after else "",
        previous_cursor=_cursor(sort, rows[0], "previous") if before else "",
        count=min(count, COUNT_CAP),
        is_capped=count > COUNT_CAP,
        sort=sort,
    )


def matching(spec: ListSpec, actor: Actor, arguments: ListArguments, zone: Any) -> Select[Any]:
    """The rows that the actor may see and the arguments ask for, in no order. Raises BadListArgumentError."""
    query = spec.scope(spec.query, actor)
    known = {found.name: found for found in spec.filters}
    for name, text in arguments.filters.items():
        if name not in known:
            raise BadListArgumentError(name)
        query = query.where(known[name].condition(_value(known[name], text, zone)))
    if arguments.search:
        condition = spec.search(arguments.search, actor)
        if condition is not None:
            query = query.where(condition)
    return query


def fetch_one(spec: ListSpec, actor: Actor, row_id: int) -> Any | None:
    """The row with this id if the actor may see it, else None: the same scope as the list."""
    return db.session().execute(spec.scope(spec.query, actor).where(spec.id_column == row_id)).one_or_none()


def parse_id(text: str) -> int:
    """A row id out of a URL. Raises BadListArgumentError for anything but a plain positive number."""
    if not text.isascii() or not text.isdigit() or len(text) > 18 or int(text) < 1:
        raise BadListArgumentError("id")
    return int(text)


def iterate(query: Select[Any], sort: Sort, batch: int = 1000) -> Any:
    """All rows in order, read in batches: what an export streams."""
    ordered = query.order_by(*_ordering(sort, backwards=False)).execution_options(yield_per=batch)
    return db.session().execute(ordered)


def _sort(spec: ListSpec, name: str) -> Sort:
    for sort in spec.sorts:
        if name in ("", sort.name):
            return sort
    raise BadListArgumentError("sort")


def _value(found: Filter, text: str, zone: Any) -> Any:
    if "\0" in text or len(text) > 200:
        raise BadListArgumentError(found.name)
    if found.kind == "choice" and text not in {value for value, _ in found.choices}:
        raise BadListArgumentError(found.name)
    if found.kind in ("from", "to"):
        try:
            day = date.fromisoformat(text)
            # "To" includes its day: half-open up to the next one, by the shop's calendar.
            day = day + timedelta(days=1) if found.kind == "to" else day
            return datetime.combine(day, time(), zone).astimezone(UTC)
        except (ValueError, OverflowError):
            raise BadListArgumentError(found.name) from None
    return text


def _count(query: Select[Any], spec: ListSpec) -> int:
    counted = query.with_only_columns(spec.id_column, maintain_column_froms=True).order_by(None).limit(COUNT_CAP + 1)
    return db.session().scalar(select(func.count()).select_from(counted.subquery())) or 0


def _ordering(sort: Sort, backwards: bool) -> list[Any]:
    descending = sort.descending != backwards
    return [column.desc() if descending else column.asc() for column in sort.columns]


def _rows(query: Select[Any], sort: Sort, backwards: bool, values: list[Any] | None, limit: int) -> list[Any]:
    if values is not None:
        key, edge = tuple_(*sort.columns), tuple_(*values)
        query = query.where(key < edge if sort.descending != backwards else key > edge)
    return list(db.session().execute(query.order_by(*_ordering(sort, backwards)).limit(limit)).all())


def _cursor(sort: Sort, row: Any, direction: str) -> str:
    values = [getattr(row, column.key) for column in sort.columns]
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps([sort.name, direction, *plain]).encode()).decode().rstrip("=")


def _read_cursor(sort: Sort, cursor: str) -> tuple[bool, list[Any] | None]:
    """Direction and edge. ``last`` is the end of the list; junk, or another sort's cursor, is refused."""
    if cursor in ("", "last"):
        return cursor == "last", None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        name, direction, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        edge = [_edge(column, value) for column, value in zip(sort.columns, values, strict=True)]
    except (ValueError, TypeError, binascii.Error, UnicodeDecodeError, RecursionError):
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
    elif type(value) is not kind or (kind is int and abs(value) >= 2**63) or (kind is str and "\0" in value):
        raise ValueError(value)
    return value
