"""A buyer objects to a label: its effect pauses at once, another person decides, else time does (G10).

An appeal is due after 14 days. From then on the label is suspended by itself and stays so until the appeal is decided.
Where the shop has nobody else, whoever wrote or reviewed the label may decide after a pause of 24 hours. What one
of the shop's own people raised by one click that person may take back, as long as no buyer's words rest on it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

LASTS = timedelta(days=14)
PAUSE = timedelta(hours=24)
# Before it is due: whoever may decide is reminded twice.
REMINDERS = (timedelta(hours=72), timedelta(hours=24))

Outcome = Literal["upheld", "rejected"]
Remedy = Literal["corrected", "revoked"]
OUTCOMES: tuple[Outcome, ...] = ("upheld", "rejected")
# What becomes of an objection that nobody had to decide.
WITHDRAWN = "withdrawn"
REMEDIES: tuple[Remedy, ...] = ("corrected", "revoked")
# How the objection reached the shop.
CHANNELS = ("page", "phone", "chat", "email", "letter", "person", "other")
Refusal = Literal["decided", "own_label", "pause", "remedy", "not_yours", "has_words", "late"]


@dataclass(frozen=True, slots=True)
class Facts:
    """An appeal as the rules see it. ``involved``: accounts that wrote the label, changed it, put it to review or
    reviewed it.
    """

    opened_at: datetime
    decided_at: datetime | None
    involved: frozenset[int]


def due_at(opened_at: datetime) -> datetime:
    """Until when it is to be decided, aware UTC."""
    return opened_at + LASTS


def is_overdue(facts: Facts, now: datetime) -> bool:
    """Whether nobody has decided in time: the label is suspended then."""
    return facts.decided_at is None and now >= due_at(facts.opened_at)


def reminders_due(facts: Facts, now: datetime) -> int:
    """How many reminders should have gone by now: 0 to 2; none of what is decided or overdue."""
    if facts.decided_at is not None or is_overdue(facts, now):
        return 0
    return sum(now >= due_at(facts.opened_at) - before for before in REMINDERS)


def is_alone(facts: Facts, deciders: Collection[int]) -> bool:
    """Whether nobody among those who may decide appeals stands apart from this label."""
    return facts.involved.issuperset(deciders)


def lacks(
    facts: Facts, account: int, deciders: Collection[int], outcome: Outcome, remedy: Remedy | Literal[""], now: datetime
) -> Refusal | None:
    """Why the account may not decide so now; None where it may.

    ``deciders``: all accounts that may decide appeals. An appeal that is upheld corrects or revokes the label, one that
    is rejected leaves it as it is.
    """
    if facts.decided_at is not None:
        return "decided"
    if (outcome == "upheld") != bool(remedy):
        return "remedy"
    if account not in facts.involved:
        return None
    if not is_alone(facts, deciders):
        return "own_label"
    return "pause" if now < facts.opened_at + PAUSE else None


def cannot_take_back(
    facts: Facts, account: int, channel: str, opened_by: int | None, words: int, now: datetime
) -> Refusal | None:
    """Why the account may not take the objection back; None where it may. ``words``: how many rebuttals rest on it.

    What a buyer said is never taken back for them, and what is overdue was paused for a reason.
    """
    if facts.decided_at is not None:
        return "decided"
    if opened_by != account:
        return "not_yours"
    # What reached the shop some other way than by this click is what a buyer said.
    if words or channel != "page":
        return "has_words"
    return "late" if is_overdue(facts, now) else None
