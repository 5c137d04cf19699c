"""What the clock alone does: holds that lapse, envelopes that nobody used. By the database's clock, safe to repeat.

After a standstill it catches up, in steps that each commit.
"""

from collections.abc import Callable

from sqlalchemy import select, update

from shopadmin.plugin_api import record_audit
from shopadmin_red_envelope.models import RedEnvelope
from shopadmin_red_envelope.services import holding
from shopadmin_red_envelope.services.changing import Change, changing

STEP = 500


def release_lapsed() -> int:
    """Release every hold that is over; returns how many."""
    return _until_done(lambda change: holding.release_lapsed(change, STEP))


def expire_unused() -> int:
    """Let every envelope expire that is past its end and not on an order; returns how many."""
    return _until_done(_expire)


def _until_done(step: Callable[[Change], int]) -> int:
    total = 0
    while True:
        with changing() as change:
            done = step(change)
        total += done
        if done < STEP:
            return total


def _expire(change: Change) -> int:
    due = (
        select(RedEnvelope.id)
        .where(RedEnvelope.state == "available", RedEnvelope.use_to <= change.now)
        .order_by(RedEnvelope.use_to, RedEnvelope.id)
        .limit(STEP)
        .with_for_update(skip_locked=True)
    )
    ids = change.session.scalars(due).all()
    if ids:
        change.session.execute(
            update(RedEnvelope)
            .where(RedEnvelope.id.in_(ids), RedEnvelope.state == "available")
            .values(state="expired", moves=RedEnvelope.moves + 1)
            .execution_options(synchronize_session=False)
        )
        after = {"count": len(ids), "first": ids[0], "last": ids[-1]}
        record_audit(None, "red_envelope.envelope.expired", "red_envelope.envelope", after=after)
    return len(ids)
