"""Seals: what a campaign's terms were at its start, copied by the first transaction after it."""

import hashlib
import json
from typing import Any

from sqlalchemy import Select, exists, select, update
from sqlalchemy.orm import Session

from shopadmin.plugin_api import db, record_audit, writing
from shopadmin_red_envelope.models import (
    RedEnvelopeActivity,
    RedEnvelopeCampaign,
    RedEnvelopeGuard,
    RedEnvelopeSeal,
    RedEnvelopeStock,
)
from shopadmin_red_envelope.services import changing

# The clock is noted at least this often while a campaign waits for its start.
NOTE_EVERY_MS = 60_000
_ACTIVITY = ("name", "kind", "supports_store_envelopes", "starts_at", "ends_at")


def seal_due() -> int:
    """Seal every scheduled campaign that has begun; returns how many. Safe to repeat, and cheap when none is due."""
    reading = db.session()
    now = changing.now(reading)
    is_due = reading.scalar(_due(now).limit(1)) is not None
    if not is_due and not _is_clock_to_note(reading, now):
        return 0
    with writing() as session:
        now = changing.now(session)
        campaigns = session.scalars(_due(now).with_for_update()).all()
        for campaign in campaigns:
            _seal(session, campaign, now)
        # At the start of a rush many come to seal at once: all but the first have nothing to write.
        if campaigns or _is_clock_to_note(session, now):
            session.execute(update(RedEnvelopeGuard).where(RedEnvelopeGuard.latest < now).values(latest=now))
    return len(campaigns)


def terms_of(session: Session, campaign: RedEnvelopeCampaign) -> str:
    """The terms as canonical JSON: sorted keys, no blanks; instants in milliseconds UTC, amounts in minor units."""
    terms: dict[str, Any] = {
        column.key: getattr(campaign, column.key) for column in RedEnvelopeCampaign.__table__.columns
    }
    activity = session.get(RedEnvelopeActivity, campaign.activity_id)
    terms["activity"] = {name: getattr(activity, name) for name in _ACTIVITY} if activity else None
    return json.dumps(terms, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(terms: str) -> str:
    """SHA-256 of the terms."""
    return hashlib.sha256(terms.encode()).hexdigest()


def is_sealed(session: Session, campaign_id: int) -> bool:
    """Whether the campaign's terms are sealed: from then on no clock matters."""
    return session.get(RedEnvelopeSeal, campaign_id, populate_existing=True) is not None


def seal(session: Session, campaign: RedEnvelopeCampaign, now: int) -> None:
    """Write the campaign's seal into the transaction around, and with it the stock of one that has a cap."""
    terms = terms_of(session, campaign)
    session.add(RedEnvelopeSeal(campaign_id=campaign.id, terms=terms, sha256=digest(terms), sealed_at=now))
    if campaign.quantity is not None:
        session.add(RedEnvelopeStock(campaign_id=campaign.id, total=campaign.quantity, claimed=0))


def seal_anew(session: Session, campaign: RedEnvelopeCampaign) -> None:
    """Seal it as it stands now: for the demo, while the lock is off, which refuses it otherwise."""
    terms = terms_of(session, campaign)
    found = session.get_one(RedEnvelopeSeal, campaign.id)
    found.terms, found.sha256, found.sealed_at = terms, digest(terms), campaign.lock_at or 0
    session.flush()


def _seal(session: Session, campaign: RedEnvelopeCampaign, now: int) -> None:
    seal(session, campaign, now)
    session.flush()
    after = {"sha256": digest(terms_of(session, campaign)), "lock_at": campaign.lock_at, "amount": campaign.amount}
    record_audit(None, "red_envelope.campaign.sealed", "red_envelope.campaign", campaign.id, after=after)


def _due(now: int) -> Select[RedEnvelopeCampaign]:
    sealed = exists().where(RedEnvelopeSeal.campaign_id == RedEnvelopeCampaign.id)
    return (
        select(RedEnvelopeCampaign)
        .where(RedEnvelopeCampaign.state == "scheduled", RedEnvelopeCampaign.lock_at <= now, ~sealed)
        .order_by(RedEnvelopeCampaign.id)
        .execution_options(populate_existing=True)
    )


def _is_clock_to_note(session: Session, now: int) -> bool:
    """Whether the latest time seen is getting old while something waits that a clock set back would bring to life."""
    latest = session.scalar(select(RedEnvelopeGuard.latest)) or 0
    if now - latest < NOTE_EVERY_MS:
        return False
    waiting = select(RedEnvelopeCampaign.id).where(
        RedEnvelopeCampaign.state == "scheduled", RedEnvelopeCampaign.lock_at > now
    )
    return session.scalar(waiting.limit(1)) is not None
