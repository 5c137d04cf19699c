"""What labels add to the core's orders: a mark in the list, the card that says why, and the way to a complaint.

The mark in the list says what the shop does with an order, to everybody who may see orders: it names no label, so it is
no look-up. The card names them, for those who may see labels, and is written down (``services/lookups.py``).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import EVIDENCE_TIERS, Action, Actor, Badge, OrderId, OrderSnapshot, Panel, evidence_of
from shopadmin_buyer_labels import labels, people_panel, permissions, policy_texts
from shopadmin_buyer_labels.domain.status import FINAL
from shopadmin_buyer_labels.models import Appeal
from shopadmin_buyer_labels.services import alike, appeal_records, complaints, lookups, orders, reading, records
from shopadmin_buyer_labels.services.orders import OrderState


def badges(shown: Sequence[OrderSnapshot]) -> Mapping[OrderId, Sequence[Badge]]:
    """By order; those of whom nothing was decided have none. One question for the page."""
    states = orders.states_of([order.id for order in shown], datetime.now(UTC))
    return {
        order.id: [mark(states[order.id])]
        for order in shown
        if order.id in states and states[order.id].ordered_at == order.created_at
    }


def mark(state: OrderState) -> Badge:
    """How the order stands, as icon and words."""
    if state.is_suspected:
        return Badge(_("Perhaps a labelled buyer"), "neutral", "question-circle")
    return policy_texts.badge(int(state.level), is_held=state.is_held, requires=state.requires)


def panels(order: OrderSnapshot, actor: Actor) -> Sequence[Panel]:
    """The card of an order that something was decided about."""
    if not actor.can(permissions.READ):
        return []
    state = orders.states_of([order.id], datetime.now(UTC)).get(order.id)
    if state is not None and state.ordered_at != order.created_at:
        state = None
    paused = orders.paused_by(order.id, order.created_at)
    if state is None and not paused:
        return []
    shown = context(order.id, state, paused, actor)
    if order.buyer_id is not None:
        for rows in (shown["labels"], shown["paused"]):
            with_whose(rows, order.buyer_id, actor)
    lookups.saw(actor, "order", {row["buyer_id"] for row in (*shown["labels"], *shown["paused"])})
    return [
        Panel(_("Labels of the buyer"), "shopadmin_buyer_labels/order_panel.html", permissions.READ, shown, 20)
    ]  # fmt: skip


def context(order_id: int, state: OrderState | None, paused: Sequence[int], actor: Actor) -> dict[str, Any]:
    """What the card shows; ``paused``: labels that the order was let go for, as somebody objects to them."""
    if state is None:
        return {"order_id": order_id, "mark": None, "labels": [], "paused": paused_rows(paused, actor)}
    hold = orders.hold_of(order_id) if state.is_held and actor.can(permissions.RELEASE) else None
    return {
        "order_id": order_id,
        "mark": mark(state),
        "since": state.since,
        "held_at": state.held_at,
        "until": state.until,
        "is_confirmed": state.is_confirmed,
        "released": policy_texts.WHYS[state.released_why] if state.released_why else "",
        "requires": policy_texts.requirements(state.requires),
        "labels": label_rows(state.labels, actor, alike.suspected_of(order_id)),
        "paused": paused_rows([label_id for label_id in paused if label_id not in state.labels], actor),
        "decide_url": url_for("buyer_labels_holds.details_view", row_id=hold.id) if hold else "",
    }


def label_rows(label_ids: Sequence[int], actor: Actor, suspected: Collection[int] = ()) -> list[dict[str, Any]]:
    """The labels behind it, each with its evidence, the way to say that it is wrong, and to complain; ``suspected``:
    labels of somebody who is perhaps the order's buyer.
    """
    found = reading.labels_by_id(label_ids, datetime.now(UTC))
    complains = complaints.may_open(actor)
    return [
        {
            "id": label.id,
            "buyer_id": label.buyer_id,
            "text": labels.CODES[label.code],
            "is_suspected": label.id in suspected,
            "whose": "",
            "mark": labels.status_badge(label.status, label.code),
            "tier": EVIDENCE_TIERS[label.tier],
            "pieces": label.evidence,
            "since": label.since,
            "expires_at": label.expires_at,
            "url": url_for("buyer_labels_labels.details_view", row_id=label.id),
            "wrong_url": "" if label.status in FINAL else _objections("wrong_view", label_id=label.id),
            "complain_url": (
                url_for("buyer_labels_complaints.label_view", row_id=label.id)
                if complains and label.evidence and label.status not in FINAL
                else ""
            ),
        }
        for label in found.values()
    ]


def with_whose(rows: list[dict[str, Any]], buyer_id: int, actor: Actor) -> list[dict[str, Any]]:
    """The rows; those of labels that stand on another account of the person's say on whose, and by what it is one."""
    others = {row["buyer_id"] for row in rows if row["buyer_id"] != buyer_id and not row["is_suspected"]}
    if not others:
        return rows
    known = {each["id"]: each for each in people_panel.people(actor, others, buyer_id)}
    for row in rows:
        if (other := known.get(row["buyer_id"])) is not None and row["buyer_id"] in others:
            row["whose"] = _("The label is on %(name)s: %(tie)s.", name=other["name"], tie=other["tie"])
    return rows


def paused_rows(label_ids: Sequence[int], actor: Actor) -> list[dict[str, Any]]:
    """Labels that somebody objects to now, with the objection, and the way back for whoever raised it by a click."""
    rows = {row["id"]: row for row in label_rows(label_ids, actor)}
    return [rows[label_id] | _objection(found, actor) for label_id, found in appeal_records.open_of(list(rows)).items()]


def _objection(found: Appeal, actor: Actor) -> dict[str, Any]:
    can_undo = appeal_records.may_take_back(actor, found, records.find(found.label_id), datetime.now(UTC))
    return {
        "raised_at": found.opened_at,
        "objection_url": _objections("details_view", row_id=found.id),
        "undo_url": _objections("take_back_view", row_id=found.id) if can_undo else "",
    }


def _objections(view: str, **values: Any) -> str:
    return url_for(f"buyer_labels_appeals.{view}", **values)


def actions(order: OrderSnapshot, actor: Actor) -> Sequence[Action]:
    """The way to a complaint about the order itself. None without evidence (S12): it is shown once some is kept."""
    if not complaints.may_open(actor) or not evidence_of("order", order.id):
        return []
    url = url_for("buyer_labels_complaints.order_view", row_id=order.id)
    text = _("Open a complaint about this order")
    return [Action(text, url, permissions.PROPOSE, method="GET", icon="shield-exclamation")]
