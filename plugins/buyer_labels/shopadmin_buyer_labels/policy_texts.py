"""Words of rules, holds and decisions, and why they are refused."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Badge, Problem
from shopadmin_buyer_labels.notice_texts import LOCALES

LEVELS: Mapping[int, Any] = {
    0: _("Nothing"),
    1: _("Note on the order"),
    2: _("Flag on the order"),
    3: _("Hold for review"),
}
REQUIREMENTS: Mapping[str, Any] = {
    "prepay": _("paid in advance"),
    "verify_contact": _("contact confirmed"),
    "signature_delivery": _("delivery against signature"),
}
STATUSES: Mapping[str, Any] = {
    "draft": _("Draft, proved by the shop's own record"),
    "pending_review": _("Waiting for review, proved by the shop's own record"),
    "noticed": _("Approved, the buyer not told yet"),
    "active": _("In force"),
}
NAMES: Mapping[str, Any] = {
    "shipped.note": _("Note every label"),
    "shipped.flag": _("Flag what the shop's own record proves"),
    "shipped.hold": _("Hold grave cases"),
    "shipped.signature": _("Signature after refunds for nothing"),
    "shipped.campaigns": _("No campaigns after grave cases"),
}
WHYS: Mapping[str, Any] = {
    "auto_released": _("Released by itself: nobody decided in time"),
    "by_hand": _("Released by a person"),
    "disputed": _("Released: the buyer objects to the label"),
    "suspended": _("Released: the label is suspended"),
    "revoked": _("Released: the label was taken back"),
    "corrected": _("Released: the label was corrected"),
    "expired": _("Released: the label has expired"),
    "tombstoned": _("Released: the label was erased"),
    "cleared": _("Released: the buyer was looked at and is fine"),
    "changed": _("Released: the label leads to less now"),
    "rule": _("Released: the rule is off or replaced"),
    "allowed": _("Released: somebody lets the buyer's orders pass"),
    "person": _("Released: it is somebody else"),
    "order": _("Over: the order went on"),
}
_PROBLEMS: Mapping[str, Any] = {
    "name": _("Give the rule a name of at most 80 characters."),
    "name_taken": _("Another rule is called that already: give this one a name of its own."),
    "unknown_code": _("There is no such label."),
    "protective": _("A label that speaks for the buyer leads to nothing against one."),
    "tier_range": _("Evidence goes from E0 to E4."),
    "severity_range": _("Severity goes from 1 to 4."),
    "no_status": _("Say at least one state of the labels that the rule looks at."),
    "unknown_status": _("A label in that state has no effect."),
    "nothing": _("The rule does nothing: choose a level, or campaigns."),
    "must_hold": _("What is asked for holds the order until it is there: choose “Hold for review”."),
    "too_early": _("Labels in these states lead to less than that: add “In force”, or choose less."),
    "asks_too_early": _("Only labels in force may ask for something or keep out of campaigns."),
    "asks_weak_tier": _("To ask for something, or to keep out of campaigns, takes a platform's decision: E3 at least."),
    "asks_weak_severity": _("To ask for something, or to keep out of campaigns, takes severity 3 at least."),
    "careful_tier": _("Claims and reviews hold an order only after a platform's decision: E3 at least."),
    "hold_range": _("A hold lasts from 1 to 24 hours."),
    "no_hold": _("Hours are for holds alone."),
    "is_live": _("This rule acts already."),
    "is_over": _("This version of the rule is over: a newer one has taken its place, or it was switched off."),
    "watches_still": _("The rule must watch for 14 days before it may make anybody wait."),
    "not_approved": _("Say that what the rule asks for works without asking anybody."),
    "held": _("This order is held for review: release it first, with the reason. By itself it is released in time."),
    "not_held": _("This order is not held any more."),
    "no_reason": _("Say why, in 1 to 500 characters."),
    "allow_days": _("A buyer's orders may be let pass for 1 to 90 days."),
}


def problem(code: str, field: str = "") -> Problem:
    """Why something is refused, in the reader's language."""
    return Problem(f"buyer_labels.{code}", _PROBLEMS[code], field)


def name_of(name: str) -> str:
    """What a rule is called: a shipped one in the reader's language."""
    return str(NAMES.get(name, name))


def names_of(name: str) -> frozenset[str]:
    """What a rule is called in any language of the pages, to be compared: upper case and width tell no two apart."""
    found = set()
    for locale in LOCALES.values():
        with force_locale(locale):
            found.add(" ".join(unicodedata.normalize("NFKC", name_of(name)).casefold().split()))
    return frozenset(found)


def requirements(codes: Iterable[str]) -> str:
    """What is asked for, in words."""
    return " · ".join(str(REQUIREMENTS[code]) for code in codes)


def badge(level: int, *, is_held: bool, requires: Iterable[str] = ()) -> Badge:
    """How an order is marked in lists: icon and words."""
    if is_held:
        return Badge(_("Held for review"), "warn", "pause-circle", requirements(requires))
    if level >= 2:
        return Badge(_("Labelled buyer"), "warn", "flag")
    return Badge(_("Buyer note"), "neutral", "tag")
