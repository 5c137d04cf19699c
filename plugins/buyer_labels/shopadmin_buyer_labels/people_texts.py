"""What people read when they say who is who: refusals, reasons of suggestions, causes of what never matches."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Problem
from shopadmin_buyer_labels.domain.never_match import Cause

_REFUSALS: Mapping[str, Any] = {
    "same_buyer": _("A buyer cannot be merged with itself. Choose another one."),
    "no_buyer": _("There is no such buyer."),
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
    "not_listable": _("This is no phone number, e-mail address or address that somebody could be known by."),
}

REASONS: Mapping[str, Any] = {
    "name_alike": _("the names are alike"),
    "address_alike": _("the addresses are alike"),
    "born_alike": _("the birth dates are alike"),
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


def problem(code: str, field: str = "") -> Problem:
    """A refusal in the reader's language."""
    return Problem(code, _REFUSALS[code], field)
