"""Layouts of platforms' files, and how one is read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from zoneinfo import ZoneInfo

from shopadmin.contract.text import Text
from shopadmin.domain.records import Kind, Record, Rejection


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What a reader needs to know of the shop and of the answers given for this file.

    ``date_order``: how ``05/03/2026`` is meant, None where nobody said. ``statuses``: a platform's status text to
    ours, for texts the reader does not know.
    """

    timezone: ZoneInfo
    currency: str
    date_order: Literal["dmy", "mdy"] | None = None
    statuses: Mapping[str, str] = field(default_factory=dict)


# A row of a table is a list of cells in the order of the headings; a row of a JSON file is an object.
Row = Any


@dataclass(frozen=True, slots=True)
class ImportFormat:
    """One layout of one platform's files.

    ``name``: unique, e.g. ``taobao.orders``. ``kinds``: what its rows hold, the row's own kind first.
    ``recognise(headings)``: whether these normalised headings (for JSON: the keys of the first object) are the
    layout; two formats that recognise the same headings are a fault of the formats. ``read(headings, rows, ctx)``:
    yields a record or a rejection for each thing found; ``rows`` yields ``(row number from 1, row)``; raises nothing
    for bad cells. ``literal_quotes``: quotes mean nothing (Amazon). ``slash_dates``: headings whose dates may read
    ``05/03/2026``.
    """

    name: str
    platform: str
    title: Text
    kinds: tuple[Kind, ...]
    recognise: Callable[[Sequence[str]], bool]
    read: Callable[[Sequence[str], Iterable[tuple[int, Row]], ReadContext], Iterator[Record | Rejection]]
    literal_quotes: bool = False
    slash_dates: tuple[str, ...] = ()
