# mypy: disable-error-code="no-untyped-call"
"""Incidents: the list, one incident, and the form that writes one down."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, cast

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from shopadmin.admin.evidence import shown_piece
from shopadmin.admin.list_view import AdminListView, Column
from shopadmin.contract import MenuItem
from shopadmin.services import incident_reports, incidents, lists, settings
from shopadmin.services.conflicts import RefusedError
from shopadmin.services.evidence import storing

_KINDS: list[Any] = [SelectChoice(code, cast(str, label)) for code, label in incidents.KINDS.items()]


class IncidentForm(FlaskForm):
    """What went wrong. The time is the shop's own."""

    kind = SelectField(
        lazy_pgettext("incident", "What happened"), choices=_KINDS,
        description=_(
            "“Not accepted at the door”: from a buyer's third parcel on that was to be paid on delivery, an incident of"
            " its own is written down."
        ),
    )  # fmt: skip
    order_no = StringField(
        _("Order number"), [Length(max=80)], description=_("Leave it empty when it concerns no order.")
    )
    occurred_at = DateTimeLocalField(_("When"), [InputRequired()])
    cost = StringField(
        _("What it cost the shop"), [Length(max=20)], description=_("In the order's currency, such as 12.50.")
    )
    note = TextAreaField(_("Note"), [Length(max=incident_reports.LONGEST_NOTE)])


class IncidentsView(AdminListView):
    """The incident list, the incident page and the form."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": "core.incidents:read",
        "details_view": "core.incidents:read",
        "create_view": "core.incidents:create",
    }
    menu_item = MenuItem("care", 30, "flag")
    spec = incidents.INCIDENTS
    details_template = "admin/incidents/detail.html"
    title = _("Incidents")
    columns = (
        Column("kind", lazy_pgettext("incident", "What happened")),
        Column("occurred_at", _("Time"), "time"),
        Column("order", _("Order"), "link", permission="core.orders:read"),
        Column("cost", _("Cost"), "money"),
        Column("note", _("Note")),
        Column("number", _("Number"), "code"),
    )
    empty_title = _("No incidents")
    empty_text = _("Nothing went wrong, or nobody has written it down.")

    def __init__(self) -> None:
        super().__init__(name=_("Incidents"), endpoint="incidents", url="/admin/incidents")

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Kinds in words, orders as links."""
        return [_shown(row) for row in rows]

    def list_context(self) -> dict[str, Any]:
        """Those who may write one down find the button."""
        if not self.actor.can("core.incidents:create"):
            return {}
        return {"create_url": url_for(".create_view"), "create_label": _("Write down an incident")}

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """One incident."""
        row = lists.fetch_one(self.spec, self.actor, lists.parse_id(row_id))
        if row is None:
            abort(404)
        heading = incidents.name(self.actor, row)
        evidence = self._evidence(row.id)
        return str(self.render(self.details_template, view=self, row=_shown(row), heading=heading, **evidence))

    def _evidence(self, incident_id: int) -> dict[str, Any]:
        """What it rests on, and how many pieces of it are gone."""
        incident = incidents.find(self.actor, incident_id)
        uuids = set((incident.evidence if incident else None) or ())
        rows = storing.rows(uuids) if uuids else []
        return {
            "pieces": [
                shown_piece(
                    row, storing.quoted(row),
                    url_for("evidence.incident_view", incident_id=incident_id, row_id=row.uuid),
                )
                for row in rows
            ],
            "erased": len(uuids) - len(rows),
        }  # fmt: skip

    @expose("/new", methods=["GET", "POST"])
    def create_view(self) -> ResponseReturnValue:
        """The form, and what it sends."""
        shop = settings.load()
        now = datetime.now(UTC).astimezone(shop.zone).replace(tzinfo=None, second=0, microsecond=0)
        form = IncidentForm(order_no=request.args.get("order_no", "")[:80], occurred_at=now)
        if request.method == "GET":
            return self._form_page(form)
        if not form.validate():
            return self._form_page(form), 400
        occurred_at = form.occurred_at.data.replace(tzinfo=shop.zone)
        try:
            incident_id = incidents.record(
                self.actor,
                kind=form.kind.data,
                order_no=form.order_no.data or "",
                occurred_at=occurred_at,
                cost=form.cost.data or "",
                currency=shop.currency,
                note=form.note.data or "",
            )
        except RefusedError as refused:
            for problem in refused.problems:
                getattr(form, problem.field).errors = [str(problem.message)]
            return self._form_page(form), 400
        flash(str(_("The incident is written down.")), "success")
        return redirect(url_for(".details_view", row_id=incident_id))

    def _form_page(self, form: IncidentForm) -> str:
        return str(
            self.render(
                "admin/incidents/form.html",
                title=_("Write down an incident"),
                form=form,
                back_url=self.address(),
                back_text=self.title,
            )
        )


def _shown(row: Any) -> dict[str, Any]:
    link = url_for("orders.details_view", row_id=row.order_id) if row.order_id else ""
    shown: dict[str, Any] = row._asdict()
    return shown | {
        "kind": incidents.kind_label(row.kind),
        "number": incidents.number(row),
        "order": {"text": row.order_no, "url": link} if row.order_no else None,
    }
