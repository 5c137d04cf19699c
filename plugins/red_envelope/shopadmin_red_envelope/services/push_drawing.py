"""The draw of a push, by the worker: look at everybody who bought before, piece by piece; then draw the holdout.

Each piece commits with where it ended, so that a worker that dies goes on there. Nothing is sent before the groups are
written down whole (R24, R26).
"""

import time
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    BuyerIdentifier,
    PastBuyer,
    StandingQuery,
    ask_standing,
    blocked_buyers,
    consenting_buyers,
    db,
    past_buyers,
    reachable_buyers,
    record_audit,
    writing,
)
from shopadmin_red_envelope.domain import pushes as rules
from shopadmin_red_envelope.models import RedEnvelopePush, RedEnvelopePushBuyer
from shopadmin_red_envelope.services import pushes
from shopadmin_red_envelope.services.changing import now

CHUNK = 500
# Other periodic work waits so long for this one at the most; the rest comes with the next turn.
SECONDS = 8.0


def draw_due(seconds: float = SECONDS) -> None:
    """Go on with every draw that was asked for. Safe to repeat, and cheap when there is none."""
    until = time.monotonic() + seconds
    for push_id in in_state("drawing"):
        while step(push_id) and time.monotonic() < until:
            pass


def in_state(state: rules.State) -> Sequence[int]:
    """The pushes in this state, the oldest first."""
    query = select(RedEnvelopePush.id).where(RedEnvelopePush.state == state).order_by(RedEnvelopePush.id)
    return db.session().scalars(query).all()


def step(push_id: int) -> bool:
    """Look at the next piece; whether there may be more. Nothing happens to a draw that was given up meanwhile."""
    push = db.session().get(RedEnvelopePush, push_id, populate_existing=True)
    if push is None or push.state != "drawing":
        return False
    cursor, seed = push.cursor, push.seed
    page = past_buyers(cursor, CHUNK)
    kept, left = _sorted(page, push.channel)
    with writing() as session:
        query = select(RedEnvelopePush).where(RedEnvelopePush.id == push_id).with_for_update()
        found = session.scalar(query.execution_options(populate_existing=True))
        if found is None or (found.state, found.cursor, found.seed) != ("drawing", cursor, seed):
            return False
        if page:
            _keep(session, found, page, kept, left)
        else:
            _finish(session, found)
    return bool(page)


def _sorted(page: Sequence[PastBuyer], channel: str) -> tuple[list[PastBuyer], Counter[str]]:
    """Who of them is in, and why the others are not."""
    ids = [buyer.id for buyer in page]
    way = pushes.channels().get(channel)
    facts = rules.Facts(
        consenting=consenting_buyers(ids),
        blocked=blocked_buyers(ids),
        excluded=_excluded(page),
        reachable=reachable_buyers(ids, way.address if way else ""),
    )
    reasons = {buyer: rules.left_out(buyer.id, facts) for buyer in page}
    return [buyer for buyer in page if reasons[buyer] is None], Counter(filter(None, reasons.values()))


def _excluded(page: Sequence[PastBuyer]) -> Collection[int]:
    """Whom the shop's plugins keep out of campaigns; asked as a claim asks."""
    at = datetime.now(UTC)
    standings = ask_standing([StandingQuery(_identifiers(buyer.ref), None, "campaign", at) for buyer in page])
    return {buyer.id for buyer, standing in zip(page, standings, strict=True) if not standing.campaigns}


def _identifiers(ref: str) -> tuple[BuyerIdentifier, ...]:
    platform, _colon, name = ref.partition(":")
    return tuple(BuyerIdentifier(kind, name, platform) for kind in ("platform_uid", "nick"))


def _keep(
    session: Session, push: RedEnvelopePush, page: Sequence[PastBuyer], kept: Sequence[PastBuyer], left: Counter[str]
) -> None:
    rows = [
        {"push_id": push.id, "buyer_id": buyer.id, "ref": buyer.ref, "state": "waiting", "reason": ""}
        for buyer in kept
    ]  # fmt: skip
    if rows:
        session.connection().execute(insert(RedEnvelopePushBuyer), rows)
    push.cursor = page[-1].id
    push.past_buyers += len(page)
    for reason, count in left.items():
        setattr(push, reason, getattr(push, reason) + count)


def _finish(session: Session, push: RedEnvelopePush) -> None:
    """Draw and write it down, with whether it is done: one transaction, so that there is never half a draw."""
    mine = RedEnvelopePushBuyer.push_id == push.id
    everybody = session.scalars(select(RedEnvelopePushBuyer.buyer_id).where(mine)).all()
    holdout = sorted(rules.draw(everybody, push.holdout_percent, push.seed))
    for start in range(0, len(holdout), CHUNK):
        chosen = RedEnvelopePushBuyer.buyer_id.in_(holdout[start : start + CHUNK])
        session.connection().execute(update(RedEnvelopePushBuyer).where(mine, chosen).values(state="holdout"))
    push.state, push.drawn_at = "drawn", now(session)
    push.version += 1
    after: dict[str, Any] = {"seed": push.seed, "audience": len(everybody), "holdout": len(holdout)}
    record_audit(None, "red_envelope.push.drawn", "red_envelope.campaign", push.campaign_id, after=after)
