"""Words for states, causes, facts and what happened, and the marks they are shown with."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Badge

# The one entry of the side bar; the plugin's pages are tabs below it.
AREA = _("Review recovery")
STATES: Mapping[str, object] = {
    "new": _("New case"),
    "triaged": _("Cause known"),
    "contacting": _("Contacting the buyer"),
    "waiting_buyer": _("Waiting for the buyer"),
    "waiting_internal": _("Waiting for us"),
    "waiting_approval": _("Waiting for the owner"),
    "on_hold": _("On hold"),
    "resolved_kept": _("Solved, review stays"),
    "resolved_updated": _("Solved, review updated"),
    "refused": _("Buyer refused"),
    "unreachable": _("Buyer unreachable"),
    "reported_to_platform": _("Reported to the platform"),
    "platform_removed": _("Removed by the platform"),
    "invalid": _("No case after all"),
}
_STATE_MARKS: Mapping[str, tuple[str, str]] = {
    "new": ("danger", "inbox"),
    "triaged": ("warn", "search"),
    "contacting": ("info", "telephone"),
    "waiting_buyer": ("neutral", "hourglass-split"),
    "waiting_internal": ("warn", "hourglass-split"),
    "waiting_approval": ("warn", "hourglass-split"),
    "on_hold": ("neutral", "pause-circle"),
    "resolved_kept": ("ok", "check-circle-fill"),
    "resolved_updated": ("ok", "check-circle-fill"),
    "refused": ("neutral", "x-circle"),
    "unreachable": ("neutral", "x-circle"),
    "reported_to_platform": ("neutral", "flag"),
    "platform_removed": ("neutral", "check-circle"),
    "invalid": ("neutral", "x-circle"),
}
LATE = Badge(_("overdue"), "danger", "alarm")
CAUSES: Mapping[str, object] = {
    "logistics": _("Delivery"),
    "packaging": _("Packaging"),
    "wrong_missing": _("Wrong or missing item"),
    "out_of_stock": _("Out of stock"),
    "not_as_described": _("Not as described"),
    "quality": _("Quality"),
    "after_sales": _("After-sales"),
    "staff_service": _("Service"),
    "malicious": _("Malicious review"),
    "professional": _("Demand for money"),
}
GROUPS: Mapping[str, object] = {
    "express": _("Express delivery"),
    "packaging": _("Packaging"),
    "service": _("Service"),
    "product": _("Product"),
    "malicious": _("Malicious"),
    "professional": _("Professional"),
}
FAULTS: Mapping[str, object] = {"S": _("Ours"), "C": _("The carrier's"), "B": _("The buyer's")}
FACTS: Mapping[str, object] = {
    "cancelled": _("Order cancelled"),
    "unavailable": _("Goods unavailable"),
    "not_dispatched": _("Not dispatched"),
    "in_transit": _("Still on its way"),
    "delivered_after_review": _("Delivered after the review"),
    "late": _("Delivered late"),
    "mismatch": _("Sent something else"),
    "none": _("Nothing unusual"),
    "refunds": _("Several refunds"),
}
URGENCIES: Mapping[str, object] = {
    "threat": _("Threat"),
    "safety": _("Safety"),
    "stars1": _("1★ or bad"),
    "stars2": _("2★"),
    "stars3": _("3★ or neutral"),
}
REMEDIES: Mapping[str, object] = {
    "trace": _("trace the parcel"),
    "reship": _("send it again"),
    "refund": _("refund"),
    "part_refund": _("part refund"),
    "return_freight": _("return at our cost"),
    "wait": _("wait for new stock"),
    "swap": _("another product"),
    "return": _("return"),
    "exchange": _("exchange"),
    "finish_request": _("finish the open request"),
    "apology": _("apology"),
}
OUTCOMES: Mapping[str, object] = {
    "solved": _("The problem is solved"),
    "confirmed": _("The buyer says that it is solved"),
    "explained": _("Explained, nothing left to do"),
    "nothing_to_do": _("Nothing can be done"),
    "no_answer": _("No answer"),
    "refused": _("The buyer wants no contact"),
    "reported": _("Reported to the platform"),
    "not_ours": _("Not our order"),
    "other": _("Something else"),
    "review_gone": _("The review is gone"),
}
# What the program gives as a reason.
REASONS: Mapping[str, object] = {
    "worse_review": _("the review got worse"),
    "waited_7_days": _("no answer for seven days"),
    "import_undone": _("its import was undone"),
    "said_in_a_call": _("said in a call"),
    "nobody_reached": _("nobody was reached by phone"),
    "complaint_rejected": _("the platform rejected the complaint"),
    "complaint_upheld": _("the platform upheld the complaint"),
    "erased": _("the words are forgotten"),
    "forgotten": _("the buyer asked to be forgotten"),
}
FOLLOW_UPS: Mapping[str, object] = {
    "call": _("Call"),
    "remedy_check": _("Ask whether it arrived"),
    "other": _("Something else"),
}
# The same in the list, with the time it is planned for.
NEXT: Mapping[str, Any] = {
    "call": lambda when: _("ring at %(when)s", when=when),
    "remedy_check": lambda when: _("ask from %(when)s on whether it arrived", when=when),
    "other": lambda when: _("planned for %(when)s", when=when),
}
DUE_NOW = Badge(_("due now"), "warn", "clock")
# What to do first, and the task that keeps it from coming again.
ADVICE: Mapping[str, tuple[object, object]] = {
    "logistics": (
        _("Find out where the parcel is before you ring. No invitation while it is open."),
        _("Courier scorecard, notices to buyers of late parcels."),
    ),
    "packaging": (_("Ask for a photo first."), _("Packing rule, drop test, tell the supplier.")),
    "wrong_missing": (_("Send the right item at once."), _("Second check of colour, size and count.")),
    "out_of_stock": (
        _("Say so the same day, with a refund, a wait or another product."),
        _("Daily supplier stock check, delist at zero."),
    ),
    "not_as_described": (
        _("Compare the buyer's photo with the page."),
        _("Honest photos, size table."),
    ),
    "quality": (_("If it is real, stop selling, and pay the return freight."), _("Change the supplier.")),
    "after_sales": (_("Finish the open request first."), _("A target for replies, the same care after “received”.")),
    "staff_service": (_("Read the chat, stay modest, answer fast."), _("Quick replies.")),
    "malicious": (_("One polite contact. Keep every threat."), _("Packing video, tracking.")),
    "professional": (_("Do not bargain. Keep every demand."), _("Complaint with the pattern.")),
}


def state_badge(state: str) -> Badge:
    """A state as icon, word and colour."""
    tone, icon = _STATE_MARKS[state]
    return Badge(STATES[state], tone, icon)  # type: ignore[arg-type]


def urgency_badge(urgency: str) -> Badge | None:
    """Threats and harm as a mark; stars are shown as stars."""
    if urgency not in ("threat", "safety"):
        return None
    return Badge(URGENCIES[urgency], "danger", "exclamation-octagon-fill")
