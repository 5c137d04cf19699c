"""Orders: the list, and the page of one order with everything people do to it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _

from shopadmin import hook_calls
from shopadmin.admin import pages
from shopadmin.admin.base import AdminListView, Column, Pair
from shopadmin.contract import Action, MenuItem, Text, Tone
from shopadmin.domain.orders import OrderStatus, next_statuses
from shopadmin.models.orders import Order
from shopadmin.platforms.names import platform_name
from shopadmin.services import attachments, buyers, lists, masking, notes, order_changes, orders, pictures, timeline

# What a person does to an order, in the order of the buttons; shipping has a form of its own.
_BUTTONS: Mapping[OrderStatus, tuple[Text, str, Tone]] = {
    OrderStatus.PAID: (_("Mark as paid"), "credit-card", "neutral"),
    OrderStatus.DELIVERED: (_("Mark as delivered"), "house-door", "neutral"),
    OrderStatus.COMPLETED: (_("Mark as completed"), "check-circle", "neutral"),
    OrderStatus.REFUNDED: (_("Mark as refunded"), "arrow-counterclockwise", "neutral"),
    OrderStatus.CANCELLED: (_("Cancel the order"), "x-circle", "danger"),
}
_FORWARD = (OrderStatus.PAID, OrderStatus.DELIVERED, OrderStatus.COMPLETED)


class OrdersView(AdminListView):
    """The order list and the order page."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": "core.orders:read",
        "details_view": "core.orders:read",
        "export": "core.orders:export",
        "reveal": "core.buyers:contact",
        "change_status": "core.orders:update",
        "ship": "core.orders:update",
        "refund": "core.orders:refund",
        "chargeback": "core.orders:refund",
        "decide_chargeback": "core.orders:refund",
        "add_note": "core.orders:note",
        "add_picture": "core.orders:note",
    }
    menu_item = MenuItem("sell", 10, "receipt")
    spec = orders.ORDERS
    title = _("Orders")
    columns = (
        Column("order_no", _("Order"), export="order_no"),
        Column("platform", _("Platform"), export="platform"),
        Column("created_at", _("Time"), "time", export="created_at"),
        Column("buyer", _("Buyer"), "pair", export="buyer_name"),
        Column("pieces", _("Items"), "number", export="pieces"),
        Column("total", _("Amount"), "money", export="total"),
        Column("status", _("Status"), "status", export="status"),
        Column("stars", _("Review"), "stars", permission="core.reviews:read"),
        Column("noted", _("Note"), "flag"),
    )
    empty_title = _("No orders yet")
    empty_text = _("Bring in the file your platform gives you; it takes two minutes.")

    def __init__(self) -> None:
        super().__init__(name=_("Orders"), endpoint="orders", url="/admin/orders")

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Stars, notes and plugins' badges, each with one question for the whole page."""
        ids = [row.id for row in rows]
        stars = orders.ratings(ids) if self.actor.can("core.reviews:read") else {}
        noted = orders.noted(ids)
        badges = hook_calls.order_badges([orders.snapshot(row) for row in rows]) if rows else {}
        address, actor = self.address(), self.actor
        return [
            row._asdict()
            | {
                "url": f"{address}details/{row.id}",
                "platform": platform_name(row.platform),
                "buyer": Pair(_buyer_name(actor, row), badges=badges.get(row.id, ())),
                "stars": stars.get(row.id),
                "noted": row.id in noted,
            }
            for row in rows
        ]

    @staticmethod
    def row_url(row: Any) -> str:
        """Where a row leads."""
        return str(row["url"])

    def list_context(self) -> dict[str, Any]:
        """An empty shop is sent to the import."""
        return {"empty": pages.to_import(self.actor, self.empty_title, self.empty_text)}

    def export_value(self, row: Any, column: Column) -> Any:
        """As the list shows it: names are masked alike."""
        return _buyer_name(self.actor, row) if column.name == "buyer" else getattr(row, column.name)

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """The page of one order."""
        return self._page(lists.parse_id(row_id))

    @expose("/details/<row_id>/reveal", methods=["POST"])
    def reveal(self, row_id: str) -> ResponseReturnValue:
        """The same page with the buyer's contact data in full, once; the log remembers who looked."""
        order = self._find(row_id)
        buyers.reveal(self.actor, "order", order.id)
        return self._page(order.id, is_revealed=True)

    @expose("/details/<row_id>/status/<status>", methods=["POST"])
    def change_status(self, row_id: str, status: str) -> ResponseReturnValue:
        """Move the order to another status; ``revision`` in the address says what the person was looking at."""
        if status not in set(OrderStatus):
            abort(404)
        wanted, revision = OrderStatus(status), lists.parse_id(request.args.get("revision", ""))
        order_id = lists.parse_id(row_id)
        return self._attempt(
            order_id, lambda: order_changes.change_status(self.actor, order_id, wanted, revision), _("Saved.")
        )

    @expose("/details/<row_id>/ship", methods=["POST"])
    def ship(self, row_id: str) -> ResponseReturnValue:
        """Record a parcel; ``pieces-<line>`` says how many of a line are in it, without any: all that is left."""
        order_id = lists.parse_id(row_id)
        carrier, tracking_no = request.form.get("carrier", ""), request.form.get("tracking_no", "")
        pieces = _pieces()
        return self._attempt(
            order_id,
            lambda: order_changes.record_shipment(self.actor, order_id, carrier, tracking_no, pieces),
            _("The parcel is recorded."),
        )

    @expose("/details/<row_id>/refund", methods=["POST"])
    def refund(self, row_id: str) -> ResponseReturnValue:
        """Write down a refund."""
        return self._record_money(row_id, order_changes.record_refund, _("The refund is written down."))

    @expose("/details/<row_id>/chargeback", methods=["POST"])
    def chargeback(self, row_id: str) -> ResponseReturnValue:
        """Write down a chargeback."""
        return self._record_money(row_id, order_changes.record_chargeback, _("The chargeback is written down."))

    @expose("/details/<row_id>/chargeback/<chargeback_id>/<result>", methods=["POST"])
    def decide_chargeback(self, row_id: str, chargeback_id: str, result: str) -> ResponseReturnValue:
        """Write down how a chargeback ended: ``won`` or ``lost``."""
        if result not in ("won", "lost"):
            abort(404)
        order_id, found_id = lists.parse_id(row_id), lists.parse_id(chargeback_id)
        return self._attempt(
            order_id,
            lambda: order_changes.decide_chargeback(self.actor, order_id, found_id, result == "won"),
            _("Saved."),
        )

    @expose("/details/<row_id>/note", methods=["POST"])
    def add_note(self, row_id: str) -> ResponseReturnValue:
        """Write an internal note."""
        order, text = self._find(row_id), request.form.get("text", "")
        order_id = order.id
        return self._attempt(
            order_id, lambda: notes.add_note(self.actor, "order", order_id, text), _("The note is written.")
        )

    @expose("/details/<row_id>/picture", methods=["POST"])
    def add_picture(self, row_id: str) -> ResponseReturnValue:
        """Attach a picture."""
        order_id = self._find(row_id).id
        name, data = _uploaded()
        return self._attempt(
            order_id,
            lambda: attachments.add_picture(self.actor, "order", order_id, name, data),
            _("The picture is attached."),
        )

    def _find(self, row_id: str) -> Order:
        order = orders.find(self.actor, lists.parse_id(row_id))
        if order is None:
            abort(404)
        return order

    def _attempt(self, order_id: int, change: Callable[[], object], done: Text) -> ResponseReturnValue:
        status = pages.attempt(change, done)
        if status == 200:
            return redirect(url_for(".details_view", row_id=order_id))
        return self._page(order_id), status

    def _record_money(self, row_id: str, record: Callable[..., None], done: Text) -> ResponseReturnValue:
        order_id = lists.parse_id(row_id)
        amount, reason = request.form.get("amount", ""), request.form.get("reason", "")
        return self._attempt(order_id, lambda: record(self.actor, order_id, amount, reason), done)

    def _page(self, order_id: int, is_revealed: bool = False) -> str:
        actor = self.actor
        order = orders.find(actor, order_id)
        if order is None:
            abort(404)
        details, seen = orders.load_details(actor, order), orders.snapshot(order)
        primary, others = self._status_actions(order)
        return str(
            self.render(
                "admin/orders/detail.html",
                order=order,
                badges=hook_calls.order_badges([seen]).get(seen.id),
                primary=primary,
                actions=[*others, *hook_calls.order_actions(seen, actor)],
                lines=[_line(actor, found) for found in details.lines],
                payments=details.payments,
                refunds=details.refunds,
                chargebacks=[self._chargeback(order, found) for found in details.chargebacks],
                shipments=details.shipments,
                events=timeline.order_events(actor, order),
                buyer=pages.buyer_context(
                    actor, buyers.order_card(actor, order, is_revealed), url_for(".reveal", row_id=order.id)
                ),
                other_orders=[pages.order_row(other) for other in details.other_orders],
                reviews=[pages.review_row(review) for review in details.reviews],
                panels=pages.rendered_panels(hook_calls.order_panels(seen, actor)),
                **self._addresses(order, details),
            )
        )

    def _addresses(self, order: Order, details: orders.OrderDetails) -> dict[str, Any]:
        """Where the page's forms post; none for what the actor may not, or what the order's state forbids."""
        can = self.actor.can

        def address(method: str, is_possible: bool = True) -> str | None:
            allowed = is_possible and can(self.permissions[method])
            return url_for(f".{method}", row_id=order.id) if allowed else None

        # An order that its platform calls shipped went out without us; one that we ship may need a second parcel.
        may_go = order.status == OrderStatus.PAID or (order.status == OrderStatus.SHIPPED and details.shipments)
        has_left = any(details.unshipped.values()) or not details.unshipped
        return {
            "back_url": self.address(),
            "note_url": address("add_note"),
            "picture_url": address("add_picture"),
            "pictures": [
                {"url": url_for("attachments.details_view", row_id=found.uuid), "name": found.file_name}
                for found in attachments.of_subject("order", order.id)
            ],
            "ship_url": address("ship", bool(may_go and has_left)),
            "ship_lines": [
                {"id": found["line"].id, "title": found["title"], "left": details.unshipped[found["line"].id]}
                for found in details.lines
                if details.unshipped[found["line"].id]
            ],
            "carriers": order_changes.known_carriers(),
            "refund_url": address("refund"),
            "chargeback_url": address("chargeback"),
            "incident_url": (
                url_for("incidents.create_view", order_no=order.order_no) if can("core.incidents:create") else None
            ),
        }

    def _status_actions(self, order: Order) -> tuple[Action | None, list[Action]]:
        """What comes next in the life of the order, and the other statuses that may be set."""
        if not self.actor.can("core.orders:update"):
            return None, []
        possible = next_statuses(OrderStatus(order.status))
        found = {
            status: Action(
                label,
                url_for(".change_status", row_id=order.id, status=status.value, revision=order.revision),
                "core.orders:update",
                icon=icon,
                tone=tone,
            )
            for status, (label, icon, tone) in _BUTTONS.items()
            if status in possible
        }
        forward = next((status for status in _FORWARD if status in found), None)
        return found.get(forward) if forward else None, [found[status] for status in found if status != forward]

    def _chargeback(self, order: Order, found: Any) -> dict[str, Any]:
        row = {name: getattr(found, name) for name in ("amount", "state", "reason", "opened_at")}
        if found.state == "open" and self.actor.can("core.orders:refund"):
            for result in ("won", "lost"):
                row[f"{result}_url"] = url_for(
                    ".decide_chargeback", row_id=order.id, chargeback_id=found.id, result=result
                )
        return row


def _buyer_name(actor: Any, row: Any) -> str:
    """The buyer's name as the actor may see it; a number of ours where the platform names nobody."""
    if row.buyer_name:
        return masking.shown_name(actor, row.buyer_name)
    return f"#{row.buyer_id}" if row.buyer_id else ""


def _line(actor: Any, found: Mapping[str, Any]) -> dict[str, Any]:
    line, product_id = found["line"], found["product_id"]
    row = {name: getattr(line, name) for name in ("spec", "sku", "qty", "price", "paid", "refunded")}
    leads = product_id is not None and actor.can("core.products:read")
    return row | {
        "title": found["title"],
        "product_url": url_for("products.details_view", row_id=product_id) if leads else None,
    }


def _uploaded() -> tuple[str, bytes]:
    """Name and bytes of the uploaded file: one byte more than allowed is enough to see that it is too large."""
    file = request.files.get("file")
    if file is None:
        return "", b""
    with file.stream:
        return file.filename or "", file.stream.read(pictures.MAX_BYTES + 1)


def _pieces() -> dict[int, int] | None:
    """What the form says is in the parcel; None when it names no line. A 400 for what is no number."""
    found = {name.removeprefix("pieces-"): value for name, value in request.form.items() if name.startswith("pieces-")}
    try:
        pieces = {lists.parse_id(name): int(value or 0) for name, value in found.items()}
    except ValueError:
        abort(400)
    return pieces or None
