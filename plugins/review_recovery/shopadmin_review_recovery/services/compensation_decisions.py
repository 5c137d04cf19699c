"""What becomes of a compensation that was asked for: approved or declined by somebody else, taken back, handed over."""

from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import update

from shopadmin.plugin_api import Actor, ObjectionsError, writing
from shopadmin_review_recovery import permissions
from shopadmin_review_recovery.domain.compensation import State
from shopadmin_review_recovery.models import ReviewCompensation
from shopadmin_review_recovery.services import (
    case_records,
    cases,
    compensations,
    follow_ups,
    forgotten,
    locking,
    remedy_words,
)


def approve(actor: Actor, compensation_id: int, note: str = "", now: datetime | None = None) -> None:
    """Decide for it, once. Raises ForbiddenError, MissingError, RefusedError; ObjectionsError for whoever asked for it,
    and when it is decided already.
    """
    permissions.require(actor, permissions.APPROVE)
    note = remedy_words.line(note, "note", is_needed=False)
    remedy_words.refuse_trade({"note": note})
    _decide(actor, compensation_id, "approved", note, now)


def decline(actor: Actor, compensation_id: int, note: str, now: datetime | None = None) -> None:
    """Decide against it, with a reason, which may well be that it was meant as a trade. Raises as ``approve`` does."""
    permissions.require(actor, permissions.APPROVE)
    _decide(actor, compensation_id, "declined", remedy_words.line(note, "note"), now)


def withdraw(actor: Actor, compensation_id: int, now: datetime | None = None) -> None:
    """Take a request back before it is decided; whoever asked for it may. Raises as ``approve`` does."""
    permissions.require(actor, permissions.REPLY)
    with writing():
        if compensations.find(compensation_id).requested_by != actor.account_id:
            raise ObjectionsError(compensations.problem("not_yours", _("Only who asked for it takes it back.")))
        _change(actor, compensation_id, "requested", "withdrawn", "", now)


def settle(actor: Actor, compensation_id: int, now: datetime | None = None) -> None:
    """Say that the buyer has got it: paid out, or sent; in two days somebody asks whether it arrived.

    Raises as ``approve`` does.
    """
    permissions.require(actor, permissions.REPLY)
    now = now or datetime.now(UTC)
    with writing() as session:
        _change(actor, compensation_id, "approved", "settled", "", now)
        follow_ups.check_arrival(session, compensations.find(compensation_id).case_id, now)


def _decide(actor: Actor, compensation_id: int, state: State, note: str, now: datetime | None) -> None:
    with writing():
        if compensations.find(compensation_id).requested_by == actor.account_id:
            own = _("You asked for this yourself, so somebody else decides.")
            raise ObjectionsError(compensations.problem("own", own))
        _change(actor, compensation_id, "requested", state, note, now)


def _change(actor: Actor, compensation_id: int, before: State, after: State, note: str, now: datetime | None) -> None:
    """One conditional UPDATE: of two people who decide at the same moment one does, the other is told."""
    now = now or datetime.now(UTC)
    by = actor.account_id
    values: dict[str, Any] = {"state": after}
    if after == "settled":
        values |= {"settled_at": now, "settled_by": by}
    else:
        values |= {"decided_at": now, "decided_by": by, "decision_note": note}
    with writing() as session:
        # The case first, as a step of a call does.
        locking.lock_case(session, compensations.find(compensation_id).case_id)
        wanted = update(ReviewCompensation).where(
            ReviewCompensation.id == compensation_id, ReviewCompensation.state == before
        )
        if after in ("approved", "declined"):
            wanted = wanted.where(ReviewCompensation.requested_by != by)
        done: Any = session.execute(wanted.values(**values), execution_options={"synchronize_session": False})
        row = compensations.find(compensation_id)
        if not done.rowcount:
            late = _("Somebody decided this meanwhile, or it was taken back. Look at it again.")
            raise ObjectionsError(compensations.problem("decided", late))
        compensations.write_down(session, actor, row, after, now)
        if before == "requested":
            _go_on(row.case_id)


def _go_on(case_id: int) -> None:
    """Nothing of the case waits for the owner any more: the buyer hears what was decided, and the time runs again.

    Where the buyer was forgotten nobody hears it: what is left to do is the shop's own.
    """
    case = case_records.find(case_id)
    if case.state != "waiting_approval" or compensations.undecided(case_id):
        return
    if forgotten.is_forgotten(case):
        cases.move(None, case_id, None, "waiting_internal", "forgotten")
    else:
        cases.move(None, case_id, None, "contacting")
