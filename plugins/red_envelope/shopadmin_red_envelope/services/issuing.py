"""The rows of a batch of claims: an envelope for each buyer, and who has one already."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shopadmin_red_envelope.models import RedEnvelope
from shopadmin_red_envelope.services.terms import Sealed


def owned(session: Session, campaign_id: int, buyers: Sequence[str]) -> dict[str, int]:
    """Which of the buyers have an envelope of the campaign, and its id."""
    rows = session.execute(
        select(RedEnvelope.buyer, RedEnvelope.id)
        .where(RedEnvelope.campaign_id == campaign_id, RedEnvelope.buyer.in_(buyers))
    )  # fmt: skip
    return {row.buyer: row.id for row in rows}


def insert_envelopes(session: Session, sealed: Sealed, buyers: Sequence[str], at: int) -> dict[str, int]:
    """Issue an envelope to each buyer; returns the ids. The triggers count and book them.

    Without a lock the unique key decides: a buyer who has got one meanwhile is left out.
    """
    if not buyers:
        return {}
    connection = session.connection()
    rows = [
        {
            "campaign_id": sealed.id, "buyer": buyer, "amount": sealed.amount, "currency": sealed.currency,
            "use_from": sealed.use_from, "use_to": sealed.use_to, "claimed_at": at, "state": "available", "moves": 1,
        }
        for buyer in buyers
    ]  # fmt: skip
    found = connection.execute(_INSERTS[connection.dialect.name], rows)
    return {row.buyer: row.id for row in found}


_INSERTS: Mapping[str, Any] = {
    dialect.__name__.rpartition(".")[2]: dialect.insert(RedEnvelope)
    .on_conflict_do_nothing()
    .returning(RedEnvelope.id, RedEnvelope.buyer)
    for dialect in (postgresql, sqlite)
}
