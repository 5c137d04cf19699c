"""The label "suspected" (G10): what it takes, how long it lasts, what ends it, and that no buyer hears of it.

It keeps the shop from inviting whoever it concerns to update a review, and does nothing else: what the law gives a
buyer, refunds and answers, is asked of other rules, which do not know it.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Kind = Literal["malicious", "professional"]
KINDS: tuple[Kind, ...] = ("malicious", "professional")
LASTS = timedelta(days=180)
LEAST_EVIDENCE = 2
# ``rejected``: the platform refused a complaint of the case.
Why = Literal["lifted", "expired", "rejected"]
WHYS: tuple[Why, ...] = ("lifted", "expired", "rejected")
Lack = Literal["not_owner", "too_little", "already"]

_ACCUSING = re.compile(
    r"恶意(?:差评|评价|评论|买家|顾客|客户)|职业(?:差评|索赔|打假)|差评师|疑似恶意|敲诈|勒索"
    r"|\b(?:malicious|fake|professional)\s+(?:review|buyer|complain|claim)|\bsuspect(?:ed|s)?\b[^.!?]{0,30}\breview"
    r"|\bblackmail|\bextort",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Label:
    """A label as it stands. ``ended_at``: None while nobody ended it; it may be over by its time all the same."""

    set_at: datetime
    ended_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """When it is over by itself."""
        return self.set_at + LASTS


def lacks(evidence: Collection[str], is_owner: bool, is_labelled: bool) -> tuple[Lack, ...]:
    """What is missing for a label. ``evidence``: sha256 of each piece; the same bytes kept twice are one."""
    found: list[Lack] = []
    if not is_owner:
        found.append("not_owner")
    if len(set(evidence)) < LEAST_EVIDENCE:
        found.append("too_little")
    if is_labelled:
        found.append("already")
    return tuple(found)


def is_in_force(label: Label, now: datetime) -> bool:
    """Whether it counts: nobody ended it, and its 180 days are not over."""
    return label.ended_at is None and now < label.ends_at


def accuses(text: str) -> str:
    """The words by which a text for a buyer tells of a suspicion, empty for none."""
    found = _ACCUSING.search(text)
    return found[0] if found else ""
