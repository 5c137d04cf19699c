"""A dossier's records as people read them: names for what is kept, words for codes, amounts, times by the shop's clock.

For the page alone: programs take the plain values (``subject_records``), in which integers and UTC stay what they are.
The program's own numbers are left out here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from flask_babel import format_currency
from flask_babel import lazy_gettext as _

from shopadmin.contract import Text
from shopadmin.domain import money
from shopadmin.domain.orders import OrderStatus
from shopadmin.platforms.names import platform_name
from shopadmin.services import incidents, orders, settings
from shopadmin.services.complaints import labels as complaint_words
from shopadmin.services.evidence import labels as evidence_words
from shopadmin.services.messages import blocks, consents
from shopadmin.services.messages import labels as message_words
from shopadmin.services.subject_records import Rows

Say = Callable[[Any], Any]
_AMOUNTS = frozenset({"amount", "cost", "goods", "paid", "price", "refunded", "shipping", "total"})
# What the program tells rows apart by.
_OURS = frozenset({"case_ref", "key", "origin", "ref", "reference", "remote_ref", "review_ref", "text_version"})
# In a complaint the reference is the number at the platform.
_THEIRS = {"complaints": frozenset({"reference"}), "events": frozenset({"reference"})}

NAMES: Mapping[str, Text] = {
    "accepts_marketing": _("Accepts marketing"), "address": _("Address"), "amount": _("Amount"), "answer": _("Answer"),
    "at": _("Time"), "attempts": _("Attempts"), "basis": _("Ground"), "blocked_at": _("Since"), "blocks": _("Parts"),
    "body": _("Text"), "buyer_name": _("Name of the buyer"), "buyer_note": _("Note of the buyer"),
    "buyer_ref": _("Number of the buyer"), "captured_at": _("Captured at"), "carrier": _("Courier"),
    "channel": _("Way"), "chargebacks": _("Chargebacks"), "checked": _("Ticked"), "city": _("City"),
    "close_reason": _("Why it was closed"), "code": _("What happened"), "complaint_no": _("Number of the complaint"),
    "confirmed_at": _("Receipt confirmed at"), "contact": _("Where it went"), "contact_at": _("Reached the buyer at"),
    "cost": _("Cost"), "created_at": _("Recorded at"), "currency": _("Currency"), "deadline_at": _("To be done by"),
    "decided_at": _("Decided at"), "delivered_at": _("Delivered at"), "destination": _("Sent to"),
    "events": _("Steps"), "evidence": _("Evidence"), "expires_at": _("Valid until"), "file_name": _("File"),
    "finished_at": _("Finished at"), "followup_at": _("Follow-up written at"), "followup_body": _("Follow-up"),
    "given_at": _("Given at"), "goods": _("Goods"), "grade": _("Grade"), "ground": _("Ground"), "hint": _("Contact"),
    "incident_no": _("Number"), "instalments": _("Instalments"), "is_connected": _("Got through"),
    "item_count": _("Pieces"), "kind": _("Kind"), "lift_reason": _("Why it was lifted"), "lifted_at": _("Lifted at"),
    "line_no": _("Number of the order line"), "lines": _("Order lines"), "may_be_out_at": _("Perhaps sent at"),
    "media_type": _("Kind of file"), "medium": _("Medium"), "method": _("Way of payment"), "name": _("Name"),
    "next_attempt_at": _("Next attempt"), "note": _("Note"), "occurred_at": _("Happened at"),
    "opened_at": _("Opened at"), "order_no": _("Order number"), "outcome": _("Outcome"), "paid": _("Amount paid"),
    "paid_at": _("Paid at"), "payment_method": _("Way of payment"), "payments": _("Payments"), "phone": _("Phone"),
    "photos": _("Pictures"), "platform": _("Platform"), "platform_reply": _("Answer on the platform"),
    "platform_reply_at": _("Answered on the platform at"), "postcode": _("Postcode"), "posted_at": _("Posted at"),
    "price": _("Price"), "product_ref": _("Number of the product"), "product_title": _("Product"),
    "promised_at": _("Promised by"), "purpose": _("Purpose"), "qty": _("Pieces"), "reason": _("Reason"),
    "reasons": _("Reasons"), "recipient": _("Recipient"), "reference": _("Number at the platform"),
    "refund_status": _("Status of the refund"), "refunded": _("Refunded"), "refunded_at": _("Refunded at"),
    "refunds": _("Money given back"), "region": _("Region"), "replaced_at": _("Replaced at"), "result": _("Result"),
    "review_version": _("Version of the review"), "seller_ref": _("Number of the seller"), "sequence": _("Number"),
    "sha256": "SHA-256", "shipments": _("Parcels"), "shipped_at": _("Shipped at"), "shipping": _("Shipping fee"),
    "shop_note": _("Note of the shop"), "shop_ref": _("Shop"), "size": _("Size in bytes"), "sku": "SKU",
    "source": _("Where it is from"), "spec": _("Variant"), "stars": _("Stars"), "state": _("State"),
    "status": _("Status"), "status_raw": _("Status in the platform's words"), "subject": _("About"),
    "submitted_at": _("Handed in at"), "text": _("Text"), "tier": _("How well it is founded"), "title": _("Title"),
    "total": _("Total"), "tracking_no": _("Tracking number"), "uploaded_at": _("Kept since"), "uuid": _("Number"),
    "value": _("Value"), "verdict": _("Answer of the contact rules"), "verified": _("Verified purchase"),
    "version": _("Version"), "why": _("Why"), "withdrawn_at": _("Withdrawn at"), "written_at": _("Written at"),
}  # fmt: skip
_KINDS: Mapping[str, Text] = {**blocks.KINDS, "account": _("Account")}
_GRADES: Mapping[str, Text] = {"good": _("Good"), "neutral": _("Neutral"), "bad": _("Bad")}
_CHARGEBACKS: Mapping[str, Text] = {"open": _("Open"), "won": _("Won by the shop"), "lost": _("Lost by the shop")}
_ANSWERS: Mapping[str, Text] = {
    "open": _("Unanswered"), "draft": _("Draft"), "posted": _("Posted"), "confirmed": _("Confirmed"),
}  # fmt: skip
_MESSAGES: Mapping[str, Text] = {
    "queued": _("Waiting to be sent"), "sending": _("Being sent"), "sent": _("Sent"), "delivered": _("Arrived"),
    "failed": _("Failed"), "bad_number": _("No such number or mailbox"), "duplicate": _("Not sent twice"),
    "blocked": _("Not sent: refused"), "suppressed": _("Not sent: called off"),
    "unknown": _("Nobody knows whether it arrived"),
}  # fmt: skip
_SHOWN: Mapping[str, Text] = {
    "published": _("On show"), "hidden": _("Not on show"), "spam": _("Held to be spam"), "trash": _("Thrown away"),
}  # fmt: skip
_SUBJECTS: Mapping[str, Text] = {
    "buyer": _("Buyer"), "order": _("Order"), "review": _("Review"), "complaint": _("Complaint"),
}  # fmt: skip


def word_of(words: Mapping[Any, Any]) -> Say:
    """What says a code in words; one that has none stays as it is."""
    return lambda code: words.get(code, code)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """``names`` of fields; ``words``: by kind of record and field, what says a code. ``kept``: the program's numbers
    that people know too.
    """

    names: Mapping[str, Text]
    words: Mapping[str, Mapping[str, Say]]
    kept: frozenset[str] = frozenset()


_OF_ALL: Mapping[str, Say] = {"platform": platform_name, "tier": word_of(evidence_words.TIERS)}
_REVIEW: Mapping[str, Say] = {
    "grade": word_of(_GRADES), "answer": word_of(_ANSWERS), "state": word_of(_SHOWN),
}  # fmt: skip
OF_CORE = Vocabulary(
    NAMES,
    {
        "orders": {"status": lambda code: orders.STATUS_LABELS[OrderStatus(code)]},
        "chargebacks": {"state": word_of(_CHARGEBACKS)},
        "identifiers": {"kind": word_of(_KINDS)},
        "reviews": _REVIEW, "review_versions": _REVIEW, "replies": {"state": word_of(_ANSWERS)},
        "messages": {
            "medium": word_of(message_words.MEDIA), "purpose": word_of(message_words.PURPOSES),
            "basis": word_of(message_words.BASES), "blocks": word_of(message_words.BLOCKS),
            "state": word_of(_MESSAGES), "verdict": word_of(message_words.VERDICTS),
            "reasons": message_words.reason_label,
        },
        "consents": {"purpose": word_of(consents.PURPOSES), "basis": word_of(consents.BASES)},
        "do_not_contact": {"kind": word_of(blocks.KINDS), "why": word_of(blocks.WHYS)},
        "incidents": {"kind": incidents.kind_label},
        "notes": {"subject": word_of(_SUBJECTS)},
        "complaints": {
            "ground": word_of(complaint_words.GROUNDS), "channel": word_of(complaint_words.CHANNELS),
            "state": word_of(complaint_words.STATES), "outcome": word_of(complaint_words.STATES),
            "checked": word_of(complaint_words.ITEMS),
        },
        "events": {"code": word_of(complaint_words.EVENTS)},
        "evidence": {"kind": word_of(evidence_words.KINDS), "subject": word_of(_SUBJECTS)},
    },
)  # fmt: skip


def in_words(found: Mapping[str, Rows]) -> dict[str, list[dict[str, Any]]]:
    """Everything that ``subject_records.held_on`` gave, by kind of thing, in the reader's language."""
    zone = settings.load().zone
    return {kind: [said(kind, row, OF_CORE, zone) for row in _people_know(kind, rows)] for kind, rows in found.items()}


def _people_know(kind: str, rows: Rows) -> Rows:
    """Without what says nothing to people: the key of an incident that the program wrote down (it has a tier), and a
    plugin's own word for what a piece of evidence is about.
    """
    if kind == "incidents":
        return [{name: row[name] for name in row if name != "incident_no" or row.get("tier") is None} for row in rows]
    if kind == "evidence":
        return [{name: row[name] for name in row if name != "subject" or row[name] in _SUBJECTS} for row in rows]
    return rows


def said(kind: str, row: Mapping[str, Any], words: Vocabulary, zone: tzinfo, currency: str = "") -> dict[str, Any]:
    """One record of a kind. ``currency``: of its amounts, where it names none itself. Parts of it are records too."""
    currency = row.get("currency") or currency
    ours = _OURS - _THEIRS.get(kind, frozenset()) - words.kept
    return {
        str(words.names.get(name) or name.replace("_", " ")): _value(kind, name, value, words, zone, currency)
        for name, value in row.items()
        if name not in ours and (name in words.kept or not (name == "id" or name.endswith("_id")))
    }


def _value(kind: str, name: str, value: Any, words: Vocabulary, zone: tzinfo, currency: str) -> Any:
    if isinstance(value, Mapping):
        return said(name, value, words, zone, currency)
    say = words.words.get(kind, {}).get(name) or _OF_ALL.get(name)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_value(kind, name, each, words, zone, currency) if not isinstance(each, Mapping)
                else said(name, each, words, zone, currency) for each in value]  # fmt: skip
    if say is not None:
        return str(say(value))
    if name in _AMOUNTS and isinstance(value, int) and currency:
        return str(format_currency(money.to_decimal(value, currency), currency))
    return _moment(value, zone) if isinstance(value, str) and _is_moment(value) else value


def _is_moment(text: str) -> bool:
    return len(text) > 16 and text[10:11] == "T" and text.endswith("+00:00") and text[:4].isdigit()


def _moment(text: str, zone: tzinfo) -> str:
    """As people write a time: by the shop's clock, to the minute; a text that only looks like one stays."""
    try:
        return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return text
