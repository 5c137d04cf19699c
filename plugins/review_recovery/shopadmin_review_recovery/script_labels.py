"""The words of scripts and runs: exits, outcomes, inputs, reasons."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import shop_settings

EXITS: Mapping[str, Any] = {
    "end": _("The conversation is over"),
    "queue": _("It waits until the buyer may be rung"),
    "booked": _("Another call is agreed"),
    "waiting_buyer": _("It is the buyer's turn"),
    "refused": _("Refused; no more contact"),
    "on_hold": _("On hold"),
    "unreachable": _("Nobody was reached"),
    "new_request": _("Passed on to the owner"),
}
ANYWHERE: Mapping[str, Any] = {
    "stop": _("“Don't contact me”"),
    "threat": _("Threatens"),
    "demand": _("Ties a demand to the review"),
    "complaint": _("Complained to the platform"),
}
INPUTS: Mapping[str, Any] = {
    "note": _("What the buyer said"),
    "cause.code": _("Cause"),
    "remedy.summary": _("What we do"),
    "remedy.due": _("Done by"),
    "approval.due": _("Answer by"),
    "callback.window": _("When it suits"),
    "remedy.kind": _("What the buyer gets"),
    "remedy.amount": _("Amount"),
    "callback.day": _("Day of the call"),
    "callback.time": _("Hour, on the buyer's clock"),
}
# Facts that a script may name, for whoever must do without one.
_FACTS: Mapping[str, Any] = {
    "buyer.salutation": _("the buyer's name"),
    "order.no": _("the order number"),
    "order.tail": _("the end of the order number"),
    "order.date": _("the day of the order"),
    "line.title": _("the item"),
    "line.spec": _("colour and size"),
    "shop.name": _("the shop's name"),
    "shop.contact": _("how buyers reach you, from the plugin's settings"),
    "operator.name": _("your name"),
    "cause.explain": _("an explanation of the cause"),
    "remedy.options": _("what this cause allows"),
    "platform.name": _("the platform"),
    "platform.steps": _("the platform's steps"),
    "platform.link": _("the address from the plugin's settings"),
    "notice.status": _("where the parcel is"),
    "notice.promised": _("the promised day"),
}
KINDS: Mapping[str, Any] = {
    "say": _("Say"),
    "ask": _("Ask"),
    "choice": _("Choose"),
    "action": _("Do"),
    "guard": _("Guard"),
}
LANGUAGES: Mapping[str, Any] = {"en": _("English"), "zh": _("Chinese")}
# Lines of a case's timeline.
EVENTS: Mapping[str, Any] = {
    "contact.stop": _("The buyer wants no contact of any kind"),
    "contact.refused": _("The buyer refused; nobody writes again"),
    "contact.wrong_person": _("The number is somebody else's"),
    "owner.alerted": _("The buyer complained to the platform: the owner has to look"),
    "evidence.wanted": _("Keep what was said as evidence"),
    "remedy.promised": _("Promised a remedy"),
    "remedy.settled": _("What was promised is done"),
    "run.started": _("Began a call"),
}
_OUTCOMES: Mapping[str, Any] = {
    "allow": _("The gate lets the call through"),
    "hold": _("The gate says: not now"),
    "deny": _("The gate says no"),
    "pass": _("One invitation may be made"),
    "open": _("Parcel or remedy is not settled yet"),
    "fail": _("No invitation"),
    "first": _("First call that nobody answered"),
    "second": _("Second call that nobody answered"),
}
_REASONS: Mapping[str, Any] = {
    "invited_before": _("this review had its invitation"),
    "do_not_contact": _("the buyer wants no contact"),
    "invitation_closed": _("something was wanted for the review"),
    "suspicion": _("the review is under suspicion"),
    "platform": _("the platform allows none, or nobody has read its rules for 180 days"),
    "gate": _("the contact gate says no"),
    "remedy_open": _("what we promised is not done"),
    "parcel_open": _("the parcel is on its way"),
    "quiet_hours": _("quiet hours where the buyer lives"),
    "no_common_hour": _("no hour suits every clock of the buyer"),
    "buyer_cap": _("three contacts in 30 days"),
    "call_cap": _("two calls for this case"),
    "call_spacing": _("one call a day, four hours apart"),
    "call_connected": _("the buyer was reached already"),
    "request_cap": _("the one appointment was used"),
    "farewell_used": _("the farewell was sent"),
}
_MESSAGES: Mapping[str, Any] = {
    "queued": _("The message waits under Messages: copy it into the chat, then mark it as sent."),
    "sent": _("The message is sent."),
    "incomplete": _("The message was not sent; these values are missing: %(names)s."),
    "refused": _("The message was not sent: %(names)s."),
    "blocked": _("The message was not sent: %(names)s."),
}


def fact(name: str) -> Any:
    """A variable in words; what is to be filled in by hand as it is written."""
    return _FACTS.get(name) or INPUTS.get(name) or name


def outcome(code: str) -> Any:
    """What led to a step, where the script has no word for it."""
    return _OUTCOMES.get(code) or ANYWHERE.get(code) or ""


def _on_our_clock(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(shop_settings().zone):%Y-%m-%d %H:%M}"


def remarks(found: Mapping[str, Any]) -> Iterator[Any]:
    """What a guard said, or what became of a message."""
    message = found.get("message")
    reasons = [str(_REASONS.get(code, code)) for code in found.get("reasons", ())]
    if message is None:
        yield from reasons
        if found.get("until"):
            yield _("not before %(when)s", when=_on_our_clock(found["until"]))
    else:
        names = [*(str(fact(name)) for name in found.get("missing", ())), *reasons]
        text = _MESSAGES.get(message)
        yield str(text) % {"names": ", ".join(names)} if text else message
    if found.get("block"):
        yield _("No phone, address or account name is known that could be blocked.")
