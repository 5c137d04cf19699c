"""Incidents: what went wrong with orders, written down by the shop and announced to plugins."""

import secrets
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Row, select

from shopadmin import hook_calls
from shopadmin.contract import Actor, BuyerId, IncidentRecorded, OrderId, Problem, Text
from shopadmin.models import db
from shopadmin.models.cases import Incident
from shopadmin.models.orders import Order
from shopadmin.services import audit, incident_reports, kept_texts, lists, orders, settings
from shopadmin.services.amounts import read_amount
from shopadmin.services.conflicts import RefusedError
from shopadmin.services.evidence.storing import AHEAD, EARLIEST
from shopadmin.services.incident_reports import LONGEST_NOTE
from shopadmin.services.transactions import after_commit, writing

KINDS: Mapping[str, Text] = {
    "damaged": _("Arrived damaged"),
    "lost": _("Lost on the way"),
    "late": _("Arrived late"),
    "wrong_item": _("Wrong item"),
    "missing_item": _("Something was missing"),
    "returned": _("Sent back"),
    "not_accepted": _("Not accepted at the door"),
    "dispute": _("Dispute"),
    "other": _("Something else"),
}
# What the core and the shipped plugins write down by themselves: nobody chooses these in the form.
EVENTS: Mapping[str, Text] = {
    "payment.chargeback_represented_won": _("Chargeback that the shop won"),
    "delivery.cod_refused_repeat": _("Refused cash on delivery again"),
    "review.extortion_demand": _("Demanded something for a review"),
}


# Other words for a kind that a list may have.
_ALSO: Mapping[str, tuple[str, ...]] = {
    "not_accepted": tuple(word for word in incident_reports.NOT_ACCEPTED if word != "not_accepted")
}


def kind_label(kind: str) -> Text:
    """The kind in words; one that only an import or a plugin knows as it stands."""
    if kind in incident_reports.NOT_ACCEPTED:
        return KINDS["not_accepted"]
    return KINDS.get(kind) or EVENTS.get(kind, kind)


def known_words() -> list[tuple[Text, tuple[str, ...]]]:
    """What the column ``kind`` of a list of incidents may say: each kind in words, and the words for it in a file."""
    return [(kind_label(kind), (kind, *_ALSO.get(kind, ()))) for kind in (*KINDS, *EVENTS)]


def name(actor: Actor, row: Incident | Row[Any]) -> str:
    """What people call an incident: what happened, the order (for those who may see orders), the day in the shop."""
    kind, day = kind_label(row.kind), f"{row.occurred_at.astimezone(settings.load().zone):%Y-%m-%d}"
    if row.order_no and actor.can("core.orders:read"):
        return gettext("%(kind)s, order %(order)s, %(day)s", kind=kind, order=row.order_no, day=day)
    return gettext("%(kind)s, %(day)s", kind=kind, day=day)


def names(actor: Actor, incident_ids: Collection[int]) -> dict[int, str]:
    """The same of these incidents, by id."""
    return {each: name(actor, row) for each, row in find_all(incident_ids).items()}


def find_all(incident_ids: Collection[int]) -> dict[int, Incident]:
    """Those of these incidents that there are, by id, for whoever may see incidents."""
    rows = db.session().scalars(select(Incident).where(Incident.id.in_(incident_ids)))
    return {row.id: row for row in rows}


def number(row: Incident | Row[Any]) -> str:
    """The number that somebody gave it; empty where the program wrote it down, whose key says nothing to people."""
    return row.incident_no if row.tier is None else ""


def _of_kind(kind: str) -> ColumnElement[bool]:
    return Incident.kind.in_(incident_reports.NOT_ACCEPTED if kind == "not_accepted" else (kind,))


def _search(term: str, actor: Actor) -> list[ColumnElement[bool]]:
    """By its number or a word of the note; by its order's number for those who may read orders."""
    places = [lists.starts_with(Incident.incident_no, term), Incident.note.icontains(term, autoescape=True)]
    if actor.can("core.orders:read"):
        places.append(Incident.order_no.startswith(term, autoescape=True))
    return places


INCIDENTS = lists.ListSpec(
    query=select(
        Incident.id, Incident.incident_no, Incident.kind, Incident.order_id, Incident.order_no, Incident.note,
        Incident.cost, Incident.currency, Incident.occurred_at, Incident.tier,
    ),
    id_column=Incident.id,
    sorts=(lists.Sort("newest", _("Newest first"), (Incident.id,)),),
    filters=(
        lists.Filter("kind", _("Kind"), _of_kind, choices=(*KINDS.items(), *EVENTS.items())),
        lists.Filter("from", _("From"), lambda instant: Incident.occurred_at >= instant, kind="from"),
        lists.Filter("to", _("To"), lambda instant: Incident.occurred_at < instant, kind="to"),
    ),
    search=_search,
)  # fmt: skip


def find(actor: Actor, incident_id: int) -> Incident | None:
    """The incident if the actor may see it: the same scope as the list."""
    query = INCIDENTS.scope(select(Incident).where(Incident.id == incident_id), actor)
    return db.session().scalars(query).one_or_none()


def record(actor: Actor, kind: str, order_no: str, occurred_at: datetime, cost: str, currency: str, note: str) -> int:
    """Write an incident down and announce it; returns its id. ``cost`` in major units, empty when it cost nothing.

    The cost is in the order's currency, or in ``currency`` without an order. Raises RefusedError.
    """
    note, order_no, cost = note.strip(), order_no.strip(), cost.strip()
    _check(kind, occurred_at, note)
    with writing() as session:
        order = _order(actor, order_no) if order_no else None
        currency = order.currency if order else currency
        incident = Incident(
            incident_no=f"I{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(3)}",
            kind=kind,
            order_id=order.id if order else None,
            order_no=order_no,
            note=note,
            cost=read_amount(cost, currency, "cost", least=0) if cost else None,
            currency=currency if cost else "",
            occurred_at=occurred_at,
            recorded_by=actor.account_id,
        )
        session.add(incident)
        session.flush()
        after = {"kind": kind, "order_no": order_no, "cost": incident.cost, "currency": incident.currency}
        audit.record(actor, "core.incident.recorded", "incident", incident.id, after=after)
        event = IncidentRecorded(
            incident_id=incident.id,
            order_id=OrderId(order.id) if order else None,
            buyer_id=BuyerId(order.buyer_id) if order and order.buyer_id else None,
            kind=kind,
            at=occurred_at,
            recorded_by=actor.account_id,
        )
        after_commit(lambda: hook_calls.incident_recorded(event))
        if kind == "not_accepted":
            incident_reports.refused_at_the_door(actor, session, incident, order)
        return incident.id


def _check(kind: str, occurred_at: datetime, note: str) -> None:
    if kind not in KINDS:
        raise RefusedError(Problem("kind", _("Choose what happened."), "kind"))
    if occurred_at > datetime.now(UTC) + AHEAD:
        raise RefusedError(Problem("occurred_at", _("That is in the future."), "occurred_at"))
    if occurred_at < EARLIEST:
        raise RefusedError(Problem("occurred_at", _("That is too long ago."), "occurred_at"))
    kept_texts.checked(note, "note", LONGEST_NOTE)


def _order(actor: Actor, order_no: str) -> Order:
    query = orders.ORDERS.scope(select(Order).where(Order.order_no == order_no), actor).order_by(Order.id).limit(2)
    found: list[Order] = [] if "\0" in order_no else list(db.session().scalars(query))
    if len(found) != 1:
        raise RefusedError(Problem("order_no", _("There is no order with this number."), "order_no"))
    return found[0]
