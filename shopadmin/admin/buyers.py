"""Buyers: the list, and the page of one buyer."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from shopadmin import hook_calls
from shopadmin.admin import buyer_contact, pages
from shopadmin.admin.list_view import AdminListView, Column
from shopadmin.contract import MenuItem, Text
from shopadmin.models.buyers import Buyer
from shopadmin.platforms.names import platform_name
from shopadmin.services import buyers, erasing, incidents, lists, masking, timeline
from shopadmin.services.messages import blocks, consents

_BATCH = 1000


class BuyersView(AdminListView):
    """The buyer list and the buyer page."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": "core.buyers:read",
        "details_view": "core.buyers:read",
        "export": "core.buyers:export",
        "reveal": "core.buyers:contact",
        "block": "core.contact:block",
        "give_consent": "core.contact:consent",
        "withdraw_consent": "core.contact:consent",
        "erase": "core.buyers:erase",
    }
    menu_item = MenuItem("sell", 20, "people")
    spec = buyers.BUYERS
    title = _("Buyers")
    columns = (
        Column("shown_name", _("Name"), export="name"),
        Column("platform", _("Platform"), export="platform"),
        Column("phone", _("Phone"), export="phone"),
        Column("email", _("E-mail"), export="email"),
        Column("city", _("City"), export="city"),
        Column("region", _("Region"), export="region"),
        Column("orders", _("Orders"), "number", permission="core.orders:read"),
        Column("created_at", _("Known since"), "date", export="created_at"),
    )
    empty_title = _("No buyers yet")
    empty_text = _("Buyers come in with the orders.")

    def __init__(self) -> None:
        super().__init__(name=_("Buyers"), endpoint="buyers", url="/admin/buyers")

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Masked identifiers and numbers of orders: one question each for the whole page."""
        ids = [row.id for row in rows]
        counts = buyers.order_counts(ids) if self.actor.can("core.orders:read") else {}
        reach = buyers.phones_and_emails(ids)
        return [
            self._row(row, masking.masked(reach.get(row.id, masking.Reach()))) | {"orders": counts.get(row.id, 0)}
            for row in rows
        ]

    def _row(self, row: Any, shown: masking.Reach) -> dict[str, Any]:
        name = masking.shown_name(self.actor, row.name) or f"#{row.id}"
        known: dict[str, Any] = row._asdict()
        return known | {
            "shown_name": name,
            "platform": platform_name(row.platform),
            "phone": shown.phone,
            "email": shown.email,
        }

    def list_context(self) -> dict[str, Any]:
        """An empty shop is sent to the import."""
        return {"empty": pages.to_import(self.actor, self.empty_title, self.empty_text)}

    def export_rows(self, rows: Iterable[Any]) -> Iterator[Any]:
        """With contact data for those who may see it; the export's entry in the log says that it left the shop."""
        may, rows = self.actor.can(masking.CONTACT), iter(rows)
        while batch := list(islice(rows, _BATCH)):
            reach = buyers.phones_and_emails([row.id for row in batch])
            for row in batch:
                found = reach.get(row.id, masking.Reach())
                yield self._row(row, found if may else masking.masked(found)) | {"platform": row.platform}

    def export_value(self, row: Any, column: Column) -> Any:
        """What stands in the file."""
        return row[column.name]

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """The page of one buyer."""
        return self._page(lists.parse_id(row_id))

    @expose("/details/<row_id>/reveal", methods=["POST"])
    def reveal(self, row_id: str) -> ResponseReturnValue:
        """The same page with the contact data in full, once; the log remembers who looked."""
        buyer_id = self._find(lists.parse_id(row_id)).id
        buyers.reveal(self.actor, "buyer", buyer_id)
        return self._page(buyer_id, is_revealed=True)

    @expose("/details/<row_id>/block", methods=["POST"])
    def block(self, row_id: str) -> ResponseReturnValue:
        """Nobody contacts the buyer any more, by whatever is known of them."""
        why, note = request.form.get("why", ""), request.form.get("note", "")
        return self._act(
            row_id, lambda found: blocks.block_buyer(self.actor, found, why, note), _("Nobody writes there any more.")
        )

    @expose("/details/<row_id>/consent", methods=["POST"])
    def give_consent(self, row_id: str) -> ResponseReturnValue:
        """Write down what the buyer agreed to, and how."""
        purpose, basis, note = (request.form.get(name, "") for name in ("purpose", "basis", "note"))
        return self._act(
            row_id, lambda found: consents.give(self.actor, found, purpose, basis, note), _("The consent is recorded.")
        )

    @expose("/details/<row_id>/withdraw", methods=["POST"])
    def withdraw_consent(self, row_id: str) -> ResponseReturnValue:
        """The buyer no longer agrees: one click."""
        purpose = request.form.get("purpose", "")
        return self._act(
            row_id, lambda found: consents.withdraw(self.actor, found, purpose), _("The consent is withdrawn.")
        )

    @expose("/details/<row_id>/erase", methods=["POST"])
    def erase(self, row_id: str) -> ResponseReturnValue:
        """Forget the buyer for good, once the number is typed."""
        typed = request.form.get("typed", "")
        return self._act(
            row_id, lambda found: erasing.erase_buyer(self.actor, found, typed), _("The buyer is forgotten.")
        )

    def _act(self, row_id: str, change: Callable[[int], object], done: Text) -> ResponseReturnValue:
        buyer_id = self._find(lists.parse_id(row_id)).id
        status = pages.attempt(lambda: change(buyer_id), done)
        if status == 200:
            return redirect(url_for(".details_view", row_id=buyer_id))
        return self._page(buyer_id), status

    def _find(self, buyer_id: int) -> Buyer:
        buyer = buyers.find(self.actor, buyer_id)
        if buyer is None:
            abort(404)
        return buyer

    def _page(self, buyer_id: int, is_revealed: bool = False) -> str:
        actor = self.actor
        buyer = self._find(buyer_id)
        details = buyers.load_details(actor, buyer)
        card = buyers.buyer_card(actor, buyer, is_revealed)
        context = pages.buyer_context(actor, card, url_for(".reveal", row_id=buyer.id))
        about = {name: getattr(buyer, name) for name in ("platform", "city", "region", "created_at")}
        return str(
            self.render(
                "admin/buyers/detail.html",
                buyer=context | about | {"url": None, "name": context["name"] or f"#{buyer.id}"},
                facts=_facts(details) if actor.can("core.orders:read") else [],
                orders=[pages.order_row(row) for row in details.orders],
                reviews=[pages.review_row(row) for row in details.reviews],
                incidents=[_incident(row) for row in details.incidents],
                events=timeline.buyer_events(actor, buyer.id, [_placed(row) for row in details.orders]),
                actions=[],
                panels=pages.rendered_panels(hook_calls.buyer_panels(buyers.snapshot(actor, buyer), actor)),
                contact=buyer_contact.context(actor, buyer, self.permissions),
                back_url=self.address(),
                note_url=None,
                number=buyer.id,
                erase_url=self._erase_url(buyer),
            )
        )

    def _erase_url(self, buyer: Buyer) -> str | None:
        may = self.actor.can(self.permissions["erase"]) and not erasing.is_erased(buyer)
        return url_for(".erase", row_id=buyer.id) if may else None


def _facts(details: buyers.BuyerDetails) -> list[tuple[str, str]]:
    facts = [(gettext("Orders"), str(details.order_count))]
    return facts + [
        (gettext("Spent (%(currency)s)", currency=currency), pages.money_text(total, currency))
        for currency, total in details.spent.items()
    ]


def _placed(row: Any) -> timeline.Event:
    url = url_for("orders.details_view", row_id=row.id)
    return timeline.Event(row.created_at, _("placed an order"), icon="cart", url=url, link_text=row.order_no)


def _incident(row: Any) -> dict[str, Any]:
    shown = {"kind": incidents.kind_label(row.kind), "occurred_at": row.occurred_at, "note": row.note}
    return shown | {"url": url_for("incidents.details_view", row_id=row.id)}
