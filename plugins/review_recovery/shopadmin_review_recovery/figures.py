"""What the page of figures shows: problem solved first, review updated second, then time, reach, ends and cost."""

from collections.abc import Sequence
from functools import reduce
from typing import Any

from flask_babel import format_currency, gettext, ngettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import FEWEST_SURE, Share, to_decimal
from shopadmin_review_recovery import labels
from shopadmin_review_recovery.case_page import hours_text
from shopadmin_review_recovery.learning_labels import cause_text, interval, number, percent
from shopadmin_review_recovery.report_pictures import day
from shopadmin_review_recovery.services import solved_weeks, statistics
from shopadmin_review_recovery.services.causes_report import Span


def context(span: Span) -> dict[str, Any]:
    """Everything the template asks for."""
    weeks = solved_weeks.by_week(span)
    if not sum(week.cases for week in weeks):
        return {"is_empty": True}
    return {
        "tiles": _tiles(span, weeks),
        "least": FEWEST_SURE,
        "weeks": [_week(week) for week in reversed(weeks)],
        "answering": [
            {"label": labels.URGENCIES[one.urgency], "median": "–" if one.median is None else hours_text(one.median),
             "met": _share(one.met)}
            for one in statistics.answering(span)
        ],
        "ends": [(labels.STATES[state], number(count)) for state, count in _ranked(statistics.ends(span))],
        "contacts": _contacts(span),
        "costs": [
            (cause_text(cost.cause), str(format_currency(to_decimal(cost.amount, cost.currency), cost.currency)),
             ngettext("%(num)s case", "%(num)s cases", cost.cases))
            for cost in statistics.costs(span)
        ],
    }  # fmt: skip


def _tiles(span: Span, weeks: Sequence[solved_weeks.Week]) -> list[dict[str, Any]]:
    nothing = Share(0, 0)
    solved = reduce(Share.__add__, (week.solved for week in weeks), nothing)
    updated = reduce(Share.__add__, (week.updated for week in weeks), nothing)
    first = reduce(Share.__add__, (one.met for one in statistics.answering(span)), nothing)
    return [
        _tile(_("Problem solved"), solved, "check-circle-fill", "ok"),
        _tile(_("Review updated"), updated, "pencil", "info"),
        _tile(_("First answer in time"), first, "clock", "info"),
        _tile(_("Over in time"), statistics.resolving(span), "alarm", "info"),
    ]


def _tile(title: Any, share: Share, icon: str, tone: str) -> dict[str, Any]:
    """A rate with its interval; grey where there are too few cases."""
    note = gettext("%(hits)s of %(of)s · 95 %%: %(interval)s", hits=share.hits, of=share.of, interval=interval(share))
    return {
        "title": title, "value": percent(share), "icon": icon, "tone": tone if share.is_sure else "neutral",
        "note": note if share.of else gettext("Nothing to judge yet"),
    }  # fmt: skip


def _week(week: solved_weeks.Week) -> dict[str, Any]:
    return {
        "day": day(week.monday), "cases": number(week.cases), "early": number(week.early),
        "solved": _share(week.solved), "updated": _share(week.updated),
    }  # fmt: skip


def _share(share: Share) -> dict[str, Any]:
    return {
        "value": percent(share), "of": f"{number(share.hits)} / {number(share.of)}", "interval": interval(share),
        "is_sure": share.is_sure,
    }  # fmt: skip


def _ranked(counts: Any) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _contacts(span: Span) -> list[tuple[Any, str]]:
    found = statistics.contacts(span)
    won, decided, undecided = statistics.complaints(span)
    return [
        (_("Rung by the script"), number(found.rung)),
        (_("Reached of those"), f"{number(found.reached)} ({percent(Share(found.reached, found.rung))})"),
        (_("Contact that the gate denied"), number(found.denied)),
        (_("Buyers who want no contact any more"), number(found.stopped)),
        (
            _("Complaints won, at least in part"),
            gettext("%(won)s of %(decided)s decided, %(open)s open", won=won, decided=decided, open=undecided),
        ),
    ]
