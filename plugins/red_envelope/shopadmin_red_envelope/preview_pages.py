# mypy: disable-error-code="no-untyped-call"
"""The time machine: what a buyer would see of a campaign at an instant that the owner picks. Nothing is written."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext, lazy_pgettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import DateTimeLocalField
from wtforms.validators import InputRequired, Length

from shopadmin.plugin_api import AdminView, Badge, Column, MissingError, RefusedError, shop_settings, to_decimal
from shopadmin_red_envelope import form_pages, labels, messages, permissions
from shopadmin_red_envelope.amounts import read_price, read_prices
from shopadmin_red_envelope.domain.baskets import Line, Tool
from shopadmin_red_envelope.domain.eligibility import Verdict
from shopadmin_red_envelope.domain.preview import Scene, Sight, look
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.form_notes import show_problems, time_notes
from shopadmin_red_envelope.forms import AmountsField
from shopadmin_red_envelope.services import campaigns, changing, offers, tool_lists
from shopadmin_red_envelope.shop_clock import instants, local

MOST_LINES = 20
_SECOND_MS = 1000
_NEEDED = ("activity_id", "amount", "claim_from", "claim_to", "use_from", "use_to")
_COLUMNS = (
    Column("line", _("Line")),
    Column("before", _("Before the envelope"), "money"),
    Column("share", _("Envelope's share"), "money"),
    Column("paid", lazy_pgettext("amount", "Paid"), "money"),
)
# A window that lies ahead, is open, or is over.
_PLACES: Mapping[str, tuple[object, str, str]] = {
    "coming": (lazy_pgettext("campaign", "Not yet"), "neutral", "clock"),
    "open": (_("Open"), "ok", "check-circle-fill"),
    "closed": (_("Over"), "neutral", "x-circle"),
}


class PreviewForm(FlaskForm):
    """The instant and a basket: in the address, so that a look can be kept as a link."""

    class Meta:
        """It changes nothing, so it carries no token."""

        csrf = False

    at = DateTimeLocalField(_("Moment"), [InputRequired()], description=_("In the shop's time zone."))
    goods = AmountsField(
        _("Goods in the basket"),
        [Length(max=200)],
        description=_("An amount for each line, with blanks between them. Empty: no basket."),
    )
    discount = AmountsField(
        _("Store full reduction on the order"), [Length(max=20)], description=_("Taken off before the envelope.")
    )

    def basket(self, currency: str) -> tuple[list[Line], list[Tool]]:
        """Its lines, and the discounts on it. Raises RefusedError."""
        amounts = read_prices(self.goods.data or "", currency, "goods")
        if len(amounts) > MOST_LINES:
            raise RefusedError(messages.problem("too_many_lines", "goods", most=MOST_LINES))
        discount = read_price(self.discount.data or "", currency, "discount")
        lines = [Line(f"L{place:02}", amount) for place, amount in enumerate(amounts, 1)]
        return lines, [Tool("store_full_reduction", discount)] if discount else []


class PreviewView(AdminView):
    """One page for each campaign."""

    permissions: ClassVar[Mapping[str, str]] = {"index_view": permissions.READ, "details_view": permissions.READ}

    def __init__(self) -> None:
        super().__init__(name=_("Time machine"), endpoint="red_envelope_preview", url="/admin/red-envelope/preview")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """There is nothing to look at without a campaign."""
        return redirect(url_for("red_envelope_campaigns.index_view"))

    @expose("/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """At first the moment when collecting begins; 400 for a time or a basket that cannot be."""
        row = _find(form_pages.row_id(row_id))
        missing = [labels.FIELDS[name] for name in _NEEDED if getattr(row, name) is None]
        form = PreviewForm(formdata=request.args) if "at" in request.args else PreviewForm(formdata=_at_first(row))
        found = None if missing else _look(row, form)
        page = self.render(
            "shopadmin_red_envelope/preview.html",
            title=self.name,
            row=row,
            form=form,
            missing=missing,
            is_draft=row.state == "draft",
            found=_shown(found[0], row, found[1]) if found else None,
            notes=time_notes(form) if found else [],
            zone=shop_settings().timezone,
            back_url=url_for("red_envelope_campaigns.details_view", row_id=row.id),
            back_text=row.title,
        )
        return str(page), 400 if form.errors or form.form_errors else 200


def _find(campaign_id: int) -> Any:
    try:
        return campaigns.find(campaign_id)
    except MissingError:
        abort(404)


def _at_first(row: Any) -> MultiDict[str, str]:
    """The first whole second of collecting, with a basket that the campaign is about."""
    goods = row.threshold or 2 * (row.amount or 0)
    instant = changing.now() if row.claim_from is None else row.claim_from
    begins = local(-(-instant // _SECOND_MS) * _SECOND_MS)
    return MultiDict({"at": f"{begins:%Y-%m-%dT%H:%M:%S}", "goods": f"{to_decimal(goods, row.currency):f}"})


def _look(row: Any, form: PreviewForm) -> tuple[Sight, int] | None:
    """What is seen, and when; None with the reasons at the form's fields."""
    if not form.validate():
        return None
    try:
        at = instants({"at": form.at.data})["at"] or 0
        lines, discounts = form.basket(row.currency)
    except RefusedError as refused:
        show_problems(form, refused)
        return None
    return look(_scene(row, at), lines, at, tool_lists.current(), discounts), at


def _scene(row: Any, at: int) -> Scene:
    """The campaign, a draft as if it were scheduled. Pieces that are gone now stay so (R11)."""
    is_gone = row.state == "scheduled" and at >= changing.now() and offers.find(row.id).left == "none"
    return Scene(
        stored="withdrawn" if row.state == "withdrawn" else "scheduled", amount=row.amount, lock_at=row.lock_at,
        claim_from=row.claim_from, claim_to=row.claim_to, use_from=row.use_from, use_to=row.use_to,
        threshold=row.threshold, after_order_discounts=row.after_order_discounts, is_gone=is_gone,
    )  # fmt: skip


def _shown(sight: Sight, row: Any, at: int) -> dict[str, Any]:
    return {
        "at": to_datetime(at),
        "state": labels.state_badge(sight.state),
        "is_listed": row.mode == "page" and row.state != "withdrawn" and sight.status != "closed",
        "is_pushed": row.mode == "push",
        "refusal": messages.problem(sight.refusal).message if sight.refusal else None,
        "can_be_owned": sight.can_be_owned,
        "windows": [
            (name, to_datetime(begins), to_datetime(ends), _place(begins, ends, at))
            for name, begins, ends in (
                (_("Collecting"), row.claim_from, row.claim_to), (_("Using"), row.use_from, row.use_to)
            )
        ],
        "verdict": _verdict(sight.verdict, row.currency) if sight.verdict else None,
    }  # fmt: skip


def _verdict(verdict: Verdict, currency: str) -> dict[str, Any]:
    return {
        "usable": verdict.usable,
        "reasons": [messages.problem(reason).message for reason in verdict.reasons],
        "missing": verdict.missing,
        "payable": verdict.payable_goods,
        "columns": _COLUMNS,
        "rows": _rows(verdict, currency),
    }


def _rows(verdict: Verdict, currency: str) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "line": gettext("Line %(key)s", key=place),
            "before": split.before,
            "share": split.share,
            "paid": split.paid,
            "currency": currency,
        }
        for place, split in enumerate(verdict.splits, 1)
    ]


def _place(begins: int, ends: int, at: int) -> Badge:
    text, tone, icon = _PLACES["coming" if at < begins else "open" if at < ends else "closed"]
    return Badge(text, tone, icon)  # type: ignore[arg-type]
