"""What appeals and platform complaints say to people: refusals, outcomes, ways."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import AuditMessage, Problem

REFUSALS: Mapping[str, Any] = {
    "channel": _("Choose how the objection reached the shop."),
    "decided": _("Somebody has decided about this objection already."),
    "has_words": _("The buyer's words are kept with this objection. Somebody else has to decide about it."),
    "late": _("The time is over and the label is suspended. Somebody else has to decide about the objection."),
    "not_yours": _("Only whoever raised this objection takes it back."),
    "future": _("This time lies in the future."),
    "label_over": _("This label is over; there is nothing left to object to."),
    "no_evidence": _("No complaint without evidence: keep some first, and attach it."),
    "no_order": _("No complaint without the order that it is about. Choose one."),
    "no_reason": _("Say why it is decided so: the buyer may ask."),
    "other_order": _("This is an order of somebody else."),
    "outcome": _("Choose what the decision is."),
    "own_fault": _("It was the shop's own fault; nobody is complained about for it."),
    "own_fault_unknown": _("First look whether it was the shop's own fault, and note it on the label."),
    "own_label": _(
        "You proposed or reviewed this label, or brought its evidence. Somebody else has to decide about the objection."
    ),
    "pause": _(
        "Nobody else here may decide about objections, so you may, 24 hours after it was raised. Until then the label"
        " is paused."
    ),
    "protective": _("This label protects the buyer; there is nothing to complain about."),
    "remedy": _("An objection that is right corrects or revokes the label; one that is not leaves it as it is."),
    "time": _("This time lies at the end of the calendar. Choose another one."),
    "text": _("This is too long, or has characters that cannot be kept."),
}
CHANNELS: Mapping[str, Any] = {
    "page": _("From a page of the shop's own people"),
    "phone": _("Phone"),
    "chat": _("Chat"),
    "email": _("E-mail"),
    "letter": _("Letter"),
    "person": _("In person"),
    "other": _("Another way"),
}
OUTCOMES: Mapping[str, Any] = {
    "": _("Not decided yet"),
    "upheld": _("The buyer is right"),
    "rejected": _("The label stands"),
    "withdrawn": _("Taken back by whoever raised it"),
}
REMEDIES: Mapping[str, Any] = {
    "corrected": _("The label is corrected: it ends as wrong"),
    "revoked": _("The label is taken back"),
}
EVENTS: Mapping[str, Any] = {
    "appeal_opened": _("The buyer objected; the label is paused"),
    "appeal_upheld": _("The objection was found right"),
    "appeal_rejected": _("The objection was rejected"),
    "appeal_withdrawn": _("Whoever raised the objection took it back"),
    "appeal_overdue": _("Nobody decided in 14 days; the label is suspended"),
    "complaint_opened": _("Opened a complaint to the platform"),
    "complaint_upheld": _("The platform upheld the complaint"),
    "complaint_partly": _("The platform upheld the complaint in part; the label is reviewed again"),
    "complaint_rejected": _("The platform rejected the complaint; the label is suspended"),
    "complaint_settled": _("The complaint was settled with the buyer"),
    "complaint_withdrawn": _("The complaint was withdrawn"),
}


MESSAGES = (
    *(AuditMessage(f"buyer_labels.label.{code}", text) for code, text in EVENTS.items()),
    AuditMessage("buyer_labels.dossier.exported", _("Took out all that is held on a buyer")),
    AuditMessage("buyer_labels.person.erased", _("Forgot what labels said of a buyer")),
    AuditMessage("buyer_labels.person.viewed", _("Looked at the labels of a buyer")),
    AuditMessage("buyer_labels.list.viewed", _("Looked at a list of labels")),
    AuditMessage("buyer_labels.list", _("List of labels")),
)


def problem(code: str, field: str = "") -> Problem:
    """Why it is refused, with the plugin's name in front of the code."""
    return Problem(f"buyer_labels.{code}", REFUSALS[code], field)
