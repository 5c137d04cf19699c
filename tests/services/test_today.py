"""Today's figures: days as the shop counts them, and one currency at a time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shopadmin import testing
from shopadmin.models.orders import Chargeback, Refund
from shopadmin.services import today
from shopadmin.services.transactions import writing

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)  # noon of a Tuesday in Shanghai


def sold(number, at, total=100, **changes):
    return testing.make_order(number, created_at=at, total=total, **changes)


def test_an_order_belongs_to_the_shops_own_day(app):
    sold(1, datetime(2026, 3, 8, 15, 59, 59, tzinfo=UTC), total=1)
    sold(2, datetime(2026, 3, 8, 16, 0, 0, tzinfo=UTC), total=2)

    _currency, days = today.sales_by_day(SHANGHAI, "CNY", NOW)

    sums = {day.starts: day.total for day in days}
    assert (sums[date(2026, 3, 8)], sums[date(2026, 3, 9)]) == (1, 2)
    assert len(days) == 30
    assert days[-1].starts == date(2026, 3, 10)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 5, 1), 24)])
def test_days_of_23_and_25_hours_lose_and_double_nothing(app, day, hours):
    midnight = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
    for number in range(hours):
        sold(number, midnight + timedelta(hours=number, minutes=30), total=1)

    _currency, days = today.sales_by_day(BERLIN, "CNY", midnight + timedelta(days=3))

    assert {found.starts: found.total for found in days}[day] == hours
    assert sum(found.total for found in days) == hours


def test_today_is_set_beside_the_same_weekday_up_to_the_same_time(app):
    sold(1, NOW - timedelta(hours=1), total=10)
    sold(2, NOW - timedelta(days=7, hours=1), total=20)
    sold(3, NOW - timedelta(days=7) + timedelta(hours=1), total=40)

    _currency, now, before = today.sales_today(SHANGHAI, "CNY", NOW)

    assert (now.total, now.orders, before.total) == (10, 1, 20)


def test_what_was_cancelled_or_taken_back_is_not_sold(app):
    for number, status in enumerate(("cancelled", "refunded", "unavailable", "pending_payment", "completed")):
        sold(number, NOW - timedelta(hours=1), status=status)

    _currency, now, _before = today.sales_today(SHANGHAI, "CNY", NOW)

    assert (now.total, now.orders) == (100, 1)


def test_amounts_of_two_currencies_are_never_added(app):
    sold(1, NOW - timedelta(hours=1), total=1, currency="CNY")
    sold(2, NOW - timedelta(hours=1), total=50, currency="USD")
    sold(3, NOW - timedelta(hours=1), total=50, currency="USD")

    assert [(found[0], found[1].total) for found in (
        today.sales_today(SHANGHAI, "CNY", NOW),
        today.sales_today(SHANGHAI, "EUR", NOW),
    )] == [("CNY", 1), ("USD", 100)]  # fmt: skip


def test_a_quiet_morning_keeps_the_shops_currency(app):
    sold(1, NOW - timedelta(days=3), currency="CNY")
    sold(2, NOW - timedelta(hours=1), currency="USD")

    currency, now, _before = today.sales_today(SHANGHAI, "CNY", NOW)

    assert (currency, now.total) == ("CNY", 0)


def test_ratings_are_averages_of_weeks_that_begin_on_monday(app):
    monday = datetime(2026, 3, 9, tzinfo=SHANGHAI).astimezone(UTC)
    for number, (at, stars) in enumerate(
        [(monday, 5), (monday + timedelta(hours=5), 2), (monday - timedelta(seconds=1), 1), (monday, None)]
    ):
        testing.make_review(number, created_at=at, stars=stars)

    weeks = today.ratings_by_week(SHANGHAI, NOW)

    assert [(week.stars, week.reviews) for week in weeks[-2:]] == [(1.0, 1), (3.5, 2)]
    assert weeks[-1].starts == date(2026, 3, 9)
    assert weeks[0].stars is None


def test_what_waits_is_counted_with_its_oldest(app):
    testing.make_order(1, created_at=NOW - timedelta(days=2))
    testing.make_order(2, created_at=NOW)
    testing.make_order(3, status="shipped", created_at=NOW - timedelta(days=9))

    assert today.to_ship() == today.Waiting(2, NOW - timedelta(days=2))


def test_bad_reviews_wait_until_the_reply_is_posted(app):
    testing.make_review(1, created_at=NOW)
    testing.make_review(2, answer="draft", created_at=NOW - timedelta(days=1))
    testing.make_review(3, answer="posted")
    testing.make_review(4, stars=5)

    assert today.unanswered_bad_reviews() == today.Waiting(2, NOW - timedelta(days=1))


def test_refunds_are_open_until_money_is_on_record(app):
    testing.make_order(1, status="refunded")
    testing.make_order(2, status="refunded", refunded=100)
    given_back = testing.make_order(3, status="refunded")
    paid = testing.make_order(4)
    with writing() as session:
        session.add(Refund(order_id=given_back, amount=1, refunded_at=NOW))
        session.add(Chargeback(order_id=paid, amount=1, opened_at=NOW))
        session.add(Chargeback(order_id=paid, amount=1, opened_at=NOW, state="won"))

    assert today.open_refunds().count == 2


def test_counts_stop_at_the_cap(app, monkeypatch):
    monkeypatch.setattr(today, "CAP", 2)
    for number in range(5):
        testing.make_order(number)

    assert today.to_ship().count == 3
