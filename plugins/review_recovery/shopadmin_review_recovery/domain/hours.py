"""Business hours as the owner types them, read into a calendar.

Week: ``mon-fri 09:00-12:00 13:30-18:00``, a line for some days, days as ``mon``, ``sat-sun`` or ``周一-周五``, parted
by commas. Holidays: a date a line, or ``2026-10-01..2026-10-07``. Extra working days: a date and its windows.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from shopadmin_review_recovery.domain.calendars import Calendar, Window

DEFAULT_WEEK = "mon-sat 09:00-12:00 13:30-18:00"
LONGEST_HOLIDAY = 366
_NAMES = {
    name: number
    for names in (("mon", "tue", "wed", "thu", "fri", "sat", "sun"), tuple(f"周{day}" for day in "一二三四五六日"))
    for number, name in enumerate(names)
}
# Dashes, commas and colons as a Chinese keyboard has them, and the word for a dash.
_AS_TYPED = str.maketrans("–—～~至到，、：", "------,,:")
_WINDOW = re.compile(r"([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})")


class HoursError(ValueError):
    """A line cannot be read. ``code``: day, window, order, date, twice or empty; ``line``: from 1, 0 for all of it."""

    def __init__(self, code: str, line: int = 0, text: str = "") -> None:
        super().__init__(f"{code} in line {line}: {text}")
        self.code, self.line, self.text = code, line, text


def read_calendar(zone: ZoneInfo, week: str, holidays: str = "", extra: str = "") -> Calendar:
    """The calendar. Raises HoursError; a week without any window is ``empty``."""
    days = read_week(week)
    if not any(days.values()):
        raise HoursError("empty")
    return Calendar(zone, days, frozenset(read_dates(holidays)), dict(read_extra(extra)))


def read_week(text: str) -> dict[int, Sequence[Window]]:
    """Windows by weekday, Monday is 0. Raises HoursError."""
    week: dict[int, Sequence[Window]] = {}
    for number, line in _lines(text):
        names, *windows = line.split()
        for day in _days(names, number):
            if day in week:
                raise HoursError("twice", number, names)
            week[day] = _windows(" ".join(windows).replace(",", " ").split(), number)
    return week


def read_dates(text: str) -> Iterator[date]:
    """Dates, one a line or a span. Raises HoursError."""
    for number, line in _lines(text):
        first, dots, last = line.partition("..")
        begins = _date(first, number)
        ends = _date(last, number) if dots else begins
        if not 0 <= (ends - begins).days < LONGEST_HOLIDAY:
            raise HoursError("order", number, line)
        for days in range((ends - begins).days + 1):
            yield begins + timedelta(days=days)


def read_extra(text: str) -> Iterator[tuple[date, Sequence[Window]]]:
    """Extra working days with their windows. Raises HoursError."""
    for number, line in _lines(text):
        day, *windows = line.split()
        yield _date(day, number), _windows(windows, number)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if plain := line.translate(_AS_TYPED).strip().lower():
            yield number, plain


def _days(names: str, line: int) -> Iterator[int]:
    for part in names.split(","):
        first, _, last = part.partition("-")
        if first not in _NAMES or (last or first) not in _NAMES:
            raise HoursError("day", line, part)
        begins, ends = _NAMES[first], _NAMES[last or first]
        if ends < begins:
            raise HoursError("order", line, part)
        yield from range(begins, ends + 1)


def _windows(texts: Sequence[str], line: int) -> Sequence[Window]:
    found: list[Window] = []
    for text in texts:
        match = _WINDOW.fullmatch(text)
        if match is None:
            raise HoursError("window", line, text)
        hours, minutes, until, rest = map(int, match.groups())
        begins, ends = hours * 60 + minutes, until * 60 + rest
        if minutes > 59 or rest > 59 or ends > 24 * 60:
            raise HoursError("window", line, text)
        if begins >= ends or (found and begins <= found[-1][1]):
            raise HoursError("order", line, text)
        found.append((begins, ends))
    if not found:
        raise HoursError("window", line)
    return found


def _date(text: str, line: int) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise HoursError("date", line, text) from None
