"""The simulator's pictures: a chart each, what it shows in a sentence, and the same numbers as a table."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from babel.dates import format_skeleton
from flask_babel import format_decimal, get_locale, gettext, ngettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Picture, Series, shop_settings, to_decimal
from shopadmin_red_envelope.amounts import money_text
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.services.forecasts import Forecast, Question

# More bars than this are thinner than their gaps.
_MOST_BARS = 14


def fitting(question: Question, found: Forecast) -> Picture:
    """Orders and buyers that the envelope would have fitted, period by period."""
    days = [(_short(begins), _short(ends)) for begins, ends, _orders, _buyers in found.periods]
    return Picture(
        title=_("Orders it would have fitted"),
        finding=ngettext(
            "Usual in %(num)s day: %(orders)s orders of %(buyers)s buyers. In the busiest: %(busiest)s buyers.",
            "Usual in %(num)s days: %(orders)s orders of %(buyers)s buyers. In the busiest: %(busiest)s buyers.",
            question.draft.use_days,
            orders=number(found.found.orders),
            buyers=number(found.found.buyers),
            busiest=number(found.found.busiest),
        ),
        labels=[begins for begins, _ends in days],
        series=[
            Series(gettext("Orders"), [orders for _begins, _ends, orders, _buyers in found.periods]),
            Series(gettext("Buyers"), [buyers for _begins, _ends, _orders, buyers in found.periods]),
        ],
        headings=(_("Period"), _("Orders"), _("Buyers")),
        rows=[
            (f"{begins} – {ends}", number(orders), number(buyers))
            for (begins, ends), (_from, _to, orders, buyers) in reversed(list(zip(days, found.periods, strict=True)))
        ],
        kind="bar" if len(days) <= _MOST_BARS else "line",
        axes=(gettext("Period from"), gettext("Orders, buyers")),
    )


def costs(question: Question, found: Forecast) -> Picture:
    """The cost at each claim rate."""
    return Picture(
        title=_("Cost by claim rate (%(currency)s)", currency=question.currency),
        finding=gettext(
            "At %(rate)s %% a usual period costs %(usual)s, one like the busiest %(busiest)s.",
            rate=question.rate,
            usual=money_text(found.chosen.usual, question.currency),
            busiest=money_text(found.chosen.busiest, question.currency),
        ),
        labels=[f"{cost.rate} %" for cost in found.costs],
        series=[
            Series(gettext("Usual period"), [_major(cost.usual, question) for cost in found.costs]),
            Series(gettext("Busiest period"), [_major(cost.busiest, question) for cost in found.costs]),
        ],
        headings=(_("Claim rate"), _("Envelopes used"), _("Usual period"), _("Busiest period")),
        rows=[
            (
                f"{cost.rate} %",
                number(cost.claims),
                money_text(cost.usual, question.currency),
                money_text(cost.busiest, question.currency),
            )
            for cost in found.costs
        ],
        axes=(gettext("Claim rate"), question.currency),
    )


def denominations(question: Question, found: Forecast) -> Picture:
    """The cost of each amount that the category allows."""
    shown = [(money_text(variant.draft.amount, question.currency), variant) for variant in found.denominations]
    return Picture(
        title=_("Cost by denomination (%(currency)s)", currency=question.currency),
        finding=gettext(
            "At %(rate)s %% in a usual period: %(first)s cost %(low)s, %(last)s cost %(high)s.",
            rate=question.rate,
            first=shown[0][0],
            low=money_text(shown[0][1].cost.usual, question.currency),
            last=shown[-1][0],
            high=money_text(shown[-1][1].cost.usual, question.currency),
        ),
        labels=[label for label, _variant in shown],
        series=[Series(gettext("What it costs"), [_major(variant.cost.usual, question) for _label, variant in shown])],
        headings=(_("Denomination"), _("Orders"), _("Buyers"), _("What it costs")),
        rows=[
            (
                label,
                number(variant.found.orders),
                number(variant.found.buyers),
                money_text(variant.cost.usual, question.currency),
            )
            for label, variant in shown
        ],
        axes=(gettext("Denomination"), question.currency),
    )


def thresholds(question: Question, found: Forecast) -> Picture:
    """Orders that reach each threshold, and those that miss it by little."""
    shown = [(money_text(variant.draft.threshold or 0, question.currency), variant) for variant in found.thresholds]
    nearest = max(shown, key=lambda pair: pair[1].near)
    return Picture(
        title=_("Orders by threshold"),
        finding=gettext(
            "Most room below %(threshold)s: %(near)s orders of a usual period miss it by 20 %% at most.",
            threshold=nearest[0],
            near=number(nearest[1].near),
        )
        if nearest[1].near
        else gettext("No order misses one of these by 20 % at most."),
        labels=[label for label, _variant in shown],
        series=[
            Series(gettext("Reach it"), [float(variant.found.orders) for _label, variant in shown]),
            Series(gettext("Just below"), [float(variant.near) for _label, variant in shown]),
        ],
        headings=(_("Threshold"), _("Reach it"), _("Just below"), _("What it costs")),
        rows=[
            (
                label,
                number(variant.found.orders),
                number(variant.near),
                money_text(variant.cost.usual, question.currency),
            )
            for label, variant in shown
        ],
        axes=(gettext("Threshold"), gettext("Orders")),
    )


def break_even(question: Question, found: Forecast) -> Picture:
    """What must be sold on top to earn the cost back, at each claim rate."""
    chosen = next(one for one in found.break_even if one.rate == question.rate)
    return Picture(
        title=_("Break-even: rise in sales that pays it"),
        finding=gettext(
            "At %(rate)s %% it pays if sales of a usual period rise by %(uplift)s, that is by %(goods)s.",
            rate=question.rate,
            uplift=percent(chosen.uplift),
            goods=money_text(chosen.goods, question.currency),
        ),
        labels=[f"{one.rate} %" for one in found.break_even],
        series=[
            Series(
                gettext("More sales"),
                [float(one.uplift * 100) for one in found.break_even],
            )
        ],
        headings=(_("Claim rate"), _("More sales"), _("More orders"), _("Rise")),
        rows=[
            (
                f"{one.rate} %",
                money_text(one.goods, question.currency),
                number(one.orders),
                percent(one.uplift),
            )
            for one in found.break_even
        ],
        show="{:,.1f} %".format,
        axes=(gettext("Claim rate"), gettext("More sales")),
    )


PICTURES: Mapping[str, Callable[[Question, Forecast], Picture]] = {
    "fitting": fitting,
    "costs": costs,
    "denominations": denominations,
    "thresholds": thresholds,
    "break_even": break_even,
}


def number(value: Fraction | int) -> str:
    """A count or an average of counts, to one place."""
    return str(format_decimal(round(float(value), 1)))


def percent(share: Fraction) -> str:
    """A share as percent, to one place."""
    return f"{format_decimal(round(float(share * 100), 1))} %"


def _major(minor: int, question: Question) -> float:
    return float(to_decimal(minor, question.currency))


def _short(instant: int) -> str:
    """Day and month, in the shop's zone."""
    here = to_datetime(instant).astimezone(shop_settings().zone)
    return str(format_skeleton("MMMd", here.replace(tzinfo=None), locale=get_locale()))
