"""What the page of one complaint shows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _

from shopadmin.admin.evidence import shown_piece
from shopadmin.contract import Actor, Badge, Tone
from shopadmin.domain import complaints as rules
from shopadmin.domain.complaints import State
from shopadmin.domain.evidence import AUTHORITY, KINDS
from shopadmin.platforms.names import platform_name
from shopadmin.services import settings
from shopadmin.services.complaints import checking, deciding, labels, listing, working
from shopadmin.services.evidence import labels as evidence_labels
from shopadmin.services.timeline import Event

_TONES: Mapping[str, Tone] = {
    State.READY: "warn", State.MORE_INFO: "warn", State.SUBMITTED: "info", State.APPEALED: "info", State.UPHELD: "ok",
    State.PARTLY: "ok", State.REJECTED: "danger",
}  # fmt: skip
_ICONS = {"note": "pencil", "call": "phone", "evidence": "image", "deadline": "clock", "checked": "check-lg"}


def state_badge(state: str, deadline_at: datetime, now: datetime) -> Badge:
    """The state in words; an open one says when it is overdue, or due within a day."""
    if State(state) in rules.OPEN and deadline_at < now:
        return Badge(_("%(state)s, overdue", state=labels.STATES[state]), "danger", "exclamation-octagon-fill")
    if State(state) in rules.OPEN and deadline_at < now + listing.REMINDERS[-1]:
        return Badge(_("%(state)s, due within a day", state=labels.STATES[state]), "warn", "clock")
    return Badge(labels.STATES[state], _TONES.get(state, "neutral"))


def context(actor: Actor, details: listing.Details, permissions: Mapping[str, str]) -> dict[str, Any]:
    """The values of admin/complaints/detail.html, with the addresses that the actor may use."""
    found = details.complaint
    state = State(found.state)
    now = datetime.now(UTC)

    def address(method: str, is_possible: bool = True, **more: Any) -> str | None:
        allowed = is_possible and actor.can(permissions[method])
        return url_for(f"complaints.{method}", row_id=found.id, **more) if allowed else None

    after = rules.NEXT[state]
    sees_orders = actor.can("core.orders:read")
    outcomes = [outcome for outcome in rules.OUTCOMES if State(outcome) in after]
    steps = [step for step in State if step in after and step in deciding.STEPS]
    return {
        "complaint": found,
        "ground": labels.GROUNDS[found.ground],
        "badge": state_badge(found.state, found.deadline_at, now),
        "facts": _facts(actor, details),
        "items": [
            {"key": one.item.key, "label": labels.ITEMS[one.item.key], "is_done": one.is_done,
             "is_required": one.item.is_required, "is_ticked_by_hand": not one.item.kinds}
            for one in details.items
        ],
        "is_collecting": state is State.COLLECTING and State.SUBMITTED not in after,
        "checked": checking.checked(found.platform, now) if rules.is_known(found.platform) else None,
        "check_url": address("lists_checked", rules.is_known(found.platform) and actor.is_owner),
        "evidence": [_piece(piece, _items(details, piece.row.kind)) for piece in details.evidence],
        "offered": [
            {"uuid": row.uuid, "name": row.file_name, "kind": evidence_labels.KINDS[row.kind]}
            for row in details.offered
        ],
        "events": _events(details),
        "outcomes": [(outcome, labels.STATES[outcome]) for outcome in outcomes],
        "steps": [(step.value, labels.STATES[step]) for step in steps],
        "channels": list(labels.CHANNELS.items()),
        "kinds": [(kind, evidence_labels.KINDS[kind]) for kind in KINDS if kind not in ("picture", "decision")],
        "tiers": [
            (tier, text)
            for tier, text in evidence_labels.TIERS.items()
            if tier < AUTHORITY or actor.can(working.NAMES_AUTHORITY)
        ],
        "picture_items": _items(details, "picture"),
        "text_items": _items(details, *(kind for kind in KINDS if kind != "picture")),
        "now": _local(now),
        "deadline": _local(found.deadline_at),
        "back_url": url_for("complaints.index_view"),
        "note_url": address("add_note", details.is_growing),
        "call_url": address("add_call", details.is_growing),
        "tick_url": address("tick", details.is_growing),
        "picture_url": address("add_picture", details.is_growing),
        "text_url": address("add_text", details.is_growing),
        "facts_url": address("add_facts", details.is_growing and bool(found.order_id) and sees_orders),
        "use_url": address("use", details.is_growing),
        "deadline_url": address("deadline", state in rules.OPEN),
        "submit_url": address("submit", State.SUBMITTED in after),
        "step_url": address("step", bool(steps)),
        "decide_url": address("decide", bool(outcomes)),
        "packs": [
            (url, label)
            for language, label in (("en", "English"), ("zh", "中文"))
            if (url := address("pack", bool(details.evidence), language=language))
        ],
    }  # fmt: skip


def _facts(actor: Actor, details: listing.Details) -> Sequence[tuple[Any, Any, str]]:
    """Term, value and address of what leads somewhere."""
    found = details.complaint
    order_url = review_url = buyer_url = ""
    if found.order_id and actor.can("core.orders:read"):
        order_url = url_for("orders.details_view", row_id=found.order_id)
    if found.review_id and actor.can("core.reviews:read"):
        review_url = url_for("reviews.details_view", row_id=found.review_id)
    if found.buyer_id and actor.can("core.buyers:read"):
        buyer_url = url_for("buyers.details_view", row_id=found.buyer_id)
    return [
        (_("Platform"), platform_name(found.platform), ""),
        (_("Order"), details.order_no if order_url else "", order_url),
        (_("Review"), f"#{found.review_id}" if review_url else "", review_url),
        (_("Buyer"), f"#{found.buyer_id}" if buyer_url else "", buyer_url),
        (_("Handed in by way of"), labels.CHANNELS.get(found.channel, ""), ""),
        (_("Number at the platform"), found.reference, ""),
        (_("In short"), found.note, ""),
    ]


def _piece(piece: listing.Piece, items: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    return shown_piece(piece.row, piece.text, url_for("evidence.complaint_view", row_id=piece.row.uuid)) | {
        "uuid": piece.row.uuid,
        "items": items,
        "proves": piece.item,
        "item": labels.ITEMS.get(piece.item, ""),
    }


def _items(details: listing.Details, *kinds: str) -> list[tuple[str, Any]]:
    """Items that evidence of these kinds may prove."""
    return [(one.item.key, labels.ITEMS[one.item.key]) for one in details.items if set(kinds) & set(one.item.kinds)]


def _events(details: listing.Details) -> list[Event]:
    found = []
    for event, name in details.events:
        body = labels.ITEMS.get(event.text, event.text) if event.code in ("checked", "unchecked") else event.text
        said = " · ".join(str(part) for part in (event.reference, body) if part)
        icon = _ICONS.get(event.code, "dot")
        text = labels.EVENTS.get(event.code, event.code)
        found.append(Event(event.at, text, name, icon, body=said, note=event.code == "note"))
    return found


def _local(at: datetime) -> str:
    """As a field of the browser wants it, by the shop's clock."""
    return at.astimezone(settings.load().zone).strftime("%Y-%m-%dT%H:%M")
