"""Orders: the list, and the page of one order with everything people do to it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _

from shopadmin import hook_calls
from shopadmin.admin import order_page, pages
from shopadmin.admin.list_view import AdminListView, Column, Pair
from shopadmin.contract import MenuItem, Text
from shopadmin.domain.orders import OrderStatus
from shopadmin.models.orders import Order
from shopadmin.platforms.names import platform_name
from shopadmin.services import buyers, lists, masking, notes, order_changes, orders
from shopadmin.services.evidence import storing


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
        """Stars and notes, and plugins' badges, each with one question for the whole page."""
        ids = [row.id for row in rows]
        marks = orders.marks(ids, self.actor.can("core.reviews:read"))
        badges = hook_calls.order_badges([orders.snapshot(row) for row in rows]) if rows else {}
        address, actor = self.address(), self.actor
        return [
            row._asdict()
            | {
                "url": f"{address}details/{row.id}",
                "platform": platform_name(row.platform),
                "buyer": Pair(_buyer_name(actor, row), badges=badges.get(row.id, ())),
                "stars": marks.ratings.get(row.id),
                "noted": row.id in marks.noted,
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
        name, data = pages.uploaded_picture()
        return self._attempt(
            order_id,
            lambda: storing.store(self.actor, "order", order_id, "picture", data, file_name=name),
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
        order = orders.find(self.actor, order_id)
        if order is None:
            abort(404)
        shown = order_page.context(self.actor, order, self.permissions, is_revealed)
        return str(self.render("admin/orders/detail.html", **shown))


def _buyer_name(actor: Any, row: Any) -> str:
    """The buyer's name as the actor may see it; a number of ours where the platform names nobody."""
    if row.buyer_name:
        return masking.shown_name(actor, row.buyer_name)
    return f"#{row.buyer_id}" if row.buyer_id else ""


def _pieces() -> dict[int, int] | None:
    """What the form says is in the parcel; None when it names no line. A 400 for what is no number."""
    found = {name.removeprefix("pieces-"): value for name, value in request.form.items() if name.startswith("pieces-")}
    try:
        pieces = {lists.parse_id(name): int(value or 0) for name, value in found.items()}
    except ValueError:
        abort(400)
    return pieces or None
