"""Where a campaign stands, and what may be done to it then (R16, R17)."""

from dataclasses import dataclass
from typing import Literal, get_args

Stored = Literal["draft", "scheduled", "withdrawn"]
State = Literal["draft", "scheduled", "running", "ended", "withdrawn"]
Action = Literal["create", "edit", "delete", "schedule", "amount", "withdraw"]
# Why something may not be done; messages.py has the sentence for each.
Refusal = Literal["locked", "closing", "withdrawn", "not_a_draft", "not_scheduled"]

STATES: tuple[State, ...] = get_args(State)
ACTIONS: tuple[Action, ...] = get_args(Action)
# The rule closes this long before the triggers of the database do: the gap absorbs what a commit takes.
MARGIN_MS = 2000

_ALLOWED: dict[str, frozenset[Action]] = {
    "draft": frozenset({"create", "edit", "delete", "schedule"}),
    "scheduled": frozenset({"amount", "withdraw"}),
    "withdrawn": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A campaign as far as its lock goes. ``lock_at`` and ``use_to``: None where a draft does not say yet."""

    stored: Stored
    lock_at: int | None
    use_to: int | None = None
    is_sealed: bool = False


def lock_at(activity_start: int | None, claim_from: int | None) -> int | None:
    """When a campaign begins and everything about it is fixed: the earlier of activity start and collection start."""
    known = [instant for instant in (activity_start, claim_from) if instant is not None]
    return min(known, default=None)


def shown_state(campaign: Standing, now: int) -> State:
    """What a person is told: running and ended follow from the clock, a draft that was too late is withdrawn."""
    has_begun = campaign.is_sealed or (campaign.lock_at is not None and now >= campaign.lock_at)
    if campaign.stored == "draft":
        return "withdrawn" if has_begun else "draft"
    if campaign.stored == "withdrawn" or not has_begun:
        return campaign.stored
    return "running" if campaign.use_to is None or now < campaign.use_to else "ended"


def activity_state(starts_at: int, ends_at: int, now: int) -> Literal["coming", "running", "ended"]:
    """Where an activity stands by the clock."""
    return "coming" if now < starts_at else "running" if now < ends_at else "ended"


def may_edit(campaign: Standing, action: Action, now: int) -> Refusal | None:
    """None when ``action`` may be done, else why not. Closes ``MARGIN_MS`` before ``lock_at``.

    ``create`` asks about the draft as it would be stored.
    """
    if campaign.stored == "withdrawn":
        return "withdrawn"
    if campaign.is_sealed:
        return "locked"
    if campaign.lock_at is not None:
        if now >= campaign.lock_at:
            return "locked"
        if now >= campaign.lock_at - MARGIN_MS:
            return "closing"
    if action in _ALLOWED[campaign.stored]:
        return None
    return "not_scheduled" if campaign.stored == "draft" else "not_a_draft"
