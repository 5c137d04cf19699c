# mypy: disable-error-code="no-untyped-call"
"""Open a complaint to a platform, from a label or from an order. The core's page goes on from there."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    AdminView,
    MissingError,
    OrderId,
    OrderSnapshot,
    answer_form,
    order_snapshots,
    orders_of,
    parse_id,
    shop_settings,
)
from shopadmin_buyer_labels import appeal_texts, permissions
from shopadmin_buyer_labels.appeal_forms import ComplaintForm, instant
from shopadmin_buyer_labels.appeal_views import label_address
from shopadmin_buyer_labels.domain.joint_governance import Refusal, likely_grounds, likely_order
from shopadmin_buyer_labels.models import Label
from shopadmin_buyer_labels.services import complaints, incidents, lookups, people, records

# The latest orders of the person are what a complaint is about.
MOST_ORDERS = 100
_DONE = _("The complaint is open. Collect what the checklist asks for.")


class ComplaintsView(AdminView):
    """What the core asks for besides (orders, complaints) is asked by the service."""

    permissions: ClassVar[Mapping[str, str]] = {"label_view": permissions.PROPOSE, "order_view": permissions.PROPOSE}

    def __init__(self) -> None:
        # Flask-Admin wants every view to have a first page.
        self._default_view = "label_view"
        super().__init__(name=_("Complaints"), endpoint="buyer_labels_complaints", url="/admin/buyer-labels/complaints")

    @expose("/label/<row_id>", methods=["GET", "POST"])
    def label_view(self, row_id: str) -> ResponseReturnValue:
        """A complaint about what the label says; its evidence goes with it."""
        complaints.require(self.actor)
        try:
            label = records.find(parse_id(row_id))
        except MissingError:
            abort(404)
        number, form = label.id, ComplaintForm()
        lookups.saw(self.actor, "complaint", [label.buyer_id])
        rows = people.same_people([label.buyer_id])[label.buyer_id]
        found = orders_of(rows, MOST_ORDERS)
        form.offer(found, {order.platform for order in found}, likely_grounds(label.code), _likely(label, found))
        back, refusal = label_address(number), complaints.in_the_way(label, datetime.now(UTC))

        def save() -> tuple[str, Any]:
            order = OrderId(int(form.order.data))
            complaints.open_for_label(
                self.actor, number, order, form.ground.data, form.note.data or "", instant(form.deadline_at)
            )
            return complaints.of_label(number)[0].url, _DONE

        return self._form(form, save, _("All evidence of the label goes with it."), back, _("Label"), refusal)

    @expose("/order/<row_id>", methods=["GET", "POST"])
    def order_view(self, row_id: str) -> ResponseReturnValue:
        """A complaint about an order, whose buyer has no label yet."""
        complaints.require(self.actor)
        order = _only(order_snapshots([OrderId(parse_id(row_id))]))
        form = ComplaintForm()
        form.offer([order], {order.platform})

        def save() -> tuple[str, Any]:
            complaints.open_for_order(
                self.actor, order.id, form.ground.data, form.note.data or "", instant(form.deadline_at)
            )
            return complaints.of_order(order.id)[0].url, _DONE

        back, refusal = url_for("orders.details_view", row_id=order.id), complaints.in_the_way_of_order(order.id)
        subtitle = _("All evidence that is kept with the order goes with it.")
        return self._form(form, save, subtitle, back, order.order_no, refusal)

    def _form(
        self, form: ComplaintForm, save: Any, subtitle: Any, back: str, back_text: Any, refusal: Refusal | None
    ) -> ResponseReturnValue:
        title = _("Open a complaint")
        return answer_form(
            self, form, save, title=title, subtitle=subtitle, submit_label=title, back_url=back, back_text=back_text,
            not_now=appeal_texts.problem(refusal) if refusal else None,
        )  # fmt: skip


def _likely(label: Label, found: Sequence[OrderSnapshot]) -> int | None:
    zone, event = shop_settings().zone, incidents.of_label(label)
    placed = {int(order.id): order.created_at.astimezone(zone).date() for order in found}
    return likely_order(placed, label.happened_on, event.order_id if event else None)


def _only(found: Sequence[OrderSnapshot]) -> OrderSnapshot:
    return found[0] if found else abort(404)
