"""Where the envelopes themselves, their counters and their campaigns say something else than the ledger."""

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from shopadmin_red_envelope.models import (
    RedEnvelope,
    RedEnvelopeCampaign,
    RedEnvelopeSeal,
    RedEnvelopeStock,
    RedEnvelopeTransfer,
)

# The account that a whole envelope lies in, by its state; what is redeemed may in part be forfeited.
_ACCOUNTS = {
    "available": "outstanding",
    "held": "held",
    "redeemed": "redeemed",
    "forfeited": "forfeited",
    "expired": "expired",
}


def miscounted() -> Select[int]:
    """A stock counts the envelopes of its campaign, and no more than there are."""
    there = select(func.count()).where(RedEnvelope.campaign_id == RedEnvelopeStock.campaign_id).scalar_subquery()
    return select(RedEnvelopeStock.campaign_id).where(
        or_(RedEnvelopeStock.claimed != there, RedEnvelopeStock.claimed > RedEnvelopeStock.total)
    )


def stockless() -> Select[int]:
    """A capped campaign that has begun has a stock of as many pieces."""
    stock = RedEnvelopeStock
    has_its_stock = exists().where(
        stock.campaign_id == RedEnvelopeCampaign.id, stock.total == RedEnvelopeCampaign.quantity
    )
    return (
        select(RedEnvelopeSeal.campaign_id)
        .join(RedEnvelopeCampaign, RedEnvelopeCampaign.id == RedEnvelopeSeal.campaign_id)
        .where(RedEnvelopeCampaign.quantity.is_not(None), ~has_its_stock)
    )


def misissued() -> Select[int]:
    """An envelope has the amount, currency and times of its sealed campaign."""
    campaign = RedEnvelopeCampaign
    return (
        select(RedEnvelope.id)
        .outerjoin(campaign, campaign.id == RedEnvelope.campaign_id)
        .where(
            or_(
                campaign.id.is_(None), campaign.amount != RedEnvelope.amount,
                campaign.currency != RedEnvelope.currency, campaign.use_from != RedEnvelope.use_from,
                campaign.use_to != RedEnvelope.use_to, RedEnvelope.claimed_at < campaign.claim_from,
                RedEnvelope.claimed_at >= campaign.claim_to,
            )
        )
        .order_by(RedEnvelope.id)
    )  # fmt: skip


def _held(account: ColumnElement[str] | str) -> ColumnElement[int]:
    """What an account of the joined transfers holds."""
    transfer = RedEnvelopeTransfer
    return func.coalesce(
        func.sum(
            case((transfer.to_account == account, transfer.amount), else_=0)
            - case((transfer.from_account == account, transfer.amount), else_=0)
        ),
        0,
    )


def misstated() -> Select[int]:
    """Replay: the whole amount lies in the account of the state; of a redeemed one some may be forfeited."""
    transfer, whole = RedEnvelopeTransfer, RedEnvelope.amount
    at_home = or_(
        *(
            and_(RedEnvelope.state == state, _held(account) == whole)
            for state, account in _ACCOUNTS.items()
            if state != "redeemed"
        ),
        and_(
            RedEnvelope.state == "redeemed",
            _held("redeemed") > 0,
            _held("redeemed") + _held("forfeited") == whole,
        ),
    )
    negative = or_(*(_held(account) < 0 for account in _ACCOUNTS.values()))
    return (
        select(RedEnvelope.id)
        .outerjoin(transfer, and_(transfer.envelope_id == RedEnvelope.id, transfer.book == "envelope"))
        .group_by(RedEnvelope.id, RedEnvelope.state, whole)
        .having(or_(~at_home, negative, _held("unissued") != -whole))
        .order_by(RedEnvelope.id)
    )


def out_of_order() -> Select[int]:
    """Each move leaves the account that the one before it went to, and none is above the count of moves."""
    transfer = RedEnvelopeTransfer
    moves = (
        select(
            transfer.envelope_id,
            transfer.from_account,
            func.lag(transfer.to_account)
            .over(partition_by=transfer.envelope_id, order_by=transfer.move)
            .label("came_to"),
            transfer.event,
            transfer.move,
            RedEnvelope.moves,
        )
        .join(RedEnvelope, RedEnvelope.id == transfer.envelope_id)
        .where(transfer.book == "envelope")
        .subquery()
    )
    follows = case(
        # What a refund forfeits leaves the rest where it was.
        (moves.c.came_to == "forfeited", moves.c.from_account == "redeemed"),
        (moves.c.came_to.is_(None), moves.c.event == "issue"),
        else_=moves.c.from_account == moves.c.came_to,
    )
    return (
        select(moves.c.envelope_id).where(or_(~follows, moves.c.move > moves.c.moves)).distinct().order_by(
            moves.c.envelope_id
        )
    )  # fmt: skip
