# mypy: disable-error-code="no-untyped-call"
"""What labels did, and how often they were wrong: counts, never of one person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    FEWEST_SURE,
    AdminView,
    Column,
    MenuItem,
    Picture,
    Share,
    account_names,
    export_response,
    share_interval,
)
from shopadmin_buyer_labels import labels, permissions, policy_texts, report_pictures, report_texts, rule_views
from shopadmin_buyer_labels.domain.reports import ENDINGS, PHASES, Counts
from shopadmin_buyer_labels.report_forms import SpanForm
from shopadmin_buyer_labels.report_pictures import MONTHLY, lost, returned
from shopadmin_buyer_labels.report_texts import number
from shopadmin_buyer_labels.services import looking_back, prevented, reports, verdicts
from shopadmin_buyer_labels.services.prevented import Prevented
from shopadmin_buyer_labels.services.reports import Rates, Span
from shopadmin_buyer_labels.services.verdicts import Judged

# The file's headings are the same in every language, for whoever reads them with a program.
_EXPORTED = tuple(
    Column(name, "", "number" if name in ("orders", "returned", "lost") else "text", export=name)
    for name in (
        "month", "group", "orders", "returned", "returned_low", "returned_high", "lost", "lost_low", "lost_high",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Row:
    """A month of a group as it is exported; ends of intervals as shares to six places."""

    month: str
    group: str
    orders: int
    returned: int
    returned_low: str
    returned_high: str
    lost: int
    lost_low: str
    lost_high: str


class ReportsView(AdminView):
    """Rates of labelled and other buyers, what was held, how many labels were wrong, and what rules watch."""

    permissions: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("index_view", "picture_view", "file_view"), permissions.REPORT
    )
    menu_item = MenuItem("care", 48, "bar-chart", group=labels.AREA)

    def __init__(self) -> None:
        super().__init__(name=_("Reports"), endpoint="buyer_labels_reports", url="/admin/buyer-labels/reports")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """All of it, for the days in the address."""
        form = SpanForm(request.args)
        found = self._context(form) if form.validate() else {}
        page = self.render("shopadmin_buyer_labels/reports.html", title=self.name, form=form, **found)
        return str(page), 400 if form.errors else 200

    @expose("/<picture>.svg")
    def picture_view(self, picture: str) -> Response:
        """One of the pictures."""
        if picture not in (*MONTHLY, "holds", "wrong"):
            abort(404)
        made = _picture(picture, _asked().span)
        if made is None:
            abort(404)
        return made.drawn()

    @expose("/rates.<kind>")
    def file_view(self, kind: str) -> Response:
        """The rates by month as a file: counts alone, no label and no buyer (G18)."""
        rows = _rows(reports.recent_rates(_asked().span))
        return export_response(
            self.actor, "label-rates", kind, _EXPORTED, rows, lambda row, column: getattr(row, column.name)
        )

    def _context(self, form: SpanForm) -> dict[str, Any]:
        span = form.span
        asked: dict[str, Any] = {name: str(value) for name, value in form.data.items()}
        rates, held, judged = reports.recent_rates(span), prevented.prevented(span), verdicts.verdicts(span)

        def shown(name: str, made: Picture) -> dict[str, Any]:
            return made.shown(url_for(".picture_view", picture=name, **asked))

        return {
            "least": FEWEST_SURE,
            "rates": None if rates.is_empty else [shown(name, draw(rates)) for name, draw in MONTHLY.items()],
            "phases": _phases(rates),
            "holds": shown("holds", report_pictures.holds(held)) if held.holds else None,
            "asked": _asked_for(held),
            "excluded": (held.excluded_orders, held.excluded_buyers),
            "wrong": shown("wrong", report_pictures.wrong(judged)) if judged.by_code else None,
            "verdicts": _verdicts(judged.total),
            "authors": _authors(judged.by_author) if self.actor.is_owner else [],
            "rules": _watching(datetime.now(UTC)),
            "days": looking_back.DAYS,
            "files": {kind: url_for(".file_view", kind=kind, **asked) for kind in ("csv", "xlsx")},
        }


def _asked() -> SpanForm:
    form = SpanForm(request.args)
    if not form.validate():
        abort(400)
    return form


def _picture(name: str, span: Span) -> Picture | None:
    """None where there is nothing to draw."""
    if name in MONTHLY:
        rates = reports.recent_rates(span)
        return None if rates.is_empty else MONTHLY[name](rates)
    if name == "holds":
        held = prevented.prevented(span)
        return report_pictures.holds(held) if held.holds else None
    judged = verdicts.verdicts(span)
    return report_pictures.wrong(judged) if judged.by_code else None


def _phases(found: Rates) -> list[dict[str, Any]]:
    """Before, while and after a label, and everybody else: each beside what it may be compared with."""
    standing = found.phases["standing"]
    return [
        {
            "label": report_texts.PHASES[phase],
            "rates": [
                {
                    "value": report_texts.rate(take(found.phases[phase])),
                    "is_sure": take(found.phases[phase]).is_sure,
                    "beside": "" if phase == "standing"
                    else report_texts.difference(take(standing), take(found.phases[phase])),
                }
                for take in (returned, lost)
            ],
        }
        for phase in PHASES
    ]  # fmt: skip


def _asked_for(found: Prevented) -> list[tuple[Any, list[tuple[Any, str]]]]:
    """By what was asked for: how the hold ended that waited for it."""
    return [
        (
            policy_texts.REQUIREMENTS[code],
            [(report_texts.ASKED[ending], number(counted[ending])) for ending in ENDINGS if counted.get(ending)],
        )
        for code, counted in found.asked.items()
    ]


def _verdicts(found: Judged) -> list[tuple[Any, str]]:
    """How labels fared, each rate with its interval."""
    return [
        (_("Labels approved"), number(found.labels)),
        (_("Wrong or taken back"), _rate(found.wrong, found.labels)),
        (_("Objections that were right"), _rate(found.upheld, found.objected)),
        (_("Complaints the platform upheld"), _rate(found.confirmed, found.sent)),
        (_("Complaints the platform rejected"), _rate(found.rejected, found.sent)),
        (_("Corrected"), number(found.corrected)),
        (_("Taken back"), number(found.revoked)),
    ]


def _authors(found: Mapping[int | None, Judged]) -> list[tuple[Any, str]]:
    """By who proposed them, the most labels first: for the owner alone."""
    names: Mapping[Any, str] = account_names([author for author in found if author is not None])
    ranked = sorted(found.items(), key=lambda pair: (-pair[1].labels, pair[0] or 0))
    return [
        (names.get(author, gettext("The program")), _rate(judged.wrong, judged.labels)) for author, judged in ranked
    ]


def _watching(now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "name": policy_texts.name_of(row.name),
            "url": url_for("buyer_labels_rules.details_view", row_id=row.id),
            "mark": rule_views.state_badge(row, now),
            "numbers": [number(count) for count in (found.orders, found.holds, found.asked, found.excluded)],
            "wrong": _rate(found.well, found.well + found.badly),
        }
        for row, found in reports.watching()
    ]  # fmt: skip


def _rate(hits: int, of: int) -> str:
    return report_texts.rate(Share(hits, of)) if of else "–"


def _rows(found: Rates) -> Sequence[_Row]:
    return [
        _row(one.month.day.isoformat(), group, counts)
        for one in found.months
        for group, counts in (("labelled", one.labelled), ("others", one.others))
    ]


def _row(day: str, group: str, counts: Counts) -> _Row:
    back, cost = _ends(returned(counts)), _ends(lost(counts))
    return _Row(day, group, counts.orders, counts.returned, *back, counts.lost, *cost)


def _ends(share: Share) -> tuple[str, str]:
    found = share_interval(share)
    return ("", "") if found is None else (f"{found.low:.6f}", f"{found.high:.6f}")
