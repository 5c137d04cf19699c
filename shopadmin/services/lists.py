"""Lists of any length: paged by key, filtered by what has an index, counted up to a cap.

A list is declared once (``list_specs``) and serves the page, its count, its export and its search alike, so that none
of them can show a row or a column more than another.

Where "one of these" is asked (a tab with several statuses, a search in two places) the list reads each of them by its
own index and merges the few rows that a page needs: an OR would make both engines sort everything that matches.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select, tuple_, union

from shopadmin.contract import Actor
from shopadmin.models import db
from shopadmin.services.cursors import BadListArgumentError, Sort, cursor, parse_id, read_cursor
from shopadmin.services.list_specs import Filter, ListArguments, ListSpec, Rows, View, unscoped

# With what declares a list: whoever declares one reads it too.
__all__ = [
    "BadListArgumentError", "Filter", "ListArguments", "ListSpec", "Page", "Rows", "Sort", "View", "chosen_sort",
    "cursor", "fetch_one", "fetch_page", "first_rows", "iterate", "matching", "parse_id", "sorts", "starts_with",
]  # fmt: skip

PAGE_SIZE = 50
COUNT_CAP = 10_000
TAB_CAP = 999
LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows. ``count`` stops at the cap; ``is_capped`` says that there are more.

    ``view_counts``: how many rows each tab has, as shown: up to 999, then ``999+``; none where the page is searched or
    filtered, which the tabs are not.
    """

    rows: Sequence[Any]
    next_cursor: str
    previous_cursor: str
    count: int
    is_capped: bool
    sort: Sort
    view: View
    view_counts: Mapping[str, str]


def fetch_page(spec: ListSpec, actor: Actor, arguments: ListArguments, zone: Any, size: int = PAGE_SIZE) -> Page:
    """One page: two queries, whatever the depth. Raises BadListArgumentError."""
    sort = chosen_sort(spec, actor, arguments)
    branches = _branches(spec, actor, arguments, zone)
    backwards, values = read_cursor(sort, arguments.cursor)
    view_counts = () if arguments.search or arguments.filters else _view_counts(spec, actor)
    count, *counted = db.session().execute(select(_count(spec, branches, COUNT_CAP + 1), *view_counts)).one()
    rows = _rows(branches, sort, backwards, values, size + 1)
    has_more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    before = bool(rows) and (has_more if backwards else values is not None)
    after = bool(rows) and (values is not None if backwards else has_more)
    return Page(
        rows=rows,
        next_cursor=cursor(sort, rows[-1], "next") if after else "",
        previous_cursor=cursor(sort, rows[0], "previous") if before else "",
        count=min(count, COUNT_CAP),
        is_capped=count > COUNT_CAP,
        sort=sort,
        view=_view(spec, arguments.view),
        view_counts={
            view.name: f"{TAB_CAP}+" if found > TAB_CAP else str(found)
            for view, found in zip(spec.views if view_counts else (), counted, strict=True)
        },
    )


def matching(spec: ListSpec, actor: Actor, arguments: ListArguments, zone: Any) -> Rows:
    """The rows that the actor may see and the arguments ask for, in no order. Raises BadListArgumentError."""
    query = _filtered(spec, actor, arguments, zone)
    for choice in (_view(spec, arguments.view).branches, _found(spec, actor, arguments.search)):
        if choice:
            query = query.where(or_(*choice))
    return query


def first_rows(spec: ListSpec, actor: Actor, term: str, zone: Any, limit: int) -> Sequence[Any]:
    """The first rows that a search finds in all of the list, uncounted."""
    everything = next((view.name for view in spec.views if not view.branches), "")
    arguments = ListArguments(search=term, view=everything)
    return _rows(_branches(spec, actor, arguments, zone), chosen_sort(spec, actor, arguments), False, None, limit)


def fetch_one(spec: ListSpec, actor: Actor, row_id: int) -> Any | None:
    """The row with this id if the actor may see it, else None: the same scope as the list."""
    return db.session().execute(spec.scope(spec.query, actor).where(spec.id_column == row_id)).one_or_none()


def iterate(query: Rows, sort: Sort, batch: int = 1000) -> Iterator[Any]:
    """All rows in order, read in batches: what an export streams.

    The query runs when the first row is asked for: by then a streamed answer has a session of its own.
    """
    ordered = query.order_by(*_ordering(sort, backwards=False)).execution_options(yield_per=batch)
    yield from db.session().execute(ordered)


def sorts(spec: ListSpec, actor: Actor) -> list[Sort]:
    """The orders that the actor can ask for."""
    return [sort for sort in spec.sorts if not sort.permission or actor.can(sort.permission)]


def chosen_sort(spec: ListSpec, actor: Actor, arguments: ListArguments) -> Sort:
    """The order asked for, else that of the search or of the tab. Raises BadListArgumentError."""
    searched = spec.search_sort if arguments.search else ""
    name = arguments.sort or searched or _view(spec, arguments.view).sort
    for sort in sorts(spec, actor):
        if name in ("", sort.name):
            return sort
    raise BadListArgumentError("sort")


def starts_with(column: Any, prefix: str) -> ColumnElement[bool]:
    """The range of a byte-ordered column (``Code``) that begins with ``prefix``: an index serves it on both engines."""
    condition: ColumnElement[bool] = column >= prefix
    # The next text after all that begin so; the last character of all has no next, the one before it then moves on.
    head = prefix.rstrip("\U0010ffff")
    if not head:
        return condition
    following = ord(head[-1]) + 1
    end: ColumnElement[bool] = column < head[:-1] + chr(0xE000 if following == 0xD800 else following)
    return condition & end


def _view(spec: ListSpec, name: str) -> View:
    for view in spec.views:
        if name in ("", view.name):
            return view
    if name:
        raise BadListArgumentError("view")
    return View("", "")


def _found(spec: ListSpec, actor: Actor, term: str) -> tuple[ColumnElement[bool], ...]:
    """Where the term is looked for; nothing where no term is given, or where the list has no search.

    Raises BadListArgumentError for a term that no list could take.
    """
    if "\0" in term or len(term) > LONGEST_SEARCH:
        raise BadListArgumentError("search")
    found = spec.search(term, actor) if term else None
    if found is None:
        return ()
    return (found,) if isinstance(found, ColumnElement) else tuple(found)


def _filtered(spec: ListSpec, actor: Actor, arguments: ListArguments, zone: Any) -> Rows:
    query = spec.scope(spec.query, actor)
    known = {found.name: found for found in spec.filters}
    for name, text in arguments.filters.items():
        if name not in known:
            raise BadListArgumentError(name)
        query = query.where(known[name].condition(_value(known[name], text, zone)))
    return query


def _branches(spec: ListSpec, actor: Actor, arguments: ListArguments, zone: Any) -> list[Rows]:
    """The queries whose rows together are the list: one for each pair of a tab's branch and a place of the search."""
    queries = [_filtered(spec, actor, arguments, zone)]
    for choice in (_view(spec, arguments.view).branches, _found(spec, actor, arguments.search)):
        if choice:
            queries = [query.where(condition) for query in queries for condition in choice]
    return queries


def _value(found: Filter, text: str, zone: Any) -> Any:
    if "\0" in text or len(text) > 200:
        raise BadListArgumentError(found.name)
    if found.kind == "choice" and text not in dict(found.offered() if found.offered else found.choices):
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


def _view_counts(spec: ListSpec, actor: Actor) -> Sequence[Any]:
    if spec.scope is unscoped:
        return _counts_for_all(spec)
    return _counts_of(spec, spec.scope(spec.query, actor))


@cache
def _counts_for_all(spec: ListSpec) -> Sequence[Any]:
    """The same for everybody: building five statements anew would take longer than running them."""
    return _counts_of(spec, spec.query)


def _counts_of(spec: ListSpec, query: Rows) -> Sequence[Any]:
    return [
        _count(spec, [query.where(branch) for branch in view.branches] or [query], TAB_CAP + 1).label(f"view_{number}")
        for number, view in enumerate(spec.views)
    ]


def _count(spec: ListSpec, branches: Sequence[Rows], limit: int) -> Any:
    """The number of rows up to ``limit``, as a subquery: no more than that is read of any branch."""
    ids = [
        branch.with_only_columns(spec.id_column, maintain_column_froms=True).order_by(None).limit(limit)
        for branch in branches
    ]
    together = ids[0] if len(ids) == 1 else union(*(select(found.subquery()) for found in ids)).limit(limit)
    return select(func.count()).select_from(together.subquery()).scalar_subquery()


def _ordering(sort: Sort, backwards: bool) -> list[Any]:
    descending = sort.descending != backwards
    return [column.desc() if descending else column.asc() for column in sort.columns]


def _rows(branches: Sequence[Rows], sort: Sort, backwards: bool, values: list[Any] | None, limit: int) -> list[Any]:
    ordering = _ordering(sort, backwards)
    pages = []
    for branch in branches:
        if values is not None:
            key = tuple_(*sort.columns)
            edge = tuple_(
                *(bindparam(None, value, column.type) for column, value in zip(sort.columns, values, strict=True))
            )
            branch = branch.where(key < edge if sort.descending != backwards else key > edge)
        pages.append(branch.order_by(*ordering).limit(limit))
    if len(pages) == 1:
        return list(db.session().execute(pages[0]).all())
    merged = union(*(select(page.subquery()) for page in pages)).subquery()
    named = Sort(sort.name, sort.label, tuple(merged.c[column.key] for column in sort.columns), sort.descending)
    return list(db.session().execute(select(merged).order_by(*_ordering(named, backwards)).limit(limit)).all())
