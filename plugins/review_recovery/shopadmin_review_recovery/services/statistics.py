"""What cases took: how soon they were answered and over, whom calls reached, what was given and complained of.

Every case counts but those that were no case after all; what became of them is ``solved_weeks``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from shopadmin.plugin_api import Share, complaint_outcomes, db
from shopadmin_review_recovery.domain.deadlines import TARGETS
from shopadmin_review_recovery.domain.states import ENDED, OPEN
from shopadmin_review_recovery.models import (
    ReviewCase,
    ReviewCaseEvent,
    ReviewCompensation,
    ReviewScriptRun,
    ReviewScriptStep,
)
from shopadmin_review_recovery.services.causes_report import Span, told
from shopadmin_review_recovery.services.evidence import SUBJECT

# What guards and counters of a script answer, whoever wrote it.
_ALLOWED, _DENIED, _UNANSWERED = "allow", "deny", ("first", "second")


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
