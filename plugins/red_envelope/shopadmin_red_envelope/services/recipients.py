"""Who was sent a push: nobody else may know of a campaign that is pushed (R4, R24). No review is asked here."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from shopadmin.plugin_api import MissingError, buyers_known_as, db, message_status
from shopadmin_red_envelope.models import RedEnvelopeCampaign, RedEnvelopePush, RedEnvelopePushBuyer
from shopadmin_red_envelope.services.push_sending import key

# How a message ends that never came to its buyer.
_NEVER_CAME = frozenset({"blocked", "suppressed", "failed", "bad_number"})


def require(campaign_id: int, mode: str | None, buyer: str | None) -> None:
    """Raise MissingError for a campaign that is pushed, and not to this buyer.

    ``mode``: of the campaign where it is known, None to look it up; ``buyer``: ``<platform>:<ref>`` of the token, None
    for a storefront's own call.
    """
    if mode is None:
        query = select(RedEnvelopeCampaign.mode).where(RedEnvelopeCampaign.id == campaign_id)
        mode = db.session().scalar(query)
    if mode == "push" and not of_buyer([campaign_id], buyer):
        raise MissingError(campaign_id)


def of_buyer(campaign_ids: Collection[int], buyer: str | None) -> frozenset[int]:
    """Which of these campaigns were pushed to the buyer, and the message is on its way or came."""
    if buyer is None or not campaign_ids:
        return frozenset()
    platform, _colon, name = buyer.partition(":")
    people = {found.id: found.ref for found in buyers_known_as([(platform, name)]).get((platform, name), ())}
    push, member = RedEnvelopePush, RedEnvelopePushBuyer
    rows: list[Any] = list(
        db.session().execute(
            select(push.campaign_id, member.push_id, member.buyer_id, member.ref)
            .join(member, member.push_id == push.id)
            .where(push.campaign_id.in_(campaign_ids), member.buyer_id.in_(people), member.state == "asked")
        )
    )
    asked = {key(row.push_id, row.buyer_id): row.campaign_id for row in rows if people[row.buyer_id] == row.ref}
    lost = {name for name, result in message_status(asked).items() if result.state in _NEVER_CAME}
    return frozenset(campaign_id for name, campaign_id in asked.items() if name not in lost)
