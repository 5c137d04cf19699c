"""When a buyer is rung: read on the buyer's clock, in nobody's quiet hours, and proposed where nobody named an hour."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shopadmin_review_recovery.domain import appointments
from shopadmin_review_recovery.domain.appointments import Appointment, AppointmentError

from shopadmin.plugin_api import next_call_hour

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
# Ten in the morning in Shanghai.
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def agree(on: str = "time", day: str = "", hour: str = "", zone: ZoneInfo = SHANGHAI, now: datetime = NOW):
    return appointments.agree(on, day, hour, zone, now, lambda at: next_call_hour((zone,), at))


def local(found: Appointment, zone: ZoneInfo = SHANGHAI) -> tuple[str, str]:
    return f"{found.begins.astimezone(zone):%m-%d %H:%M}", f"{found.ends.astimezone(zone):%H:%M}"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"day": "2026-03-03", "hour": "09:00"}, ("03-03 09:00", "10:00")),
        ({"hour": "11:00"}, ("03-02 11:00", "12:00")),
        ({"hour": "09:30"}, ("03-03 09:30", "10:30")),
        ({"on": "afternoon"}, ("03-02 14:00", "17:30")),
        ({"on": "evening", "day": "2026-03-05"}, ("03-05 18:00", "20:30")),
        ({"on": "afternoon", "hour": "15:00"}, ("03-02 15:00", "17:30")),
        ({}, ("03-02 14:00", "15:00")),
    ],
)
def test_a_day_and_an_hour_are_read_on_the_buyers_clock(wanted, expected):
    assert local(agree(**wanted)) == expected


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"day": "2026-03-03"}, "time"),
        ({"day": "tomorrow", "hour": "10:00"}, "day"),
        ({"day": "0001-01-01", "hour": "01:00"}, "day"),
        ({"hour": "ten"}, "time"),
        ({"day": "2026-03-01", "hour": "10:00"}, "past"),
        ({"day": "2026-05-01", "hour": "10:00"}, "far"),
        ({"hour": "12:30"}, "quiet"),
        ({"hour": "20:30"}, "quiet"),
        ({"on": "afternoon", "hour": "18:00"}, "window"),
    ],
)
def test_what_cannot_be_agreed_says_why(wanted, code):
    with pytest.raises(AppointmentError) as refused:
        agree(**wanted)

    assert refused.value.code == code


def test_where_no_hour_suits_every_clock_nothing_is_agreed():
    with pytest.raises(AppointmentError) as refused:
        appointments.propose("time", SHANGHAI, NOW, lambda at: None)

    assert refused.value.code == "none"


# A year, both changes of the clock in it.
@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001 - made aware below
    st.sampled_from(["time", "afternoon", "evening"]),
    st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/New_York")]),
)
def test_g2_what_is_proposed_lies_ahead_and_in_no_quiet_hour(naive, on, zone):
    now = naive.replace(tzinfo=UTC)

    found = agree(on, zone=zone, now=now)

    assert now < found.begins < found.ends
    assert next_call_hour((zone,), found.begins) == found.begins
    assert found.begins <= now + timedelta(days=2)
