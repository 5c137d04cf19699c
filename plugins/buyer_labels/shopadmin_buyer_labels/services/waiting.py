"""How much waits for a person: one question each."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from shopadmin.plugin_api import Actor, db
from shopadmin_buyer_labels.models import Label, LabelEvent, LabelEvidence, OrderHold
from shopadmin_buyer_labels.services import listing


@dataclass(frozen=True, slots=True)
class Holds:
    """Held orders that nobody decided about; ``release_at``: when the first of them goes on by itself, aware UTC."""

    count: int
    release_at: datetime | None


def holds(now: datetime) -> Holds:
    """Held orders that wait; one whose time is over waits no more, whether or not the worker has seen it."""
    query = select(func.count(), func.min(OrderHold.release_at)).where(
        OrderHold.released_at.is_(None), OrderHold.confirmed_at.is_(None), OrderHold.release_at > now
    )
    count, release_at = db.session().execute(query).one()
    return Holds(count, release_at)


def reviews(actor: Actor, now: datetime) -> int:
    """Labels that wait for this person to review them: their own ones only where the pause allows it (G3)."""
    me = actor.account_id
    mine = or_(*(func.coalesce(who, 0) == me for who in (Label.created_by, Label.edited_by, Label.submitted_by)))
    brought = select(LabelEvidence.id).where(LabelEvidence.label_id == Label.id, LabelEvidence.attached_by == me)
    edited = select(LabelEvent.id).where(
        LabelEvent.label_id == Label.id, LabelEvent.code == "edit", LabelEvent.by == me
    )
    others = or_(~or_(mine, brought.exists(), edited.exists()), Label.cooling_until <= now)
    query = select(func.count()).select_from(Label).where(listing.conditions(now)["pending_review"], others)
    return db.session().scalar(query) or 0
