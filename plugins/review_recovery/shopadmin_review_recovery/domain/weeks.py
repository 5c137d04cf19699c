"""Weeks of the shop, Monday to Sunday on its own clock, as half-open windows of instants."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Window = tuple[datetime, datetime]


def first_day(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def windows(last: date, count: int, zone: ZoneInfo) -> list[tuple[date, Window]]:
    """``count`` weeks up to the one with ``last`` in it, oldest first: the Monday, and the window in UTC."""
    newest = first_day(last)
    days = [newest - timedelta(weeks=back) for back in reversed(range(count))]
    return [(day, (_midnight(day, zone), _midnight(day + timedelta(weeks=1), zone))) for day in days]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
