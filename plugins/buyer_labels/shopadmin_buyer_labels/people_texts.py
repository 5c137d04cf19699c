"""What people read when they say who is who: refusals, reasons of suggestions, causes of what never matches."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Problem
from shopadmin_buyer_labels.domain.never_match import Cause

_REFUSALS: Mapping[str, Any] = {
    "same_buyer": _("A buyer cannot be merged with itself. Choose another one."),
    "no_buyer": _("No buyer is found by this. Give a whole mobile number, an e-mail address or an order number."),
    "several": _(
        "Several buyers are found by this. Give the number of an order of the one that is meant, or the buyer's own"
        " (#17)."
    ),
    "merged_already": _("This buyer is merged with somebody already. End that first."),
    "merge_loop": _("The other buyer is merged into this one, directly or by others. A circle says nothing."),
    "decided_already": _("Somebody has decided about this already."),
    "not_told_apart": _("Nobody said that these are two people."),
    "staff_labelled": _(
        "One of them is one of the shop's own people, and there is a label. The shop's own people are not labelled."
    ),
    "split_already": _("This buyer is split off already."),
    "ended_already": _("This has been ended already."),
    "why_missing": _("Say why: somebody may have to take it back later."),
    "why_long": _("A reason has 500 characters at most."),
    "unknown_kind": _("Choose a phone, an e-mail address or an address."),
    "unknown_cause": _("Choose why nobody is known by it."),
    "listed_already": _("This is on the list already."),
    "listed_own": _("The program keeps the addresses of the shop's own people on the list."),
    "bad_line": lambda number: _(
        "Line %(number)s is no phone number, e-mail address or address that somebody could be known by. Mend it or take"
        " it out; nothing was added.",
        number=number,
    ),
    "too_many_lines": lambda most: _("At most %(most)s lines at once. Part the list.", most=most),
    "not_listable": _("This is no phone number, e-mail address or address that somebody could be known by."),
}

REASONS: Mapping[str, Any] = {
    "name_alike": _("the names are alike"),
    "address_alike": _("the addresses are alike"),
    "same_tail": _("the phones end alike"),
    "same_fixed": _("the same fixed line"),
    "same_nick": _("the same nick"),
}

CAUSES: Mapping[Cause, Any] = {
    "pickup": _("Pickup point"),
    "locker": _("Parcel locker"),
    "forwarder": _("Forwarder or warehouse"),
    "dormitory": _("Dormitory"),
    "hotel": _("Hotel"),
    "shared": _("Used by many people"),
    "own": _("The shop's own"),
}


LISTED_KINDS: Mapping[str, Any] = {
    "address": _("Address"), "phone": _("Phone"), "email": _("E-mail"), "fixed": _("Fixed line"),
}  # fmt: skip
# By what two buyers are one person.
TIES: Mapping[str, Any] = {
    "phone": _("the same mobile number"),
    "email": _("the same e-mail address"),
    "platform_uid": _("the same id of a platform"),
    "merge": _("somebody said so"),
    "chain": _("by others in between"),
}


def problem(code: str, field: str = "", **values: Any) -> Problem:
    """A refusal in the reader's language, with the values that its sentence names."""
    return Problem(code, _REFUSALS[code](**values) if values else _REFUSALS[code], field)
