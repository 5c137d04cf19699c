# mypy: disable-error-code="no-untyped-call"
"""The inbox of held orders, and the page on which a person decides about one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, select, tuple_

from shopadmin.plugin_api import (
    Actor,
    AdminListView,
    Badge,
    Column,
    ListSpec,
    MenuItem,
    OrderId,
    OrderSnapshot,
    Pair,
    Sort,
    View,
    account_names,
    attempt,
    db,
    order_snapshots,
    orders_found,
    parse_id,
    platform_name,
)
from shopadmin_buyer_labels import labels, order_marks, permissions, policy_texts
from shopadmin_buyer_labels.models import OrderHold
from shopadmin_buyer_labels.rule_forms import ConfirmForm, ReleaseForm
from shopadmin_buyer_labels.services import lookups, orders

_ROW = OrderHold
_STANDS = _ROW.released_at.is_(None)


def _search(term: str, actor: Actor) -> ColumnElement[bool] | Sequence[ColumnElement[bool]]:
    """Holds of the orders that the core's own search finds, as by the beginning of their number."""
    places = [tuple_(_ROW.order_id, _ROW.ordered_at).in_(found) for found in orders_found(actor, term)]
    return places or _ROW.id.is_(None)


SPEC = ListSpec(
    query=select(
        _ROW.id, _ROW.order_id, _ROW.ordered_at, _ROW.buyer_id, _ROW.held_at, _ROW.release_at, _ROW.confirmed_at,
        _ROW.released_at, _ROW.released_why,
    ),
    id_column=_ROW.id,
    sorts=(
        Sort("due", _("Released first"), (_ROW.release_at, _ROW.id), descending=False),
        Sort("newest", _("Newest first"), (_ROW.held_at, _ROW.id)),
    ),
    search=_search,
    views=(
        View("waiting", _("To decide"), (_STANDS & _ROW.confirmed_at.is_(None),), "due"),
        View("confirmed", _("Kept back by a person"), (_STANDS & _ROW.confirmed_at.is_not(None),), "newest"),
        View("over", _("Released"), (_ROW.released_at.is_not(None),), "newest"),
        View("all", _("All"), (), "newest"),
    ),
)  # fmt: skip


class HoldsView(AdminListView):
    """Held orders; those that wait for a person first."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.READ,
        "details_view": permissions.READ,
        "release_view": permissions.RELEASE,
        "confirm_view": permissions.RELEASE,
    }
    menu_item = MenuItem("care", 42, "pause-circle", group=labels.AREA)
    spec = SPEC
    title = _("Held orders")
    columns = (
        Column("order", _("Order"), "pair"),
        Column("why", _("Why")),
        Column("held_at", _("Held since"), "time"),
        Column("release_at", _("Released by itself"), "time"),
        Column("mark", _("State"), "badge"),
    )
    empty_title = _("No order is held")
    empty_text = _(
        "Rules hold orders of labelled buyers for 24 hours at most. Nobody's order is ever cancelled by one."
    )

    def __init__(self) -> None:
        super().__init__(name=self.title, endpoint="buyer_labels_holds", url="/admin/buyer-labels/holds")

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Order numbers and labels, each with one question for the page."""
        ids, now = [row.order_id for row in rows], datetime.now(UTC)
        known = {order.id: order for order in order_snapshots([OrderId(found) for found in ids])}
        held_for = orders.held_for(ids)
        lookups.saw_list(self.actor, "holds", [row.buyer_id for row in rows])
        by_label = {
            row["id"]: row["text"] for row in self._labels(each for found in held_for.values() for each in found)
        }
        return [
            row._asdict()
            | {
                "order": _order(row, known),
                "why": " · ".join(
                    dict.fromkeys(
                        str(by_label[each])
                        for each in held_for.get((row.order_id, row.ordered_at), ())
                        if each in by_label
                    )
                ),
                "mark": state_of(row, now),
                "url": url_for(".details_view", row_id=row.id),
            }
            for row in rows
        ]

    @staticmethod
    def row_url(row: Any) -> str:
        """Where a row leads."""
        return str(row["url"])

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """One hold."""
        return self._page(parse_id(row_id), ReleaseForm(), ConfirmForm())

    @expose("/details/<row_id>/release", methods=["POST"])
    def release_view(self, row_id: str) -> ResponseReturnValue:
        """Let the order go on."""
        form = ReleaseForm()
        return self._act(
            row_id, form, ConfirmForm(formdata=None), _("The order is released."),
            lambda order_id: orders.release(self.actor, order_id, form.reason.data or "", form.allow_days.data or 0),
            (form,),
        )  # fmt: skip

    @expose("/details/<row_id>/confirm", methods=["POST"])
    def confirm_view(self, row_id: str) -> ResponseReturnValue:
        """Keep the order back."""
        form = ConfirmForm()
        return self._act(
            row_id, ReleaseForm(formdata=None), form, _("The order is kept back until somebody releases it."),
            lambda order_id: orders.confirm(self.actor, order_id, form.keep_reason.data or ""), (form,),
        )  # fmt: skip

    def _act(
        self, row_id: str, release: ReleaseForm, confirm: ConfirmForm, done: Any, change: Callable[[int], None],
        checked: Sequence[Any],
    ) -> ResponseReturnValue:  # fmt: skip
        found = self._find(parse_id(row_id))
        hold_id, order_id = found.id, found.order_id
        if not all(form.validate() for form in checked):
            return self._page(hold_id, release, confirm), 400
        status = attempt(lambda: change(order_id), done)
        if status == 200:
            return redirect(url_for(".details_view", row_id=hold_id), 303)
        return self._page(hold_id, release, confirm), status

    def _find(self, hold_id: int) -> OrderHold:
        found = db.session().get(OrderHold, hold_id)
        if found is None:
            abort(404)
        return found

    def _labels(self, label_ids: Iterable[int], buyer_id: int | None = None) -> list[dict[str, Any]]:
        """Rows of these labels; ``buyer_id``: whose order it is, to say of which labels that they are another's."""
        rows = order_marks.label_rows(list(label_ids), self.actor)
        return rows if buyer_id is None else order_marks.with_whose(rows, buyer_id, self.actor)

    def _page(self, hold_id: int, release: ReleaseForm, confirm: ConfirmForm) -> str:
        hold, now = self._find(hold_id), datetime.now(UTC)
        order = next((each for each in order_snapshots([OrderId(hold.order_id)])), None)
        state = orders.states_of([hold.order_id], now).get(hold.order_id)
        is_this = state is not None and state.ordered_at == hold.ordered_at
        was_for = orders.held_for([hold.order_id]).get((hold.order_id, hold.ordered_at), ())
        lookups.saw(self.actor, "hold", [hold.buyer_id])
        names: Mapping[Any, str] = account_names([each for each in (hold.confirmed_by, hold.released_by) if each])
        may_decide = is_this and state is not None and state.is_held and self.actor.can(permissions.RELEASE)
        return str(
            self.render(
                "shopadmin_buyer_labels/hold.html",
                hold=hold,
                order_no=order.order_no if order else f"#{hold.order_id}",
                order_url=self._order_url(order),
                mark=state_of(hold, now),
                released=policy_texts.WHYS[hold.released_why] if hold.released_why else "",
                requires=policy_texts.requirements(state.requires) if is_this and state else "",
                labels=self._labels(state.labels if is_this and state else was_for, hold.buyer_id),
                is_over=hold.released_at is not None or (hold.confirmed_at is None and hold.release_at <= now),
                confirmed_by=names.get(hold.confirmed_by, ""),
                released_by=names.get(hold.released_by, ""),
                release_form=release if may_decide else None,
                confirm_form=confirm if may_decide and hold.confirmed_at is None else None,
                back_url=self.address(),
                back_text=self.title,
            )
        )

    def _order_url(self, order: OrderSnapshot | None) -> str:
        can_open = order is not None and self.actor.can("core.orders:read")
        return url_for("orders.details_view", row_id=order.id) if order and can_open else ""


def state_of(hold: Any, now: datetime) -> Badge:
    """How a hold stands, as icon and words."""
    if hold.released_at is not None:
        return Badge(policy_texts.WHYS[hold.released_why], "neutral", "check-circle")
    if hold.confirmed_at is not None:
        return Badge(_("Kept back by a person"), "warn", "person-lock")
    if hold.release_at <= now:
        return Badge(policy_texts.WHYS["auto_released"], "neutral", "check-circle")
    return Badge(_("Held for review"), "warn", "pause-circle")


def _order(row: Any, known: Mapping[OrderId, OrderSnapshot]) -> Pair:
    order = known.get(OrderId(row.order_id))
    return Pair(_number(row, known), platform_name(order.platform) if order else "")


def _number(row: Any, known: Mapping[OrderId, OrderSnapshot]) -> str:
    order = known.get(OrderId(row.order_id))
    return order.order_no if order is not None and order.created_at == row.ordered_at else f"#{row.order_id}"
