"""What became of cases, by the week of their review: solved first, updated second.

Every case counts but those that were no case after all, and nobody is ranked by reviews that were changed (G9).
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select

from shopadmin.plugin_api import Share, db
from shopadmin_review_recovery.domain import solving
from shopadmin_review_recovery.domain.solving import History
from shopadmin_review_recovery.domain.states import OPEN
from shopadmin_review_recovery.models import (
    ReviewCase,
    ReviewCaseEvent,
    ReviewCompensation,
    ReviewScriptRun,
    ReviewScriptStep,
)
from shopadmin_review_recovery.services.causes_report import Span, told, week_of
from shopadmin_review_recovery.services.remedies import SETTLED

# What a person says came of a case when it is closed: the remedy is done, the buyer said that it is solved.
REMEDIED, CONFIRMED = "solved", "confirmed"
# The shipped answer of a buyer who is content.
_ALL_WELL = "all_well"
_HISTORY = (
    ReviewCase.id, ReviewCase.reviewed_at, ReviewCase.opened_at, ReviewCase.state, ReviewCase.outcome,
    ReviewCase.closed_at,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Week:
    """A week's cases: solved of those that can be judged, reviews updated, and those too young to say."""

    monday: date
    cases: int
    solved: Share
    updated: Share
    early: int


def by_week(span: Span, now: datetime | None = None) -> list[Week]:
    """Every week of the span, also those without a case."""
    moment = now or datetime.now(UTC)
    facts = _Facts.load(span)
    counts: list[Counter[str]] = [Counter() for _week in span.windows]
    for place, many, history in _plain(span, moment):
        counts[place][solving.verdict(history, moment)] += many
    ends = [window[1] for _day, window in span.windows]
    for row in db.session().execute(select(*_HISTORY).where(_has_facts(), *told(span))):
        mine = counts[bisect_right(ends, row.reviewed_at)]
        mine[solving.verdict(facts.history(row), moment)] += 1
        mine["updated"] += solving.is_updated(row.opened_at, *facts.changed.get(row.id, (None, False)))
    return [_week(day, mine) for (day, _window), mine in zip(span.windows, counts, strict=True)]


def _week(monday: date, mine: Counter[str]) -> Week:
    judged = mine["solved"] + mine["unsolved"]
    cases = judged + mine["early"]
    return Week(monday, cases, Share(mine["solved"], judged), Share(mine["updated"], cases), mine["early"])


def _plain(span: Span, now: datetime) -> Iterator[tuple[int, int, History]]:
    """Cases of which nothing is known beside their row, as the rule tells them apart: place of the week, how many, and
    one that stands for all of them.
    """
    quiet, young = now - solving.QUIET, now
    place = week_of(span)
    is_open, outcome = ReviewCase.state.in_(OPEN), ReviewCase.outcome
    alike: tuple[Any, ...] = (
        place, is_open, case((outcome.in_((REMEDIED, CONFIRMED)), outcome), else_=""), ReviewCase.opened_at <= quiet,
        func.coalesce(ReviewCase.closed_at <= quiet, False),
    )  # fmt: skip
    parts = select(*(one.label(f"part{number}") for number, one in enumerate(alike))).where(~_has_facts(), *told(span))
    found = parts.subquery()
    query = select(*found.c, func.count()).group_by(*found.c)
    for row in db.session().execute(query):
        week, still_open, said, is_old, is_long_over, many = tuple(row)
        opened, over = (quiet if is_old else young), (quiet if is_long_over else young)
        yield (
            week,
            many,
            History(opened, bool(still_open), said == CONFIRMED, over if said and not still_open else None),
        )


def _has_facts() -> ColumnElement[bool]:
    event, money = ReviewCaseEvent, ReviewCompensation
    told_of = select(event.case_id).where(event.code.in_(("review_changed", "reopened", SETTLED)))
    return or_(
        ReviewCase.id.in_(told_of),
        ReviewCase.id.in_(select(money.case_id).where(money.state == "settled")),
        ReviewCase.id.in_(select(ReviewScriptRun.case_id)),
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of cases beside their rows, by case: when, and whether the review's last change was for worse."""

    settled: Mapping[int, datetime]
    paid: Mapping[int, datetime]
    reopened: Mapping[int, datetime]
    content: Mapping[int, datetime]
    changed: Mapping[int, tuple[datetime, bool]]

    @classmethod
    def load(cls, span: Span) -> "_Facts":
        """A few questions for all cases of the span."""
        money, event = ReviewCompensation, ReviewCaseEvent
        well = (
            select(ReviewScriptRun.case_id, func.max(ReviewScriptStep.at))
            .join(ReviewScriptStep, ReviewScriptStep.run_id == ReviewScriptRun.id)
            .where(ReviewScriptStep.outcome == _ALL_WELL)
            .group_by(ReviewScriptRun.case_id)
        )
        paid = select(money.case_id, func.max(money.settled_at)).where(money.state == "settled").group_by(money.case_id)
        changes = (
            select(event.case_id, event.at, event.data)
            .join(ReviewCase, ReviewCase.id == event.case_id)
            .where(event.code == "review_changed", *told(span))
            .order_by(event.id)
        )
        return cls(
            settled=_latest(_when(SETTLED, span)),
            paid=_latest(paid),
            reopened=_latest(_when("reopened", span)),
            content=_latest(well),
            changed={row.case_id: (row.at, bool(row.data.get("worse"))) for row in db.session().execute(changes)},
        )

    def history(self, row: Any) -> History:
        """The case as the rule wants it."""
        closed = row.closed_at if row.outcome in (REMEDIED, CONFIRMED) else None
        done = [at for at in (self.settled.get(row.id), self.paid.get(row.id), closed) if at]
        reopened, content = self.reopened.get(row.id), self.content.get(row.id)
        is_content = content is not None and (reopened is None or reopened < content)
        return History(
            opened_at=row.opened_at,
            is_open=row.state in OPEN,
            is_confirmed=row.outcome == CONFIRMED or is_content,
            remedied_at=max(done, default=None),
            reopened_at=reopened,
        )


def _when(code: str, span: Span) -> Any:
    return (
        select(ReviewCaseEvent.case_id, func.max(ReviewCaseEvent.at))
        .join(ReviewCase, ReviewCase.id == ReviewCaseEvent.case_id)
        .where(ReviewCaseEvent.code == code, *told(span))
        .group_by(ReviewCaseEvent.case_id)
    )


def _latest(query: Any) -> dict[int, datetime]:
    return {row[0]: row[1] for row in db.session().execute(query)}
