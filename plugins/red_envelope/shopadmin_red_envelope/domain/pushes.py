"""The push of a campaign (R24): whom it is for, who gets nothing for comparison, and what may be done when.

Its audience is buyers with a completed order in the shop, and nobody else. Nothing about a review is asked here.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, get_args

from shopadmin_red_envelope.domain.states import Stored

State = Literal["draft", "drawing", "drawn", "sending", "sent", "stopped"]
Action = Literal["edit", "draw", "send", "stop"]
# Why a buyer who bought before is left out; who has several reasons counts under the first.
Left = Literal["no_consent", "do_not_contact", "excluded", "no_address"]
# Why something may not be done; messages.py has the sentence for each.
Refusal = Literal[
    "push_locked", "push_drawing", "push_not_drawn", "push_over", "push_not_scheduled", "push_withdrawn",
    "push_closed", "push_sold_out",
]  # fmt: skip

STATES: tuple[State, ...] = get_args(State)
ACTIONS: tuple[Action, ...] = get_args(Action)
LEFT: tuple[Left, ...] = get_args(Left)
DEFAULT_HOLDOUT, LEAST_HOLDOUT, MOST_HOLDOUT = 10, 1, 50
LONGEST_SUBJECT, LONGEST_TEXT = 200, 2000

_ALLOWED: dict[State, frozenset[Action]] = {
    "draft": frozenset({"edit", "draw"}),
    "drawing": frozenset({"stop"}),
    "drawn": frozenset({"edit", "draw", "send"}),
    "sending": frozenset({"stop"}),
    "sent": frozenset(),
    "stopped": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Campaign:
    """What a push asks of its campaign. ``claim_to``: milliseconds UTC; ``is_sold_out``: nothing is left to collect."""

    stored: Stored
    claim_to: int | None
    is_sold_out: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the shop knows of some buyers, as ids: who agreed, who must not be written to, who is kept out of campaigns,
    and to whom the chosen way leads.
    """

    consenting: Collection[int]
    blocked: Collection[int]
    excluded: Collection[int]
    reachable: Collection[int]


def may(state: State, action: Action) -> Refusal | None:
    """None when ``action`` may be done to a push in this state, else why not. What is sent stays as it was sent."""
    if action in _ALLOWED[state]:
        return None
    if state == "drawing":
        return "push_drawing"
    if state == "draft":
        return "push_not_drawn"
    return "push_over" if state in ("sent", "stopped") else "push_locked"


def campaign_refusal(campaign: Campaign, now: int) -> Refusal | None:
    """Why nobody is told of this campaign now: who is told of it must be able to collect something."""
    if campaign.stored == "draft":
        return "push_not_scheduled"
    if campaign.stored == "withdrawn":
        return "push_withdrawn"
    if campaign.claim_to is None or now >= campaign.claim_to:
        return "push_closed"
    return "push_sold_out" if campaign.is_sold_out else None


def left_out(buyer: int, facts: Facts) -> Left | None:
    """Why this buyer is left out, None for one who is in; the first of ``LEFT`` that applies (R24, G4, G13)."""
    reasons: dict[Left, bool] = {
        "no_consent": buyer not in facts.consenting,
        "do_not_contact": buyer in facts.blocked,
        "excluded": buyer in facts.excluded,
        "no_address": buyer not in facts.reachable,
    }
    return next((reason for reason in LEFT if reasons[reason]), None)


def draw(buyers: Iterable[int], percent: int, seed: str) -> frozenset[int]:
    """The holdout: ``percent`` of the buyers, rounded to whole ones, by chance alone (R26).

    Who has the smallest hashes of seed and id: the same for the same seed, in whatever order they come, so that anybody
    can draw it again. Two buyers or more give one at least, or there would be nothing to compare with.
    """
    ranked = sorted(set(buyers), key=lambda buyer: (sha256(f"{seed}:{buyer}".encode()).digest(), buyer))
    count = (len(ranked) * percent + 50) // 100
    return frozenset(ranked[: max(count, 1) if len(ranked) > 1 else 0])
