# mypy: disable-error-code="no-untyped-call"
"""What pushes did: the list, and a report each, with pictures, tables and a file of the groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from flask import Response, abort, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    AdminView,
    Column,
    Interval,
    MissingError,
    export_response,
)
from shopadmin_red_envelope import form_pages, permissions, push_pictures, push_table
from shopadmin_red_envelope.amounts import money_text
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.push_pictures import PICTURES
from shopadmin_red_envelope.services import campaigns, push_lists, push_reports, pushes
from shopadmin_red_envelope.services.push_reports import Report
from shopadmin_red_envelope.simulator_pictures import number, percent

# The file's headings are the same in every language, for whoever reads them with a program.
_EXPORTED = (
    Column("group", "", export="group"),
    Column("buyers", "", "number", export="buyers"),
    Column("bought", "", "number", export="bought"),
    Column("rate", "", export="rate"),
    Column("low", "", export="rate_low"),
    Column("high", "", export="rate_high"),
    Column("orders", "", "number", export="orders"),
    Column("goods", "", "money", export="goods"),
    Column("each", "", "money", export="goods_per_buyer"),
    Column("currency", "", export="currency"),
)


@dataclass(frozen=True, slots=True)
class _Row:
    """A group as it is exported; shares to six places, amounts in minor units."""

    group: str
    buyers: int
    bought: int
    rate: str
    low: str
    high: str
    orders: int
    goods: int
    each: int | None
    currency: str


class PushReportsView(AdminView):
    """Reports are for those who may see what campaigns did; the push itself is another right."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.REPORT,
        "page_view": permissions.REPORT,
        "picture_view": permissions.REPORT,
        "file_view": permissions.REPORT,
    }

    def __init__(self) -> None:
        super().__init__(
            name=_("What pushes did"), endpoint="red_envelope_push_reports", url="/admin/red-envelope/push-reports"
        )

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """Every push that was started, the latest first."""
        found = [push for push in push_lists.latest() if push.started_at is not None]
        empty = (_("No push was sent yet"), _("Its report comes once the campaign is over."))
        return push_table.render(self, found, _("Push"), _("Report from"), lambda push: push.use_to, empty)

    @expose("/<row_id>")
    def page_view(self, row_id: str) -> ResponseReturnValue:
        """The report of a campaign's push, or why there is none."""
        row = _find(row_id)
        status = push_reports.status(pushes.of_campaign(row.id), row.use_to)
        found = push_reports.report(row.id) if status == "ready" else None
        return self.render(
            "shopadmin_red_envelope/push_report.html",
            row=row,
            status=status,
            ends=row.use_to and to_datetime(row.use_to),
            found=found,
            **(_shown(row.id, found) if found else {}),
            back_url=url_for("red_envelope_campaigns.details_view", row_id=row.id),
            back_text=row.title,
        )

    @expose("/<row_id>/<picture>.svg")
    def picture_view(self, row_id: str, picture: str) -> Response:
        """One picture of the report."""
        found = _ready(row_id)
        if picture not in push_pictures.drawn(found):
            abort(404)
        return PICTURES[picture](found).drawn()

    @expose("/<row_id>/groups.<kind>")
    def file_view(self, row_id: str, kind: str) -> Response:
        """Both groups as a file, CSV or XLSX."""
        rows = _rows(_ready(row_id))
        return export_response(
            self.actor, f"push-{row_id}", kind, _EXPORTED, rows, lambda row, column: getattr(row, column.name)
        )


def _find(row_id: str) -> Any:
    try:
        return campaigns.find(form_pages.row_id(row_id))
    except MissingError:
        abort(404)


def _ready(row_id: str) -> Report:
    row = _find(row_id)
    if push_reports.status(pushes.of_campaign(row.id), row.use_to) != "ready":
        abort(404)
    return push_reports.report(row.id)


def _shown(campaign_id: int, found: Report) -> dict[str, Any]:
    """Figures and pictures of a report."""
    return {
        "tiles": _tiles(found),
        "revenue": push_pictures.revenue_words(found),
        "pictures": [_picture(campaign_id, name, found) for name in push_pictures.drawn(found)],
        "times": (to_datetime(found.begins), to_datetime(found.ends)),
        "files": {kind: url_for(".file_view", row_id=campaign_id, kind=kind) for kind in ("csv", "xlsx")},
    }


def _picture(campaign_id: int, name: str, found: Report) -> dict[str, Any]:
    """A picture for ui.chart()."""
    return PICTURES[name](found).shown(url_for(".picture_view", row_id=campaign_id, picture=name))


def _tiles(found: Report) -> list[dict[str, Any]]:
    """The figures above the pictures. What an order more has cost stands there only where there were more (R26)."""
    rate, extra = found.rate, found.extra
    is_told = rate is not None and rate.is_distinguishable
    uplift = push_pictures.points(rate.estimate) if rate and is_told else gettext("not distinguishable")
    spread = push_pictures.apart(rate) if rate else "–"
    tiles = [
        {"title": _("Measured uplift"), "value": uplift, "tone": "ok" if extra else "neutral", "icon": "graph-up",
         "note": gettext("95 %% interval: %(spread)s", spread=spread)},
        {"title": _("What its envelopes took off"), "value": money_text(found.cost, found.currency), "tone": "info",
         "icon": "tag", "note": gettext("for the group that was told, less what was refunded")},
        {"title": _("Old customers who came back"), "value": _share(found.returned.back, found.returned.old),
         "tone": "neutral", "icon": "people",
         "note": gettext("%(back)s of %(old)s, told or not: a count, and no effect",
                         back=number(found.returned.back), old=number(found.returned.old))},
    ]  # fmt: skip
    if extra is not None and extra.cost_each is not None:
        note = gettext("%(orders)s orders more than without the push", orders=number(extra.orders))
        cost = {"title": _("Cost of an extra order"), "value": money_text(extra.cost_each, found.currency),
                "tone": "info", "icon": "calculator", "note": note}  # fmt: skip
        tiles.insert(1, cost)
    return tiles


def _share(part: int, whole: int) -> str:
    return percent(Fraction(part, whole)) if whole else "–"


def _rows(found: Report) -> Sequence[_Row]:
    return [
        _Row(
            group=group.name,
            buyers=group.bought.of,
            bought=group.bought.hits,
            rate=_exact(group.rate, "estimate"),
            low=_exact(group.rate, "low"),
            high=_exact(group.rate, "high"),
            orders=group.orders,
            goods=group.spent.total,
            each=group.each,
            currency=found.currency,
        )
        for group in (found.push, found.holdout)
    ]


def _exact(rate: Interval | None, end: str) -> str:
    return "" if rate is None else f"{getattr(rate, end):.6f}"
