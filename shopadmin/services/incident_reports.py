"""Incidents that plugins and the core's own books write down: an event with a code, how well it is founded, its proof.

What they lead to is not decided here: whoever keeps labels hears of them.
"""

import re
from collections.abc import Collection
from datetime import UTC, datetime

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from shopadmin import hook_calls
from shopadmin.contract import AccountId, Actor, BuyerId, IncidentRecorded, IncidentReport, OrderId, Problem
from shopadmin.domain.evidence import TIERS
from shopadmin.domain.orders import CASH_CODE, CASH_WORDS
from shopadmin.models import db
from shopadmin.models.buyers import Buyer
from shopadmin.models.cases import Incident
from shopadmin.models.orders import Chargeback, Order
from shopadmin.services import audit, kept_texts
from shopadmin.services.conflicts import RefusedError
from shopadmin.services.evidence import packing
from shopadmin.services.evidence.storing import AHEAD, EARLIEST
from shopadmin.services.transactions import after_commit, writing

CHARGEBACK_WON = "payment.chargeback_represented_won"
REFUSED_AGAIN = "delivery.cod_refused_repeat"
# What the shop's own lists call a parcel that was not accepted.
NOT_ACCEPTED = (
    "not_accepted", "not accepted", "refused", "rejected", "cod_refused", "拒收", "拒签", "买家拒收", "货到付款拒收",
)  # fmt: skip
# How often somebody refuses cash on delivery before it is more than bad luck: section 2 of the buyer labels.
REFUSALS = 3
LONGEST_NOTE, LONGEST_OUTCOME = 2000, 40
_KIND = re.compile(r"[a-z][a-z0-9_]{0,15}\.[a-z0-9_]{1,30}")
_KEY = re.compile(r"[a-z][a-z0-9_]*\.[\x21-\x7e]{1,100}")
_REFUSED = ("%拒收%", "%拒签%", "%refused%", "%not accepted%")
_CASH = (CASH_CODE, *(f"%{word.replace('_', '!_')}%" for word in CASH_WORDS))


def report(actor: Actor | None, found: IncidentReport, now: datetime | None = None) -> int:
    """Write an incident down, once for each key, announce it, and return its id.

    ``actor``: none for what the program found by itself. Joins the transaction around. Raises RefusedError.
    """
    _check(found, now or datetime.now(UTC))
    with writing() as session:
        if (known := _known(session, found.key)) is not None:
            return known
        order = session.get(Order, found.order_id) if found.order_id else None
        buyer_id = found.buyer_id or (order.buyer_id if order else None)
        _check_about(session, found, order, buyer_id)
        packing.chosen(found.evidence)
        incident = Incident(
            incident_no=found.key, kind=found.kind, order_id=order.id if order else None,
            order_no=order.order_no if order else "", note=found.note.strip(), occurred_at=found.occurred_at,
            recorded_by=actor.account_id if actor else None, buyer_id=buyer_id, tier=found.tier,
            outcome=found.outcome, evidence=list(found.evidence),
        )  # fmt: skip
        try:
            with session.begin_nested():
                session.add(incident)
                session.flush()
        except IntegrityError:  # somebody was faster with the same key
            if (known := _known(session, found.key)) is not None:
                return known
            raise
        after = {"kind": found.kind, "order_no": incident.order_no, "tier": found.tier, "outcome": found.outcome}
        audit.record(actor, "core.incident.recorded", "incident", incident.id, after=after)
        event = event_of(incident, buyer_id)
        after_commit(lambda: hook_calls.incident_recorded(event))
        return incident.id


def _known(session: Session, key: str) -> int | None:
    return session.scalar(select(Incident.id).where(Incident.incident_no == key))


def _check(found: IncidentReport, now: datetime) -> None:
    if not _KIND.fullmatch(found.kind) or not _KEY.fullmatch(found.key) or found.tier not in TIERS:
        raise ValueError(f"no incident: {found.kind} {found.key} {found.tier}")
    if not EARLIEST <= found.occurred_at <= now + AHEAD:
        raise RefusedError(Problem("occurred_at", _("This time is in the future, or too long ago."), "occurred_at"))
    kept_texts.checked(found.note, "note", LONGEST_NOTE)
    kept_texts.checked(found.outcome, "outcome", LONGEST_OUTCOME)


def _check_about(session: Session, found: IncidentReport, order: Order | None, buyer_id: int | None) -> None:
    is_order_missing = found.order_id is not None and order is None
    is_buyer_missing = found.buyer_id is not None and session.get(Buyer, found.buyer_id) is None
    if is_order_missing or is_buyer_missing or (order is None and buyer_id is None):
        raise RefusedError(Problem("about", _("There is no such order or buyer."), "order_id"))


def recorded(kinds: Collection[str], after: int, limit: int = 200) -> list[IncidentRecorded]:
    """Incidents of these kinds whose id is above ``after``, by id, as they were announced: for whoever missed one."""
    query = (
        select(Incident, Order.buyer_id.label("orders_buyer"))
        .outerjoin(Order, Order.id == Incident.order_id)
        .where(Incident.kind.in_(kinds), Incident.id > after)
        .order_by(Incident.id)
        .limit(limit)
    )
    return [event_of(row.Incident, row.Incident.buyer_id or row.orders_buyer) for row in db.session().execute(query)]


def event_of(found: Incident, buyer_id: int | None) -> IncidentRecorded:
    """An incident as plugins hear of it."""
    return IncidentRecorded(
        found.id, OrderId(found.order_id) if found.order_id else None, BuyerId(buyer_id) if buyer_id else None,
        found.kind, found.occurred_at, found.tier, found.outcome or "", tuple(found.evidence or ()),
        AccountId(found.recorded_by) if found.recorded_by else None,
    )  # fmt: skip


def chargeback_won(actor: Actor, order: Order, chargeback: Chargeback) -> None:
    """The bank decided for the shop: a record of the bank's (E2). In the transaction of the decision."""
    if order.buyer_id is not None:
        report(
            actor,
            IncidentReport(
                kind=CHARGEBACK_WON, key=f"core.chargeback.{chargeback.id}", occurred_at=datetime.now(UTC),
                order_id=OrderId(order.id), note=chargeback.reason[:LONGEST_NOTE], tier=2, outcome="won",
            ),
        )  # fmt: skip


def refused_at_the_door(actor: Actor, session: Session, incident: Incident, order: Order | None) -> None:
    """A parcel was not accepted: from the third that was to be paid in cash on, each is an incident of the buyer.

    In the transaction of the incident. By the shop's own record (E1): what the courier says is evidence to be added.
    """
    if order is None or order.buyer_id is None:
        return
    refused = select(func.count()).where(Order.buyer_id == order.buyer_id, is_cash(), is_refused())
    times = session.scalar(refused) or 0
    by_cash = session.scalar(select(Order.id).where(Order.id == order.id, is_cash())) is not None
    if by_cash and times >= REFUSALS:
        report(
            actor,
            IncidentReport(
                kind=REFUSED_AGAIN, key=refusal_key(order.id), occurred_at=incident.occurred_at,
                order_id=OrderId(order.id), tier=1, outcome=f"{times}x",
            ),
        )  # fmt: skip


def refusal_key(order_id: int) -> str:
    """The name of the incident that an order was refused again: one for each order, whoever finds it."""
    return f"core.cod_refused.{order_id}"


def is_cash() -> ColumnElement[bool]:
    """Whether an order was to be paid on delivery, by the words of its platform."""
    method = func.lower(Order.payment_method)
    return or_(*(method.like(pattern, escape="!") for pattern in _CASH))


def is_refused() -> ColumnElement[bool]:
    """Whether the parcel of an order was not accepted: its platform closed it so, or the shop wrote it down."""
    written = select(Incident.id).where(Incident.order_id == Order.id, Incident.kind.in_(NOT_ACCEPTED)).exists()
    return or_(closed_as_refused(Order.close_reason), written)


def closed_as_refused(reason: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether a platform's reason for closing says that the parcel was not accepted."""
    words = func.lower(reason)
    return or_(*(words.like(pattern) for pattern in _REFUSED))
