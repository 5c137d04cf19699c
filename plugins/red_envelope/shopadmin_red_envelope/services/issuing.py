"""The rows of a batch of claims: an envelope for each buyer, and who has one already."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, literal_column, select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import BulkRows, ask_once, db
from shopadmin_red_envelope import triggers
from shopadmin_red_envelope.models import RedEnvelope
from shopadmin_red_envelope.services.changing import trusted
from shopadmin_red_envelope.services.terms import Sealed


def owned(session: Session, campaign_id: int, buyers: Sequence[str]) -> dict[str, int]:
    """Which of the buyers have an envelope of the campaign, and its id."""
    rows = session.connection().execute(_OWNED, {"campaign": campaign_id, "buyers": list(buyers)})
    return {row.buyer: row.id for row in rows}


def look(campaign_id: int, buyer: str) -> tuple[int, int | None]:
    """The database's clock, and the buyer's envelope of the campaign: one question, without a transaction.

    Raises ForeignClockError.
    """
    dialect = db.engine.dialect.name
    found = ask_once(_LOOKS[dialect], {"campaign": campaign_id, "buyer": buyer})
    if found is None:
        raise LookupError(campaign_id)
    return trusted(found.instant, triggers.is_own_clock(dialect, found.clock)), found.envelope_id


def insert_envelopes(session: Session, sealed: Sealed, buyers: Sequence[str], at: int) -> dict[str, int]:
    """Issue an envelope to each buyer; returns the ids. The triggers count and book them.

    Without a lock the unique key decides: a buyer who has got one meanwhile is left out. Rows come in the order of
    that key, so that of two batches one waits for the other, and never each for the other.
    """
    if not buyers:
        return {}
    rows = [
        {
            "campaign_id": sealed.id, "buyer": buyer, "amount": sealed.amount, "currency": sealed.currency,
            "use_from": sealed.use_from, "use_to": sealed.use_to, "claimed_at": at, "state": "available", "moves": 1,
        }
        for buyer in sorted(buyers)
    ]  # fmt: skip
    return {row.buyer: row.id for row in _ROWS.insert(session.connection(), rows)}


# Tables, not classes, and built once: they are asked in every batch.
_TABLE = cast(Table, RedEnvelope.__table__)
_OWNED = select(_TABLE.c.buyer, _TABLE.c.id).where(
    _TABLE.c.campaign_id == bindparam("campaign"), _TABLE.c.buyer.in_(bindparam("buyers", expanding=True))
)
_ONE = select(_TABLE.c.id).where(_TABLE.c.campaign_id == bindparam("campaign"), _TABLE.c.buyer == bindparam("buyer"))
_LOOKS: dict[str, Any] = {
    dialect: select(
        *(
            literal_column(text).label(name)
            for name, text in zip(("instant", "clock"), triggers.clock_columns(dialect), strict=True)
        ),
        _ONE.scalar_subquery().label("envelope_id"),
    )
    for dialect in ("sqlite", "postgresql")
}
_ROWS = BulkRows(
    _TABLE,
    ("campaign_id", "buyer", "amount", "currency", "use_from", "use_to", "claimed_at", "state", "moves"),
    or_not=True,
    returning=("id", "buyer"),
)
