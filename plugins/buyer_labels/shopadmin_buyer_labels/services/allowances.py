"""Whom somebody lets pass for a while, whatever labels say."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from shopadmin.plugin_api import Actor, RefusedError, after_commit, db, record_audit, writing
from shopadmin_buyer_labels import permissions, policy_texts
from shopadmin_buyer_labels.models import BuyerAllowance
from shopadmin_buyer_labels.services import deciding

LONGEST_DAYS = 90


def allow(actor: Actor, buyer_id: int, days: int, why: str, now: datetime | None = None) -> int:
    """Let a buyer's orders pass for so many days; returns the row's id.

    Raises ForbiddenError, RefusedError for another number of days than 1 to 90.
    """
    permissions.require(actor, permissions.RELEASE)
    now = now or datetime.now(UTC)
    if not 1 <= days <= LONGEST_DAYS:
        raise RefusedError(policy_texts.problem("allow_days", "allow_days"))
    with writing() as session:
        row = BuyerAllowance(
            buyer_id=buyer_id, created_at=now, created_by=actor.account_id, until=now + timedelta(days=days), why=why
        )
        session.add(row)
        session.flush()
        record_audit(actor, "buyer_labels.buyer.allowed", "buyer", buyer_id, after={"days": days})
        after_commit(lambda: deciding.decide_for_buyers([buyer_id]))
        return row.id


def forget(buyer_id: int) -> None:
    """Take away what people wrote about a buyer; in the transaction around."""
    mine = BuyerAllowance.buyer_id == buyer_id
    db.session().execute(update(BuyerAllowance).where(mine).values(why=""))
