"""What reports count: months on the shop's clock, orders against the times of labels, how holds ended."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shopadmin_buyer_labels.domain import reports
from shopadmin_buyer_labels.domain.reports import ENDINGS, PHASES, Counts, Force
from shopadmin_buyer_labels.domain.status import Facts
from shopadmin_buyer_labels.models.policy import WHYS

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY = timedelta(days=1)
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(("Asia/Shanghai", "America/New_York", "Europe/London", "UTC")).map(ZoneInfo)
FORCES = st.lists(st.builds(lambda at, days: Force(at, at + days * DAY), INSTANTS, st.integers(1, 400)), max_size=4)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 1200), ZONES, st.data())
def test_months_part_the_range_without_a_gap_and_each_instant_has_its_own(
    first: date, days: int, zone: ZoneInfo, data: st.DataObject
) -> None:
    last = first + timedelta(days=days)

    found = reports.months(first, last, zone)

    assert found[0].begins == datetime.combine(first, time(), zone)
    assert found[-1].ends == datetime.combine(last + DAY, time(), zone)
    assert all(before.ends == after.begins and after.day.day == 1 for before, after in pairwise(found))
    at = data.draw(st.datetimes(found[0].begins.replace(tzinfo=None), found[-1].ends.replace(tzinfo=None))).replace(
        tzinfo=UTC
    )
    if at < found[-1].ends:
        month = found[reports.place(at, found)]
        assert month.begins <= at < month.ends
        assert at.astimezone(zone).strftime("%Y-%m") == month.day.strftime("%Y-%m")


@given(INSTANTS, FORCES)
def test_an_order_is_before_during_or_after_the_labels_of_its_buyer_and_never_two_of_them(
    at: datetime, forces: list[Force]
) -> None:
    found = reports.phase(at, forces)

    assert found in PHASES
    assert (found == "never") == (not forces)
    assert (found == "standing") == any(force.begins <= at < force.ends for force in forces)
    assert (found == "before") == (bool(forces) and all(at < force.begins for force in forces))


def test_a_label_is_in_force_from_its_notice_until_the_first_thing_that_ends_it() -> None:
    def force(**facts: object) -> Force | None:
        told = {"noticed_at": NOW, "notice_sent_at": NOW + DAY}
        return reports.in_force(
            Facts(**{"code": "refund.item_swapped", "tier": 2, "evidence_tier": 2, "severity": 2,
                     "created_at": NOW - DAY, "expires_at": NOW + 90 * DAY} | told | facts)  # type: ignore[arg-type]
        )  # fmt: skip

    assert force() == Force(NOW + DAY, NOW + 90 * DAY)
    assert force(notice_sent_at=None, notice_impossible_at=NOW + 2 * DAY) == Force(NOW + 2 * DAY, NOW + 90 * DAY)
    for name in ("tombstoned_at", "revoked_at", "corrected_at", "suspended_at", "disputed_at"):
        assert force(**{name: NOW + 3 * DAY}) == Force(NOW + DAY, NOW + 3 * DAY), name
    assert force(notice_sent_at=None) is None
    assert force(noticed_at=None) is None
    assert force(revoked_at=NOW + DAY) is None
    assert force(code="clear.reviewed_ok") is None


def test_every_hold_ended_in_one_way() -> None:
    def ending(why: str, *, confirmed: bool = False, due: bool = False, cancelled: bool = False) -> str:
        return reports.ending(why, is_confirmed=confirmed, is_due=due, is_cancelled=cancelled)

    assert {ending(why) for why in WHYS} == {"by_itself", "by_person", "dropped", "went_on"}
    assert (ending(""), ending("", due=True)) == ("waiting", "by_itself")
    assert ending("", confirmed=True, due=True) == "kept"
    assert ending("order", cancelled=True) == ending("", cancelled=True) == "cancelled"
    # What was cancelled after it had been let go was not cancelled by the hold.
    assert ending("auto_released", cancelled=True) == "by_itself"
    assert {
        ending(why, confirmed=confirmed, due=due, cancelled=cancelled)
        for why in ("", *WHYS) for confirmed in (True, False) for due in (True, False) for cancelled in (True, False)
    } == set(ENDINGS)  # fmt: skip


@pytest.mark.parametrize(
    ("cases", "difference", "said"),
    [
        ((19, 5000), (0.2, 0.4), "few"), ((20, 20), (0.2, 0.4), "more"), ((20, 20), (-0.4, -0.2), "fewer"),
        ((500, 500), (-0.1, 0.1), "same"), ((500, 500), (0.0, 0.1), "same"),
    ],
)  # fmt: skip
def test_no_more_is_said_of_two_rates_than_they_carry(
    cases: tuple[int, int], difference: tuple[float, float], said: str
) -> None:
    assert reports.verdict(cases, 20, difference) == said


def test_counts_add_up_and_take_away() -> None:
    assert Counts(3, 1, 2) + Counts(2, 1, 0) == Counts(5, 2, 2)
    assert Counts(5, 2, 2) - Counts(2, 1, 0) == Counts(3, 1, 2)
