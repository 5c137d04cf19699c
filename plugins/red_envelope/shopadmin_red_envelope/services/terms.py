"""A campaign's terms as they were sealed: all that claims and holds may go by."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import MissingError, db
from shopadmin_red_envelope.models import RedEnvelopeCampaign, RedEnvelopeSeal
from shopadmin_red_envelope.services import sealing


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a campaign promises from its start on. Minor units; milliseconds UTC. ``quantity``: None without a cap."""

    id: int
    title: str
    amount: int
    currency: str
    quantity: int | None
    threshold: int | None
    mode: Literal["page", "push"]
    after_order_discounts: bool
    claim_from: int
    claim_to: int
    use_from: int
    use_to: int


def sealed(campaign_id: int) -> Sealed | None:
    """The terms of a campaign that has begun; None before that, and of one that was withdrawn.

    Raises MissingError for a campaign that is not there, or is a draft. Seals what is due, so call it outside of
    ``writing()``.
    """
    # First what is known, for which no session is made, then what stands: a seal depends on no clock, and in a rush
    # every thread comes here once.
    if (found := _known().get(campaign_id) or read(db.session(), campaign_id)) is not None:
        return found
    sealing.seal_due()
    if (found := read(db.session(), campaign_id)) is not None:
        return found
    state = db.session().scalar(select(RedEnvelopeCampaign.state).where(RedEnvelopeCampaign.id == campaign_id))
    if state in (None, "draft"):
        raise MissingError(campaign_id)
    return None


def read(session: Session, campaign_id: int) -> Sealed | None:
    """The sealed terms, None without a seal. A seal never changes, so a process reads it once."""
    if (known := _known().get(campaign_id)) is not None:
        return known
    text = session.scalar(select(RedEnvelopeSeal.terms).where(RedEnvelopeSeal.campaign_id == campaign_id))
    if text is None:
        return None
    terms: dict[str, Any] = json.loads(text)
    found = Sealed(**{name: terms[name] for name in Sealed.__dataclass_fields__})
    # Only what is committed for good is remembered.
    if not session.info.get("writing"):
        _known()[campaign_id] = found
    return found


def _known() -> dict[int, Sealed]:
    known: dict[int, Sealed] = current_app.extensions.setdefault("red_envelope.terms", {})
    return known
