"""Words for reports: rates with what they are of, differences with what may be said of them, amounts, endings."""

from collections.abc import Mapping
from typing import Any

from babel.dates import format_skeleton
from flask_babel import format_currency, format_decimal, get_locale, gettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import FEWEST_SURE, Share, share_difference, share_interval, to_decimal
from shopadmin_buyer_labels.domain.reports import Ending, Month, Phase, Verdict, verdict

PHASES: Mapping[Phase, Any] = {
    "before": _("Before their first label"),
    "standing": _("While a label was in force"),
    "over": _("After it had ended"),
    "never": _("Buyers who never had one"),
}
ENDINGS: Mapping[Ending, Any] = {
    "waiting": _("Waiting for a person"),
    "kept": _("Kept back by a person"),
    "by_itself": _("Released by themselves"),
    "by_person": _("Released by a person"),
    "dropped": _("Released: the ground was gone"),
    "went_on": _("Went on while held"),
    "cancelled": _("Cancelled while held, by hand or by the platform"),
}
# What became of what a rule asked for, as far as holds tell.
ASKED: Mapping[Ending, Any] = {
    **ENDINGS,
    "by_itself": _("Not met in time, released by themselves"),
    "by_person": _("Met, or let pass by a person"),
}


def number(value: int) -> str:
    """A count."""
    return str(format_decimal(value))


def month(found: Month) -> str:
    """Year and month."""
    return str(format_skeleton("yMMM", found.day, locale=get_locale()))


def money(amounts: Mapping[str, int]) -> str:
    """Amounts of each currency, minor units; a dash without any."""
    return " · ".join(
        str(format_currency(to_decimal(amount, currency), currency)) for currency, amount in sorted(amounts.items())
    ) or "–"  # fmt: skip


def percent(share: Share) -> str:
    """A share in percent, to one place."""
    return "–" if share.value is None else f"{_tenth(float(share.value) * 100)} %"


def interval(share: Share) -> str:
    """Where the true share lies, to one place."""
    found = share_interval(share)
    return "–" if found is None else f"{_tenth(found.low * 100)}–{_tenth(found.high * 100)} %"


def rate(share: Share) -> str:
    """A rate with what it is of and its interval; below ``FEWEST_SURE`` cases only the counts, as they are too few."""
    if not share.of:
        return gettext("no orders")
    counts = gettext("%(hits)s of %(of)s", hits=number(share.hits), of=number(share.of))
    if not share.is_sure:
        return gettext("%(counts)s: too few to say", counts=counts)
    return f"{percent(share)} ({counts}; {interval(share)})"


def judge(one: Share, other: Share) -> Verdict:
    """What may be said of the first rate beside the second one."""
    found = share_difference(one, other)
    return "few" if found is None else verdict((one.of, other.of), FEWEST_SURE, (found.low, found.high))


def difference(one: Share, other: Share) -> str:
    """By how much the first rate is above the second one, and no more of it than the interval says."""
    found, said = share_difference(one, other), judge(one, other)
    if found is None or said == "few":
        return gettext("too few to say")
    spread = gettext("%(low)s to %(high)s points", low=_tenth(found.low * 100), high=_tenth(found.high * 100))
    if said == "same":
        return gettext("not distinguishable (%(spread)s)", spread=spread)
    return gettext("%(points)s points (%(spread)s)", points=_signed(found.estimate * 100), spread=spread)


def _tenth(value: float) -> str:
    return str(format_decimal(round(value, 1)))


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{_tenth(value)}"
