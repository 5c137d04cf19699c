# mypy: disable-error-code="no-untyped-call"
"""Pages around the campaigns: activities, and which amounts a category allows."""

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    AdminView,
    Column,
    MissingError,
    attempt,
    shop_settings,
    to_decimal,
)
from shopadmin_red_envelope import form_pages, labels, permissions
from shopadmin_red_envelope.amounts import money_text
from shopadmin_red_envelope.domain import states
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.forms import ActivityForm, DenominationForm
from shopadmin_red_envelope.services import activities, changing, denominations
from shopadmin_red_envelope.shop_clock import local

_ACTIVITY_COLUMNS = (
    Column("name", _("Name")),
    Column("state", _("State"), "badge"),
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
        can_edit, now = self.actor.can(permissions.CREATE), changing.now()
        rows = [
            {
                "name": row.name,
                "state": labels.activity_badge(states.activity_state(row.starts_at, row.ends_at, now)),
                "kind": labels.KINDS[row.kind],
                "supports_store_envelopes": row.supports_store_envelopes,
                "starts_at": to_datetime(row.starts_at),
                "ends_at": to_datetime(row.ends_at),
                "url": url_for(".edit_view", row_id=row.id) if can_edit else "",
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

        def save() -> str:
            activities.create(self.actor, form.activity())
            return url_for(".index_view")

        return form_pages.answer(self, form, save, **self._shown(_("New activity")))

    @expose("/<row_id>", methods=["GET", "POST"])
    def edit_view(self, row_id: str) -> ResponseReturnValue:
        """Change one that has not begun; one that cannot change any more is shown with the reason."""
        activity_id = form_pages.row_id(row_id)
        row = _find(activity_id)
        if objection := activities.objection(row):
            return self._locked(row, objection.message)
        form = ActivityForm(**_in_form(row))

        def save() -> str:
            activities.edit(self.actor, activity_id, form.activity(), form_pages.version())
            return url_for(".index_view")

        def stored() -> form_pages.Stored:
            found = _find(activity_id)
            return form_pages.Stored(ActivityForm(formdata=None, **_in_form(found)), self._url(found))

        return form_pages.answer(self, form, save, stored, **self._shown(row.name, row))

    @expose("/<row_id>/delete", methods=["POST"])
    def remove_view(self, row_id: str) -> ResponseReturnValue:
        """Delete one that no campaign belongs to."""
        activity_id, version = form_pages.row_id(row_id), form_pages.version()
        done = _("The activity is deleted.")
        status = attempt(lambda: activities.remove(self.actor, activity_id, version), done)
        if status == 200:
            return redirect(url_for(".index_view"))
        row = _find(activity_id)
        if objection := activities.objection(row):
            return self._locked(row, objection.message)
        form = ActivityForm(formdata=None, **_in_form(row))
        shown = self._shown(row.name, row) | {"form_url": self._url(row)}
        return form_pages.page(self, form, **shown), status

    def _shown(self, title: Any, row: Any = None) -> dict[str, Any]:
        """What the form's page needs beyond the form; a form that was sent stays about what it was about."""
        shown = {"title": title, "back_url": url_for(".index_view"), "back_text": self.name, "is_lasting": True}
        if row is None:
            return shown
        delete_url = url_for(".remove_view", row_id=row.id, version=row.version)
        return shown | {"delete_url": delete_url, "form_url": "" if request.method == "POST" else self._url(row)}

    def _url(self, row: Any) -> str:
        return url_for(".edit_view", row_id=row.id, version=row.version)

    def _locked(self, row: Any, reason: Any) -> ResponseReturnValue:
        """The activity to look at. A form that comes here was sent too late: 409."""
        page = self.render(
            "shopadmin_red_envelope/activity.html",
            row=row,
            mark=labels.activity_badge(states.activity_state(row.starts_at, row.ends_at, changing.now())),
            reason=reason,
            kind=labels.KINDS[row.kind],
            times=[to_datetime(row.starts_at), to_datetime(row.ends_at)],
            zone=shop_settings().timezone,
            points=labels.checklist(activities.points(row)),
            back_url=url_for(".index_view"),
            back_text=self.name,
        )
        return str(page), 409 if request.method == "POST" else 200


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
                "url": _table_url(table),
            }
            for table in denominations.tables()
        ]
        empty = _("No denominations"), _("Without denominations for its category a shop sets up no campaign.")
        create_url = url_for(".edit_view")
        return self._table(self.name, rows, _TABLE_COLUMNS, create_url, _("New category"), empty)

    @expose("/edit", methods=["GET", "POST"])
    def edit_view(self) -> ResponseReturnValue:
        """A new version of a category's table, campaigns keep theirs; without ``category`` a new category."""
        known = denominations.newest(request.args.get("category", ""))
        currency = known.currency or shop_settings().currency
        form = DenominationForm(amounts=_texts(known))
        if known.version:
            del form.category

        def category() -> str:
            return known.category if known.version else (form.category.data or "").strip()

        def save() -> str:
            version = form_pages.version() if known.version else 0
            denominations.save(self.actor, category(), form.found(currency), currency, version)
            return url_for(".index_view")

        def stored() -> form_pages.Stored:
            table = denominations.newest(category())
            held = DenominationForm(formdata=None, category=table.category, amounts=_texts(table))
            return form_pages.Stored(held, _table_url(table))

        return form_pages.answer(
            self,
            form,
            save,
            stored,
            title=denominations.category_name(known.category) if known.version else _("New category"),
            subtitle=_("Denominations"),
            form_url=_table_url(known) if known.version and request.method == "GET" else "",
            back_url=url_for(".index_view"),
            back_text=self.name,
        )


def _find(activity_id: int) -> Any:
    try:
        return activities.find(activity_id)
    except MissingError:
        abort(404)


def _in_form(row: Any) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": row.kind,
        "supports_store_envelopes": row.supports_store_envelopes,
        "starts_at": local(row.starts_at),
        "ends_at": local(row.ends_at),
    }


def _texts(table: denominations.Table) -> str:
    return " ".join(f"{to_decimal(amount, table.currency):f}" for amount in table.amounts)


def _table_url(table: denominations.Table) -> str:
    return url_for(".edit_view", category=table.category, version=table.version)
