"""Words for states, kinds and modes, and the marks they are shown with."""

from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Badge
from shopadmin_red_envelope.domain.checklist import Point

# One entry of the side bar for the plugin: its pages are tabs.
AREA = _("Red envelopes")
STATE_LABELS: Mapping[str, object] = {
    "all": _("All"),
    "newest": _("Newest first"),
    "draft": _("Draft"),
    "scheduled": _("Scheduled"),
    "running": _("Running"),
    "ended": _("Ended"),
    "withdrawn": _("Withdrawn"),
}
_MARKS: Mapping[str, tuple[str, str]] = {
    "draft": ("neutral", "pencil"),
    "scheduled": ("info", "clock"),
    "running": ("ok", "check-circle-fill"),
    "ended": ("neutral", "patch-check"),
    "withdrawn": ("neutral", "x-circle"),
}
KINDS: Mapping[str, object] = {"store": _("Of this store"), "platform": _("Of the platform")}
MODES: Mapping[str, object] = {"page": _("Buyers collect it on a page"), "push": _("Sent to buyers")}
FIELDS: Mapping[str, object] = {
    "activity_id": _("Part of the activity"),
    "amount": _("Denomination"),
    "claim_from": _("Collected from"),
    "claim_to": _("Collected until"),
    "use_from": _("Used from"),
    "use_to": _("Used until"),
}
ENVELOPE_LABELS: Mapping[str, object] = {
    "campaign": _("Campaign"),
    "available": _("Available"),
    "held": _("Held"),
    "redeemed": _("Used"),
    "forfeited": _("Forfeited"),
    "expired": _("Expired"),
}
_ENVELOPE_MARKS: Mapping[str, tuple[str, str]] = {
    "available": ("info", "tag"),
    "held": ("warn", "hourglass-split"),
    "redeemed": ("ok", "check-circle-fill"),
    "forfeited": ("neutral", "x-circle"),
    "expired": ("neutral", "clock-history"),
}
_ACTIVITY_MARKS: Mapping[str, tuple[object, str, str]] = {
    "coming": (_("Coming"), "info", "clock"),
    "running": (_("Has begun"), "ok", "lock"),
    "ended": (_("Ended"), "neutral", "patch-check"),
}


POINTS: Mapping[str, object] = {
    "entry_requirement": _(
        "Does the platform want a store red envelope of whoever takes part? For Double 11 of 2015 it was an entry "
        "requirement for sellers in the venues and around them, but for virtual goods. This blocks nothing."
    ),
}


def checklist(points: Iterable[Point]) -> list[dict[str, object]]:
    """Points in words, for checklist.html."""
    return [{"text": POINTS[point.code], "is_done": point.is_done} for point in points]


def activity_badge(state: str) -> Badge:
    """Where the activity stands by the clock, as icon, word and colour."""
    text, tone, icon = _ACTIVITY_MARKS[state]
    return Badge(text, tone, icon)  # type: ignore[arg-type]


def state_badge(state: str) -> Badge:
    """The state as icon, word and colour."""
    tone, icon = _MARKS[state]
    return Badge(STATE_LABELS[state], tone, icon)  # type: ignore[arg-type]


def envelope_badge(state: str) -> Badge:
    """An envelope's state as icon, word and colour."""
    tone, icon = _ENVELOPE_MARKS[state]
    return Badge(ENVELOPE_LABELS[state], tone, icon)  # type: ignore[arg-type]


PUSH_LABELS: Mapping[str, object] = {
    "draft": _("Draft"),
    "drawing": _("Being drawn"),
    "drawn": _("Drawn"),
    "sending": _("Being sent"),
    "sent": _("Went out"),
    "stopped": _("Stopped"),
}
_PUSH_MARKS: Mapping[str, tuple[str, str]] = {
    "draft": ("neutral", "pencil"),
    "drawing": ("info", "hourglass-split"),
    "drawn": ("info", "people"),
    "sending": ("warn", "hourglass-split"),
    "sent": ("ok", "check-circle-fill"),
    "stopped": ("neutral", "x-circle"),
}
PUSH_LEFT: Mapping[str, object] = {
    "no_consent": _("Left out: no consent to offers"),
    "do_not_contact": _("Left out: do not contact"),
    "excluded": _("Left out: not in campaigns"),
    "no_address": _("Left out: no address"),
}
GROUPS: Mapping[str, object] = {"push": _("Drawn for the message"), "holdout": _("Kept back for comparison")}
_PUSH_REASONS: Mapping[str, object] = {
    "marketing_cap": _("Got an offer in the last 7 days"),
    "buyer_cap": _("Was contacted three times in 30 days"),
    "no_consent": _("Has withdrawn the consent"),
    "do_not_contact": _("Must not be contacted any more"),
    "no_address": _("Has no address any more"),
    "gone": _("Is not in the shop's data any more"),
    "error": _("Could not be asked for: the log says why"),
}


def push_badge(state: str) -> Badge:
    """A push's state as icon, word and colour."""
    tone, icon = _PUSH_MARKS[state]
    return Badge(PUSH_LABELS[state], tone, icon)  # type: ignore[arg-type]


def push_reason(reason: str) -> object:
    """Why the gate said no; a plugin's objection as its code."""
    return _PUSH_REASONS.get(reason, reason)
