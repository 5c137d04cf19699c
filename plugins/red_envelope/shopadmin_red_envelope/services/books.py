"""The books: balances as sums of the ledger, and whether counters, states and shares are what it says."""

from collections.abc import Iterator, Mapping

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute

from shopadmin.plugin_api import Problem, db
from shopadmin_red_envelope.models import (
    RedEnvelope,
    RedEnvelopeAllocation,
    RedEnvelopeCampaign,
    RedEnvelopeHold,
    RedEnvelopeRefund,
    RedEnvelopeRefundLine,
    RedEnvelopeSeal,
    RedEnvelopeStock,
    RedEnvelopeTransfer,
)

Column = InstrumentedAttribute[str]
# How many rows a message names.
_NAMED = 5
# The account that a whole envelope lies in, by its state; what is redeemed may in part be forfeited.
_ACCOUNTS = {
    "available": "outstanding",
    "held": "held",
    "redeemed": "redeemed",
    "forfeited": "forfeited",
    "expired": "expired",
}


def balances(campaign_id: int | None = None, book: str = "envelope") -> Mapping[str, int]:
    """What each account holds, of one campaign or of all: minor units. The sum over a book is 0."""
    transfer = RedEnvelopeTransfer
    mine: ColumnElement[bool] = true()
    if campaign_id is not None:
        mine = transfer.envelope_id.in_(select(RedEnvelope.id).where(RedEnvelope.campaign_id == campaign_id))
    sides = union_all(
        select(transfer.to_account.label("account"), transfer.amount.label("amount"))
        .where(transfer.book == book, mine),
        select(transfer.from_account, -transfer.amount).where(transfer.book == book, mine),
    ).subquery()  # fmt: skip
    sums = select(sides.c.account, func.sum(sides.c.amount)).group_by(sides.c.account).order_by(sides.c.account)
    return {account: int(amount) for account, amount in db.session().execute(sums)}


def problems() -> Iterator[Problem]:
    """Everything that does not add up; changes nothing."""
    for query, what in (
        (_miscounted(), "campaigns whose counter is not the number of their envelopes"),
        (_stockless(), "capped campaigns that began without a stock"),
        (_misissued(), "envelopes that are not as their campaign was sealed"),
        (_misstated(), "envelopes that stand elsewhere than the ledger says"),
        (_out_of_order(), "envelopes whose moves do not follow each other"),
        (_mismatched_holds(), "holds that their envelope knows nothing of"),
        (_misallocated(), "holds whose shares do not sum to the envelope"),
        (_misbooked(), "lines whose money the ledger has otherwise"),
        (_misrefunded(), "lines that have other refunds than they count"),
        (_misdecided(), "refunds whose lines do not sum to them"),
    ):
        bad = db.session().scalars(query.limit(1000)).all()
        if bad:
            named = ", ".join(map(str, bad[:_NAMED])) + (", …" if len(bad) > _NAMED else "")
            yield Problem("red_envelope.books", f"{len(bad)} {what}: {named}")


def _miscounted() -> Select[int]:
    there = select(func.count()).where(RedEnvelope.campaign_id == RedEnvelopeStock.campaign_id).scalar_subquery()
    return select(RedEnvelopeStock.campaign_id).where(
        or_(RedEnvelopeStock.claimed != there, RedEnvelopeStock.claimed > RedEnvelopeStock.total)
    )


def _stockless() -> Select[int]:
    stock = RedEnvelopeStock
    has_its_stock = exists().where(
        stock.campaign_id == RedEnvelopeCampaign.id, stock.total == RedEnvelopeCampaign.quantity
    )
    return (
        select(RedEnvelopeSeal.campaign_id)
        .join(RedEnvelopeCampaign, RedEnvelopeCampaign.id == RedEnvelopeSeal.campaign_id)
        .where(RedEnvelopeCampaign.quantity.is_not(None), ~has_its_stock)
    )


def _misissued() -> Select[int]:
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


def _misstated() -> Select[int]:
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


def _out_of_order() -> Select[int]:
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


def _mismatched_holds() -> Select[str]:
    """A live hold has a held envelope; a held or redeemed envelope has its hold."""
    hold, envelope = RedEnvelopeHold, RedEnvelope
    wanted = case((envelope.state == "held", "live"), else_="redeemed")
    orphans = (
        select(hold.id)
        .join(envelope, envelope.id == hold.envelope_id)
        .where(hold.state == "live", or_(envelope.state != "held", envelope.hold_id.is_distinct_from(hold.id)))
    )
    widows = (
        select(envelope.hold_id)
        .outerjoin(hold, and_(hold.id == envelope.hold_id, hold.envelope_id == envelope.id))
        .where(envelope.hold_id.is_not(None), or_(hold.id.is_(None), hold.state != wanted))
    )
    found = union_all(orphans, widows).subquery()
    return select(found.c.id)


def _misallocated() -> Select[str]:
    hold, line = RedEnvelopeHold, RedEnvelopeAllocation
    return (
        select(hold.id)
        .outerjoin(line, line.hold_id == hold.id)
        .group_by(hold.id, hold.amount, hold.lines, hold.goods, hold.discounts)
        .having(
            or_(
                func.coalesce(func.sum(line.share), 0) != hold.amount,
                func.coalesce(func.sum(line.before), 0) != hold.goods - hold.discounts,
                func.count(line.line_key) != hold.lines,
            )
        )
        .order_by(hold.id)
    )


def _booked(source: Column, line_key: Column, event: str, account: str) -> ColumnElement[int]:
    """What the money book has of one line of a hold or refund, on the other side of sales."""
    transfer = RedEnvelopeTransfer
    other = transfer.to_account if event == "redeem" else transfer.from_account
    found = select(func.coalesce(func.sum(transfer.amount), 0)).where(
        transfer.source == source, transfer.source != "", transfer.line_key == line_key, transfer.book == "money",
        transfer.event == event, other == account,
    )  # fmt: skip
    return found.scalar_subquery()


def _misbooked() -> Select[str]:
    """Redeemed lines and completed refund lines stand in the money book with just what they say; others do not."""
    line, hold = RedEnvelopeAllocation, RedEnvelopeHold
    part, refund = RedEnvelopeRefundLine, RedEnvelopeRefund
    is_paid = case((hold.state == "redeemed", 1), else_=0)
    is_back = case((refund.completed_at.is_not(None), 1), else_=0)
    sold = (
        select((line.hold_id + " " + line.line_key).label("id"))
        .join(hold, hold.id == line.hold_id)
        .where(
            or_(
                _booked(line.hold_id, line.line_key, "redeem", "cash") != line.paid * is_paid,
                _booked(line.hold_id, line.line_key, "redeem", "subsidy") != line.share * is_paid,
            )
        )
    )
    returned = (
        select((part.refund_id + " " + part.line_key).label("id"))
        .join(refund, refund.id == part.refund_id)
        .where(
            or_(
                _booked(part.refund_id, part.line_key, "refund", "cash") != part.cash * is_back,
                _booked(part.refund_id, part.line_key, "refund", "subsidy") != part.share * is_back,
            )
        )
    )
    found = union_all(sold, returned).subquery()
    return select(found.c.id)


def _misrefunded() -> Select[str]:
    """A line counts the units, cash and share of its refunds, and no refund is above what was paid."""
    line, part, refund = RedEnvelopeAllocation, RedEnvelopeRefundLine, RedEnvelopeRefund
    parts = (
        select(refund.hold_id, part.line_key, *(func.sum(column).label(column.key) for column in
                                                (part.units, part.cash, part.share)))
        .join(refund, refund.id == part.refund_id)
        .group_by(refund.hold_id, part.line_key)
        .subquery()
    )  # fmt: skip
    return (
        select(line.hold_id + " " + line.line_key)
        .outerjoin(parts, and_(parts.c.hold_id == line.hold_id, parts.c.line_key == line.line_key))
        .where(
            or_(
                func.coalesce(parts.c.units, 0) != line.refunded_units,
                func.coalesce(parts.c.cash, 0) != line.refunded_cash,
                func.coalesce(parts.c.share, 0) != line.refunded_share,
                line.refunded_cash > line.paid,
                line.refunded_units > line.quantity,
            )
        )
        .order_by(line.hold_id, line.line_key)
    )


def _misdecided() -> Select[str]:
    refund, part = RedEnvelopeRefund, RedEnvelopeRefundLine
    granted = and_(refund.is_full, refund.is_before_receipt.is_(true()), refund.is_valid.is_(true()))
    return (
        select(refund.id)
        .outerjoin(part, part.refund_id == refund.id)
        .group_by(*refund.__table__.columns)
        .having(
            or_(
                func.coalesce(func.sum(part.cash), 0) != refund.cash,
                func.coalesce(func.sum(part.share), 0) != refund.share,
                func.count(part.line_key) != refund.lines,
                func.coalesce(refund.gives_back, false()) != func.coalesce(granted, false()),
            )
        )
        .order_by(refund.id)
    )
