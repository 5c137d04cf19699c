"""Messages in words: answers and reasons of the gate, purposes and bases."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from shopadmin.contract import Text
from shopadmin.domain.reaching import Obstacle
from shopadmin.services import wording

VERDICTS: Mapping[str, Text] = {"allow": _("Allowed"), "hold": _("Held back"), "deny": _("Denied")}
REASONS: Mapping[str, Text] = {
    "quiet_hours": _("It is too early, too late or lunch time where the buyer lives."),
    "no_common_hour": _("There is no hour at which it is day on every clock that may be the buyer's."),
    "do_not_contact": _("The buyer must not be contacted."),
    "no_consent": _("The buyer has not agreed to this kind of message."),
    "basis": _("The reason for writing does not fit the kind of message."),
    "blocks": _("Compensation and an invitation to update a review never go into one message."),
    "buyer_cap": _("The buyer was contacted three times in 30 days."),
    "marketing_cap": _("The buyer got an offer in the last 7 days."),
    "text_cap": _("Two texts went out in this case."),
    "call_cap": _("The buyer was called twice in this case."),
    "call_spacing": _("Calls are four hours apart, and one a day."),
    "call_connected": _("A call of this case got through."),
    "invitation_cap": _("There was an invitation for this review."),
    "request_cap": _("What the buyer asked for in this case was done once."),
    "farewell_used": _("The one message that closes the conversation went out."),
}
OBSTACLES: Mapping[Obstacle, Text] = {
    "missing": _("No whole phone number or e-mail address is known for this."),
    "masked": _("The platform has hidden part of the phone number or e-mail address, so nothing can be sent to it."),
    "invalid": _("This is no phone number or e-mail address that exists. Ask the buyer for it."),
    "virtual": _("This is a number that a platform lends: no text arrives there. Use the platform's chat, or call."),
    "expired": _("The platform has taken this number back; somebody else may have it now. Use the platform's chat."),
}
PURPOSES: Mapping[str, Text] = {"service": _("Service"), "marketing": _("Marketing")}
BASES: Mapping[str, Text] = {
    "order": _("The order"),
    "complaint": _("A review or complaint"),
    "request": _("The buyer asked for it"),
    "farewell": _("The last word after a refusal"),
    "statutory": _("The law wants it"),
    "consent": _("The buyer's consent"),
    "staff": _("For the shop's own people"),
}
BLOCKS: Mapping[str, Text] = {
    "notice": _("Notice"),
    "apology": _("Apology"),
    "compensation": _("Compensation"),
    "invitation": _("Invitation to update a review"),
    "steps": _("Steps"),
    "offer": _("Offer"),
    "farewell": _("Farewell"),
}
MEDIA: Mapping[str, Text] = {"email": _("E-mail"), "text": _("Text message"), "chat": _("Chat"), "call": _("Call")}


def reason_label(reason: str) -> Text:
    """A reason of the gate or of the wording check in words; a plugin's objection as its code."""
    return REASONS.get(reason) or wording.reason(reason) or reason


def has_label(reason: str) -> bool:
    """Whether the code alone says it in the reader's language."""
    return reason_label(reason) is not reason
