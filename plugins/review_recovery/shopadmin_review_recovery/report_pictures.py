"""The pictures of the causes report: cases stacked by cause, for each week, product, supplier and courier."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import format_skeleton
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Picture, Series
from shopadmin_review_recovery.learning_labels import KINDS, cause_text, change_text, number
from shopadmin_review_recovery.services.cause_lines import By, Line
from shopadmin_review_recovery.services.causes_report import Week

# The commonest causes have a colour of their own, the same in every picture of a page.
OWN_COLOUR = 4
# Bars of a picture; the table has all that are listed.
_BARS = 8
# A Chinese sign is as wide as two letters.
_NAME = 18
WEEK = "week"
TITLES: Mapping[str, Any] = {
    WEEK: _("By week of the review"),
    "product": _("By product"),
    "supplier": _("By supplier"),
    "courier": _("By courier"),
}


def weekly(found: Sequence[Week], totals: Mapping[str, int]) -> Picture:
    """Cases week by week."""
    causes = [*totals]
    most = max(found, key=lambda week: week.count.cases)
    return Picture(
        title=TITLES[WEEK],
        finding=gettext(
            "%(cases)s cases in %(weeks)s weeks, the most in the week from %(day)s: %(most)s.",
            cases=sum(totals.values()), weeks=len(found), day=day(most.monday), most=most.count.cases,
        ),
        labels=[day(week.monday) for week in found],
        series=_stacked([week.causes for week in found], causes),
        headings=(_("Week from"), _("Cases"), _("Orders"), _("Per 100 orders"), *map(cause_text, causes)),
        rows=[
            (
                day(week.monday), number(week.count.cases), number(week.count.orders), number(week.count.per_hundred),
                *(number(week.causes.get(cause, 0)) for cause in causes),
            )
            for week in reversed(found)
        ],
        kind="stacked",
        axes=(gettext("Week from"), gettext("Cases")),
        width=720,
        height=300,
        small_height=340,
    )  # fmt: skip


def ranked(kind: By, found: Sequence[Line], totals: Mapping[str, int]) -> Picture:
    """The products, suppliers or couriers with the most cases."""
    shown = found[:_BARS]
    # A line of the legend for each colour, should no two fit beside each other.
    height = 80 + 18 * (min(len(totals), OWN_COLOUR) + 1) + 28 * len(shown)
    return Picture(
        title=TITLES[kind],
        finding=gettext(
            "Most cases: %(name)s, %(cases)s.", name=found[0].name, cases=found[0].count.cases
        ),
        labels=[shorten(line.name) for line in shown],
        series=_stacked([line.causes for line in shown], [*totals]),
        headings=(KINDS[kind], _("Cases"), _("Per 100 orders"), _("Trend")),
        rows=[
            (
                line.name, number(line.count.cases), number(line.count.per_hundred),
                f"{number(line.earlier.cases)} → {number(line.later.cases)}, {change_text(line.trend)}",
            )
            for line in found
        ],
        kind="across",
        axes=(str(KINDS[kind]), gettext("Cases")),
        height=height,
        small_height=height,
    )  # fmt: skip


def day(monday: date) -> str:
    """Day and month."""
    return str(format_skeleton("MMMd", monday, locale=get_locale()))


def shorten(name: str) -> str:
    """A name that fits beside its bar."""
    wide = 0
    for place, sign in enumerate(name):
        wide += 2 if sign > "\u2e7f" else 1
        if wide > _NAME:
            return name[: place - 1].rstrip() + "…"
    return name


def _stacked(counts: Sequence[Mapping[str, int]], causes: Sequence[str]) -> list[Series]:
    """A series for each of the commonest causes, and one for what is left."""
    own, others = causes[:OWN_COLOUR], causes[OWN_COLOUR:]
    if len(others) == 1:
        own, others = causes, ()
    found = [Series(cause_text(cause), [mine.get(cause, 0) for mine in counts]) for cause in own]
    if others:
        found.append(Series(gettext("Other causes"), [sum(mine.get(one, 0) for one in others) for mine in counts]))
    return found
