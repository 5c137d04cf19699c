"""Compensation: asked for, and given at once where nobody has to decide. Nothing here looks at a review (G5, G14)."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    MissingError,
    ObjectionsError,
    Problem,
    RefusedError,
    db,
    plugin_settings,
    read_amount,
    record_audit,
    refundable_amount,
    shop_settings,
    writing,
)
from shopadmin_review_recovery import permissions
from shopadmin_review_recovery.domain import compensation
from shopadmin_review_recovery.domain.compensation import KINDS, Bounds, Wanted
from shopadmin_review_recovery.domain.states import ENDED
from shopadmin_review_recovery.models import ReviewCase, ReviewCaseEvent, ReviewCompensation
from shopadmin_review_recovery.services import cases, forgotten, locking, remedy_words

OBJECT = "review_recovery.compensation"
SETTING = "compensation_limit"


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a request. ``reasons``: why the owner decides, empty when it was given at once."""

    id: int
    reasons: tuple[compensation.Why, ...]


def problem(code: str, message: Any, field: str = "") -> Problem:
    """An objection of this module."""
    return Problem(f"compensation.{code}", message, field)


def find(compensation_id: int) -> ReviewCompensation:
    """A compensation. Raises MissingError."""
    row = db.session().get(ReviewCompensation, compensation_id, populate_existing=True)
    if row is None:
        raise MissingError(compensation_id)
    return row


def of_case(case_id: int) -> Sequence[ReviewCompensation]:
    """All of a case, the newest first."""
    query = select(ReviewCompensation).where(ReviewCompensation.case_id == case_id)
    return db.session().scalars(query.order_by(ReviewCompensation.id.desc())).all()


def open_count(case_id: int) -> int:
    """How many of the case are undecided, or decided and not handed over: the invitation waits for them (G5)."""
    states = db.session().scalars(select(ReviewCompensation.state).where(ReviewCompensation.case_id == case_id))
    return compensation.open_ones(states)


def waiting(actor: Actor) -> int:
    """How many wait for a decision that this actor may take."""
    query = select(func.count()).select_from(ReviewCompensation)
    mine = ReviewCompensation.requested_by != actor.account_id
    return int(db.session().scalar(query.where(ReviewCompensation.state == "requested", mine)) or 0)


def currency_of(case: ReviewCase) -> str:
    """In which currency a compensation of the case is counted."""
    amount = refundable_amount(case.order_id) if case.order_id is not None else None
    return amount.currency if amount else shop_settings().currency


def alone_up_to(case: ReviewCase) -> int:
    """The most that may be given now without asking, minor units of the shop's currency."""
    return _bounds(db.session(), case).alone_up_to


def undecided(case_id: int) -> int:
    """How many of the case wait for a decision."""
    of_it = (ReviewCompensation.case_id == case_id, ReviewCompensation.state == "requested")
    return int(db.session().scalar(select(func.count()).select_from(ReviewCompensation).where(*of_it)) or 0)


def request(
    actor: Actor,
    case_id: int,
    kind: str,
    amount: str,
    reason: str,
    now: datetime | None = None,
    decided: Literal["if_needed", "alone", "by_owner"] = "if_needed",
) -> Asked:
    """Ask for a compensation; given at once where nobody has to decide. ``amount``: as typed, major units of the
    order's currency. ``decided``: ``alone`` for what was promised already, so that it must be within the limit;
    ``by_owner`` for what the owner decides in any case. Joins a transaction around.

    Raises ForbiddenError, MissingError; RefusedError, also for a reason that speaks of a review and of what it brings;
    ObjectionsError when the case is over, and when the same is open already.
    """
    permissions.require(actor, permissions.REPLY)
    now, reason = now or datetime.now(UTC), remedy_words.line(reason, "reason")
    remedy_words.refuse_trade({"reason": reason})
    if kind not in KINDS:
        raise RefusedError(problem("kind", _("Choose what the buyer gets."), "kind"))
    with writing() as session:
        case = locking.lock_case(session, case_id)
        forgotten.refuse(case)
        if case.state in ENDED:
            raise ObjectionsError(problem("ended", _("The case is over. Open it again first.")))
        currency = currency_of(case)
        wanted = Wanted(kind, read_amount(amount, currency, "amount"), currency)
        _refuse_twice(case, wanted, reason)
        bounds = _bounds(session, case)
        reasons = compensation.reasons(wanted, bounds)
        if reasons and decided == "alone":
            raise RefusedError(problem("not_alone", _not_alone(actor), "amount"))
        is_given = not reasons and decided != "by_owner"
        row = ReviewCompensation(
            case_id=case.id, order_id=case.order_id, buyer_id=case.buyer_id, kind=kind, amount=wanted.amount,
            currency=currency, reason=reason, alone_up_to=bounds.alone_up_to,
            state="approved" if is_given else "requested", requested_at=now, requested_by=actor.account_id,
            decided_at=now if is_given else None,
        )  # fmt: skip
        session.add(row)
        session.flush()
        write_down(session, actor, row, "given" if is_given else "requested", now)
        return Asked(row.id, reasons)


def _not_alone(actor: Actor) -> Any:
    """Why it is no step: whoever may decide may not about an own promise either (G14)."""
    if actor.can(permissions.APPROVE):
        return _("This is above the limit, and about what you promise yourself somebody else decides.")
    return _("This is the owner's to decide. Say so to the buyer.")


def _refuse_twice(case: ReviewCase, wanted: Wanted, reason: str) -> None:
    """A form that is sent twice, or asked anew for fear that it was lost, gives nothing twice. The case is locked."""
    for row in of_case(case.id):
        is_same = (row.kind, row.amount, row.currency, row.reason) == (*astuple(wanted), reason)
        if is_same and row.state in compensation.OPEN:
            text = _("The same is open already, as number %(number)s. For another one say what that is for.",
                     number=row.id)  # fmt: skip
            raise ObjectionsError(problem("twice", text, "reason"))


def _bounds(session: Session, case: ReviewCase) -> Bounds:
    """What may be given without asking; ``lock_case`` sees to it that two requests cannot both take the rest."""
    limit = int(plugin_settings("review_recovery").get(SETTING) or 0)
    shop_currency = shop_settings().currency
    amount = refundable_amount(case.order_id) if case.order_id is not None else None
    is_same = amount is not None and amount.currency == shop_currency
    mine = (ReviewCompensation.case_id == case.id, ReviewCompensation.currency == shop_currency)
    total = select(func.coalesce(func.sum(ReviewCompensation.amount), 0))
    alone = total.where(*mine, ReviewCompensation.decided_by.is_(None), ReviewCompensation.state != "requested")
    of_order = total.where(
        ReviewCompensation.order_id == case.order_id,
        # What was handed over counts too: nobody knows whether it was written down as a refund of the order.
        ReviewCompensation.state.not_in(("declined", "withdrawn")),
    )
    return Bounds(
        limit=limit,
        currency=shop_currency,
        paid=amount.left if amount is not None and is_same else None,
        given_alone=int(session.scalar(alone) or 0),
        given=int(session.scalar(of_order) or 0) if case.order_id is not None else 0,
    )


def write_down(session: Session, actor: Actor, row: ReviewCompensation, act: str, now: datetime) -> None:
    """A line in the case's timeline and one in the activity log."""
    data = {"compensation": row.id, "kind": row.kind, "amount": row.amount, "currency": row.currency}
    event = ReviewCaseEvent(
        case_id=row.case_id, at=now, by=actor.account_id, code=f"compensation.{act}", data=data
    )  # fmt: skip
    session.add(event)
    # The log is kept for good, so it says that there are words, and none of them.
    words = {"reason": cases.WRITTEN} if row.decision_note or row.reason else {}
    after = {"state": row.state, "kind": row.kind, "amount": row.amount, "currency": row.currency, **words}
    record_audit(actor, f"{OBJECT}.{act}", OBJECT, row.id, after=after)
