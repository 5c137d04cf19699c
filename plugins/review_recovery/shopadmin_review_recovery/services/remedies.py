"""What a call promises: something of value is a compensation, by the same limit as anywhere; the rest is a promise.

Both stand in the transaction of the step, and both are kept before anybody is invited to update a review (G5).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import Actor, ObjectionsError, Problem, RefusedError, record_audit, writing
from shopadmin_review_recovery import permissions
from shopadmin_review_recovery.models import ReviewCaseEvent
from shopadmin_review_recovery.services import compensations, follow_ups, locking, opening, run_moves
from shopadmin_review_recovery.services.run_walk import Walk

PROMISED, SETTLED = "remedy.promised", "remedy.settled"
# Where a page of a call asks for what a compensation is made of.
_INPUTS: Mapping[str, str] = {"kind": "remedy.kind", "amount": "remedy.amount", "reason": "remedy.summary"}


def give(walk: Walk, effect: str) -> dict[str, Any]:
    """Do what a node says about money; returns the remarks that are kept with the step. Raises RefusedError for what is
    above the limit, or cannot be read; ObjectionsError when the case is over.
    """
    if effect == "approval":
        return ask_owner(walk)
    if walk.money is not None:
        return _request(walk, "alone")
    opening.record(
        walk.session, walk.case, PROMISED, walk.now, walk.actor.account_id, walk.typed.get("remedy.summary", ""),
        run=walk.run.id,
    )  # fmt: skip
    return {}


def ask_owner(walk: Walk) -> dict[str, Any]:
    """Ask for something that the owner decides whatever the limit is; the case waits for it. Raises as ``give``."""
    remarks = _request(walk, "by_owner")
    run_moves.wait_for_owner(walk)
    return remarks


def open_count(session: Session, case_id: int) -> int:
    """How much that was promised is not done yet; compensation is counted by itself."""
    events = session.scalars(select(ReviewCaseEvent.code).where(ReviewCaseEvent.case_id == case_id)).all()
    return events.count(PROMISED) - events.count(SETTLED)


def settle(actor: Actor, case_id: int, now: datetime | None = None) -> None:
    """What was promised is done: the way to the guard's ``pass`` (G5). In two days somebody asks whether it arrived.

    Raises ForbiddenError, MissingError; ObjectionsError when nothing is open.
    """
    permissions.require(actor, permissions.REPLY)
    now = now or datetime.now(UTC)
    with writing() as session:
        case = locking.lock_case(session, case_id)
        still_open = open_count(session, case.id)
        if not still_open:
            raise ObjectionsError(Problem("run.nothing_open", _("Nothing that was promised is open.")))
        for _number in range(still_open):
            opening.record(session, case, SETTLED, now, actor.account_id)
        follow_ups.check_arrival(session, case.id, now)
        record_audit(actor, "review_recovery.remedy.settled", "review_recovery.case", case.id)


def _request(walk: Walk, decided: Literal["alone", "by_owner"]) -> dict[str, Any]:
    money = walk.money
    assert money is not None  # noqa: S101 - the step was refused without it
    try:
        asked = compensations.request(
            walk.actor, walk.case.id, money.kind, money.amount, money.summary, walk.now, decided
        )
    except RefusedError as refused:
        raise RefusedError(*map(_at_input, refused.problems)) from None
    return {"compensation": asked.id}


def _at_input(problem: Problem) -> Problem:
    return replace(problem, field=_INPUTS.get(problem.field, problem.field))
