"""Words for quick replies, answers and compensation, and the marks they are shown with."""

from collections.abc import Mapping
from typing import Any

from flask_babel import format_currency
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Badge, to_decimal
from shopadmin_review_recovery.labels import CAUSES

STAGES: Mapping[str, Any] = {
    "first": _("First answer"),
    "explain": _("Explanation"),
    "remedy": _("What we do about it"),
    "follow_up": _("Asking later"),
    "closing": _("Last word"),
}
# In themselves, as the switch of languages has them.
LANGUAGES: Mapping[str, Any] = {"en": "English", "zh": "中文"}
# As a page tells browsers which language a text is in.
LOCALES: Mapping[str, str] = {"en": "en", "zh": "zh-Hans"}
ABOUT: Mapping[str, Any] = {
    "service": _("Service: what happened, what comes next"),
    "apology": _("Apology"),
    "compensation": _("Compensation that is decided"),
}
KINDS: Mapping[str, Any] = {
    "refund": _("Money back"),
    "return_freight": _("Return freight"),
    "replacement": _("New item"),
    "coupon": _("Coupon"),
    "gift": _("Gift"),
}
WHYS: Mapping[str, Any] = {
    "kind": _("Coupons and gifts are always the owner's to decide."),
    "limit": _("It is above what may be given without asking."),
    "paid": _("It is more than is left of what the buyer paid."),
    "currency": _("It is in another currency than the limit."),
}
_STATES: Mapping[str, Badge] = {
    "requested": Badge(_("To be decided"), "warn", "hourglass-split"),
    "approved": Badge(_("Approved, not handed over"), "info", "check-lg"),
    "declined": Badge(_("Declined"), "neutral", "x-circle"),
    "withdrawn": Badge(_("Taken back"), "neutral", "arrow-counterclockwise"),
    "settled": Badge(_("Handed over"), "ok", "check-circle-fill"),
}

# What happened to a compensation, as a case's timeline has it.
EVENTS: Mapping[str, Any] = {
    "requested": _("asked for compensation: %(what)s"),
    "given": _("gave compensation within the limit: %(what)s"),
    "approved": _("approved compensation: %(what)s"),
    "declined": _("declined compensation: %(what)s"),
    "withdrawn": _("took back a request for compensation: %(what)s"),
    "settled": _("handed over compensation: %(what)s"),
}


def compensation_sentence(act: str, data: Mapping[str, Any]) -> str:
    """A line of a timeline: what was done, and about how much."""
    amount = format_currency(to_decimal(data["amount"], data["currency"]), data["currency"])
    return str(EVENTS[act]) % {"what": f"{KINDS[data['kind']]} {amount}"}


def state_badge(state: str) -> Badge:
    """A compensation's state as icon, word and colour."""
    return _STATES[state]


def cause_text(cause: str) -> Any:
    """A cause in words, any where it is empty."""
    return CAUSES[cause] if cause else _("Any problem")
