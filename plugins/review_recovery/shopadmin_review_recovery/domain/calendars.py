"""Business hours: windows of a week, lunch between them, holidays, extra working days, in a zone. Pure.

Counted is real time: an hour that the clocks repeat in autumn counts twice, one they skip in spring not at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
# As far as a due time may lie ahead; a calendar whose holidays leave nothing open until then is an error.
FURTHEST = timedelta(days=3 * 366)

# Minutes from midnight: begins, ends; 24:00 is 1440.
Window = tuple[int, int]


class EmptyCalendarError(ValueError):
    """There is no open hour in sight: no due time can be told."""


@dataclass(frozen=True)
class Calendar:
    """``week``: windows by weekday, Monday is 0; ``holidays``: closed whatever the weekday; ``extra``: working days
    with windows of their own, also on a holiday. Windows of a day neither touch nor cross, and are in order.
    """

    zone: ZoneInfo
    week: Mapping[int, Sequence[Window]]
    holidays: frozenset[date] = frozenset()
    extra: Mapping[date, Sequence[Window]] = field(default_factory=dict)
    _known: dict[date, Sequence[tuple[datetime, datetime]]] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Raise ValueError for windows that cannot be, EmptyCalendarError where no day has any."""
        for windows in (*self.week.values(), *self.extra.values()):
            last = -1
            for begins, ends in windows:
                if not last < begins < ends <= 24 * 60:
                    raise ValueError(f"windows {list(windows)} are not in order")
                last = ends
        if not any(self.week.values()) and not any(self.extra.values()):
            raise EmptyCalendarError("no window on any day")

    def windows(self, day: date) -> Sequence[Window]:
        """The windows of a day, in minutes of the local clock."""
        if day in self.extra:
            return self.extra[day]
        return () if day in self.holidays else self.week.get(day.weekday(), ())

    def spans(self, day: date) -> Sequence[tuple[datetime, datetime]]:
        """The open spans of a day as instants, aware UTC.

        In the hour that comes twice a window begins the first time and ends the second. A time that the clocks skip
        opens by the later and closes by the earlier of the two clocks, and a window all of such times is none.
        """
        found = self._known.get(day)
        if found is None:
            found = self._known[day] = tuple(self._find_spans(day))
        return found

    def _find_spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        last = datetime.min.replace(tzinfo=UTC)
        for begins, ends in self.windows(day):
            # Two windows of the hour that comes twice would cross: what the first has is not counted again.
            opens, closes = max(self._instant(day, begins, 0), last), self._instant(day, ends, 1)
            if opens < closes:
                yield opens, closes
                last = closes

    def _instant(self, day: date, minutes: int, fold: Literal[0, 1]) -> datetime:
        days, left = divmod(minutes, 24 * 60)
        local = datetime.combine(day + days * DAY, time(left // 60, left % 60, fold=fold), self.zone)
        return local.astimezone(UTC)


def between(calendar: Calendar, begins: datetime, ends: datetime) -> int:
    """Open seconds in ``[begins, ends)``, both aware; 0 where it ends before it begins."""
    # Two times of one zone are subtracted as clocks show them, not as they pass.
    begins, ends = begins.astimezone(UTC), ends.astimezone(UTC)
    total = timedelta()
    for opens, closes in _open_spans(calendar, begins, ends):
        total += min(closes, ends) - max(opens, begins)
    return int(total.total_seconds())


def add(calendar: Calendar, begins: datetime, seconds: int) -> datetime:
    """When so many open seconds after ``begins`` are over, aware UTC; 0 gives ``begins`` itself.

    Raises EmptyCalendarError when there are not so many in the next three years.
    """
    begins = begins.astimezone(UTC)
    if seconds <= 0:
        return begins
    left = timedelta(seconds=seconds)
    for opens, closes in _open_spans(calendar, begins, begins + FURTHEST):
        start = max(opens, begins)
        if start + left <= closes:
            return start + left
        left -= closes - start
    raise EmptyCalendarError("not enough open hours in three years")


def _open_spans(calendar: Calendar, begins: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The open spans that reach into ``[begins, ends)``, in order."""
    if begins >= ends:
        return
    # A day early: a window may end at midnight, which is the next day in UTC.
    day = begins.astimezone(calendar.zone).date() - DAY
    last = ends.astimezone(calendar.zone).date()
    while day <= last:
        for opens, closes in calendar.spans(day):
            if closes > begins and opens < ends:
                yield opens, closes
        day += DAY
