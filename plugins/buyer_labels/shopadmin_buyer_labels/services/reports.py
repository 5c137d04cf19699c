"""What reports on labels say of orders: how those of labelled buyers went, and what rules that watch would have done.

The database counts. A few statements each, however many labels there are: of orders only those of labelled buyers come
one by one, as each is held against the times of its own buyer's labels.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select

from shopadmin.plugin_api import among, db, kept_for_a_minute, order_outcomes, shop_settings
from shopadmin_buyer_labels.domain import reports as rules
from shopadmin_buyer_labels.domain.reports import PHASES, Counts, Force, Month, Phase
from shopadmin_buyer_labels.models import Label, PolicyRule
from shopadmin_buyer_labels.services import looking_back, reading
from shopadmin_buyer_labels.services.looking_back import Figures
from shopadmin_buyer_labels.services.people import same_people

# Buyers that one statement is asked about.
PAGE = 5000
_PAID = order_outcomes().subquery("paid")
_OF_BUYERS = select(_PAID.c.buyer_id, _PAID.c.created_at, _PAID.c.is_returned, _PAID.c.is_lost).where(
    among(_PAID.c.buyer_id, "ids")
)
_TOLD = or_(Label.notice_sent_at.is_not(None), Label.notice_impossible_at.is_not(None))


@dataclass(frozen=True, slots=True)
class Span:
    """Days of the shop, both within."""

    first: date
    last: date

    @property
    def months(self) -> list[Month]:
        """Its months, oldest first."""
        return rules.months(self.first, self.last, shop_settings().zone)


@dataclass(frozen=True, slots=True)
class MonthRates:
    """A month's orders: of buyers with a label in force when they ordered, and of those who never had one."""

    month: Month
    labelled: Counts
    others: Counts


@dataclass(frozen=True, slots=True)
class Rates:
    """Orders that were paid, by month and by where they stand to their buyers' labels."""

    months: tuple[MonthRates, ...]
    phases: Mapping[Phase, Counts]

    @property
    def is_empty(self) -> bool:
        """Whether nobody who ordered was ever labelled."""
        return not any(self.phases[phase].orders for phase in PHASES if phase != "never")


def rates(span: Span) -> Rates:
    """How orders of labelled buyers went, and those of others, by the month they were placed in.

    Whoever is the same person as somebody labelled is labelled (``services/people.py``).
    """
    months = span.months
    everybody = _everybody(months)
    forces = _forces()
    mine: Counter[tuple[int, Phase, str]] = Counter()
    for row in _orders_of(list(forces), months):
        key = (rules.place(row.created_at, months), rules.phase(row.created_at, forces[row.buyer_id]))
        mine[*key, "orders"] += 1
        # NULL where the order tells no sum that was given back.
        mine[*key, "returned"] += bool(row.is_returned)
        mine[*key, "lost"] += bool(row.is_lost)
    by_month = [{phase: _counts(mine, number, phase) for phase in PHASES} for number in range(len(months))]
    for whole, found in zip(everybody, by_month, strict=True):
        found["never"] = whole - reduce(Counts.__add__, found.values())
    return Rates(
        tuple(
            MonthRates(month, found["standing"], found["never"])
            for month, found in zip(months, by_month, strict=True)
        ),
        {phase: reduce(Counts.__add__, (found[phase] for found in by_month), Counts()) for phase in PHASES},
    )  # fmt: skip


def recent_rates(span: Span) -> Rates:
    """The same, kept for a minute: the pictures of a page ask what the page has asked."""
    return _recent_rates(span, shop_settings().zone.key)


@kept_for_a_minute
def _recent_rates(span: Span, _zone: str) -> Rates:
    return rates(span)


def watching() -> Sequence[tuple[PolicyRule, Figures]]:
    """The rules that watch, with what each would have done with the orders of the last ``looking_back.DAYS``."""
    query = select(PolicyRule).where(PolicyRule.ended_at.is_(None), PolicyRule.live_since.is_(None))
    rows = db.session().scalars(query.order_by(PolicyRule.family, PolicyRule.version)).all()
    found = looking_back.figures(rows) if rows else {}
    return [(row, found[row.id]) for row in rows]


def _counts(counted: Mapping[tuple[int, Phase, str], int], number: int, phase: Phase) -> Counts:
    return Counts(*(counted[number, phase, name] for name in ("orders", "returned", "lost")))


def _everybody(months: Sequence[Month]) -> list[Counts]:
    """All orders that were paid, by month."""
    which = _month_of(_PAID.c.created_at, months)
    query = select(
        which.label("month"), func.count(), func.count().filter(_PAID.c.is_returned),
        func.count().filter(_PAID.c.is_lost),
    ).where(*within(_PAID.c.created_at, months)).group_by(which)  # fmt: skip
    found = {row[0]: Counts(*row[1:]) for row in db.session().execute(query)}
    return [found.get(number, Counts()) for number in range(len(months))]


def _forces() -> Mapping[int, Sequence[Force]]:
    """When whom somebody had a label in force about, by buyer: everybody who is the same person has it."""
    of_buyers: dict[int, list[Force]] = defaultdict(list)
    for row in db.session().execute(select(Label.buyer_id, *reading.FACTS).where(Label.noticed_at.is_not(None), _TOLD)):
        if force := rules.in_force(reading.facts(row)):
            of_buyers[row.buyer_id].append(force)
    found: dict[int, list[Force]] = defaultdict(list)
    for page in _pages(list(of_buyers)):
        for buyer_id, same in same_people(page).items():
            for each in same:
                found[each] += of_buyers[buyer_id]
    return found


def _orders_of(buyer_ids: Sequence[int], months: Sequence[Month]) -> Iterator[Any]:
    query = _OF_BUYERS.where(*within(_PAID.c.created_at, months))
    for page in _pages(buyer_ids):
        yield from db.session().execute(query, {"ids": page})


def _month_of(column: ColumnElement[datetime], months: Sequence[Month]) -> ColumnElement[int]:
    ends = ((column < month.ends, number) for number, month in enumerate(months))
    return case(*ends, else_=len(months))


def within(column: Any, months: Sequence[Month]) -> tuple[ColumnElement[bool], ...]:
    """Whether an instant lies in the months."""
    return column >= months[0].begins, column < months[-1].ends


def _pages(ids: Collection[int]) -> Iterator[list[int]]:
    found = list(ids)
    for start in range(0, len(found), PAGE):
        yield found[start : start + PAGE]
