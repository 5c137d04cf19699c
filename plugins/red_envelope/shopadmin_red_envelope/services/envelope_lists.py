"""Envelopes as lists and counts, in the state that a person is told: by the database's clock, not by the jobs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from shopadmin.plugin_api import Actor, Filter, ListSpec, MissingError, Sort, View, db
from shopadmin_red_envelope.domain.envelopes import STATES
from shopadmin_red_envelope.labels import ENVELOPE_LABELS, STATE_LABELS
from shopadmin_red_envelope.models import RedEnvelope as Envelope
from shopadmin_red_envelope.models import RedEnvelopeCampaign as Campaign
from shopadmin_red_envelope.models import RedEnvelopeHold as Hold
from shopadmin_red_envelope.models import RedEnvelopeRefund as Refund
from shopadmin_red_envelope.models import RedEnvelopeTransfer as Transfer
from shopadmin_red_envelope.services import books, listing
from shopadmin_red_envelope.triggers import read_clock

_CONTACT = "core.buyers:contact"


@dataclass(frozen=True, slots=True)
class Burn:
    """How far a campaign has got: envelopes by shown state, and money in minor units.

    ``given_back``: how often refunds gave an envelope back. ``discount``: what envelopes took off goods, less what
    came off with refunds; ``paid``: for the same goods.
    """

    states: Mapping[str, int]
    given_back: int
    discount: int
    paid: int

    @property
    def claimed(self) -> int:
        """Envelopes that buyers have collected."""
        return sum(self.states.values())


def burn(campaign_id: int) -> Burn:
    """Counted from the rows and the ledger as they stand."""
    session, shown = db.session(), _shown_state(db.engine.dialect.name)
    counted = session.execute(
        select(shown, func.count())
        .select_from(Envelope)
        .outerjoin(Hold, Hold.id == Envelope.hold_id)
        .where(Envelope.campaign_id == campaign_id)
        .group_by(shown)
    ).all()
    given_back = session.scalar(
        select(func.count())
        .select_from(Refund)
        .join(Hold, Hold.id == Refund.hold_id)
        .join(Envelope, Envelope.id == Hold.envelope_id)
        .where(Envelope.campaign_id == campaign_id, Refund.gives_back.is_(True))
    )
    money = books.balances(campaign_id, "money")
    by_state: dict[str, int] = dict.fromkeys(STATES, 0)
    by_state.update((row[0], row[1]) for row in counted)
    return Burn(by_state, given_back or 0, money.get("subsidy", 0), money.get("cash", 0))


def find(envelope_id: int) -> Any:
    """The envelope with its campaign's title, its shown state and its order. Raises MissingError."""
    query = _envelopes(db.engine.dialect.name).where(Envelope.id == envelope_id)
    found = db.session().execute(query).one_or_none()
    if found is None:
        raise MissingError(envelope_id)
    return found


def journal(envelope_id: int) -> list[Any]:
    """The ledger's rows of an envelope in the order of its moves, each with the order it was about."""
    refunded = aliased(Hold)
    columns = (Transfer.move, Transfer.book, Transfer.event, Transfer.from_account, Transfer.to_account,
               Transfer.line_key, Transfer.amount, Transfer.currency, Transfer.at,
               func.coalesce(Hold.order_no, refunded.order_no).label("order_no"))  # fmt: skip
    order = (Transfer.move, Transfer.book, Transfer.line_key, Transfer.to_account, Transfer.from_account)
    query = (
        select(*columns)
        .outerjoin(Hold, Hold.id == Transfer.source)
        .outerjoin(Refund, Refund.id == Transfer.source)
        .outerjoin(refunded, refunded.id == Refund.hold_id)
        .where(Transfer.envelope_id == envelope_id)
        .order_by(*order)
    )
    return list(db.session().execute(query))


def spec() -> ListSpec:
    """The list for the database in use."""
    return _SPECS[db.engine.dialect.name]


def _shown_state(dialect: str) -> ColumnElement[str]:
    """The same as ``envelopes.shown_state`` says, in SQL; ``Hold`` is what the envelope is held by, outer joined."""
    now: ColumnElement[int] = literal_column(f"({read_clock(dialect)})")
    rest = case((Envelope.use_to <= now, "expired"), else_="available")
    is_lapsed = Hold.expires_at <= now
    return case(
        (Envelope.state == "available", rest),
        ((Envelope.state == "held") & is_lapsed, rest),
        else_=Envelope.state,
    )


def _envelopes(dialect: str) -> Select[Any]:
    shown = _shown_state(dialect).label("shown_state")
    order_no = case((shown.element == "available", None), (shown.element == "expired", None), else_=Hold.order_no)
    return (
        select(
            Envelope.id, Envelope.campaign_id, Envelope.buyer, shown, Envelope.amount, Envelope.currency,
            Envelope.claimed_at, Envelope.use_from, Envelope.use_to, order_no.label("order_no"), Campaign.title,
        )
        .outerjoin(Hold, Hold.id == Envelope.hold_id)
        .join(Campaign, Campaign.id == Envelope.campaign_id)
    )  # fmt: skip


def _search(term: str, actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Any part of a buyer for those who may see contact data; everybody else finds whom they can name in full."""
    buyer = (
        Envelope.buyer.icontains(term, autoescape=True)
        if actor.can(_CONTACT)
        else or_(Envelope.buyer == term, Envelope.buyer.endswith(f":{term}", autoescape=True))
    )
    return buyer, Hold.order_no == term


def _spec(dialect: str) -> ListSpec:
    shown = _shown_state(dialect)
    return ListSpec(
        query=_envelopes(dialect),
        id_column=Envelope.id,
        sorts=(Sort("newest", STATE_LABELS["newest"], (Envelope.id,)),),
        filters=(
            Filter(
                "campaign",
                ENVELOPE_LABELS["campaign"],
                lambda text: Envelope.campaign_id == int(text),
                offered=lambda: [(str(row.id), row.title) for row in listing.latest()],
            ),
        ),
        search=_search,
        views=(
            View("all", STATE_LABELS["all"]),
            *(View(state, ENVELOPE_LABELS[state], (shown == state,)) for state in STATES),
        ),
    )


_SPECS = {dialect: _spec(dialect) for dialect in ("sqlite", "postgresql")}
