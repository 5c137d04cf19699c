"""Pushes as lists and counts, for pages."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from shopadmin.plugin_api import db
from shopadmin_red_envelope.models import RedEnvelopeCampaign, RedEnvelopePush, RedEnvelopePushBuyer
from shopadmin_red_envelope.services.pushes import Groups

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """A push with its campaign's name and end. Instants: milliseconds UTC."""

    campaign_id: int
    title: str
    use_to: int | None
    state: str
    started_at: int | None
    groups: Groups


def latest() -> list[Listed]:
    """The latest pushes first."""
    push, campaign, buyer = RedEnvelopePush, RedEnvelopeCampaign, RedEnvelopePushBuyer
    query = select(push.id, push.campaign_id, campaign.title, campaign.use_to, push.state, push.started_at).join(
        campaign, campaign.id == push.campaign_id
    )
    rows = db.session().execute(query.order_by(push.id.desc()).limit(MOST_SHOWN)).all()
    counted: dict[int, dict[str, Any]] = {row.id: {} for row in rows}
    states = select(buyer.push_id, buyer.state, func.count()).where(buyer.push_id.in_(counted))
    for push_id, state, count in db.session().execute(states.group_by(buyer.push_id, buyer.state)):
        counted[push_id][state] = count
    return [
        Listed(row.campaign_id, row.title, row.use_to, row.state, row.started_at, Groups(**counted[row.id]))
        for row in rows
    ]


def reasons(push: RedEnvelopePush | None) -> list[tuple[str, int]]:
    """Why buyers of the push got no message, the most frequent first."""
    if push is None:
        return []
    buyer = RedEnvelopePushBuyer
    query = (
        select(buyer.reason, func.count())
        .where(buyer.push_id == push.id, buyer.state.in_(("denied", "failed")))
        .group_by(buyer.reason)
        .order_by(func.count().desc(), buyer.reason)
    )
    return [(reason, count) for reason, count in db.session().execute(query)]
