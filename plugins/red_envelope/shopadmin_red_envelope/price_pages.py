# mypy: disable-error-code="no-untyped-call"
"""The price-protection export (R23): what each item sold for, day by day, with the envelope left out."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField
from wtforms.validators import InputRequired

from shopadmin.plugin_api import AdminView, Column, export_response, platform_name, shop_settings
from shopadmin_red_envelope import permissions
from shopadmin_red_envelope.domain.prices import WINDOW_DAYS, Fact
from shopadmin_red_envelope.services import prices

_COLUMNS = tuple(
    Column(name, "", kind, export=name)  # type: ignore[arg-type]
    for name, kind in (
        ("day", "text"), ("platform", "text"), ("item", "text"), ("sku", "text"), ("title", "text"),
        ("currency", "text"), ("pieces", "number"), ("amount", "money"), ("transaction_price", "money"),
        ("lowest_price_30_days", "money"), ("envelope_share", "money"), ("share_reason", "text"),
    )
)  # fmt: skip
# The codes of the file's last column; an empty one: no envelope was used.
REASON_WORDS: Mapping[str, object] = {
    "envelope_left_out": _("The prices are those before the envelope's share, as the notice has it."),
    "envelope_counted": _("On this platform the prices are those after the envelope's share: the settings say so."),
    "envelope_not_by_line": _(
        "An envelope was used, but the order has other lines than the storefront named: the prices are those that the "
        "platform reported, and may have a share taken off. Look at the order."
    ),
}


class PricesForm(FlaskForm):
    """Which days, both included, on the shop's own calendar."""

    class Meta:
        """It changes nothing, so it carries no token."""

        csrf = False

    first = DateField(_("From"), [InputRequired()])
    last = DateField(_("To"), [InputRequired()])

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """As ever; and no more days than one file is made of."""
        if not super().validate(extra_validators):
            return False
        first, last = self.first.data, self.last.data
        assert first is not None  # noqa: S101 - both are required
        assert last is not None  # noqa: S101
        said = ""
        if last < first:
            said = gettext("It ends before it begins.")
        elif last - first >= timedelta(days=prices.MOST_DAYS):
            said = gettext("At most %(days)s days in one file.", days=prices.MOST_DAYS)
        elif first.year < _EARLIEST:
            said = gettext("No shop sold that early.")
        elif last.year > _LATEST:
            said = gettext("No shop has sold that late.")
        if said:
            self.last.errors = (*self.last.errors, said)
        return not said


# The first and the last year; no calendar goes on to the windows around the days of its end.
_EARLIEST, _LATEST = 1990, 2100


class PricesView(AdminView):
    """One page: which days, then the file. It tells how much the shop sells, so it is a report (R13)."""

    permissions: ClassVar[Mapping[str, str]] = {"index_view": permissions.REPORT, "export_view": permissions.REPORT}

    def __init__(self) -> None:
        super().__init__(name=_("Price export"), endpoint="red_envelope_prices", url="/admin/red-envelope/prices")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The last 30 days at first; 400 for days that cannot be."""
        form = _form()
        is_good = form.validate()
        days = {name: form[name].data for name in ("first", "last")}
        page = self.render(
            "shopadmin_red_envelope/prices.html",
            title=self.name,
            form=form,
            has_sales=is_good and prices.has_sales(**days),
            files={kind: url_for(".export_view", kind=kind, **days) for kind in ("csv", "json")} if is_good else {},
            reasons=REASON_WORDS,
            counting=[platform_name(code) for code in sorted(prices.counting_markets())],
            zone=shop_settings().timezone,
            days=WINDOW_DAYS,
            back_url=url_for("red_envelope_campaigns.index_view"),
            back_text=_("Red envelopes"),
        )
        return str(page), 200 if is_good else 400

    @expose("/export/<kind>")
    def export_view(self, kind: str) -> ResponseReturnValue:
        """The file, read while it is sent; 400 for days that cannot be."""
        form = _form()
        if not form.validate():
            abort(400)
        found = prices.facts(form.first.data, form.last.data)
        name = f"red-envelope-prices-{form.first.data}-{form.last.data}"
        return export_response(self.actor, name, kind, _COLUMNS, found, _value, kinds=("csv", "json"))


def _form() -> PricesForm:
    if {"first", "last"} & request.args.keys():
        return PricesForm(formdata=request.args)
    today = datetime.now(shop_settings().zone).date()
    days = {"first": today - timedelta(days=WINDOW_DAYS - 1), "last": today}
    form = PricesForm(formdata=None, data=days)
    for name, day in days.items():
        form[name].raw_data = [day.isoformat()]
    return form


def _value(fact: Fact, column: Column) -> str | int | date:
    item = fact.item
    values: dict[str, str | int | date] = {
        "day": fact.day, "platform": item.platform, "item": item.ref, "sku": item.sku, "title": fact.title,
        "currency": item.currency, "pieces": fact.pieces, "amount": fact.amount, "transaction_price": fact.price,
        "lowest_price_30_days": fact.lowest, "envelope_share": fact.share, "share_reason": fact.reason,
    }  # fmt: skip
    return values[column.name]
