"""The label "suspected" of a case (G10): set and lifted by the owner, ended by time or by a rejected complaint."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    ForbiddenError,
    ObjectionsError,
    RefusedError,
    account_names,
    db,
    record_audit,
    writing,
)
from shopadmin_review_recovery import messages, permissions
from shopadmin_review_recovery.domain.suspicion import KINDS, LASTS, Label, Why, is_in_force, lacks
from shopadmin_review_recovery.models import ReviewCase, ReviewSuspicion
from shopadmin_review_recovery.services import cases, evidence, forgotten, opening


def current(case_id: int, now: datetime | None = None) -> ReviewSuspicion | None:
    """The label that is in force."""
    row = _standing(db.session(), case_id)
    return row if row is not None and is_in_force(label_of(row), now or datetime.now(UTC)) else None


def label_of(row: ReviewSuspicion) -> Label:
    """The row as the rule sees it."""
    return Label(row.set_at, row.ended_at)


def suspect(actor: Actor, case_id: int, kind: str, note: str = "", now: datetime | None = None) -> int:
    """Set the label on all that is kept as evidence now; returns its id. ``note``: why, for the timeline.

    Raises ForbiddenError unless it is the owner, MissingError, RefusedError, ObjectionsError with too little evidence
    or where there is one already.
    """
    now = now or datetime.now(UTC)
    if kind not in KINDS:
        raise RefusedError(messages.problem("unknown_suspicion", "kind"))
    cases.check_length(note, "note")
    with writing() as session:
        case = cases.load(session, case_id, None)
        forgotten.refuse(case)
        _end_what_is_over(session, case, now)
        kept = evidence.of_case(case.id)
        missing = lacks([piece.sha256 for piece in kept], actor.is_owner, _standing(session, case.id) is not None)
        if "not_owner" in missing:
            raise ForbiddenError(permissions.SUSPECT)
        if missing:
            raise ObjectionsError(*(messages.problem(lack) for lack in missing))
        found = [piece.uuid for piece in reversed(kept)]
        row = ReviewSuspicion(
            case_id=case.id, kind=kind, evidence=found, evidence_count=len(found), set_at=now,
            set_by=actor.account_id,
        )  # fmt: skip
        session.add(row)
        session.flush()
        opening.record(session, case, "suspicion.set", now, actor.account_id, note.strip(), kind=kind)
        _log(actor, "set", case, {"kind": kind, "evidence": len(found)})
        return row.id


def lift(actor: Actor, case_id: int, now: datetime | None = None) -> None:
    """Take it back. Raises ForbiddenError unless it is the owner, MissingError, ObjectionsError where there is none."""
    if not actor.is_owner:
        raise ForbiddenError(permissions.SUSPECT)
    now = now or datetime.now(UTC)
    with writing() as session:
        case = cases.load(session, case_id, None)
        if not end(session, case, "lifted", now, actor):
            raise ObjectionsError(messages.problem("not_suspected"))


def expire(now: datetime | None = None) -> int:
    """End the labels whose 180 days are over; returns of how many."""
    now = now or datetime.now(UTC)
    over = select(ReviewSuspicion.case_id).where(
        ReviewSuspicion.ended_at.is_(None), ReviewSuspicion.set_at <= now - LASTS
    )
    found = db.session().scalars(over).all()
    for case_id in found:
        with writing() as session:
            _end_what_is_over(session, cases.load(session, case_id, None), now)
    return len(found)


def end(session: Session, case: ReviewCase, why: Why, now: datetime, actor: Actor | None = None) -> bool:
    """End the label that stands, in the transaction around; whether there was one."""
    row = _standing(session, case.id)
    if row is None:
        return False
    row.ended_at, row.ended_why, row.ended_by = now, why, actor.account_id if actor else None
    session.flush()
    opening.record(session, case, "suspicion.ended", now, row.ended_by, why=why)
    _log(actor, "ended", case, {"why": why})
    return True


def setter(row: ReviewSuspicion) -> str:
    """Who set it."""
    return str(account_names([row.set_by]).get(row.set_by, ""))  # type: ignore[call-overload]


def _end_what_is_over(session: Session, case: ReviewCase, now: datetime) -> None:
    row = _standing(session, case.id)
    if row is not None and not is_in_force(label_of(row), now):
        end(session, case, "expired", now)


def _standing(session: Session, case_id: int) -> ReviewSuspicion | None:
    query = select(ReviewSuspicion).where(ReviewSuspicion.case_id == case_id, ReviewSuspicion.ended_at.is_(None))
    return session.scalars(query).one_or_none()


def _log(actor: Actor | None, act: str, case: ReviewCase, after: dict[str, object]) -> None:
    record_audit(actor, f"review_recovery.suspicion.{act}", cases.OBJECT, case.id, after=after)
