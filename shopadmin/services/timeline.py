"""What happened to an order, a review or a buyer, newest first: notes, changes by hand, what an import brought.

Every source asks for the permission that its own page asks for; an entry of a plugin is shown to those alone who may
read what it is about.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import format_currency
from flask_babel import lazy_gettext as _
from sqlalchemy import or_, select

from shopadmin import hook_calls
from shopadmin.contract import Actor, Text, Tone
from shopadmin.domain import money
from shopadmin.domain.orders import OrderStatus
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.models.audit import AuditEntry
from shopadmin.models.cases import Incident, Note
from shopadmin.models.orders import Order
from shopadmin.models.reviews import Review
from shopadmin.services import access, incidents
from shopadmin.services.orders import STATUS_LABELS

LIMIT = 100


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a timeline. ``body``: a note's own text; ``note``: it is an internal note."""

    at: datetime
    text: Text
    who: str = ""
    icon: str = "dot"
    tone: Tone = "neutral"
    body: Text = ""
    note: bool = False
    url: str = ""
    link_text: Text = ""
    # What it happened to, where a timeline tells of many things: ("order", 12).
    about: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """How an entry of the activity log reads: who may read it (empty: who may read its object), icon, sentence."""

    permission: str
    icon: str
    tone: Tone
    sentence: Callable[[Mapping[str, Any], Mapping[str, Any]], Text]


def _status(code: Any) -> Text:
    return STATUS_LABELS[OrderStatus(code)] if code in set(OrderStatus) else str(code)


def _sum(values: Mapping[str, Any]) -> str:
    currency = str(values.get("currency", ""))
    return str(format_currency(money.to_decimal(int(values.get("amount", 0)), currency), currency))


_EVIDENCE = "core.evidence.stored"
# What one must be allowed to read to hear of evidence, by what it is kept for; a plugin's is on the plugin's pages.
_SUBJECTS = {"order": "core.orders:read", "review": "core.reviews:read", "complaint": "core.complaints:read"}

_TOLD: dict[str, _Told] = {
    "core.order.status_changed": _Told(
        "core.orders:read", "pencil", "info",
        lambda before, after: _(
            "changed the status: %(before)s → %(after)s",
            before=_status(before.get("status")), after=_status(after.get("status")),
        ),
    ),
    "core.shipment.recorded": _Told(
        "core.orders:read", "truck", "info",
        lambda _before, after: _(
            "recorded a parcel: %(parcel)s",
            parcel=" ".join(filter(None, (after.get("carrier"), after.get("tracking_no")))) or "–",
        ),
    ),
    "core.refund.recorded": _Told(
        "core.orders:read", "arrow-counterclockwise", "danger",
        lambda _before, after: _("recorded a refund of %(amount)s", amount=_sum(after)),
    ),
    "core.chargeback.recorded": _Told(
        "core.orders:read", "cash-coin", "danger",
        lambda _before, after: _("recorded a chargeback of %(amount)s", amount=_sum(after)),
    ),
    "core.chargeback.decided": _Told(
        "core.orders:read", "cash-coin", "neutral",
        lambda _before, after: (
            _("closed a chargeback: won") if after.get("state") == "won" else _("closed a chargeback: lost")
        ),
    ),
    "core.attachment.added": _Told(
        "core.orders:read", "image", "neutral",
        lambda _before, after: _("attached a picture: %(name)s", name=str(after.get("file_name", ""))),
    ),
    _EVIDENCE: _Told(
        "", "image", "neutral",
        lambda _before, after: _("kept evidence: %(name)s", name=str(after.get("file_name", ""))),
    ),
    "core.reply.drafted": _Told("core.reviews:read", "pencil", "neutral", lambda _b, _a: _("wrote a reply")),
    "core.reply.posted": _Told(
        "core.reviews:read", "send", "info", lambda _b, _a: _("posted the reply on the platform")
    ),
    "core.contact.revealed": _Told(
        "core.activity:read", "eye", "warn", lambda _b, _a: _("looked at the buyer's contact data")
    ),
}  # fmt: skip


def order_events(actor: Actor, order: Order) -> list[Event]:
    """The timeline of an order."""
    events = [*_notes("order", order.id), *_logged(actor, "order", order.id), *_milestones(order)]
    if actor.can("core.reviews:read"):
        events += _reviews(Review.order_id == order.id)
    if actor.can("core.incidents:read"):
        events += _incidents(Incident.order_id == order.id)
    return _newest(events)


def review_events(actor: Actor, review: Review) -> list[Event]:
    """The timeline of a review."""
    came = Event(review.created_at, _("The review was written"), icon="chat-square-quote")
    events = [*_notes("review", review.id), *_logged(actor, "review", review.id), came]
    if review.followup_at:
        events.append(Event(review.followup_at, _("The buyer added a follow-up"), icon="chat-left-text"))
    return _newest(events)


def buyer_events(actor: Actor, buyer_id: int, others: Iterable[Event]) -> list[Event]:
    """The timeline of a buyer: notes, what was done with the buyer's data, and ``others`` that the page knows of."""
    return _newest([*_notes("buyer", buyer_id), *_logged(actor, "buyer", buyer_id), *others])


def recent_events(actor: Actor, limit: int = 8) -> list[Event]:
    """What people changed lately, as far as the actor may read it; for Today."""
    subjects = [subject for subject, permission in _SUBJECTS.items() if actor.can(permission)]
    codes = [code for code, told in _TOLD.items() if (actor.can(told.permission) if told.permission else subjects)]
    if not codes:
        return []
    about = or_(AuditEntry.code != _EVIDENCE, AuditEntry.object_type.in_(subjects))
    query = select(AuditEntry).where(AuditEntry.code.in_(codes), about)
    query = query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    entries = db.session().scalars(query.limit(limit)).all()
    return [
        replace(event, about=(entry.object_type, int(entry.object_id)))
        for event, entry in zip(_told(actor, entries), entries, strict=True)
    ]


def _newest(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda event: event.at, reverse=True)[:LIMIT]


def _names(account_ids: Iterable[int | None]) -> dict[int | None, str]:
    wanted = {account_id for account_id in account_ids if account_id is not None}
    if not wanted:
        return {}
    rows = db.session().execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def _notes(subject: str, subject_id: int) -> list[Event]:
    query = select(Note).where(Note.subject == subject, Note.subject_id == subject_id)
    notes = db.session().scalars(query.order_by(Note.written_at.desc()).limit(LIMIT)).all()
    names = _names(note.written_by for note in notes)
    return [
        Event(
            note.written_at, _("wrote a note"), names.get(note.written_by, ""), "pencil", "warn", note.text, note=True
        )
        for note in notes
    ]


def _logged(actor: Actor, object_type: str, object_id: int) -> list[Event]:
    query = select(AuditEntry).where(AuditEntry.object_type == object_type, AuditEntry.object_id == str(object_id))
    entries = db.session().scalars(query.order_by(AuditEntry.id.desc()).limit(LIMIT)).all()
    return _told(actor, entries)


def _told(actor: Actor, entries: Sequence[AuditEntry]) -> list[Event]:
    names = _names(entry.account_id for entry in entries)
    events = []
    for entry in entries:
        told = _TOLD.get(entry.code) or _told_by_plugin(entry.code)
        if told is not None and actor.can(told.permission or _SUBJECTS.get(entry.object_type, "")):
            text = told.sentence(entry.before, entry.after)
            events.append(Event(entry.at, text, names.get(entry.account_id, ""), told.icon, told.tone, entry.reason))
    return events


def _told_by_plugin(code: str) -> _Told | None:
    """A plugin's entry needs the right to read what it is about: ``name.case.closed`` that of ``name.case:read``."""
    plugin, _dot, rest = code.partition(".")
    permission = f"{plugin}.{rest.partition('.')[0]}:read"
    if not hook_calls.is_on(plugin) or permission not in access.all_permissions():
        return None
    return _Told(permission, "puzzle", "neutral", lambda _before, _after: code)


def _milestones(order: Order) -> list[Event]:
    found: tuple[tuple[datetime | None, Text, str, Tone], ...] = (
        (order.created_at, _("The order was placed"), "cart", "neutral"),
        (order.paid_at, _("Paid"), "credit-card", "ok"),
        (order.shipped_at, _("Shipped"), "truck", "info"),
        (order.delivered_at, _("Delivered"), "house-door", "info"),
        (order.confirmed_at, _("The buyer confirmed the receipt"), "check-circle", "ok"),
    )
    return [Event(at, text, icon=icon, tone=tone) for at, text, icon, tone in found if at is not None]


def _reviews(condition: Any) -> list[Event]:
    rows = db.session().execute(select(Review.created_at, Review.body, Review.inbox_rank).where(condition).limit(LIMIT))
    return [
        Event(row.created_at, _("The buyer wrote a review"), icon="chat-square-quote",
              tone="danger" if row.inbox_rank == 0 else "ok", body=row.body)
        for row in rows
    ]  # fmt: skip


def _incidents(condition: Any) -> list[Event]:
    rows = db.session().execute(
        select(Incident.occurred_at, Incident.kind, Incident.note).where(condition).limit(LIMIT)
    )
    return [
        Event(
            row.occurred_at,
            _("Incident: %(kind)s", kind=incidents.kind_label(row.kind)),
            icon="flag",
            tone="danger",
            body=row.note,
        )
        for row in rows
    ]
