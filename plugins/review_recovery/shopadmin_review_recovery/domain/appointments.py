"""When a buyer wants to be rung: a day and an hour on the buyer's clock, out of what was agreed in a call (G2, G3).

A script's ``afternoon`` and ``evening`` are the windows of the document; for any other answer the hour is written down.
What nobody wrote down is the first hour that fits: what the buyer said was that it may be any.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

WINDOWS: Mapping[str, tuple[time, time]] = {
    "afternoon": (time(14), time(17, 30)),
    "evening": (time(18), time(20, 30)),
}
# Around an hour that was named.
LENGTH = timedelta(hours=1)
# Whoever is busy now is busy for a while: no sooner than the gate keeps calls apart.
SOONEST = timedelta(hours=4)
FURTHEST = timedelta(days=30)
_STEP = timedelta(minutes=30)

# The first moment from one on at which a call is in nobody's quiet hours (G2); None for none.
NextHour = Callable[[datetime], datetime | None]
Reason = Literal["day", "time", "past", "far", "window", "quiet", "none"]


class AppointmentError(ValueError):
    """It cannot be agreed so. ``code``: why; ``window``: what the hour must lie in, for that reason."""

    def __init__(self, code: Reason, window: tuple[time, time] | None = None) -> None:
        super().__init__(code)
        self.code, self.window = code, window


@dataclass(frozen=True, slots=True)
class Appointment:
    """From when until when the buyer is to be rung, aware UTC."""

    begins: datetime
    ends: datetime


def agree(on: str, day: str, hour: str, zone: ZoneInfo, now: datetime, next_hour: NextHour) -> Appointment:
    """What was agreed. ``on``: the buyer's answer; ``day``: ISO date; ``hour``: HH:MM; both on ``zone``'s clock.

    Raises AppointmentError.
    """
    window = WINDOWS.get(on)
    if not (day or hour):
        return propose(on, zone, now, next_hour)
    at = _read_hour(hour) if hour else window[0] if window else None
    if at is None:
        raise AppointmentError("time")
    begins = _on_day(_read_day(day), at, zone, now)
    if window and not window[0] <= at < window[1]:
        raise AppointmentError("window", window)
    if begins <= now:
        raise AppointmentError("past")
    if begins > now + FURTHEST:
        raise AppointmentError("far")
    if next_hour(begins) != begins:
        raise AppointmentError("quiet")
    return Appointment(begins, _end(begins, window, zone))


def propose(on: str, zone: ZoneInfo, now: datetime, next_hour: NextHour) -> Appointment:
    """The first time that suits. Raises AppointmentError where no hour suits every clock that may be the buyer's."""
    window = WINDOWS.get(on)
    if window is None:
        begins = next_hour(_rounded_up(now + SOONEST))
    else:
        today = now.astimezone(zone).date()
        starts = (_instant(today + timedelta(days=days), window[0], zone) for days in range(FURTHEST.days))
        begins = next((start for start in starts if start > now and next_hour(start) == start), None)
    if begins is None:
        raise AppointmentError("none")
    return Appointment(begins, _end(begins, window, zone))


def _on_day(day: date | None, at: time, zone: ZoneInfo, now: datetime) -> datetime:
    """An hour without a day is the next one."""
    if day is not None:
        return _instant(day, at, zone)
    today = _instant(now.astimezone(zone).date(), at, zone)
    return today if today > now else _instant(now.astimezone(zone).date() + timedelta(days=1), at, zone)


def _end(begins: datetime, window: tuple[time, time] | None, zone: ZoneInfo) -> datetime:
    return _instant(begins.astimezone(zone).date(), window[1], zone) if window else begins + LENGTH


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    try:
        return datetime.combine(day, at, zone).astimezone(UTC)
    except OverflowError:  # at either end of the calendar
        raise AppointmentError("day") from None


def _rounded_up(at: datetime) -> datetime:
    """To the next half hour."""
    beyond = timedelta(minutes=at.minute % 30, seconds=at.second, microseconds=at.microsecond)
    return at - beyond + (_STEP if beyond else timedelta())


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise AppointmentError("day") from None


def _read_hour(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - an hour on a clock, of no day yet
    except ValueError:
        raise AppointmentError("time") from None
