"""From rows to records: what every platform's reader has in common.

A million rows pass through ``build``: positions are resolved once per file, and nothing is looked up twice.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shopadmin.contract import ImportFormat, ReadContext, Row, Text
from shopadmin.domain.orders import OrderStatus
from shopadmin.domain.records import KIND_OF, Kind, Record, Rejection
from shopadmin.platforms.cells import clean_text, parse_amount
from shopadmin.platforms.delimited import LongRow
from shopadmin.platforms.fields import FIELDS, REQUIRED, Memory, Parse, ParserOf, parsers
from shopadmin.platforms.headings import Layout, normal_headings
from shopadmin.platforms.objects import text_of
from shopadmin.platforms.refusals import MAX_CELL_CHARS, BadCell

Cells = list[str]
Rows = Iterable[tuple[int, Row]]
Found = Iterator[Record | Rejection]
Values = dict[str, Any]
# ``build(cells, currency)``: the record of a row; the currency where the row does not name its own.
Build = Callable[..., Any]
Plan = list[tuple[str, int, Parse]]

_RECORDS: Mapping[Kind, type] = {kind: record for record, kind in KIND_OF.items()}
# Currencies of one file whose amounts are remembered; a hostile file may invent 17,576 of them.
_MAX_CURRENCIES = 100


@dataclass(frozen=True, slots=True)
class Rules:
    """What one platform's rows have of their own.

    ``currency``: of amounts whose row names none, by default the shop's. ``statuses``: the platform's words.
    ``special``: parsers of single fields. ``defaults``: values that no column has. ``needed``: fields no row may lack,
    beside those no record of the kind may. ``finish``: a last look at the values before they become a record.
    """

    currency: str = ""
    statuses: Mapping[str, OrderStatus] = field(default_factory=dict)
    special: Mapping[str, ParserOf] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    finish: Callable[[Values], None] | None = None


class RecordBuilder:
    """Makes the cells of one file's rows into records of one kind; calling it raises BadCell where it cannot."""

    def __init__(
        self, kind: Kind, layout: Layout, headings: Sequence[str], ctx: ReadContext, rules: Rules | None = None
    ) -> None:
        self.rules = rules = rules or Rules()
        self.headings = headings
        self.record = _RECORDS[kind]
        self.columns = layout.columns(headings)
        self.types = FIELDS[kind]
        self.needed = tuple(dict.fromkeys((*REQUIRED[kind], *rules.needed)))
        self.has_currency = "currency" in self.types
        self.currency = rules.currency or ctx.currency
        self.parsers = parsers(ctx, rules.statuses)
        self.special = {name: parser_of(ctx) for name, parser_of in rules.special.items()}
        self.currency_at = self.columns.pop("currency", (-1,))[0]
        self.plans: dict[str, tuple[Plan, Plan]] = {}

    def __call__(self, cells: Cells, carried: str = "") -> Any:
        values = dict(self.rules.defaults)
        place = self.currency_at
        try:
            code = (self.parsers["currency"](cells[place]) if place >= 0 else None) or carried or self.currency
            plan, spare = self.plans.get(code) or self._plans(code)
            for name, place, parse in plan:
                if text := cells[place]:
                    value = parse(text)
                    if value is not None:
                        values[name] = value
            for name, place, parse in spare:
                if name not in values and (text := cells[place]):
                    value = parse(text)
                    if value is not None:
                        values[name] = value
        except BadCell as bad:
            raise BadCell(bad.code, self.headings[place], cells[place]) from None
        for name in self.needed:
            if name not in values:
                raise BadCell("missing_value", self._heading(name))
        if self.has_currency:
            values["currency"] = code
        if self.rules.finish:
            self.rules.finish(values)
        _join_parts(values)
        return self.record(**values)

    def _plans(self, currency: str) -> tuple[Plan, Plan]:
        """Field, position and parser of each column, and of those read where the column before has nothing."""
        amount = Memory(_amount_parser(currency)).__getitem__
        plan: Plan = []
        spare: Plan = []
        for name, places in self.columns.items():
            parse = self.special.get(name) or self.parsers.get(self.types[name], amount)
            plan.append((name, places[0], parse))
            spare.extend((name, place, parse) for place in places[1:])
        if len(self.plans) < _MAX_CURRENCIES:
            self.plans[currency] = plan, spare
        return plan, spare

    def _heading(self, name: str) -> str:
        return self.headings[self.columns[name][0]] if name in self.columns else name


def _amount_parser(currency: str) -> Parse:
    def parse(text: str) -> int | None:
        if not text[-1:].isdigit() and not clean_text(text):
            return None
        amount = parse_amount(text, currency)
        if amount < 0:
            raise BadCell("negative_amount", value=text)
        return amount

    return parse


def _join_parts(values: Values) -> None:
    """Values that stand in columns of their own but belong to another field."""
    if "rating" in values:
        values["stars"], values["grade"] = values.pop("rating")
    if "phone_expires_at" in values:
        expires_at = values.pop("phone_expires_at")
        phone = values.get("phone")
        if phone is not None and phone.extension:
            phone.expires_at = expires_at


def cells_of(row: Row, headings: Sequence[str]) -> Cells:
    """The row's cells, one for each heading. Raises BadCell ``cell_count`` or ``cell_too_long``."""
    if type(row) is list and len(row) == len(headings):
        return row
    if isinstance(row, dict):
        row = [text_of(row.get(heading)) for heading in headings]
        if max(map(len, row), default=0) > MAX_CELL_CHARS:
            row = LongRow(row)
    if not isinstance(row, list) or len(row) != len(headings):
        raise BadCell("cell_count", value=str(len(row)) if isinstance(row, list) else "")
    if isinstance(row, LongRow):
        place = next(place for place, cell in enumerate(row) if len(cell) > MAX_CELL_CHARS)
        raise BadCell("cell_too_long", headings[place], row[place], MAX_CELL_CHARS)
    return row


def rejection(number: int, kind: Kind, bad: BadCell) -> Rejection:
    """What the reader yields in place of the row."""
    length = None if bad.most is None else len(bad.value)
    return Rejection(number, kind, bad.code, bad.field, bad.value[:80], bad.most, length)


def read_rows(kind: Kind, build: Build, headings: Sequence[str], rows: Rows) -> Found:
    """One record or rejection for each row."""
    width = len(headings)
    for number, row in rows:
        try:
            yield build(row if type(row) is list and len(row) == width else cells_of(row, headings))
        except BadCell as bad:
            yield rejection(number, kind, bad)


def table_format(
    name: str,
    title: Text,
    kind: Kind,
    layout: Layout,
    rules: Rules | None = None,
    *,
    slash_dates: tuple[str, ...] = (),
    platform: str = "",
) -> ImportFormat:
    """A format whose every row is one record of one kind."""

    def read(headings: Sequence[str], rows: Rows, ctx: ReadContext) -> Found:
        return read_rows(kind, RecordBuilder(kind, layout, headings, ctx, rules), headings, rows)

    return layout_format(name, title, (kind,), layout, read, slash_dates=slash_dates, platform=platform)


def layout_format(
    name: str,
    title: Text,
    kinds: tuple[Kind, ...],
    layout: Layout,
    read: Callable[[Sequence[str], Rows, ReadContext], Found],
    *,
    literal_quotes: bool = False,
    slash_dates: tuple[str, ...] = (),
    platform: str = "",
) -> ImportFormat:
    """A format with a reader of its own; the platform is the part of the name before the dot."""
    return ImportFormat(
        name=name,
        platform=platform or name.partition(".")[0],
        title=title,
        kinds=kinds,
        recognise=layout,
        read=read,
        literal_quotes=literal_quotes,
        slash_dates=normal_headings(slash_dates),
    )
