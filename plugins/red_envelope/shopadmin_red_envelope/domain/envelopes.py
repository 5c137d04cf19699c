"""Where an envelope stands, and what may happen to it then.

``available > held > redeemed``, back to ``available`` by release or give-back, or ``expired`` or ``forfeited``. No
event takes an envelope from its buyer or hands it to another (R11), and none splits it (R10).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

State = Literal["available", "held", "redeemed", "forfeited", "expired"]
Event = Literal["hold", "release", "redeem", "give_back", "forfeit", "expire"]
# Why an event does not happen.
Refusal = Literal["wrong_state", "hold_lapsed", "expired", "not_due"]

STATES: tuple[State, ...] = get_args(State)
EVENTS: tuple[Event, ...] = get_args(Event)

MINUTE_MS = 60_000
DEFAULT_HOLD_MS = 30 * MINUTE_MS
SHORTEST_HOLD_MS = MINUTE_MS
LONGEST_HOLD_MS = 24 * 60 * MINUTE_MS

_NEXT: Mapping[tuple[State, Event], State] = {
    ("available", "hold"): "held",
    ("held", "release"): "available",
    ("held", "redeem"): "redeemed",
    # Once a full refund is complete (R18).
    ("redeemed", "give_back"): "available",
    # Once refunds have taken the last unit of its share; while the buyer keeps some of it, it stays redeemed.
    ("redeemed", "forfeit"): "forfeited",
    ("available", "expire"): "expired",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """An envelope as far as its state goes. ``held_until``: the end of its hold, None unless held."""

    state: State
    use_to: int
    held_until: int | None = None


class EventRefusedError(ValueError):
    """The event does not happen; ``refusal`` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def hold_end(now: int, length: int = DEFAULT_HOLD_MS) -> int:
    """When a hold made now lapses; the owner's length is kept between a minute and a day."""
    return now + min(max(length, SHORTEST_HOLD_MS), LONGEST_HOLD_MS)


def after(envelope: Standing, event: Event, now: int) -> State:
    """The state after the event. Raises EventRefusedError.

    A hold redeems as long as it lives, also past ``use_to``, as it was decided when it was made; one that is released
    past ``use_to`` lets the envelope expire.
    """
    if (envelope.state, event) not in _NEXT:
        raise EventRefusedError("wrong_state")
    is_over = now >= envelope.use_to
    if event in ("hold", "give_back") and is_over:
        raise EventRefusedError("expired")
    if event == "redeem" and has_lapsed(envelope, now):
        raise EventRefusedError("hold_lapsed")
    if event == "expire" and not is_over:
        raise EventRefusedError("not_due")
    return "expired" if event == "release" and is_over else _NEXT[envelope.state, event]


def has_lapsed(envelope: Standing, now: int) -> bool:
    """Whether the hold is over: it lives in ``[made, held_until)``."""
    return envelope.held_until is None or now >= envelope.held_until


def due(envelope: Standing, now: int) -> Event | None:
    """What the clock alone asks for: the release of a lapsed hold, the expiry of what was not used."""
    if envelope.state == "held" and has_lapsed(envelope, now):
        return "release"
    if envelope.state == "available" and now >= envelope.use_to:
        return "expire"
    return None


def shown_state(envelope: Standing, now: int) -> State:
    """What a person is told: what is due has happened, whether or not a job has written it down yet."""
    event = due(envelope, now)
    return after(envelope, event, now) if event else envelope.state
