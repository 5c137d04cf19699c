"""What is done now and then, safe to repeat: cases that were missed, due times of a new calendar, warnings, ends.

An import tells of its reviews after each commit; a kill in between loses the word, and so does a plugin that is off.
So the catch-up walks over the low reviews and over the cases from id to id and compares.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from shopadmin.plugin_api import ReviewId, ReviewMark, db, facts_of_orders, known_reviews, low_reviews, writing
from shopadmin_review_recovery.domain import deadlines
from shopadmin_review_recovery.domain.facts import by_fact
from shopadmin_review_recovery.domain.states import OPEN
from shopadmin_review_recovery.models import ReviewCase, ReviewCaseEvent
from shopadmin_review_recovery.services import cases, dossiers, memos, opening, setup, timing
from shopadmin_review_recovery.services.setup import Setup

CALENDAR = "calendar"
# A buyer who was asked and says nothing for so long is not asked again.
WAIT_FOR_BUYER = timedelta(days=7)


def catch_up(now: datetime | None = None) -> int:
    """Open what was missed, follow what changed unheard, let go of what is gone; returns how many cases changed."""
    moment = now or datetime.now(UTC)
    return _compare_cases(moment) + _open_missed(moment)


def recalculate(now: datetime | None = None) -> int:
    """Make clocks and due times of open cases anew if the calendar changed; returns of how many."""
    owner = setup.load()
    if memos.read(CALENDAR) == owner.mark:
        return 0
    changed = 0
    for ids in _open_ids():
        with writing() as session:
            rows = session.scalars(select(ReviewCase).where(ReviewCase.id.in_(ids), ReviewCase.state.in_(OPEN))).all()
            moves = _moves(session, ids)
            for case in rows:
                _reckon(session, case, moves.get(case.id, ()), owner)
            changed += len(rows)
    with writing() as session:
        memos.write(session, CALENDAR, owner.mark)
    return changed


def warn(now: datetime | None = None) -> int:
    """Note in the timeline whose time is used up by 80 %, and whose by all; returns of how many."""
    moment, calendar = now or datetime.now(UTC), setup.load().calendar
    told = 0
    for ids in _open_ids(ReviewCase.clock_since.is_not(None), ReviewCase.warned < 2):
        with writing() as session:
            rows = session.scalars(select(ReviewCase).where(ReviewCase.id.in_(ids), ReviewCase.warned < 2)).all()
            for case in rows:
                uses = timing.uses(case, calendar, moment)
                target = "first" if "first" in uses else "resolve"
                level = uses[target].level
                if level > case.warned:
                    # Not by the row itself: its version is what people saw, and nothing they see has changed.
                    session.execute(_quietly(case.id, warned=level))
                    opening.record(session, case, "warned", moment, target=target, level=level)
                    told += 1
    return told


def close_unanswered(now: datetime | None = None) -> int:
    """Close what has waited for its buyer for seven days, unless something is planned; returns how many."""
    moment = now or datetime.now(UTC)
    since = (
        select(func.max(ReviewCaseEvent.at))
        .where(ReviewCaseEvent.case_id == ReviewCase.id, ReviewCaseEvent.code == "moved")
        .correlate(ReviewCase)
        .scalar_subquery()
    )
    query = select(ReviewCase.id).where(
        ReviewCase.state == "waiting_buyer", ReviewCase.planned_at.is_(None), since <= moment - WAIT_FOR_BUYER
    )
    found, closed = db.session().scalars(query).all(), 0
    for case_id in found:
        with writing() as session:
            case = cases.load(session, case_id, None)
            # Since the look somebody may have heard from the buyer, or planned a call.
            if case.state == "waiting_buyer" and case.planned_at is None:
                cases.close(None, case_id, None, "resolved_kept", "no_answer", "waited_7_days")
                closed += 1
    return closed


def _open_missed(now: datetime) -> int:
    opened, after, threshold = 0, 0, setup.load().threshold
    while marks := low_reviews(threshold, after):
        after = marks[-1].id
        ids = [mark.id for mark in marks]
        have = set(db.session().scalars(select(ReviewCase.review_id).where(ReviewCase.review_id.in_(ids))))
        if missed := [found for found in ids if found not in have]:
            opened += opening.open_for(missed, now)
    return opened


def _compare_cases(now: datetime) -> int:
    changed, owner = 0, setup.load()
    for rows in _cases_with_reviews():
        marks = known_reviews([row.review_id for row in rows])
        gone = [row for row in rows if _is_gone(row, marks.get(ReviewId(row.review_id)))]
        for row in gone:
            with writing() as session:
                opening.drop(session, cases.load(session, row.id, None), now)
        left = [row for row in rows if row not in gone]
        stale = _stale(left, marks, owner)
        changed += len(gone) + (opening.refresh(stale, now) if stale else 0)
    return changed


def _cases_with_reviews() -> Iterator[Sequence[Any]]:
    after = 0
    query = select(
        ReviewCase.id, ReviewCase.review_id, ReviewCase.order_id, ReviewCase.buyer_id, ReviewCase.reviewed_at,
        ReviewCase.review_version, ReviewCase.fact, ReviewCase.state,
    ).where(ReviewCase.review_id.is_not(None))  # fmt: skip
    while rows := (
        db.session().execute(query.where(ReviewCase.id > after).order_by(ReviewCase.id).limit(dossiers.BATCH)).all()
    ):
        after = rows[-1].id
        yield rows


def _is_gone(case: Any, mark: ReviewMark | None) -> bool:
    """Whether the review is no more, or another one has its number by now: reviews do not change when they came."""
    return mark is None or mark.created_at != case.reviewed_at


def _stale(rows: Sequence[Any], marks: dict[ReviewId, ReviewMark], owner: Setup) -> list[int]:
    facts = facts_of_orders({row.order_id for row in rows if row.order_id is not None and row.state in OPEN})
    found = []
    for row in rows:
        mark = marks[ReviewId(row.review_id)]
        known = (row.review_version, row.order_id, row.buyer_id)
        order = dossiers.as_rule(facts[row.order_id], owner) if row.order_id in facts else None
        is_other_fact = order is not None and by_fact(order, owner.local(row.reviewed_at)) != row.fact
        if known != (mark.version, mark.order_id, mark.buyer_id) or is_other_fact:
            found.append(row.review_id)
    return found


def _open_ids(*conditions: Any) -> Iterator[Sequence[int]]:
    after = 0
    query = select(ReviewCase.id).where(ReviewCase.state.in_(OPEN), *conditions)
    while ids := (
        db.session().scalars(query.where(ReviewCase.id > after).order_by(ReviewCase.id).limit(dossiers.BATCH)).all()
    ):
        after = ids[-1]
        yield ids


def _moves(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[datetime, str]]]:
    """When each case came into which state since it opened last."""
    query = (
        select(ReviewCaseEvent.case_id, ReviewCaseEvent.at, ReviewCaseEvent.code, ReviewCaseEvent.data)
        .where(ReviewCaseEvent.case_id.in_(ids), ReviewCaseEvent.code.in_(("opened", "moved", "reopened")))
        .order_by(ReviewCaseEvent.id)
    )
    found: dict[int, list[tuple[datetime, str]]] = {}
    for row in session.execute(query):
        if row.code == "moved":
            found[row.case_id].append((row.at, row.data["to"]))
        else:
            found[row.case_id] = [(row.at, "new")]
    return found


def _reckon(session: Session, case: ReviewCase, moves: Sequence[tuple[datetime, str]], owner: Setup) -> None:
    if not moves:
        return
    clock = deadlines.replay(owner.calendar, moves[0][0], moves[1:])
    target = deadlines.TARGETS[case.urgency]  # type: ignore[index]
    due = deadlines.due(clock, owner.calendar, target, case.touched_at is not None)
    session.execute(
        _quietly(
            case.id,
            used_seconds=clock.used,
            clock_since=clock.since,
            due_first_at=due.first,
            due_resolve_at=due.resolve,
            burns_at=timing.burns_at(case, due),
        )
    )


def _quietly(case_id: int, **values: Any) -> Any:
    return (
        update(ReviewCase).where(ReviewCase.id == case_id).values(**values).execution_options(synchronize_session=False)
    )
