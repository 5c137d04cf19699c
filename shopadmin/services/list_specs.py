"""What a list is, declared once, and what a reader may ask of it; ``lists`` reads it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select

from shopadmin.contract import Actor, Text
from shopadmin.services.cursors import Sort

# A select of any columns.
Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a list. ``condition`` gets the parsed value: a string, or for ``from`` and ``to`` an UTC instant.

    ``offered``: asked for the choices when the list is shown, where they depend on what the shop holds.
    """

    name: str
    label: Text
    condition: Callable[[Any], ColumnElement[bool]]
    kind: Literal["choice", "from", "to", "text"] = "choice"
    choices: Sequence[tuple[str, Text]] = ()
    offered: Callable[[], Sequence[tuple[str, Text]]] | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A tab: the rows of any of ``branches`` (none: all rows), each served by an index, in the order of ``sort``."""

    name: str
    label: Text
    branches: tuple[ColumnElement[bool], ...] = ()
    sort: str = ""


def unscoped(query: Rows, actor: Actor) -> Rows:
    """The scope of a list that everybody sees whole."""
    return query


# What a search means: nothing for this list, one condition, or several places that are read one by one.
Found = ColumnElement[bool] | Sequence[ColumnElement[bool]] | None


def _no_search(term: str, actor: Actor) -> Found:
    return None


@dataclass(frozen=True, slots=True, eq=False)
class ListSpec:
    """A list: what it selects, how it may be sorted and filtered, and which rows an actor may see at all.

    The first of ``sorts`` and of ``views`` is the default. ``search_sort`` names the order of a searched list where
    nobody chose one: that of the index which finds the rows.
    """

    query: Rows
    id_column: Any
    sorts: tuple[Sort, ...]
    filters: tuple[Filter, ...] = ()
    search: Callable[[str, Actor], Found] = _no_search
    scope: Callable[[Rows, Actor], Rows] = unscoped
    views: tuple[View, ...] = ()
    search_sort: str = ""

    @property
    def has_search(self) -> bool:
        """Whether there is anywhere to look for what somebody types."""
        return self.search is not _no_search


@dataclass(frozen=True, slots=True)
class ListArguments:
    """What the reader asked for, still unchecked text."""

    filters: Mapping[str, str] = field(default_factory=dict)
    search: str = ""
    sort: str = ""
    cursor: str = ""
    view: str = ""

    def without(self, name: str) -> "ListArguments":
        """The rest, without the part of that name, and from the first page. Raises KeyError where it asks for none."""
        if name in self.filters:
            return replace(self, filters={key: self.filters[key] for key in self.filters if key != name}, cursor="")
        if not getattr(self, name, ""):
            raise KeyError(name)
        empty: dict[str, Any] = {"cursor": "", name: ""}
        return replace(self, **empty)
