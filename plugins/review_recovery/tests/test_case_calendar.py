"""Business hours: what counts, what does not, the two days a year on which the clocks change, and how they are read."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shopadmin_review_recovery.domain.calendars import Calendar, EmptyCalendarError, add, between
from shopadmin_review_recovery.domain.hours import HoursError, read_calendar

BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = read_calendar(BERLIN, "mon-fri 09:00-12:00 13:00-18:00\nsat 10:00-14:00")
HOUR = 3600


def local(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("begins", "hours", "expected"),
    [
        ("2026-11-25 09:00", 1, "2026-11-25 10:00"),
        ("2026-11-25 11:30", 1, "2026-11-25 13:30"),  # over lunch
        ("2026-11-25 12:20", 1, "2026-11-25 14:00"),  # begins in it
        ("2026-11-25 17:00", 2, "2026-11-26 10:00"),  # over night
        ("2026-11-28 13:00", 2, "2026-11-30 10:00"),  # over Sunday
        ("2026-11-25 09:00", 24, "2026-11-27 18:00"),
        ("2026-11-25 09:00", 8, "2026-11-25 18:00"),  # to the very end of the day
    ],
)
def test_lunch_nights_and_weekends_do_not_count(begins: str, hours: int, expected: str) -> None:
    assert add(OFFICE, local(begins), hours * HOUR) == local(expected)


def test_a_holiday_is_closed_and_an_extra_working_day_open() -> None:
    calendar = read_calendar(SHANGHAI, "mon-fri 09:00-18:00", "2026-10-01..2026-10-07", "2026-10-10 09:00-12:00")

    due = add(calendar, local("2026-09-30 17:00", SHANGHAI), 2 * HOUR)

    assert due == local("2026-10-08 10:00", SHANGHAI)
    assert between(calendar, local("2026-10-10 00:00", SHANGHAI), local("2026-10-11 00:00", SHANGHAI)) == 3 * HOUR


def test_an_extra_working_day_may_lie_in_a_holiday() -> None:
    calendar = read_calendar(SHANGHAI, "mon-fri 09:00-18:00", "2026-10-01..2026-10-07", "2026-10-04 10:00-11:00")

    assert between(calendar, local("2026-10-01 00:00", SHANGHAI), local("2026-10-08 00:00", SHANGHAI)) == HOUR


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-01", 24)])
def test_a_day_open_round_the_clock_has_as_many_hours_as_the_clocks_give_it(day: str, hours: int) -> None:
    calendar = read_calendar(BERLIN, "sun 00:00-24:00")

    begins = local(f"{day} 00:00")

    assert between(calendar, begins, begins + timedelta(days=1)) == hours * HOUR


def test_within_one_window_time_passes_as_it_does_and_not_as_clocks_show_it() -> None:
    calendar = read_calendar(BERLIN, "sun 00:00-24:00")

    assert between(calendar, local("2026-10-25 01:00"), local("2026-10-25 04:00")) == 4 * HOUR
    assert between(calendar, local("2026-03-29 01:00"), local("2026-03-29 04:00")) == 2 * HOUR


def test_windows_within_the_repeated_hour_are_not_counted_twice() -> None:
    calendar = read_calendar(BERLIN, "sun 01:00-02:30 02:45-04:00")

    found = between(calendar, local("2026-10-25 00:00"), local("2026-10-26 00:00"))

    # 01:00 to the second 02:30, and from the second 02:45 on; what lies between is counted with the first window.
    assert found == 4 * HOUR


@pytest.mark.parametrize("week", ["", "\n  \n"])
def test_a_week_without_hours_is_an_error(week: str) -> None:
    with pytest.raises(HoursError, match="empty"):
        read_calendar(BERLIN, week)


def test_a_calendar_without_windows_is_an_error() -> None:
    with pytest.raises(EmptyCalendarError):
        Calendar(BERLIN, {})


def test_a_calendar_that_is_closed_for_years_is_an_error() -> None:
    calendar = Calendar(BERLIN, {}, extra={date(2020, 1, 1): ((540, 600),)})

    with pytest.raises(EmptyCalendarError):
        add(calendar, local("2026-01-01 00:00"), HOUR)


@pytest.mark.parametrize(
    ("week", "code", "line"),
    [
        ("mon-fri 09:00-18:00\nfunday 09:00-10:00", "day", 2),
        ("mon 09:00", "window", 1),
        ("mon", "window", 1),
        ("mon 09:75-10:00", "window", 1),
        ("mon 09:00-24:30", "window", 1),
        ("mon 18:00-09:00", "order", 1),
        ("mon 09:00-12:00 11:00-13:00", "order", 1),
        ("fri-mon 09:00-12:00", "order", 1),
        ("mon-fri 09:00-12:00\nwed 09:00-10:00", "twice", 2),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(week: str, code: str, line: int) -> None:
    with pytest.raises(HoursError) as refused:
        read_calendar(BERLIN, week)

    assert (refused.value.code, refused.value.line) == (code, line)


@pytest.mark.parametrize(("text", "code"), [("2026-02-30", "date"), ("2026-02-02..2026-02-01", "order"), ("x", "date")])
def test_what_is_no_date_is_refused(text: str, code: str) -> None:
    with pytest.raises(HoursError) as refused:
        read_calendar(BERLIN, "mon 09:00-10:00", text)

    assert refused.value.code == code


def test_days_are_read_in_chinese_as_well() -> None:
    english = read_calendar(SHANGHAI, "mon-fri 09:00-12:00 13:30-18:00").week
    for typed in (
        "周一-周五 09:00-12:00 13:30-18:00",
        "周一至周五 09：00～12：00，13：30～18：00",
        "周一、周二、周三到周五 9:00-12:00、13:30—18:00",
    ):
        assert read_calendar(SHANGHAI, typed).week == english


ZONES = st.sampled_from(
    [BERLIN, SHANGHAI, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")]
)
INSTANTS = st.integers(0, 2 * 365 * 24 * HOUR).map(
    lambda after: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=after)
)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Windows at quarters of an hour, on some days of the week, with some holidays."""
    week = {}
    for day in range(7):
        cuts = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
        week[day] = tuple((cuts[i] * 15, cuts[i + 1] * 15) for i in range(0, len(cuts) - 1, 2))
    week[draw(st.integers(0, 6))] = ((9 * 60, 12 * 60), (13 * 60, 18 * 60))
    holidays = draw(st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=20))
    return Calendar(draw(ZONES), week, holidays)


@given(calendars(), INSTANTS, st.integers(1, 80 * HOUR))
def test_what_is_added_is_what_lies_between(calendar: Calendar, begins: datetime, seconds: int) -> None:
    due = add(calendar, begins, seconds)

    assert between(calendar, begins, due) == seconds
    # It is over in that second and not before.
    assert between(calendar, begins, due - timedelta(seconds=1)) == seconds - 1


@given(calendars(), INSTANTS, st.lists(st.integers(0, 30 * 24 * HOUR), min_size=2, max_size=2))
def test_time_between_adds_up(calendar: Calendar, begins: datetime, steps: list[int]) -> None:
    middle = begins + timedelta(seconds=steps[0])
    end = middle + timedelta(seconds=steps[1])

    assert between(calendar, begins, middle) + between(calendar, middle, end) == between(calendar, begins, end)


@given(calendars(), st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_no_more_is_open_than_the_day_has(calendar: Calendar, day: date) -> None:
    spans = calendar.spans(day)

    assert all(begins < ends for begins, ends in spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    if day in calendar.holidays:
        assert spans == ()
