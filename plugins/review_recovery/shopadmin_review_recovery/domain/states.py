"""The life of a case: which state may follow which, and what each does to the clock (section 4 of the rules).

new → triaged → contacting → waiting → an end; any open state may be put on hold, and goes back to where it was. What
is over is opened again only by a worse review, or because somebody says why.
"""

from dataclasses import dataclass
from typing import Literal

State = Literal[
    "new", "triaged", "contacting", "waiting_buyer", "waiting_internal", "waiting_approval", "on_hold",
    "resolved_kept", "resolved_updated", "refused", "unreachable", "reported_to_platform", "platform_removed",
    "invalid",
]  # fmt: skip
WAITING: tuple[State, ...] = ("waiting_buyer", "waiting_internal", "waiting_approval")
RUNNING: tuple[State, ...] = ("new", "triaged", "contacting")
OPEN: tuple[State, ...] = (*RUNNING, *WAITING, "on_hold")
ENDED: tuple[State, ...] = (
    "resolved_kept",
    "resolved_updated",
    "refused",
    "unreachable",
    "reported_to_platform",
    "platform_removed",
    "invalid",
)
STATES: tuple[State, ...] = (*OPEN, *ENDED)

_FORWARD: dict[str, tuple[State, ...]] = {
    "new": ("triaged", "contacting"),
    "triaged": ("contacting", *WAITING),
    "contacting": WAITING,
    "waiting_buyer": ("contacting", "waiting_internal", "waiting_approval"),
    "waiting_internal": ("contacting", "waiting_buyer", "waiting_approval"),
    "waiting_approval": ("contacting", "waiting_buyer", "waiting_internal"),
}
Reason = Literal[
    "ended", "not_ended", "not_on_hold", "on_hold", "not_next", "unknown", "no_outcome", "no_reason", "not_reported",
]  # fmt: skip


class StateError(ValueError):
    """The change is not allowed. ``code``: why."""

    def __init__(self, code: Reason) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case is. ``held_from``: the state before it was put on hold, None in any other."""

    state: State
    held_from: State | None = None


def next_states(now: Standing) -> tuple[State, ...]:
    """The open states that somebody may move the case to; for one on hold the state it came from."""
    if now.state == "on_hold":
        return (now.held_from or "triaged",)
    if now.state in ENDED:
        return ()
    return (*_FORWARD[now.state], "on_hold")


def move(now: Standing, wanted: State) -> Standing:
    """The standing afterwards. Raises StateError; closing is ``close``."""
    if wanted not in STATES:
        raise StateError("unknown")
    if now.state in ENDED:
        raise StateError("ended")
    if wanted not in next_states(now):
        raise StateError("on_hold" if now.state == "on_hold" else "not_next")
    return Standing(wanted, now.state if wanted == "on_hold" else None)


def close(now: Standing, end: State, outcome: str, reason: str) -> Standing:
    """The standing of a case that is over. Raises StateError unless it was open, and without outcome or reason."""
    if end not in ENDED:
        raise StateError("unknown")
    if now.state in ENDED:
        raise StateError("ended")
    if not outcome.strip():
        raise StateError("no_outcome")
    if not reason.strip():
        raise StateError("no_reason")
    return Standing(end)


def removed(now: Standing) -> Standing:
    """The standing once the platform removed the review. Raises StateError unless it was reported there."""
    if now.state != "reported_to_platform":
        raise StateError("not_reported")
    return Standing("platform_removed")


def reopen(now: Standing) -> Standing:
    """The standing of a case that was over and is not any more: looked at, to be gone on with. Raises StateError."""
    if now.state not in ENDED:
        raise StateError("not_ended")
    return Standing("triaged")


def runs_clock(state: str) -> bool:
    """Whether the time for an answer runs: not while the shop waits for somebody, nor once the case is over."""
    return state in RUNNING
