"""The rows of a batch of claims: an envelope for each buyer, and who has one already."""

from collections.abc import Sequence
from typing import Any, cast

from flask import current_app
from sqlalchemy import Select, Table, bindparam, literal_column, select, true
from sqlalchemy.orm import Session

from shopadmin.plugin_api import BulkRows, SharedQuestion, ask_around, db, each_text
from shopadmin_red_envelope import triggers
from shopadmin_red_envelope.models import RedEnvelope
from shopadmin_red_envelope.services.changing import trusted
from shopadmin_red_envelope.services.terms import Sealed


def look(campaign_id: int, buyers: Sequence[str]) -> tuple[int, dict[str, int]]:
    """The database's clock, and the envelopes of these buyers: one question, in the transaction around if there is one.

    Raises ForeignClockError.
    """
    dialect = db.engine.dialect.name
    rows = ask_around(_LOOKS[dialect], {"campaign": campaign_id, "buyers": list(buyers)})
    instant = trusted(rows[0].instant, triggers.is_own_clock(dialect, rows[0].clock))
    return instant, {row.buyer: row.id for row in rows if row.id is not None}


def look_together(campaign_id: int, buyer: str) -> tuple[int, int | None]:
    """The same for one buyer, in one question with those who ask at the same time. Not inside of ``writing()``."""
    known = current_app.extensions
    shared: SharedQuestion[tuple[int, str], tuple[int, int | None]] | None = known.get("red_envelope.late_looks")
    if shared is None:
        shared = known.setdefault("red_envelope.late_looks", SharedQuestion(look_each))
    return shared.one((campaign_id, buyer))


def look_each(asked: Sequence[tuple[int, str]]) -> list[tuple[int, int | None]]:
    """The clock, and the envelope of each campaign and buyer, by one question for each campaign. Raises as ``look``."""
    found = {
        campaign_id: look(campaign_id, [buyer for campaign, buyer in asked if campaign == campaign_id])
        for campaign_id in {campaign for campaign, _buyer in asked}
    }
    return [(found[campaign_id][0], found[campaign_id][1].get(buyer)) for campaign_id, buyer in asked]


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


def _look(dialect: str) -> Select[Any]:
    clock = select(*(
        literal_column(text).label(name)
        for name, text in zip(("instant", "clock"), triggers.clock_columns(dialect), strict=True)
    )).subquery("told")  # fmt: skip
    asked = each_text("buyers", dialect)
    buyer = asked.c.value
    # For each buyer by the unique key: a join may be planned as a walk through all envelopes of the campaign.
    own = select(_TABLE.c.id).where(_TABLE.c.campaign_id == bindparam("campaign"), _TABLE.c.buyer == buyer)
    return select(clock.c.instant, clock.c.clock, buyer.label("buyer"), own.scalar_subquery().label("id")).select_from(
        clock.outerjoin(asked, true())
    )


_LOOKS = {dialect: _look(dialect) for dialect in ("sqlite", "postgresql")}
_ROWS = BulkRows(
    _TABLE,
    ("campaign_id", "buyer", "amount", "currency", "use_from", "use_to", "claimed_at", "state", "moves"),
    or_not=True,
    returning=("id", "buyer"),
)
