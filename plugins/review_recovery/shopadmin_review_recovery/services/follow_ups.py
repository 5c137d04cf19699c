"""What is to be done later for a case: a booked call, asking whether a remedy arrived. The list sorts by the next."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import Actor, MissingError, ObjectionsError, RefusedError, db, writing
from shopadmin_review_recovery import messages, permissions
from shopadmin_review_recovery.domain.states import OPEN
from shopadmin_review_recovery.models import ReviewCase, ReviewCaseFollowUp
from shopadmin_review_recovery.services import cases, forgotten, opening, setup, timing

KINDS = ("call", "remedy_check", "other")
# How long after a remedy the shop asks whether it arrived (section 4).
CHECK_AFTER = timedelta(days=2)
# A case is solved in days: what is planned for later than that is a slip of the finger.
FURTHEST = timedelta(days=366)


def of_case(case_id: int) -> Sequence[ReviewCaseFollowUp]:
    """All of a case, the next first, and behind it what is done."""
    query = (
        select(ReviewCaseFollowUp)
        .where(ReviewCaseFollowUp.case_id == case_id)
        .order_by(ReviewCaseFollowUp.done_at.is_not(None), ReviewCaseFollowUp.due_at, ReviewCaseFollowUp.id)
    )
    return db.session().scalars(query).all()


def next_of(case_ids: Collection[int]) -> Mapping[int, ReviewCaseFollowUp]:
    """The next of each case that has one; one question for a page of cases."""
    query = (
        select(ReviewCaseFollowUp)
        .where(ReviewCaseFollowUp.case_id.in_(case_ids), ReviewCaseFollowUp.done_at.is_(None))
        .order_by(ReviewCaseFollowUp.due_at.desc(), ReviewCaseFollowUp.id.desc())
    )
    return {row.case_id: row for row in db.session().scalars(query)}


def due(now: datetime | None = None) -> int:
    """How many are due, of cases that are open."""
    moment = now or datetime.now(UTC)
    query = (
        select(func.count())
        .select_from(ReviewCaseFollowUp)
        .join(ReviewCase, ReviewCase.id == ReviewCaseFollowUp.case_id)
        .where(ReviewCaseFollowUp.done_at.is_(None), ReviewCaseFollowUp.due_at <= moment, ReviewCase.state.in_(OPEN))
    )
    return db.session().scalar(query) or 0


def plan(
    actor: Actor | None,
    case_id: int,
    kind: str,
    due_at: datetime,
    note: str = "",
    until: datetime | None = None,
    now: datetime | None = None,
) -> int:
    """Plan something for later; returns its number. ``due_at``, ``until``: aware, the window of a booked call.

    Joins a transaction around. Raises ForbiddenError, MissingError, RefusedError, ObjectionsError.
    """
    permissions.require(actor, permissions.REPLY)
    cases.check_length(note, "note")
    if kind not in KINDS:
        raise RefusedError(messages.problem("unknown_kind", "kind"))
    now = now or datetime.now(UTC)
    if due_at <= now or (until is not None and until <= due_at):
        raise RefusedError(messages.problem("bad_time", "due_at"))
    if due_at > now + FURTHEST:
        raise RefusedError(messages.problem("too_far", "due_at"))
    by = actor.account_id if actor else None
    with writing() as session:
        case = cases.load(session, case_id, None)
        forgotten.refuse(case)
        if case.state not in OPEN:
            raise ObjectionsError(messages.problem("ended"))
        row = ReviewCaseFollowUp(case_id=case.id, kind=kind, due_at=due_at, until=until, note=note.strip(), made_by=by)
        session.add(row)
        opening.record(session, case, "planned", now, by, note.strip(), kind=kind, due_at=due_at.isoformat())
        session.flush()
        _show_next(session, case)
        return row.id


def finish(actor: Actor | None, case_id: int, follow_up_id: int, now: datetime | None = None) -> None:
    """Say that what was planned is done; a second time changes nothing. Joins a transaction around.

    Raises ForbiddenError, MissingError.
    """
    permissions.require(actor, permissions.REPLY)
    now = now or datetime.now(UTC)
    with writing() as session:
        case = cases.load(session, case_id, None)
        row = session.get(ReviewCaseFollowUp, follow_up_id, with_for_update=True)
        if row is None or row.case_id != case.id:
            raise MissingError(follow_up_id)
        if row.done_at is None:
            row.done_at, row.done_by = now, actor.account_id if actor else None
            opening.record(session, case, "follow_up_done", now, row.done_by, kind=row.kind)
            session.flush()
            _show_next(session, case)


def check_arrival(session: Session, case_id: int, now: datetime) -> None:
    """A remedy was handed over: ask in two days whether it arrived, once for all that went out meanwhile.

    Nothing for a case that is over, as whoever refused is not asked, nor for a forgotten buyer. ``now``: aware UTC.
    """
    case = cases.load(session, case_id, None)
    if case.state not in OPEN or forgotten.is_forgotten(case):
        return
    planned = next((row for row in of_case(case_id) if row.kind == "remedy_check" and row.done_at is None), None)
    if planned is None:
        plan(None, case_id, "remedy_check", now + CHECK_AFTER, now=now)
    elif planned.due_at < now + CHECK_AFTER:
        planned.due_at = now + CHECK_AFTER
        session.flush()
        _show_next(session, case)


def _show_next(session: Session, case: ReviewCase) -> None:
    """Put the next one onto the case's row, by which the list sorts."""
    still_open = select(func.min(ReviewCaseFollowUp.due_at)).where(
        ReviewCaseFollowUp.case_id == case.id, ReviewCaseFollowUp.done_at.is_(None)
    )
    planned_at, calendar = session.scalar(still_open), setup.load().calendar
    case.planned_at = planned_at
    timing.set_due(case, calendar)
