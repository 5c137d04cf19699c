"""What labels add to the core's orders: a mark in the list, and the card that says why."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import current_app, url_for
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import EVIDENCE_TIERS, Actor, Badge, OrderId, OrderSnapshot, Panel
from shopadmin_buyer_labels import labels, permissions, policy_texts
from shopadmin_buyer_labels.services import alike, orders, reading
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
    state = orders.states_of([order.id], datetime.now(UTC)).get(order.id)
    if state is None or state.ordered_at != order.created_at or not actor.can(permissions.READ):
        return []
    return [
        Panel(
            _("Labels of the buyer"), "shopadmin_buyer_labels/order_panel.html", permissions.READ,
            context(order.id, state, actor), 20,
        )
    ]  # fmt: skip


def context(order_id: int, state: OrderState, actor: Actor) -> dict[str, Any]:
    """What the card shows."""
    hold = orders.hold_of(order_id) if state.is_held and actor.can(permissions.RELEASE) else None
    return {
        "mark": mark(state),
        "since": state.since,
        "held_at": state.held_at,
        "until": state.until,
        "is_confirmed": state.is_confirmed,
        "released": policy_texts.WHYS[state.released_why] if state.released_why else "",
        "requires": policy_texts.requirements(state.requires),
        "labels": label_rows(state.labels, alike.suspected_of(order_id)),
        "decide_url": url_for("buyer_labels_holds.details_view", row_id=hold.id) if hold else "",
    }


def label_rows(label_ids: Sequence[int], suspected: Collection[int] = ()) -> list[dict[str, Any]]:
    """The labels behind it, each with its evidence and the way to say that it is wrong; ``suspected``: labels of
    somebody who is perhaps the order's buyer.
    """
    found = reading.labels_by_id(label_ids, datetime.now(UTC))
    return [
        {
            "id": label.id,
            "text": labels.CODES[label.code],
            "is_suspected": label.id in suspected,
            "mark": labels.status_badge(label.status, label.code),
            "tier": EVIDENCE_TIERS[label.tier],
            "pieces": label.evidence,
            "since": label.since,
            "expires_at": label.expires_at,
            "url": url_for("buyer_labels_labels.details_view", row_id=label.id),
            "wrong_url": _wrong_url(label.id),
        }
        for label in found.values()
    ]


def _wrong_url(label_id: int) -> str:
    found = "buyer_labels_appeals" in current_app.blueprints
    return url_for("buyer_labels_appeals.wrong_view", label_id=label_id) if found else ""
