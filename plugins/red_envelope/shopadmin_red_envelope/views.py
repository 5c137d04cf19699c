# mypy: disable-error-code="no-untyped-call"
"""Campaign pages: the list, one campaign with its lock, and the form."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    Action,
    AdminListView,
    Column,
    ListSpec,
    MenuItem,
    MissingError,
    attempt,
    parse_id,
    to_decimal,
)
from shopadmin_red_envelope import campaign_pages, envelope_pages, form_pages, labels, messages, permissions
from shopadmin_red_envelope.amounts import read_shown_money
from shopadmin_red_envelope.domain import states
from shopadmin_red_envelope.domain.checks import INSTANTS
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.forms import CampaignForm
from shopadmin_red_envelope.services import campaigns, changing, listing, sealing
from shopadmin_red_envelope.shop_clock import local

# The plugin's other pages, as buttons above the list: what setting up and looking after takes, and the rest in a menu.
_FIRST = (
    (_("Activities"), "red_envelope_activities", permissions.READ),
    (_("Envelopes"), "red_envelope_envelopes", permissions.REPORT),
)
_FURTHER = (
    (_("Pushes"), "red_envelope_pushes", permissions.PUSH),
    (_("What pushes did"), "red_envelope_push_reports", permissions.REPORT),
    (_("Refund calculator"), "red_envelope_calculator", permissions.REPORT),
    (_("Price export"), "red_envelope_prices", permissions.REPORT),
    (_("Denominations"), "red_envelope_denominations", permissions.TABLE),
)


class CampaignsView(AdminListView):
    """Campaigns. Buttons show what the rule allows now; the server asks it again."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.READ,
        "details_view": permissions.READ,
        "create_view": permissions.CREATE,
        "edit_view": permissions.CREATE,
        "schedule_view": permissions.CREATE,
        "copy_view": permissions.CREATE,
        "remove_view": permissions.CREATE,
        "amount_view": permissions.AMOUNT,
        "withdraw_view": permissions.WITHDRAW,
        "burn_view": permissions.REPORT,
    }
    menu_item = MenuItem("grow", 20, "tag", group=labels.AREA)
    title = _("Red envelopes")
    columns = (
        Column("title", _("Name")),
        Column("shown_state", _("State"), "badge"),
        Column("amount", _("Amount"), "money"),
        Column("quantity", _("Pieces"), "number"),
        Column("starts", _("Begins"), "time"),
        Column("ends", _("Used until"), "time"),
    )
    empty_title = _("No campaigns yet")
    empty_text = _("A red envelope is a small amount that buyers collect and take off an order in your shop.")

    def __init__(self) -> None:
        super().__init__(name=_("Campaigns"), endpoint="red_envelope_campaigns", url="/admin/red-envelope")

    @property
    def spec(self) -> ListSpec:  # type: ignore[override]
        """The list, as the database in use reads its clock."""
        return listing.spec()

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The list; whoever opens it first after a start seals the campaign."""
        sealing.seal_due()
        return super().index_view()  # type: ignore[no-any-return]

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """States by the clock, instants as times."""
        now = changing.now()
        return [
            row._asdict()
            | {
                "shown_state": labels.state_badge(
                    states.shown_state(states.Standing(row.state, row.lock_at, row.use_to), now)
                ),
                "starts": row.lock_at and to_datetime(row.lock_at),
                "ends": row.use_to and to_datetime(row.use_to),
            }
            for row in rows
        ]

    def list_context(self) -> dict[str, Any]:
        """The other pages; and those who may set one up find the button."""
        shown = {"page_actions": self._links(_FIRST), "more_actions": self._links(_FURTHER)}
        if not self.actor.can(permissions.CREATE):
            return shown
        return {**shown, "create_url": url_for(".create_view"), "create_label": _("New campaign")}

    def _links(self, pages: Sequence[tuple[Any, str, str]]) -> list[Action]:
        return [
            Action(label, url_for(f"{endpoint}.index_view"), point, method="GET")
            for label, endpoint, point in pages
            if self.actor.can(point)
        ]

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """One campaign, what is locked, and how long until the rest is."""
        return self._page(form_pages.row_id(row_id)), 200

    @expose("/details/<row_id>/burn")
    def burn_view(self, row_id: str) -> ResponseReturnValue:
        """How far it has got, for the page that watches it."""
        row = self._find(form_pages.row_id(row_id))
        state = states.shown_state(campaigns.standing_of(row), changing.now())
        burn = envelope_pages.burn_of(row, state)
        if burn is None:
            abort(404)
        return str(self.render("shopadmin_red_envelope/burn.html", burn=burn)), 200

    @expose("/new", methods=["GET", "POST"])
    def create_view(self) -> ResponseReturnValue:
        """A new draft."""
        form = CampaignForm()

        def save() -> str:
            made = campaigns.create(self.actor, form.terms(), form.activity)
            return url_for(".details_view", row_id=made)

        return form_pages.answer(self, form, save, **self._shown(_("New campaign")))

    @expose("/details/<row_id>/edit", methods=["GET", "POST"])
    def edit_view(self, row_id: str) -> ResponseReturnValue:
        """Change a draft; the page of any other campaign says why it is locked."""
        campaign_id = form_pages.row_id(row_id)
        row = self._find(campaign_id)
        if refusal := states.may_edit(campaigns.standing_of(row), "edit", changing.now()):
            if request.method == "GET":
                return redirect(url_for(".details_view", row_id=campaign_id))
            flash(str(messages.problem(refusal).message), "error")
            return self._page(campaign_id), 409
        form = CampaignForm(**_shown_in_form(row))

        def save() -> str:
            campaigns.edit(self.actor, campaign_id, form.terms(), form.activity, form_pages.version())
            return url_for(".details_view", row_id=campaign_id)

        def stored() -> form_pages.Stored:
            found = self._find(campaign_id)
            return form_pages.Stored(CampaignForm(formdata=None, **_shown_in_form(found)), _edit_url(found))

        form_url = _edit_url(row) if request.method == "GET" else ""
        return form_pages.answer(self, form, save, stored, **self._shown(row.title), form_url=form_url)

    @expose("/details/<row_id>/schedule", methods=["POST"])
    def schedule_view(self, row_id: str) -> ResponseReturnValue:
        """Let it begin at its start."""
        return self._act(
            row_id,
            lambda actor, campaign_id, version: campaigns.schedule(
                actor, campaign_id, version, _typed_worst_case(campaign_id)
            ),
            _("The campaign is scheduled."),
        )

    @expose("/details/<row_id>/withdraw", methods=["POST"])
    def withdraw_view(self, row_id: str) -> ResponseReturnValue:
        """Take it back for good."""
        return self._act(row_id, campaigns.withdraw, _("The campaign is withdrawn."))

    @expose("/details/<row_id>/amount", methods=["POST"])
    def amount_view(self, row_id: str) -> ResponseReturnValue:
        """Change the amount."""
        amount = parse_id(request.form.get("amount", ""))
        return self._act(
            row_id,
            lambda actor, campaign_id, version: campaigns.set_amount(
                actor, campaign_id, amount, version, _typed_worst_case(campaign_id)
            ),
            _("The amount is changed."),
        )

    @expose("/details/<row_id>/delete", methods=["POST"])
    def remove_view(self, row_id: str) -> ResponseReturnValue:
        """Delete a draft."""
        campaign_id, version = form_pages.row_id(row_id), form_pages.version()
        status = attempt(lambda: campaigns.remove(self.actor, campaign_id, version), _("The draft is deleted."))
        return redirect(self.address()) if status == 200 else (self._page(campaign_id), status)

    @expose("/details/<row_id>/copy", methods=["POST"])
    def copy_view(self, row_id: str) -> ResponseReturnValue:
        """Copy it to a new draft."""
        campaign_id, made = form_pages.row_id(row_id), []
        status = attempt(lambda: made.append(campaigns.copy(self.actor, campaign_id)), _("This is the copy, a draft."))
        if status != 200:
            return self._page(campaign_id), status
        return redirect(url_for(".details_view", row_id=made[0]))

    def _act(self, row_id: str, act: Callable[[Any, int, int], None], done: Any) -> ResponseReturnValue:
        campaign_id, version = form_pages.row_id(row_id), form_pages.version()
        status = attempt(lambda: act(self.actor, campaign_id, version), done)
        if status == 200:
            return redirect(url_for(".details_view", row_id=campaign_id))
        return self._page(campaign_id), status

    def _find(self, campaign_id: int) -> Any:
        sealing.seal_due()
        return _or_404(lambda: campaigns.find(campaign_id))

    def _shown(self, title: Any) -> dict[str, Any]:
        """What the form's page needs beyond the form."""
        return {"title": title, "back_url": self.address(), "back_text": self.title, "is_lasting": True}

    def _page(self, campaign_id: int) -> str:
        shown = campaign_pages.shown(self._find(campaign_id), self.actor, request.form)
        found = self.render(
            "shopadmin_red_envelope/campaign.html", **shown, back_url=self.address(), back_text=self.title
        )
        return str(found)


def _typed_worst_case(campaign_id: int) -> int | None:
    """The amount that was typed, minor units. Raises RefusedError, MissingError."""
    typed = request.form.get("confirm_worst_case", "")
    return read_shown_money(typed, campaigns.find(campaign_id).currency, "confirm_worst_case")


def _edit_url(row: Any) -> str:
    return url_for(".edit_view", row_id=row.id, version=row.version)


def _or_404(find: Callable[[], Any]) -> Any:
    try:
        return find()
    except MissingError:
        abort(404)


def _shown_in_form(row: Any) -> dict[str, Any]:
    threshold = None if row.threshold is None else str(to_decimal(row.threshold, row.currency))
    return {
        "title": row.title,
        "activity_id": str(row.activity_id or ""),
        "denomination": f"{row.category}|{row.amount}",
        "threshold": threshold,
        "quantity": row.quantity,
        "mode": row.mode,
        "after_order_discounts": row.after_order_discounts,
    } | {name: local(getattr(row, name)) for name in INSTANTS}
