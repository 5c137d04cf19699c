"""What became of cases, by the week of their review: solved first, updated second, then time, reach and cost.

Every case counts but those that were no case after all, and nobody is ranked by reviews that were changed (G9).
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from shopadmin.plugin_api import Share, complaint_outcomes, db
from shopadmin_review_recovery.domain import solving
from shopadmin_review_recovery.domain.deadlines import TARGETS
from shopadmin_review_recovery.domain.solving import History
from shopadmin_review_recovery.domain.states import ENDED, OPEN
from shopadmin_review_recovery.models import (
    ReviewCase,
    ReviewCaseEvent,
    ReviewCompensation,
    ReviewScriptRun,
    ReviewScriptStep,
)
from shopadmin_review_recovery.services.causes_report import Span, told, week_of
from shopadmin_review_recovery.services.evidence import SUBJECT
from shopadmin_review_recovery.services.remedies import SETTLED

# What a person says came of a case when it is closed: the remedy is done, the buyer said that it is solved.
REMEDIED, CONFIRMED = "solved", "confirmed"
# What guards and counters of a script answer, whoever wrote it; and the shipped answer of a buyer who is content.
_ALLOWED, _DENIED, _UNANSWERED, _ALL_WELL = "allow", "deny", ("first", "second"), "all_well"


@dataclass(frozen=True, slots=True)
class Week:
    """A week's cases: solved of those that can be judged, reviews updated, and those too young to say."""

    monday: date
    cases: int
    solved: Share
    updated: Share
    early: int


@dataclass(frozen=True, slots=True)
class Answering:
    """How fast cases got their first answer, by urgency. ``median``: business seconds, None where nobody answered.

    ``met``: within the target, of those answered or overdue.
    """

    urgency: str
    met: Share
    median: int | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What was given for a cause: minor units of ``currency``, in so many cases."""

    cause: str
    currency: str
    amount: int
    cases: int


@dataclass(frozen=True, slots=True)
class Contacts:
    """Cases: rung at all, reached by phone, where the gate said no, and where the buyer wants no contact any more."""

    rung: int
    reached: int
    denied: int
    stopped: int


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


def answering(span: Span, now: datetime | None = None) -> list[Answering]:
    """First answers by urgency, against their targets."""
    used, due = ReviewCase.first_used_seconds, ReviewCase.due_first_at
    target = case({urgency: found.first for urgency, found in TARGETS.items()}, value=ReviewCase.urgency)
    late = and_(ReviewCase.touched_at.is_(None), ReviewCase.state.in_(OPEN), due <= (now or datetime.now(UTC)))
    query = select(
        ReviewCase.urgency, func.count().filter(used <= target).label("met"),
        func.count().filter(or_(used.is_not(None), late)).label("judged"),
    )  # fmt: skip
    rows = {row.urgency: row for row in db.session().execute(query.where(*told(span)).group_by(ReviewCase.urgency))}
    medians = _medians(span)
    return [
        Answering(urgency, Share(rows[urgency].met, rows[urgency].judged), medians.get(urgency))
        for urgency in TARGETS
        if urgency in rows
    ]


def resolving(span: Span) -> Share:
    """Cases that were over within their time, of all that are over."""
    target = case({urgency: found.resolve for urgency, found in TARGETS.items()}, value=ReviewCase.urgency)
    met = func.count().filter(ReviewCase.used_seconds <= target)
    row = db.session().execute(select(met, func.count()).where(ReviewCase.state.in_(ENDED), *told(span))).one()
    return Share(row[0], row[1])


def ends(span: Span) -> Mapping[str, int]:
    """How cases ended, by state."""
    query = select(ReviewCase.state, func.count()).where(ReviewCase.state.in_(ENDED), *told(span))
    return {row[0]: row[1] for row in db.session().execute(query.group_by(ReviewCase.state))}


def contacts(span: Span) -> Contacts:
    """Whom calls reached, and whom nobody may contact any more."""
    steps = select(ReviewScriptRun.case_id, ReviewScriptStep.run_id).join(
        ReviewScriptStep, ReviewScriptStep.run_id == ReviewScriptRun.id
    )
    allowed = steps.where(ReviewScriptStep.outcome == _ALLOWED)
    silent = select(ReviewScriptStep.run_id).where(ReviewScriptStep.outcome.in_(_UNANSWERED))
    # After the guard and its answer comes whatever the buyer said.
    spoke = allowed.where(
        ReviewScriptRun.id.not_in(silent),
        ReviewScriptRun.id.in_(select(ReviewScriptStep.run_id).where(ReviewScriptStep.position == 2)),
    )
    denied = steps.where(ReviewScriptStep.outcome == _DENIED)
    events = select(ReviewCaseEvent.case_id)
    refused = events.where(ReviewCaseEvent.code == "answer.denied")
    stopped = events.where(ReviewCaseEvent.code.in_(("contact.stop", "contact.refused", "contact.wrong_person")))
    return Contacts(
        rung=_cases(span, _ids(allowed)),
        reached=_cases(span, _ids(spoke)),
        denied=_cases(span, _ids(denied), refused),
        stopped=_cases(span, stopped),
    )


def costs(span: Span) -> list[Cost]:
    """What was approved or handed over for each cause, the dearest first."""
    cause, money = func.coalesce(ReviewCase.cause, ""), ReviewCompensation
    query = (
        select(cause, money.currency, func.sum(money.amount), func.count(money.case_id.distinct()))
        .join(ReviewCase, ReviewCase.id == money.case_id)
        .where(money.state.in_(("approved", "settled")), *told(span))
        .group_by(cause, money.currency)
    )
    found = [Cost(row[0], row[1], int(row[2]), row[3]) for row in db.session().execute(query)]
    return sorted(found, key=lambda one: (one.currency, -one.amount, one.cause))


def complaints(span: Span) -> tuple[int, int, int]:
    """Complaints that were opened for cases in the span: won at least in part, decided, and not decided yet."""
    found = complaint_outcomes(SUBJECT, *span.whole)
    decided = {name: found.get(name, 0) for name in ("upheld", "partly", "rejected")}
    return decided["upheld"] + decided["partly"], sum(decided.values()), found.get("", 0)


_HISTORY = (
    ReviewCase.id, ReviewCase.reviewed_at, ReviewCase.opened_at, ReviewCase.state, ReviewCase.outcome,
    ReviewCase.closed_at,
)  # fmt: skip


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


def _ids(runs: Any) -> Any:
    return select(runs.subquery().c.case_id)


def _cases(span: Span, *sources: Any) -> int:
    """How many cases of the span are in one of the sources."""
    among: list[ColumnElement[bool]] = [ReviewCase.id.in_(source) for source in sources]
    return db.session().scalar(select(func.count()).select_from(ReviewCase).where(or_(*among), *told(span))) or 0


def _medians(span: Span) -> dict[str, int]:
    """The middle of the times until the first answer, by urgency; counted by the minute."""
    used = ReviewCase.first_used_seconds
    minute = used - used % 60
    query = (
        select(ReviewCase.urgency, minute.label("seconds"), func.count().label("many"))
        .where(used.is_not(None), *told(span))
        .group_by(ReviewCase.urgency, minute)
        .order_by(ReviewCase.urgency, minute)
    )
    times: dict[str, list[tuple[int, int]]] = {}
    for row in db.session().execute(query):
        times.setdefault(row.urgency, []).append((row.seconds, row.many))
    return {urgency: _middle(counts) for urgency, counts in times.items()}


def _middle(counts: Sequence[tuple[int, int]]) -> int:
    """The lower median of values that were counted, ascending."""
    left = (sum(many for _value, many in counts) + 1) // 2
    for value, many in counts:
        left -= many
        if left <= 0:
            return value
    raise AssertionError("counts are of something")
