"""Dates and times of files as aware UTC (rule 7): the file's own offset, else the shop's zone.

A local time in a daylight-saving gap moves forward by the gap, an ambiguous one is the first: both are what
``fold=0`` means.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from shopadmin.contract import ReadContext
from shopadmin.platforms.refusals import BadCell

DateOrder = Literal["dmy", "mdy"]

_YEARS = range(1970, 2200)
_DAY = timedelta(days=1)
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?(?: ?([AaPp])[Mm])?")
_OFFSET = re.compile(r"(.*?[0-9]) ?(UTC|GMT|Z|[+-][0-9]{2}:?[0-9]{2})", re.DOTALL)
_TAIL = re.compile(r" ?(UTC|GMT|Z|[+-][0-9]{2}:?[0-9]{2})")

# A file has a few thousand days and, without seconds, a few thousand clock times; more is not worth the memory.
_MEMORY = 5_000


def parse_date(text: str, order: DateOrder | None = None) -> date:
    """``2016/5/23``, ``2016-05-23``, ``2016年5月23日``, or ``23/05/2016`` read in ``order``.

    Without an order a date that could be two is refused. Raises BadCell ``bad_time``.
    """
    try:
        if found := _YEAR_FIRST.fullmatch(text):
            return _in_range(date(*map(int, found.groups())))
        if found := _YEAR_LAST.fullmatch(text):
            first, second, year = map(int, found.groups())
            order = order or slash_order(text)
            if order is None and first != second:
                raise BadCell("bad_time", value=text)
            day, month = (second, first) if order == "mdy" else (first, second)
            return _in_range(date(year, month, day))
    except ValueError:
        pass
    raise BadCell("bad_time", value=text)


def slash_order(text: str) -> DateOrder | None:
    """The order that a date with the year last has of itself: ``25/03/2026`` is day first; None for ``05/03/2026``."""
    found = _YEAR_LAST.match(text)
    if not found:
        return None
    first, second = int(found[1]), int(found[2])
    if first > 12 >= second:
        return "dmy"
    return "mdy" if second > 12 >= first else None


def is_ambiguous(text: str) -> bool:
    """Whether the date reads as two different days."""
    found = _YEAR_LAST.match(text)
    return bool(found) and slash_order(text) is None and int(found[1]) != int(found[2])  # type: ignore[index]


def parse_time(text: str, ctx: ReadContext) -> datetime:
    """The instant a cell names, aware UTC; a date alone is its midnight in the shop's zone.

    Raises BadCell ``bad_time``, also for years before 1970 or after 2199.
    """
    try:
        local = _naive_or_aware(text.strip(), ctx.date_order)
        if local.tzinfo is None:
            local = local.replace(tzinfo=ctx.timezone)
        moment = local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadCell("bad_time", value=text) from None
    _in_range(moment)
    return moment


def _naive_or_aware(text: str, order: DateOrder | None) -> datetime:
    body, offset = text, ""
    found = _OFFSET.fullmatch(text)
    # ``2026-09-01`` ends like an offset would; a time of day stands before a real one.
    if found and ":" in found[1]:
        body, offset = found[1], found[2]
    day, _, clock = body.replace("T", " ", 1).partition(" ")
    moment = datetime.combine(parse_date(day, order), datetime.min.time()) + _clock(clock.strip())
    if not offset:
        return moment
    suffix = "+00:00" if offset in ("UTC", "GMT", "Z") else offset
    return datetime.fromisoformat(moment.isoformat() + suffix)


def _clock(text: str) -> timedelta:
    """Time of day; ValueError for what is none. Fractions of a second are dropped."""
    if not text:
        return timedelta()
    found = _CLOCK.fullmatch(text)
    if not found:
        raise ValueError(text)
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[4]:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if found[4] in "Pp" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(text)
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _in_range(value: date) -> date:
    if value.year not in _YEARS:
        raise BadCell("bad_time", value=str(value))
    return value


def time_parser(ctx: ReadContext) -> Callable[[str], datetime | None]:
    """``parse_time`` for a whole file, None for a blank cell; five times as fast on the common spellings.

    A day on which the zone's offset does not change is turned into UTC once; its times are added to it.
    """
    shifts: dict[str, timedelta] = {}  # of an ISO date: what to take off its local times
    midnights: dict[str, datetime] = {}
    clocks = {"": timedelta()}
    offsets: dict[str, str] = {}  # of what follows an ISO time: `` -0400`` is ``-0400``
    parse_iso = datetime.fromisoformat

    def parse(text: str) -> datetime | None:
        day = text[:10]
        if day in shifts and len(text) == 19 and text[10] in " T":
            try:
                return parse_iso(text + "+00:00") - shifts[day]
            except ValueError:
                pass
        elif text[19:] in offsets:
            try:
                moment = parse_iso(text[:19] + offsets[text[19:]]).astimezone(UTC)
                if moment.year in _YEARS:
                    return moment
            except (ValueError, OverflowError):
                pass
        else:
            day, _, clock = text.partition(" ")
            if day in midnights and clock in clocks:
                return midnights[day] + clocks[clock]
        if not text.strip():
            return None
        moment = parse_time(text, ctx)
        remember(text)
        return moment

    def remember(text: str) -> None:
        if found := _TAIL.fullmatch(text[19:]):
            if len(offsets) < _MEMORY:
                offsets[text[19:]] = found[1] if found[1][0] in "+-" else "+00:00"
            return
        day, _, clock = text.partition(" ")
        midnight = _steady_midnight(day, ctx)
        if midnight is None:
            return
        if len(midnights) < _MEMORY:
            midnights[day] = midnight
            if len(day) == 10 and day[4] == "-" == day[7]:
                shifts[day] = parse_iso(day).replace(tzinfo=UTC) - midnight
        if len(clocks) < _MEMORY and _CLOCK.fullmatch(clock):
            clocks[clock] = _clock(clock)

    return parse


def _steady_midnight(day: str, ctx: ReadContext) -> datetime | None:
    """The day's local midnight in UTC, None where the zone changes its offset on that day, or it is no plain day."""
    try:
        local = datetime.combine(parse_date(day, ctx.date_order), datetime.min.time(), ctx.timezone)
    except BadCell:
        return None
    # Aware datetimes of one zone subtract as clocks do, so the offsets are compared, not the instants.
    steady = local.utcoffset() == (local + _DAY).utcoffset()
    return local.astimezone(UTC) if steady else None
