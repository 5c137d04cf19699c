"""The words of signals, suspicions and evidence, and the lines that they leave in a case's timeline."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel import lazy_ngettext

from shopadmin.plugin_api import COMPLAINT_STATES, EVIDENCE_KINDS, EVIDENCE_TIERS, Badge
from shopadmin_review_recovery.domain.signals import Signal

SUSPICIONS: Mapping[str, Any] = {
    "malicious": _("Suspected malicious review"),
    "professional": _("Suspected demand for money"),
}
_ENDS: Mapping[str, Any] = {
    "lifted": _("The owner took the suspicion back"),
    "expired": _("The suspicion is over after 180 days"),
    "rejected": _("The platform rejected the complaint: the suspicion is over"),
}
TEXTS: Mapping[str, Any] = {
    "chat": _("Chat"),
    "sms": _("Text message"),
    "call": _("Note of a call"),
    "logistics": _("Where the parcel was"),
}
_COMPLAINT_TONES: Mapping[str, Any] = {"upheld": "ok", "partly": "ok", "rejected": "danger", "ready": "warn"}
_PLAIN: Mapping[str, Any] = {
    "complaint.opened": _("opened a complaint to the platform"),
    "incident.recorded": _("An incident of this buyer or order was written down"),
    "owner.told": _("The owner was told by text message"),
}
ICONS: Mapping[str, tuple[str, str]] = {
    "evidence.kept": ("folder-plus", "info"),
    "suspicion.set": ("flag", "warn"),
    "suspicion.ended": ("flag", "neutral"),
    "complaint.opened": ("shield-exclamation", "info"),
    "complaint.decided": ("shield-exclamation", "info"),
    "incident.recorded": ("exclamation-triangle", "warn"),
    "owner.told": ("bell", "neutral"),
}


def signal_text(signal: Signal) -> Any:
    """A signal with what it goes by, in a sentence."""
    if signal.code == "series":
        return _("%(count)s low reviews of this buyer within 30 days", count=signal.what)
    if signal.code == "minutes_after_delivery":
        return lazy_ngettext(
            "Written within %(num)s minute of the delivery", "Written within %(num)s minutes of the delivery",
            max(int(signal.what), 1),
        )  # fmt: skip
    if signal.code == "money_for_review":
        return _("Speaks of money or goods for a review: “%(words)s”", words=signal.what)
    if signal.code == "contact_in_text":
        return _("Leads out of the platform: “%(words)s”", words=signal.what)
    return _("Wants the money back and keeps the goods: “%(words)s”", words=signal.what)


def sentence(code: str, data: Mapping[str, Any]) -> Any:
    """A line of a case's timeline; None for what is not of these."""
    if code == "evidence.kept":
        return _("kept evidence: %(what)s (%(tier)s)", what=EVIDENCE_KINDS[data["kind"]], tier=f"E{data['tier']}")
    if code == "suspicion.set":
        return SUSPICIONS[data["kind"]]
    if code == "suspicion.ended":
        return _ENDS[data["why"]]
    if code == "complaint.decided":
        return _("The complaint: %(outcome)s", outcome=COMPLAINT_STATES[data["outcome"]])
    return _PLAIN.get(code)


def suspicion_badge(kind: str) -> Badge:
    """A suspicion as a mark."""
    return Badge(SUSPICIONS[kind], "warn", "flag")


def complaint_badge(state: str) -> Badge:
    """Where a complaint stands as a mark."""
    return Badge(COMPLAINT_STATES[state], _COMPLAINT_TONES.get(state, "info"))


def tier(number: int | None) -> Any:
    """E0 to E4 in words, empty for none."""
    return "" if number is None else EVIDENCE_TIERS[number]
