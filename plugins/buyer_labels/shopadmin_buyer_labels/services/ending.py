"""How a label is paused, comes back, or ends before its time. Each is for the buyer: one person is enough, but for
coming back.
"""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from shopadmin.plugin_api import Actor, writing
from shopadmin_buyer_labels.domain.moves import Move
from shopadmin_buyer_labels.models import Label
from shopadmin_buyer_labels.services import proposing, records


def withdraw(actor: Actor, label_id: int, revision: int | None, text: str, now: datetime | None = None) -> None:
    """Take back a draft, or what waits for review. Raises ForbiddenError, MissingError, RefusedError without words,
    ObjectionsError.
    """
    _act(actor, label_id, revision, "withdraw", text, "withdrawn", now)


def revoke(actor: Actor, label_id: int, revision: int | None, text: str, now: datetime | None = None) -> None:
    """End it: nothing is held any more for it (G13). Raises as ``withdraw``."""
    _act(actor, label_id, revision, "revoke", text, "by_hand", now)


def correct(actor: Actor, label_id: int, revision: int | None, text: str, now: datetime | None = None) -> None:
    """What it says was wrong: it ends, with what is right written beside it. Raises as ``withdraw``."""
    _act(actor, label_id, revision, "correct", text, "", now)


def suspend(actor: Actor, label_id: int, revision: int | None, text: str, now: datetime | None = None) -> None:
    """Pause it: it weighs nothing meanwhile. Raises as ``withdraw``."""
    _act(actor, label_id, revision, "suspend", text, "by_hand", now)


def suspend_for(session: Session, label: Label, why: str, now: datetime, actor: Actor | None = None) -> None:
    """Pause it because of what happened elsewhere: ``rejected`` by the platform, an objection ``overdue``.

    In the transaction around, whatever its status: asks no rule, as the buyer is always right to have it.
    """
    if label.suspended_at is not None:
        return
    label.suspended_at, label.suspended_why = now, why
    records.keep(session, actor, label, "suspend", now, why=why)


def resume(actor: Actor, label_id: int, revision: int | None, text: str, now: datetime | None = None) -> None:
    """Let it count again, on new evidence and by a second person (section 5): it weighs as much as its best piece.

    Raises as ``withdraw``.
    """
    proposing.check_text(text, "text", needed=True)
    now = now or datetime.now(UTC)
    with writing() as session:
        label = records.load(session, label_id, revision)
        best = max([label.tier, *(piece.tier for piece in records.pieces(label_id))])
        records.move(session, actor, label, "resume", now, text, tier=best, evidence_tier=best)


def _act(
    actor: Actor, label_id: int, revision: int | None, move: Move, text: str, why: str, now: datetime | None
) -> None:
    proposing.check_text(text, "text", needed=True)
    now = now or datetime.now(UTC)
    with writing() as session:
        label = records.load(session, label_id, revision)
        records.move(session, actor, label, move, now, text, why)
