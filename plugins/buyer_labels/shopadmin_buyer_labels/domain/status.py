"""The status of a label, derived from the times of facts (section 2), and what it may lead to at the most (section 4).

Nothing here is stored: time alone moves a label on.
"""

from dataclasses import dataclass
from datetime import date, datetime
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

    ``tier``: what it is said to rest on; ``evidence_tier``: of the best evidence that is attached. ``submitted_at``:
    put to review, and not returned. ``noticed_at``: approved, and the notice made; that it was sent, or cannot be,
    makes the label active. ``disputed_at``: an objection is open. ``own_fault``: None until somebody looked (S10);
    ``contacted_on``: when the buyer was talked to (S11). ``suspended_why``: empty where it is not.
    """

    code: str
    tier: int
    evidence_tier: int
    severity: int
    created_at: datetime
    expires_at: datetime
    own_fault: bool | None = None
    contacted_on: date | None = None
    submitted_at: datetime | None = None
    cooling_until: datetime | None = None
    reviewed_at: datetime | None = None
    noticed_at: datetime | None = None
    notice_sent_at: datetime | None = None
    notice_impossible_at: datetime | None = None
    suspended_at: datetime | None = None
    suspended_why: str = ""
    disputed_at: datetime | None = None
    corrected_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_why: str = ""
    tombstoned_at: datetime | None = None

    @property
    def is_told(self) -> bool:
        """Whether the buyer knows of it, or cannot be told."""
        return self.notice_sent_at is not None or self.notice_impossible_at is not None


def status(facts: Facts, now: datetime) -> Status:
    """The first that is true, in the order of ``STATUSES``; total."""
    happened: tuple[tuple[Status, bool], ...] = (
        ("tombstoned", facts.tombstoned_at is not None),
        ("revoked", facts.revoked_at is not None),
        ("corrected", facts.corrected_at is not None),
        ("expired", now >= facts.expires_at),
        ("suspended", facts.suspended_at is not None),
        ("disputed", facts.disputed_at is not None),
        ("active", facts.noticed_at is not None and facts.is_told),
        ("noticed", facts.noticed_at is not None),
        ("pending_review", facts.submitted_at is not None),
    )
    return next((name for name, is_true in happened if is_true), "draft")


def effect(facts: Facts, now: datetime) -> Effect:
    """The most that the label may lead to now, for the buyer it was given to.

    Only an active one counts in full, a noticed one as a note; before the second person has looked, the shop's own
    record (E1) is worth a flag. A bare assertion (E0) leads to nothing, and so do protective codes, and claims and
    reviews that were the shop's own fault.
    """
    return effect_in(facts, status(facts, now))


def effect_in(facts: Facts, found: Status) -> Effect:
    """The same where the status is known."""
    rule = CODES[facts.code]
    if rule.is_protective or (rule.is_careful and facts.own_fault):
        return Effect.NONE
    if found in ("draft", "pending_review"):
        return Effect.FLAG if facts.evidence_tier >= 1 else Effect.NONE
    if found == "noticed":
        return Effect.NOTE
    if found != "active" or facts.evidence_tier < 1:
        return Effect.NONE
    if facts.evidence_tier < UPHELD:
        return Effect.FLAG if rule.is_careful else Effect.HOLD
    return Effect.REQUIREMENT if facts.severity >= REQUIREMENT_SEVERITY else Effect.HOLD
