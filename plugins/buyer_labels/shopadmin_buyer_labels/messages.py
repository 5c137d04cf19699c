"""Why something is refused, in words: codes of the rules to sentences that say what to do."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Problem

_SENTENCES: Mapping[str, Callable[..., Any]] = {
    "stale": lambda: _("Somebody changed this label meanwhile. Look at it again, then decide."),
    "not_now": lambda status: _("A label that is %(status)s cannot be changed so.", status=status),
    "code": lambda word="": (
        _("“%(word)s” is none of the events that a label may say. Choose one from the list.", word=word)
        if word
        else _("This is none of the events that a label may say. Choose one from the list.")
    ),
    "headings": lambda known, headings: _(
        "The list lacks a column for %(known)s, or it is headed otherwise. Its headings are: %(headings)s.",
        known=known, headings=headings,
    ),
    "tier": lambda tier: _("Its code needs evidence of E%(tier)s at least. Attach it first.", tier=tier),
    "tier_value": lambda: _("Evidence is E0 to E4."),
    "tier_below": lambda tier: _("Evidence of E%(tier)s is attached already. It cannot say less.", tier=tier),
    "weight": lambda kind, most: _(
        "“%(kind)s” weighs E%(most)s at the most. Choose less, or attach the decision itself.", kind=kind, most=most
    ),
    "unproved": lambda tier, found: _(
        "It is said to rest on E%(tier)s, but what is attached is E%(found)s. Attach the proof, or say less.",
        tier=tier, found=found,
    ),
    "severity": lambda: _("A severity is 1 to 4."),
    "severity_cap": lambda tier, most: _(
        "On evidence of E%(tier)s the severity is %(most)s at the most. Attach better evidence, or say less.",
        tier=tier, most=most,
    ),
    "happened_on": lambda: _("The day lies in the future, or too long ago."),
    "happened_on_value": lambda: _("Write the day as 2026-10-01."),
    "expires_past": lambda: _("A label ends in the future. Choose a later day."),
    "expires_late": lambda latest: _("A label of this code ends on %(latest)s at the latest.", latest=latest),
    "expires_value": lambda: _("Write the end as 2026-10-01."),
    "note_long": lambda most: _("A note has %(most)s characters at most.", most=most),
    "character": lambda words: _(
        "“%(words)s” says what somebody is. Write what happened, and what came of it; what was said word for word"
        " belongs into the evidence.",
        words=words,
    ),
    "honest_review": lambda words: _(
        "“%(words)s”: a bad review is everybody's right and no ground for a label. Write what was demanded for it, if"
        " anything was.",
        words=words,
    ),
    "lawful_return": lambda words: _(
        "“%(words)s”: sending goods back is everybody's right and no ground for a label. Write what was wrong with what"
        " came back, if anything was.",
        words=words,
    ),
    "authority": lambda words: _(
        "“%(words)s”: a complaint to an authority is everybody's right and no ground for a label. Write what was"
        " demanded with it, if anything was.",
        words=words,
    ),
    "contact": lambda words: _("Leave phones and addresses out of the note: “%(words)s”.", words=words),
    "staff": lambda: _("This is one of the shop's own people. They are not labelled."),
    "buyer": lambda: _("There is no such buyer."),
    "already": lambda label: _("This is label #%(label)s already.", label=label),
    "attached": lambda: _("This evidence is attached already."),
    "no_new_evidence": lambda: _("Nothing new is attached. It needs evidence that it did not rest on before."),
    "own_fault_unchecked": lambda: _("Look first whether it was the shop's own fault."),
    "own_fault": lambda: _("It was the shop's own fault: then this is no event of the buyer."),
    "looked_at": lambda: _("Look at all six, then tick them."),
    "own_fault_value": lambda: _("Say whether it was the shop's own fault."),
    "not_contacted": lambda: _("Talk to the buyer first, and write down when."),
    "contacted_on": lambda: _("This day lies in the future, or before the event."),
    "self_review": lambda: _(
        "Nobody reviews what is their own: what they proposed, changed, put to review, or brought evidence for. Ask a"
        " second person."
    ),
    "cooling": lambda at: _("One person runs this shop: sleep on it, and decide from %(at)s on.", at=at),
    "why": lambda: _("Say why, in a few words."),
    "denied": lambda why: _("The notice may not be sent: %(why)s. Say why notice is impossible, or tell them yourself.",
                            why=why),
    "time": lambda: _("This time is further away than a calendar goes."),
    "no_piece": lambda: _("Give a picture or a text."),
    "note_value": lambda: _("A note is a text."),
    "rows": lambda most: _("At most %(most)s rows at once. Part the list.", most=most),
    "line": lambda names: _("This line is no object, or has other names than %(names)s.", names=names),
    "identifiers": lambda: _("Give a mobile number, an e-mail address or a platform id."),
    "region": lambda: _("A region is the two letters of a country, such as CN; without one the shop's own counts."),
}  # fmt: skip


def problem(code: str, field: str = "", **values: Any) -> Problem:
    """The objection in words; its code carries the plugin's name."""
    return Problem(f"buyer_labels.{code}", _SENTENCES[code](**values), field)
