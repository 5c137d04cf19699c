"""The books: balances as sums of the ledger, and whether counters, states and shares are what it says."""

from collections.abc import Iterator, Mapping

from sqlalchemy import ColumnElement, func, select, true, union_all

from shopadmin.plugin_api import Problem, db
from shopadmin_red_envelope.models import RedEnvelope, RedEnvelopeTransfer
from shopadmin_red_envelope.services import envelope_book, money_book

# How many rows a message names.
_NAMED = 5


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
        (envelope_book.miscounted(), "campaigns whose counter is not the number of their envelopes"),
        (envelope_book.stockless(), "capped campaigns that began without a stock"),
        (envelope_book.misissued(), "envelopes that are not as their campaign was sealed"),
        (envelope_book.misstated(), "envelopes that stand elsewhere than the ledger says"),
        (envelope_book.out_of_order(), "envelopes whose moves do not follow each other"),
        (money_book.mismatched_holds(), "holds that their envelope knows nothing of"),
        (money_book.misallocated(), "holds whose shares do not sum to the envelope"),
        (money_book.misbooked(), "lines whose money the ledger has otherwise"),
        (money_book.misrefunded(), "lines that have other refunds than they count"),
        (money_book.misdecided(), "refunds whose lines do not sum to them"),
    ):
        bad = db.session().scalars(query.limit(1000)).all()
        if bad:
            named = ", ".join(map(str, bad[:_NAMED])) + (", …" if len(bad) > _NAMED else "")
            yield Problem("red_envelope.books", f"{len(bad)} {what}: {named}")
