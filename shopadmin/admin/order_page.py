"""What the page of one order shows, and where its forms post: none for what the actor may not do."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _

from shopadmin import hook_calls
from shopadmin.admin import pages
from shopadmin.contract import Action, Actor, Badge, OrderSnapshot, StandingLevel, StandingQuery, Text, Tone
from shopadmin.domain.orders import OrderStatus, is_paid_on_delivery, next_statuses
from shopadmin.models.orders import Chargeback, Order
from shopadmin.services import buyers, order_changes, orders, standing, timeline
from shopadmin.services.evidence import storing

# What a person does to an order, in the order of the buttons; shipping has a form of its own.
_BUTTONS: Mapping[OrderStatus, tuple[Text, str, Tone]] = {
    OrderStatus.PAID: (_("Mark as paid"), "credit-card", "neutral"),
    OrderStatus.DELIVERED: (_("Mark as delivered"), "house-door", "neutral"),
    OrderStatus.COMPLETED: (_("Mark as completed"), "check-circle", "neutral"),
    OrderStatus.REFUNDED: (_("Mark as refunded"), "arrow-counterclockwise", "neutral"),
    OrderStatus.CANCELLED: (_("Cancel the order"), "x-circle", "danger"),
}
_FORWARD = (OrderStatus.PAID, OrderStatus.DELIVERED, OrderStatus.COMPLETED)


def context(actor: Actor, order: Order, permissions: Mapping[str, str], is_revealed: bool) -> dict[str, Any]:
    """What ``admin/orders/detail.html`` needs. ``permissions``: the view's own, so that buttons agree with routes."""
    details, seen = orders.load_details(actor, order), orders.snapshot(order)
    primary, others = _status_actions(actor, order)
    card = buyers.order_card(actor, order, is_revealed)
    return {
        "order": order,
        "badges": [*_cash(order), *hook_calls.order_badges([seen]).get(seen.id, ())],
        "held": _held(seen) if order.status == OrderStatus.PAID else None,
        "primary": primary,
        "actions": [*others, *hook_calls.order_actions(seen, actor)],
        "lines": [_line(actor, found) for found in details.lines],
        "payments": details.payments,
        "refunds": details.refunds,
        "chargebacks": [_chargeback(actor, found) for found in details.chargebacks],
        "shipments": details.shipments,
        "pictures": [
            {"url": url_for("evidence.order_view", row_id=found.uuid), "name": found.file_name}
            for found in storing.of_subject("order", order.id)
            if found.kind == "picture"
        ],
        "events": timeline.order_events(actor, order),
        "buyer": pages.buyer_context(actor, card, url_for("orders.reveal", row_id=order.id)),
        "other_orders": [pages.order_row(other) for other in details.other_orders],
        "reviews": [pages.review_row(review) for review in details.reviews],
        "panels": pages.rendered_panels(hook_calls.order_panels(seen, actor)),
        "back_url": url_for("orders.index_view"),
        **_forms(actor, order, details, permissions),
    }


def _cash(order: Order) -> list[Badge]:
    """A mark while the courier is still to bring the money."""
    waits = order.paid_at is None and order.status in (OrderStatus.PAID, OrderStatus.SHIPPED)
    is_cash = waits and is_paid_on_delivery(order.payment_method)
    return [Badge(_("Cash on delivery"), "info", "cash-coin", order.payment_method)] if is_cash else []


def _held(seen: OrderSnapshot) -> dict[str, Any] | None:
    """What keeps the order from going out, as the plugins say it; ``until``: None where a person decides."""
    found = standing.ask_many([StandingQuery((), seen.id, "display", datetime.now(UTC))])[0]
    return {"until": found.release_at} if found.level >= StandingLevel.HOLD_REVIEW else None


def _forms(actor: Actor, order: Order, details: orders.OrderDetails, permissions: Mapping[str, str]) -> dict[str, Any]:
    def address(method: str, is_possible: bool = True) -> str | None:
        allowed = is_possible and actor.can(permissions[method])
        return url_for(f"orders.{method}", row_id=order.id) if allowed else None

    # An order that its platform calls shipped went out without us; one that we ship may need a second parcel.
    may_go = order.status == OrderStatus.PAID or (order.status == OrderStatus.SHIPPED and bool(details.shipments))
    has_left = any(details.unshipped.values()) or not details.unshipped
    can_tell, can_complain = actor.can("core.incidents:create"), actor.can("core.complaints:work")
    return {
        "note_url": address("add_note"),
        "picture_url": address("add_picture"),
        "ship_url": address("ship", may_go and has_left),
        "ship_lines": [
            {"id": found["line"].id, "title": found["title"], "left": details.unshipped[found["line"].id]}
            for found in details.lines
            if details.unshipped[found["line"].id]
        ],
        "carriers": order_changes.known_carriers(),
        "refund_url": address("refund"),
        "chargeback_url": address("chargeback"),
        "incident_url": url_for("incidents.create_view", order_no=order.order_no) if can_tell else None,
        "complaint_url": url_for("complaints.create_view", order_id=order.id) if can_complain else None,
    }


def _status_actions(actor: Actor, order: Order) -> tuple[Action | None, list[Action]]:
    """What comes next in the life of the order, and the other statuses that may be set."""
    if not actor.can("core.orders:update"):
        return None, []
    possible = next_statuses(OrderStatus(order.status))
    found = {status: _status_action(order, status) for status in _BUTTONS if status in possible}
    forward = next((status for status in _FORWARD if status in found), None)
    return found.get(forward) if forward else None, [found[status] for status in found if status != forward]


def _status_action(order: Order, status: OrderStatus) -> Action:
    label, icon, tone = _BUTTONS[status]
    url = url_for("orders.change_status", row_id=order.id, status=status.value, revision=order.revision)
    return Action(label, url, "core.orders:update", icon=icon, tone=tone)


def _chargeback(actor: Actor, found: Chargeback) -> dict[str, Any]:
    row = {name: getattr(found, name) for name in ("amount", "state", "reason", "opened_at")}
    if found.state == "open" and actor.can("core.orders:refund"):
        place: dict[str, Any] = {"row_id": str(found.order_id), "chargeback_id": str(found.id)}
        for result in ("won", "lost"):
            row[f"{result}_url"] = url_for("orders.decide_chargeback", result=result, **place)
    return row


def _line(actor: Actor, found: Mapping[str, Any]) -> dict[str, Any]:
    line, product_id = found["line"], found["product_id"]
    row = {name: getattr(line, name) for name in ("spec", "sku", "qty", "price", "paid", "refunded")}
    leads = product_id is not None and actor.can("core.products:read")
    return row | {
        "title": found["title"],
        "product_url": url_for("products.details_view", row_id=product_id) if leads else None,
    }
