# mypy: disable-error-code="no-untyped-call"
"""Pages around the campaigns: activities, and which amounts a category allows."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    AdminView,
    Column,
    MissingError,
    RefusedError,
    parse_id,
    shop_settings,
    to_decimal,
)
from shopadmin_red_envelope import labels, permissions
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.forms import (
    ActivityForm,
    DenominationForm,
    local,
    money_text,
    read_money,
    show_problems,
)
from shopadmin_red_envelope.services import activities, denominations

_ACTIVITY_COLUMNS = (
    Column("name", _("Name")),
    Column("kind", _("Whose activity")),
    Column("supports_store_envelopes", _("Store red envelopes"), "flag"),
    Column("starts_at", _("Begins"), "time"),
    Column("ends_at", _("Ends"), "time"),
)
_TABLE_COLUMNS = (Column("category", _("Category")), Column("amounts", _("Amounts")), Column("version", _("Version")))


class _SetUpView(AdminView):
    """A table and a form."""

    def _table(self, title: Any, rows: Any, columns: Any, create_url: str, create_label: Any, empty: Any) -> str:
        return str(
            self.render(
                "shopadmin_red_envelope/table.html",
                title=title,
                rows=rows,
                columns=columns,
                create_url=create_url,
                create_label=create_label,
                empty=empty,
                back_url=url_for("red_envelope_campaigns.index_view"),
                back_text=_("Red envelopes"),
            )
        )

    def _edit(self, form: Any, title: Any, save: Callable[[], object], delete_url: str = "") -> ResponseReturnValue:
        """Show the form, or do what it says: 400 for bad values, 409 goes through to the error page."""
        status = 200
        if request.method == "POST":
            status = 400
            if form.validate():
                try:
                    save()
                    flash(str(_("Saved.")), "success")
                    return redirect(url_for(".index_view"))
                except RefusedError as refused:
                    show_problems(form, refused)
        page = self.render(
            "shopadmin_red_envelope/form.html",
            title=title,
            form=form,
            delete_url=delete_url,
            back_url=url_for(".index_view"),
            back_text=self.name,
        )
        return str(page), status


class ActivitiesView(_SetUpView):
    """Activities of the platform and the store."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.READ,
        "create_view": permissions.CREATE,
        "edit_view": permissions.CREATE,
        "remove_view": permissions.CREATE,
    }

    def __init__(self) -> None:
        super().__init__(name=_("Activities"), endpoint="red_envelope_activities", url="/admin/red-envelope/activities")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """All of them."""
        can_edit = self.actor.can(permissions.CREATE)
        rows = [
            {
                "name": row.name,
                "kind": labels.KINDS[row.kind],
                "supports_store_envelopes": row.supports_store_envelopes,
                "starts_at": to_datetime(row.starts_at),
                "ends_at": to_datetime(row.ends_at),
                "url": url_for(".edit_view", row_id=row.id, version=row.version) if can_edit else "",
            }
            for row in activities.everything()
        ]
        create_url = url_for(".create_view") if can_edit else ""
        empty = _("No activities yet"), _("A campaign belongs to an activity, and locks when it begins.")
        return self._table(self.name, rows, _ACTIVITY_COLUMNS, create_url, _("New activity"), empty)

    @expose("/new", methods=["GET", "POST"])
    def create_view(self) -> ResponseReturnValue:
        """A new one."""
        form = ActivityForm()
        return self._edit(form, _("New activity"), lambda: activities.create(self.actor, form.activity()))

    @expose("/<row_id>", methods=["GET", "POST"])
    def edit_view(self, row_id: str) -> ResponseReturnValue:
        """Change one that has not begun."""
        activity_id, version = parse_id(row_id), parse_id(request.args.get("version", ""))
        try:
            row = activities.find(activity_id)
        except MissingError:
            abort(404)
        form = ActivityForm(
            name=row.name,
            kind=row.kind,
            supports_store_envelopes=row.supports_store_envelopes,
            starts_at=local(row.starts_at),
            ends_at=local(row.ends_at),
        )
        return self._edit(
            form,
            row.name,
            lambda: activities.edit(self.actor, activity_id, form.activity(), version),
            delete_url=url_for(".remove_view", row_id=activity_id, version=version),
        )

    @expose("/<row_id>/delete", methods=["POST"])
    def remove_view(self, row_id: str) -> ResponseReturnValue:
        """Delete one that no campaign belongs to."""
        activity_id, version = parse_id(row_id), parse_id(request.args.get("version", ""))
        try:
            activities.remove(self.actor, activity_id, version)
        except MissingError:
            abort(404)
        flash(str(_("The activity is deleted.")), "success")
        return redirect(url_for(".index_view"))


class DenominationsView(_SetUpView):
    """Which amounts a category allows: the owner's table."""

    permissions: ClassVar[Mapping[str, str]] = {"index_view": permissions.TABLE, "edit_view": permissions.TABLE}

    def __init__(self) -> None:
        super().__init__(
            name=_("Denominations"), endpoint="red_envelope_denominations", url="/admin/red-envelope/denominations"
        )

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The newest version of every category."""
        rows = [
            {
                "category": denominations.category_name(table.category),
                "amounts": " · ".join(money_text(amount, table.currency) for amount in table.amounts),
                "version": table.version,
                "url": url_for(".edit_view", category=table.category, version=table.version),
            }
            for table in denominations.tables()
        ]
        empty = _("No denominations"), _("Without denominations for its category a shop sets up no campaign.")
        create_url = url_for(".edit_view", version=0)
        return self._table(self.name, rows, _TABLE_COLUMNS, create_url, _("New category"), empty)

    @expose("/edit", methods=["GET", "POST"])
    def edit_view(self) -> ResponseReturnValue:
        """A new version of a category's table; campaigns keep theirs."""
        version = parse_id(request.args.get("version", ""))
        table = denominations.newest(request.args.get("category", ""))
        currency = table.currency or shop_settings().currency
        texts = " ".join(f"{to_decimal(amount, currency):f}" for amount in table.amounts)
        form = DenominationForm(category=table.category, amounts=texts)

        def save() -> None:
            found = [read_money(part, currency, "amounts") or 0 for part in (form.amounts.data or "").split()]
            denominations.save(self.actor, form.category.data or "", found, currency, version)

        return self._edit(form, _("Denominations"), save)
