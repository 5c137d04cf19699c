"""Response targets in business hours: how much time a case has, had and has left, and when it is due (section 4).

Both targets run on one clock from the moment the case opens: while the shop waits for the buyer, for itself or for the
owner, or has put the case on hold, it stands, and once the case is over it stays. Due times are kept as instants; they
are made anew when the calendar changes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shopadmin_review_recovery.domain import calendars
from shopadmin_review_recovery.domain.calendars import Calendar
from shopadmin_review_recovery.domain.states import runs_clock
from shopadmin_review_recovery.domain.triage import Urgency

HOUR = 3600
WARN_AT = 0.8


@dataclass(frozen=True, slots=True)
class Target:
    """Business seconds until somebody has touched the case, and until it is solved."""

    first: int
    resolve: int


TARGETS: Mapping[Urgency, Target] = {
    "threat": Target(1 * HOUR, 24 * HOUR),
    "safety": Target(1 * HOUR, 24 * HOUR),
    "stars1": Target(2 * HOUR, 24 * HOUR),
    "stars2": Target(4 * HOUR, 48 * HOUR),
    "stars3": Target(8 * HOUR, 72 * HOUR),
}


@dataclass(frozen=True, slots=True)
class Clock:
    """``used``: business seconds used up to ``since``, from where it runs on; ``since`` is None while it stands."""

    used: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Due:
    """Aware UTC; None while the clock stands, ``first`` also once the case was touched."""

    first: datetime | None
    resolve: datetime | None


@dataclass(frozen=True, slots=True)
class Use:
    """How much of a target is used, in business seconds; ``left`` is below 0 once it is overdue."""

    used: int
    left: int

    @property
    def share(self) -> float:
        """1.0 is all of it."""
        return self.used / (self.used + self.left)

    @property
    def level(self) -> Literal[0, 1, 2]:
        """0 in time, 1 from 80 % on, 2 when it is over."""
        return 2 if self.left <= 0 else 1 if self.share >= WARN_AT else 0


def used_until(clock: Clock, calendar: Calendar, now: datetime) -> int:
    """Business seconds used by now."""
    return clock.used if clock.since is None else clock.used + calendars.between(calendar, clock.since, now)


def change(clock: Clock, calendar: Calendar, state: str, now: datetime) -> Clock:
    """The clock after the case came into ``state``."""
    if runs_clock(state) == (clock.since is not None):
        return clock
    if clock.since is None:
        return Clock(clock.used, now)
    return Clock(used_until(clock, calendar, now), None)


def replay(calendar: Calendar, opened_at: datetime, moves: Iterable[tuple[datetime, str]]) -> Clock:
    """The clock of a case by this calendar from its beginning: what a changed calendar asks for.

    ``moves``: when the case came into which state, in order.
    """
    clock = Clock(0, opened_at)
    for at, state in moves:
        clock = change(clock, calendar, state, at)
    return clock


def due(clock: Clock, calendar: Calendar, target: Target, is_touched: bool) -> Due:
    """When the targets are over; one that was used up when the clock went on, at that moment. Raises
    EmptyCalendarError.
    """
    if clock.since is None:
        return Due(None, None)
    first = None if is_touched else calendars.add(calendar, clock.since, target.first - clock.used)
    return Due(first, calendars.add(calendar, clock.since, target.resolve - clock.used))


def use(seconds: int, clock: Clock, calendar: Calendar, now: datetime) -> Use:
    """Used and left of a target of ``seconds``."""
    used = used_until(clock, calendar, now)
    return Use(used, seconds - used)


def is_sooner(one: Urgency, other: str) -> bool:
    """Whether the one is more urgent than the other."""
    order = list(TARGETS)
    return order.index(one) < order.index(other)  # type: ignore[arg-type]
