"""Words for codes, statuses, tiers and what happened, and the marks they are shown with."""

from collections.abc import Mapping
from typing import Any, Literal

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import EVIDENCE_TIERS, Badge
from shopadmin_buyer_labels import appeal_texts
from shopadmin_buyer_labels.domain.status import Status
from shopadmin_buyer_labels.domain.taxonomy import CODES as RULES

AREA = _("Buyer labels")
CODES: Mapping[str, Any] = {
    "refund.false_not_received": _("Refund as not received, though delivered"),
    "refund.item_swapped": _("Another article came back"),
    "refund.empty_parcel": _("An empty parcel came back"),
    "claim.counterfeit_unfounded": _("Claim of a fake, not confirmed"),
    "claim.serial_identical_text": _("Claims with the same text again and again"),
    "claim.coercive_settlement": _("Money demanded under the threat of a claim"),
    "review.extortion_demand": _("Something demanded for a review"),
    "payment.chargeback_represented_won": _("Chargeback that the bank decided for the shop"),
    "delivery.cod_refused_repeat": _("Cash on delivery refused three times or more"),
    "promo.multi_account": _("An offer used with several accounts"),
    "conduct.threat_to_staff": _("Threat against staff"),
    "identity.impersonation_victim": _("Somebody else used their name"),
    "identity.shared_contact": _("Several people share the contact"),
    "clear.reviewed_ok": _("Looked at: nothing to object to"),
}
STATUSES: Mapping[Status, Any] = {
    "tombstoned": _("erased"),
    "revoked": _("taken back"),
    "corrected": _("corrected"),
    "expired": _("expired"),
    "suspended": _("suspended"),
    "disputed": _("objected to"),
    "active": _("active"),
    "noticed": _("approved"),
    "pending_review": _("waiting for review"),
    "draft": _("draft"),
}
_Tone = Literal["ok", "warn", "danger", "info", "neutral"]
_MARKS: Mapping[Status, tuple[_Tone, str]] = {
    "tombstoned": ("neutral", "eraser"),
    "revoked": ("neutral", "arrow-counterclockwise"),
    "corrected": ("neutral", "pencil-square"),
    "expired": ("neutral", "hourglass-bottom"),
    "suspended": ("info", "pause-circle"),
    "disputed": ("info", "chat-square-dots"),
    "active": ("danger", "tag-fill"),
    "noticed": ("warn", "envelope-check"),
    "pending_review": ("warn", "hourglass-split"),
    "draft": ("neutral", "pencil"),
}
SEVERITIES: Mapping[int, Any] = {1: _("1 slight"), 2: _("2 moderate"), 3: _("3 grave"), 4: _("4 very grave")}
ORIGINS: Mapping[str, Any] = {
    "": _("by hand"), "incident": _("from an incident"), "import": _("from an import"), "list": _("from the old list"),
}  # fmt: skip
# What is looked at before anything is held against a buyer (S10).
LOOKED_AT: Mapping[str, Any] = {
    "item": _("The article itself"),
    "carrier": _("The courier"),
    "description": _("The description"),
    "packing": _("The packing"),
    "stock": _("Stock and what was sent"),
    "service": _("What the service said"),
}
# What a person writes down as evidence.
TEXTS: Mapping[str, Any] = {
    "chat": _("Chat"),
    "call": _("Note of a call"),
    "logistics": _("Where the parcel was"),
    "decision": _("Decision of the platform, a bank or an authority"),
}
IDENTIFIERS: Mapping[str, Any] = {
    "phone": _("Mobile number"), "email": _("E-mail"), "platform_uid": _("Id of a platform"), "nick": _("Account name"),
}  # fmt: skip
SUSPENDED: Mapping[str, Any] = {
    "by_hand": _("by hand"),
    "rejected": _("the platform rejected the complaint"),
    "overdue": _("an objection was not decided in time"),
}
REVOKED: Mapping[str, Any] = {
    "by_hand": _("by hand"),
    "withdrawn": _("whoever proposed it took it back"),
    "overturned": _("an objection was right"),
}
EVENTS: Mapping[str, Any] = {
    "proposed": _("Proposed"),
    "edit": _("Changed"),
    "attach": _("Evidence attached"),
    "own_fault": _("Looked whether it was the shop's own fault"),
    "contacted": _("The buyer was talked to"),
    "submit": _("Put to review"),
    "return": _("Back to the draft"),
    "approve": _("Approved; the notice is made"),
    "notice_asked": _("The notice waits to be sent"),
    "notice_sent": _("The buyer has the notice"),
    "notice_impossible": _("Notice is not possible"),
    "renew": _("Renewed"),
    "suspend": _("Suspended"),
    "resume": _("In force again"),
    "correct": _("Corrected"),
    "withdraw": _("Draft withdrawn"),
    "revoke": _("Taken back"),
    **appeal_texts.EVENTS,
}


def status_badge(status: Status, code: str = "") -> Badge:
    """The status as icon and word; of a label that speaks for the buyer being in force is nothing bad."""
    tone, icon = _MARKS[status]
    if status == "active" and code and RULES[code].is_protective:
        tone, icon = "ok", "shield-check"
    return Badge(STATUSES[status], tone, icon)


def founded(said: int, attached: int) -> str:
    """What a label is said to rest on; of a draft for which less (or more) is attached, that too."""
    if said == attached:
        return str(EVIDENCE_TIERS[said])
    return gettext("said to be %(said)s, attached: E%(attached)s", said=EVIDENCE_TIERS[said], attached=attached)


def code_badge(code: str, status: Status) -> Badge:
    """What a label says, as a mark; what speaks for the buyer is green."""
    if RULES[code].is_protective:
        return Badge(CODES[code], "ok", "shield-check")
    return Badge(CODES[code], *_MARKS[status])
