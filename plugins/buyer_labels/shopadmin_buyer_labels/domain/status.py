"""The status of a label, derived from the times of facts (section 2), and what it may lead to at the most (section 4).

Nothing here is stored: time alone moves a label on.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Literal, get_args

from shopadmin_buyer_labels.domain.taxonomy import CODES, UPHELD

Status = Literal[
    "tombstoned", "revoked", "corrected", "expired", "suspended", "disputed", "active", "noticed", "pending_review",
    "draft",
]  # fmt: skip
STATUSES: tuple[Status, ...] = get_args(Status)
# What nothing brings back.
FINAL: tuple[Status, ...] = ("tombstoned", "revoked", "corrected", "expired")
# What stands or is on its way.
OPEN: tuple[Status, ...] = tuple(status for status in STATUSES if status not in FINAL)
REQUIREMENT_SEVERITY = 3


class Effect(IntEnum):
    """How far a label may go, at the most: whether it does is for the shop's rules. ``REQUIREMENT``: what is above a
    hold, prepayment and its like.
    """

    NONE = 0
    NOTE = 1
    FLAG = 2
    HOLD = 3
    REQUIREMENT = 4


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a label: times are aware UTC, None for what has not happened.

    ``tier``: of the best evidence that is attached. ``submitted_at``: put to review, and not returned. ``noticed_at``:
    approved, and the notice made. ``told_at``: the notice was sent, or why it cannot be is written down.
    ``disputed_at``: an objection is open. ``is_own_fault``: None until somebody looked (S10).
    """

    code: str
    tier: int
    severity: int
    created_at: datetime
    expires_at: datetime
    submitted_at: datetime | None = None
    noticed_at: datetime | None = None
    told_at: datetime | None = None
    suspended_at: datetime | None = None
    disputed_at: datetime | None = None
    corrected_at: datetime | None = None
    revoked_at: datetime | None = None
    tombstoned_at: datetime | None = None
    is_own_fault: bool | None = None


def status(facts: Facts, now: datetime) -> Status:
    """The first that is true, in the order of ``STATUSES``; total."""
    happened: tuple[tuple[Status, bool], ...] = (
        ("tombstoned", facts.tombstoned_at is not None),
        ("revoked", facts.revoked_at is not None),
        ("corrected", facts.corrected_at is not None),
        ("expired", now >= facts.expires_at),
        ("suspended", facts.suspended_at is not None),
        ("disputed", facts.disputed_at is not None),
        ("active", facts.noticed_at is not None and facts.told_at is not None),
        ("noticed", facts.noticed_at is not None),
        ("pending_review", facts.submitted_at is not None),
    )
    return next((name for name, is_true in happened if is_true), "draft")


def effect(facts: Facts, now: datetime) -> Effect:
    """The most that the label may lead to now, for the buyer it was given to.

    Only an active one counts in full, a noticed one as a note; before the second person has looked, the shop's own
    record (E1) is worth a flag. Protective codes lead to nothing, and so do claims and reviews that were the shop's own
    fault.
    """
    rule = CODES[facts.code]
    if rule.is_protective or (rule.is_careful and facts.is_own_fault):
        return Effect.NONE
    found = status(facts, now)
    if found in ("draft", "pending_review"):
        return Effect.FLAG if facts.tier >= 1 else Effect.NONE
    if found == "noticed":
        return Effect.NOTE
    if found != "active":
        return Effect.NONE
    if facts.tier < UPHELD:
        return Effect.FLAG if rule.is_careful else Effect.HOLD
    return Effect.REQUIREMENT if facts.severity >= REQUIREMENT_SEVERITY else Effect.HOLD
