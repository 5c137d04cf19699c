"""What may be done with a label, from which status, and by whom (section 2, G2, G3, S10, S11).

A move is data: the times it sets and clears. So the rules can be walked through without a database, and the services
write exactly what was walked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from shopadmin_buyer_labels.domain.status import OPEN, Facts, Status, status
from shopadmin_buyer_labels.domain.taxonomy import CODES

Move = Literal[
    "edit", "attach", "submit", "return", "approve", "notice_sent", "notice_impossible", "renew", "suspend", "resume",
    "correct", "withdraw", "revoke",
]  # fmt: skip
MOVES: tuple[Move, ...] = get_args(Move)
Role = Literal["propose", "review"]
# What a shop of one person waits instead of asking a second one (G3).
COOLING = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Rule:
    """A move: from which statuses, who may make it, and the times that it sets to now or clears."""

    sources: tuple[Status, ...]
    role: Role
    sets: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()


_STANDING: tuple[Status, ...] = ("noticed", "active")
_PAUSED: tuple[Status, ...] = ("suspended", "disputed")
RULES: Mapping[Move, Rule] = {
    "edit": Rule(("draft",), "propose"),
    # What is under review does not change under the reviewer's eyes.
    "attach": Rule(("draft", *_STANDING, *_PAUSED), "propose"),
    "submit": Rule(("draft",), "propose", ("submitted_at",)),
    "return": Rule(("pending_review",), "propose", clears=("submitted_at", "cooling_until")),
    "approve": Rule(("pending_review",), "review", ("reviewed_at", "noticed_at")),
    "notice_sent": Rule(("noticed",), "review", ("notice_sent_at",)),
    "notice_impossible": Rule(("noticed",), "review", ("notice_impossible_at",)),
    "renew": Rule((*_STANDING, "expired"), "propose"),
    "suspend": Rule(_STANDING, "review", ("suspended_at",)),
    "resume": Rule(("suspended",), "review", clears=("suspended_at", "suspended_why")),
    "correct": Rule((*_STANDING, *_PAUSED), "review", ("corrected_at",)),
    # Whoever proposed it may take it back while nobody has decided; afterwards that is the reviewer's.
    "withdraw": Rule(("draft", "pending_review"), "propose", ("revoked_at",)),
    "revoke": Rule(tuple(name for name in OPEN if name != "draft"), "review", ("revoked_at",)),
}


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks. ``is_author``: made it, changed it, put it to review, or brought evidence that it is reviewed on.

    ``is_alone``: no other account of the shop is active.
    """

    may_propose: bool = False
    may_review: bool = False
    is_author: bool = False
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """What is attached. ``is_renewal``: it goes on from another label. ``has_new``: something is there that the label
    before, or this one before it was suspended, did not rest on. ``new_at``: when the newest such piece came.
    """

    is_renewal: bool = False
    has_new: bool = False
    new_at: datetime | None = None


def refusal(move: Move, facts: Facts, who: Who, now: datetime, proof: Proof = Proof()) -> str | None:
    """Why the move is not possible: a code, None where it is. ``forbidden`` is a matter of rights, the rest are not."""
    rule = RULES[move]
    if not (who.may_review or (rule.role == "propose" and who.may_propose)):
        return "forbidden"
    if status(facts, now) not in rule.sources:
        return "not_now"
    if move == "submit":
        return _unready(facts, proof)
    if move == "approve":
        return _no_reviewer(facts, who, now)
    if move == "resume":
        return _no_resuming(who, now, proof)
    return None


def after(move: Move, facts: Facts, now: datetime, why: str = "") -> Facts:
    """The facts once the move is made. ``why``: of a suspension or a revocation."""
    return replace(facts, **changes(move, now, why))


def changes(move: Move, now: datetime, why: str = "") -> dict[str, Any]:
    """What the move writes, by name."""
    rule = RULES[move]
    written: dict[str, Any] = dict.fromkeys(rule.sets, now)
    written |= {name: "" if name.endswith("_why") else None for name in rule.clears}
    if "suspended_at" in rule.sets:
        written["suspended_why"] = why
    if "revoked_at" in rule.sets:
        written["revoked_why"] = why
    return written


def _unready(facts: Facts, proof: Proof) -> str | None:
    """What is missing before somebody may be asked to review it."""
    rule = CODES[facts.code]
    if facts.evidence_tier < rule.min_tier:
        return "tier"
    if facts.evidence_tier != facts.tier:
        return "unproved"
    if proof.is_renewal and not proof.has_new:
        return "no_new_evidence"
    if facts.own_fault is None:
        return "own_fault_unchecked"
    if facts.own_fault and rule.is_careful:
        return "own_fault"
    return "not_contacted" if facts.contacted_on is None and not rule.is_protective else None


def _no_reviewer(facts: Facts, who: Who, now: datetime) -> str | None:
    """G3: another person, or the pause of a shop that one person runs."""
    if not who.is_author:
        return None
    if not who.is_alone or facts.cooling_until is None:
        return "self_review"
    return "cooling" if now < facts.cooling_until else None


def _no_resuming(who: Who, now: datetime, proof: Proof) -> str | None:
    """Section 5: new evidence and a second person."""
    if not proof.has_new or proof.new_at is None:
        return "no_new_evidence"
    if not who.is_author:
        return None
    if not who.is_alone:
        return "self_review"
    return "cooling" if now < proof.new_at + COOLING else None
