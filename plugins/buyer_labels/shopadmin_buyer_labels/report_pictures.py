"""The pictures of the reports: a chart each, what it shows in a sentence, and the same numbers as a table."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import FEWEST_SURE, Picture, Series, Share
from shopadmin_buyer_labels import labels, report_texts
from shopadmin_buyer_labels.domain.reports import ENDINGS, Counts
from shopadmin_buyer_labels.report_texts import number
from shopadmin_buyer_labels.services.prevented import Prevented
from shopadmin_buyer_labels.services.reports import MonthRates, Rates
from shopadmin_buyer_labels.services.verdicts import Judged, Verdicts

# More bars than this are thinner than their gaps.
_MOST_BARS = 14
# A Chinese sign is as wide as two letters.
_NAME = 22
_Take = Callable[[Counts], Share]


def returns(found: Rates) -> Picture:
    """How many orders came back, month by month."""
    return _monthly(found, _("Orders that came back"), returned)


def losses(found: Rates) -> Picture:
    """How many orders cost the shop, month by month."""
    return _monthly(found, _("Orders that cost the shop"), lost)


def holds(found: Prevented) -> Picture:
    """Held orders by how their hold ended."""
    shown = [ending for ending in ENDINGS if ending in found.holds]
    whole = sum(held.orders for held in found.holds.values())
    by_itself = found.holds["by_itself"].orders if "by_itself" in found.holds else 0
    return Picture(
        title=_("Held orders, by how the hold ended"),
        finding=gettext(
            "Held orders: %(orders)s. Released by themselves, as nobody decided in time: %(count)s.",
            orders=number(whole), count=number(by_itself),
        ),
        labels=[_short(report_texts.ENDINGS[ending]) for ending in shown],
        series=[Series(gettext("Orders"), [found.holds[ending].orders for ending in shown])],
        headings=(_("How it ended"), _("Orders"), _("Their total"), _("Came back"), _("Cost the shop")),
        rows=[
            (
                str(report_texts.ENDINGS[ending]), number(held.orders), report_texts.money(held.money),
                _of(held.sold.returned, held.sold.orders), _of(held.sold.lost, held.sold.orders),
            )
            for ending, held in ((ending, found.holds[ending]) for ending in shown)
        ],
        kind="across",
        axes=("", gettext("Orders")),
        **_across(len(shown)),
    )  # fmt: skip


def wrong(found: Verdicts) -> Picture:
    """Labels by what they say, and how many of them were wrong."""
    ranked = _ranked(found.by_code)
    whole = Share(found.total.wrong, found.total.labels)
    return Picture(
        title=_("Labels, by what they say"),
        finding=gettext(
            "Labels that were approved: %(labels)s. Wrong or taken back: %(rate)s.",
            labels=number(whole.of), rate=report_texts.rate(whole),
        ),
        labels=[_short(labels.CODES[code]) for code, _judged in ranked],
        series=[
            Series(gettext("Stood"), [judged.labels - judged.wrong for _code, judged in ranked]),
            Series(gettext("Wrong or taken back"), [judged.wrong for _code, judged in ranked]),
        ],
        headings=(
            _("Label"), _("Labels approved"), _("Wrong or taken back"), _("Objections that were right"),
            _("Complaints the platform upheld"), _("Complaints the platform rejected"), _("Corrected"), _("Taken back"),
        ),
        rows=[
            (
                str(labels.CODES[code]), number(judged.labels), _share(judged.wrong, judged.labels),
                _share(judged.upheld, judged.objected), _share(judged.confirmed, judged.sent),
                number(judged.rejected), number(judged.corrected), number(judged.revoked),
            )
            for code, judged in ranked
        ],
        kind="across",
        axes=("", gettext("Labels")),
        **_across(len(ranked), legend=True),
    )  # fmt: skip


MONTHLY: Mapping[str, Callable[[Rates], Picture]] = {"returns": returns, "losses": losses}


def returned(counts: Counts) -> Share:
    """The share that came back."""
    return Share(counts.returned, counts.orders)


def lost(counts: Counts) -> Share:
    """The share that cost the shop."""
    return Share(counts.lost, counts.orders)


def _monthly(found: Rates, title: Any, take: _Take) -> Picture:
    whole, others = take(found.phases["standing"]), take(found.phases["never"])
    shown = _since_the_first(found.months)
    return Picture(
        title=title,
        finding=_finding(whole, others),
        labels=[report_texts.month(one.month) for one in shown],
        series=[
            Series(gettext("Labelled, %"), [_value(take(one.labelled)) for one in shown]),
            Series(gettext("Others, %"), [_value(take(one.others)) for one in shown]),
        ],
        headings=(_("Month"), _("Labelled"), _("Others"), _("Difference")),
        rows=[
            (
                report_texts.month(one.month), report_texts.rate(take(one.labelled)),
                report_texts.rate(take(one.others)),
                report_texts.difference(take(one.labelled), take(one.others)),
            )
            for one in reversed(shown)
        ],
        kind="bar" if len(shown) <= _MOST_BARS else "line",
        show="{:,.1f} %".format,
        axes=(gettext("Month"), ""),
    )  # fmt: skip


def _since_the_first(months: Sequence[MonthRates]) -> Sequence[MonthRates]:
    """The months from the first one with an order on: a shop that is new has no year to show."""
    first = next((place for place, one in enumerate(months) if one.labelled.orders or one.others.orders), 0)
    return months[first:]


def _finding(one: Share, other: Share) -> str:
    """Both rates over all months, and no more than may be said of them."""
    if report_texts.judge(one, other) == "few":
        return gettext(
            "Too few orders to compare: %(labelled)s of labelled buyers, %(others)s of others; it takes %(least)s.",
            labelled=number(one.of), others=number(other.of), least=FEWEST_SURE,
        )  # fmt: skip
    return gettext(
        "All months together: labelled %(labelled)s, others %(others)s. Difference: %(difference)s.",
        labelled=report_texts.percent(one), others=report_texts.percent(other),
        difference=report_texts.difference(one, other),
    )  # fmt: skip


def _value(share: Share) -> float | None:
    """In percent; nothing where there are too few orders to draw anything from."""
    return None if share.value is None or not share.is_sure else float(share.value) * 100


def _share(hits: int, of: int) -> str:
    return report_texts.rate(Share(hits, of)) if of else "–"


def _of(part: int, whole: int) -> str:
    return gettext("%(hits)s of %(of)s", hits=number(part), of=number(whole)) if whole else "–"


def _ranked(counted: Mapping[str, Judged]) -> Sequence[tuple[str, Judged]]:
    return sorted(counted.items(), key=lambda pair: (-pair[1].labels, pair[0]))


def _across(bars: int, legend: bool = False) -> dict[str, Any]:
    height = 90 + 28 * bars + 36 * legend
    return {"height": height, "small_height": height}


def _short(text: Any) -> str:
    """A name that fits beside its bar."""
    name, wide = str(text), 0
    for place, sign in enumerate(name):
        wide += 2 if sign > "\u2e7f" else 1
        if wide > _NAME:
            return name[: place - 1].rstrip() + "…"
    return name
