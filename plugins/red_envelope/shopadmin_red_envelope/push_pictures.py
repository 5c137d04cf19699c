"""The report's pictures: the two groups beside each other, and forecasts beside what it cost."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from flask_babel import format_decimal, gettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Interval, Picture, Series, to_decimal
from shopadmin_red_envelope import labels
from shopadmin_red_envelope.amounts import money_text
from shopadmin_red_envelope.services.push_reports import Report
from shopadmin_red_envelope.simulator_pictures import number, percent


def rates(found: Report) -> Picture:
    """The purchase rate of both groups."""
    both = (found.push, found.holdout)
    return Picture(
        title=_("Buyers who bought"),
        finding=rate_words(found),
        labels=[gettext("Told"), gettext("Kept back")],
        series=[Series(gettext("Bought, %"), [group.rate.estimate * 100 if group.rate else None for group in both])],
        headings=(_("Group"), _("Buyers"), _("Bought"), _("Share"), _("Interval, 95 %"), _("Goods per buyer")),
        rows=[
            (
                str(labels.GROUPS[group.name]),
                number(group.bought.of),
                number(group.bought.hits),
                _percent(group.rate.estimate) if group.rate else "–",
                between(group.rate, _percent) if group.rate else "–",
                "–" if group.each is None else money_text(group.each, found.currency),
            )
            for group in both
        ],
        show="{:,.1f} %".format,
        axes=(gettext("Group"), gettext("Bought, %")),
    )


def forecasts(found: Report) -> Picture:
    """What campaigns were to cost, and what they did, with the error so far."""
    last = found.held[-1].calibration
    return Picture(
        title=_("Forecast and cost (%(currency)s)", currency=found.currency),
        finding=gettext("So far forecasts were off by %(error)s of the cost.", error=percent(last.error))
        if last.error is not None
        else gettext("Nothing was spent yet, so no error can be told."),
        labels=[held.title for held in found.held],
        series=[
            Series(gettext("Forecast"), [_major(held.calibration.forecast, found) for held in found.held]),
            Series(gettext("What it cost"), [_major(held.calibration.actual, found) for held in found.held]),
        ],
        headings=(_("Campaign"), _("Forecast"), _("What it cost"), _("Error so far"), _("Too high by, so far")),
        rows=[
            (
                held.title,
                money_text(held.calibration.forecast, found.currency),
                money_text(held.calibration.actual, found.currency),
                _share(held.calibration.error),
                _share(held.calibration.bias),
            )
            for held in found.held
        ],
        axes=(gettext("Campaign"), found.currency),
    )


PICTURES: Mapping[str, Callable[[Report], Picture]] = {"rates": rates, "forecasts": forecasts}


def drawn(found: Report) -> list[str]:
    """Which pictures there is something to draw for."""
    return [name for name in PICTURES if name != "forecasts" or found.held]


def rate_words(found: Report) -> str:
    """The measured uplift in a sentence, and no more of it than the interval says."""
    if found.rate is None:
        return gettext("One of the groups is empty: nothing can be compared.")
    spread = apart(found.rate)
    if not found.rate.is_distinguishable:
        return gettext("Not distinguishable: the difference is %(spread)s, and 0 lies in there.", spread=spread)
    values = {"points": points(found.rate.estimate), "spread": spread}
    if found.rate.low > 0:
        return gettext(
            "More of those who were told bought: %(points)s. With 95 %% confidence it is %(spread)s.", **values
        )
    return gettext("Fewer of those who were told bought: %(points)s. With 95 %% confidence it is %(spread)s.", **values)


def revenue_words(found: Report) -> str:
    """The same for goods per buyer."""
    if found.revenue is None:
        return gettext("Too few buyers in a group to say how goods per buyer differ: it takes 30 in each.")
    spread = between(found.revenue, lambda minor: money_text(round(minor), found.currency))
    if not found.revenue.is_distinguishable:
        return gettext(
            "Goods per buyer are not distinguishable: the difference lies between %(spread)s, and 0 is in there.",
            spread=spread,
        )
    return gettext(
        "Goods per buyer differ by %(money)s, between %(spread)s with 95 %% confidence.",
        money=money_text(round(found.revenue.estimate), found.currency),
        spread=spread,
    )


def points(difference: float) -> str:
    """A difference of two shares, to one place."""
    return gettext("%(number)s percentage points", number=_tenth(difference * 100))


def apart(found: Interval) -> str:
    """Where such a difference lies."""
    low, high = _tenth(found.low * 100), _tenth(found.high * 100)
    return gettext("%(low)s to %(high)s percentage points", low=low, high=high)


def between(found: Interval, show: Callable[[float], str]) -> str:
    """An interval's ends."""
    return f"{show(found.low)} … {show(found.high)}"


def _percent(share: float) -> str:
    return f"{_tenth(share * 100)} %"


def _tenth(value: float) -> str:
    return str(format_decimal(round(value, 1)))


def _share(found: Fraction | None) -> str:
    return "–" if found is None else percent(found)


def _major(minor: int, found: Report) -> Any:
    return float(to_decimal(minor, found.currency))
