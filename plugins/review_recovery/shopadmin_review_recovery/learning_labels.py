"""Words for reports and prevention tasks."""

from collections.abc import Mapping
from fractions import Fraction

from flask_babel import format_decimal, gettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Badge, Share, share_interval
from shopadmin_review_recovery import labels
from shopadmin_review_recovery.domain.rates import Change

KINDS: Mapping[str, object] = {"product": _("Product"), "supplier": _("Supplier"), "courier": _("Courier")}
NO_LINES: Mapping[str, object] = {
    "product": _("No case in these weeks names a product, and none has an order with one."),
    "supplier": _("No supplier is known for these cases. Write one at your products, or import orders with sellers."),
    "courier": _("No courier is known for these cases. Import orders with their parcels."),
}
TASKS: Mapping[str, object] = {
    "courier_scorecard": _("Courier scorecard"),
    "packing_rule": _("Packing check"),
    "second_check": _("Second check before sealing"),
    "stock_check": _("Stock sync"),
    "honest_photos": _("Photo honesty"),
    "change_supplier": _("Quality of the supplier"),
    "reply_target": _("After-sales replies"),
    "quick_replies": _("Better answers"),
    "packing_video": _("Proof of packing"),
    "complaint_pattern": _("Complaint with the pattern"),
}
ITEMS: Mapping[str, object] = {
    "compare_couriers": _("Compare couriers in the report: late, lost, per 100 orders"),
    "promise_days": _("Correct the days that the page promises"),
    "notices_on": _("Switch on notices to buyers of late parcels"),
    "change_courier": _("Talk to the courier, or take another for this product"),
    "see_photos": _("Look at the photos of what was broken"),
    "drop_test": _("Drop a packed piece from 80 cm on corner, edge and side"),
    "write_rule": _("Write down how this product is packed, and hang it up"),
    "tell_supplier": _("Tell the supplier, with photos"),
    "find_mix_up": _("Find out with what it is mixed up, and part the two"),
    "check_colour_size_count": _("A second person checks colour, size and count"),
    "photo_before_sealing": _("Photograph what is in before sealing"),
    "count_stock": _("Count what is there, and correct the stock"),
    "daily_supplier": _("Ask the supplier for its stock every day"),
    "delist_at_zero": _("Take it off sale at zero"),
    "tell_same_day": _("Tell buyers the same day when something is missing"),
    "compare_photo": _("Lay buyers' photos beside the page"),
    "new_photos": _("Take photos in daylight, without filters"),
    "size_table": _("Measure it, and put a size table on the page"),
    "correct_text": _("Strike what the page promises and the thing does not keep"),
    "stop_selling": _("Stop selling what is left, if it is real"),
    "test_sample": _("Try three pieces yourself"),
    "decide_supplier": _("Decide: another batch, another supplier, or off sale"),
    "open_requests": _("Finish every open request about it"),
    "set_target": _("Set a target for replies, and say who keeps it"),
    "care_after_received": _("Answer as fast after “received” as before"),
    "read_chats": _("Read the chats of these cases together"),
    "write_replies": _("Write quick replies for what was asked"),
    "talk_to_team": _("Talk it over with the team, without blame"),
    "film_packing": _("Film how it is packed and weighed"),
    "tracked_only": _("Send it tracked, to a signature"),
    "collect_evidence": _("Collect chats and demands of all of these cases"),
    "file_complaint": _("Hand in one complaint that shows the pattern"),
}
_EFFECTS: Mapping[str, Badge] = {
    "early": Badge(_("too early to say"), "neutral", "hourglass-split"),
    "helped": Badge(_("it helped"), "ok", "graph-down"),
    "same": Badge(_("no difference to be seen"), "neutral", "dash-lg"),
    "worse": Badge(_("worse than before"), "danger", "graph-up"),
    "unknown": Badge(_("no orders to compare"), "neutral", "question-circle"),
}
RESULTS: Mapping[str, object] = {"done": _("Everything is done"), "dropped": _("Dropped")}
_CHANGES: Mapping[Change, object] = {
    "more": _("rising"),
    "fewer": _("falling"),
    "same": _("steady"),
    "unknown": _("no orders to compare"),
}


def effect_badge(effect: str) -> Badge:
    """Whether a task helped."""
    return _EFFECTS[effect]


def change_text(change: Change) -> str:
    """Which way it goes."""
    return str(_CHANGES[change])


def cause_text(cause: str) -> str:
    """A cause in words, also one that nobody knows yet."""
    return str(labels.CAUSES[cause]) if cause else gettext("Not known yet")


def number(value: Fraction | int | float | None) -> str:
    """To one place, a dash for None."""
    return "–" if value is None else str(format_decimal(round(float(value), 1)))


def percent(share: Share) -> str:
    """A share in whole percent."""
    return "–" if share.value is None else f"{round(float(share.value) * 100)} %"


def interval(share: Share) -> str:
    """Where the true share lies, in whole percent."""
    found = share_interval(share)
    return "–" if found is None else f"{round(found.low * 100)}–{round(found.high * 100)} %"
