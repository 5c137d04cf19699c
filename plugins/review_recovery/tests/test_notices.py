"""Automatic notices about parcels: which is due when, once each, and only while the owner wants them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from replies_of_tests import OWNER
from runs_of_tests import set_platform
from shopadmin_review_recovery.domain.notices import FRESH, KINDS, Parcel, due
from shopadmin_review_recovery.services import notices
from sqlalchemy import select

from shopadmin import testing
from shopadmin.models.messages import OutboxMessage
from shopadmin.plugin_api import block_buyer, check_wording, db, writing

ZONE = ZoneInfo("Asia/Shanghai")
# Ten in the morning in Shanghai.
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
times = st.integers(0, 90 * 24 * 3600).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
parcels = st.builds(
    Parcel,
    status=st.sampled_from(
        ("pending_payment", "paid", "shipped", "delivered", "completed", "cancelled", "unavailable")
    ),
    created_at=times,
    promised_at=st.one_of(st.none(), times),
    shipped_at=st.one_of(st.none(), times),
)


@pytest.mark.parametrize(
    ("parcel", "expected"),
    [
        (Parcel("shipped", NOW - 9 * DAY, NOW + DAY, NOW - DAY), "shipped"),
        (Parcel("shipped", NOW - 9 * DAY, None, NOW - DAY), "shipped"),
        (Parcel("shipped", NOW - 9 * DAY, NOW + DAY, NOW - 3 * DAY), None),
        # The promised day is over at midnight in Shanghai, four in the afternoon UTC.
        (Parcel("shipped", NOW - 9 * DAY, datetime(2026, 3, 1, 15, 59, tzinfo=UTC), NOW - DAY), "delayed"),
        (Parcel("shipped", NOW - 9 * DAY, datetime(2026, 3, 1, 16, 0, tzinfo=UTC), NOW - DAY), "shipped"),
        (Parcel("paid", NOW - 9 * DAY, NOW - DAY), "delayed"),
        (Parcel("paid", NOW - 9 * DAY, NOW - 8 * DAY), None),
        (Parcel("unavailable", NOW - DAY, NOW - DAY), "exception"),
        (Parcel("unavailable", NOW - 15 * DAY), None),
        (Parcel("cancelled", NOW - DAY, NOW - DAY, NOW - DAY), None),
        (Parcel("pending_payment", NOW - DAY, NOW - DAY), None),
    ],
)
def test_what_is_due(parcel: Parcel, expected: str | None) -> None:
    assert due(parcel, NOW, ZONE) == expected


@given(parcels, times)
def test_old_news_and_what_is_over_is_never_told(parcel: Parcel, now: datetime) -> None:
    kind = due(parcel, now, ZONE)

    if parcel.status in ("pending_payment", "delivered", "completed", "cancelled"):
        assert kind is None
    if kind is not None:
        about = {"shipped": parcel.shipped_at, "delayed": parcel.promised_at, "exception": parcel.created_at}[kind]
        assert about is not None
        assert now - FRESH[kind] <= about <= now


@pytest.mark.parametrize("language", notices.TEXTS)
@pytest.mark.parametrize("kind", KINDS)
def test_notices_hold_service_words_alone_and_say_how_to_have_no_more(language: str, kind: str) -> None:
    text = notices.TEXTS[language][kind] + notices.OPT_OUT[language]  # type: ignore[index]

    assert check_wording(text, "message").findings == ()
    assert not any(word in text.casefold() for word in ("review", "评价", "coupon", "优惠", "off", "rating"))


@pytest.fixture
def app(shop: Flask) -> Flask:
    testing.make_account(shop, is_owner=True)
    set_platform(shop, notices_on=True, notices_language="en")  # type: ignore[arg-type]
    return shop


def make_order(number: int, email: str = "buyer@example.com", **changes: object) -> int:
    buyer_id = testing.make_buyer(name="Wang Sample", email=email)
    values = {"status": "shipped", "shipped_at": NOW - DAY, "created_at": NOW - 9 * DAY, "buyer_id": buyer_id}
    return testing.make_order(number, **values | changes)


def messages() -> list[OutboxMessage]:
    db.session.rollback()
    return list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def test_each_order_and_kind_is_told_once(app: Flask) -> None:
    order_id = make_order(1, promised_at=NOW + DAY)

    assert notices.send_due(NOW) == 1
    assert notices.send_due(NOW + timedelta(hours=1)) == 0
    assert notices.send_due(NOW + 3 * DAY) == 1

    assert [message.key for message in messages()] == [
        notices.key(order_id, "shipped"),
        notices.key(order_id, "delayed"),
    ]
    assert [(message.channel, message.purpose, message.basis, message.blocks) for message in messages()] == [
        ("email", "service", "order", ["notice"])
    ] * 2


def test_what_was_missed_is_caught_up_with_while_it_is_news(app: Flask) -> None:
    make_order(1, shipped_at=NOW - 2 * DAY)
    make_order(2, shipped_at=NOW - 3 * DAY)

    assert notices.send_due(NOW) == 1


def test_off_nothing_is_told(app: Flask) -> None:
    make_order(1)
    set_platform(app)

    assert notices.send_due(NOW) == 0
    assert messages() == []


@pytest.mark.parametrize("channel", ["chat", "pigeon"])
def test_a_way_that_needs_hands_or_is_gone_tells_nobody(app: Flask, channel: str) -> None:
    make_order(1)
    set_platform(app, notices_on=True, notices_channel=channel)  # type: ignore[arg-type]

    assert notices.send_due(NOW) == 0
    assert messages() == []


def test_at_night_it_waits_for_the_morning(app: Flask) -> None:
    make_order(1)

    notices.send_due(NOW + timedelta(hours=13))

    (message,) = messages()
    assert message.verdict == "hold"
    assert message.next_attempt_at is not None
    assert message.next_attempt_at.astimezone(ZONE).hour >= 8


def test_who_wants_no_contact_or_cannot_be_reached_gets_none_and_the_others_do(app: Flask) -> None:
    blocked = make_order(1, email="a@example.com")
    make_order(2, email="")
    make_order(3, email="c@example.com")
    make_order(4, buyer_id=None)
    with writing():
        first = db.session.connection().exec_driver_sql("select min(id) from buyer").scalar_one()
        block_buyer(OWNER, first, "stop")

    notices.send_due(NOW)
    notices.send_due(NOW)

    assert {message.key: message.state for message in messages()} == {
        notices.key(blocked, "shipped"): "blocked",
        notices.key(3, "shipped"): "queued",
    }


def test_more_orders_than_fit_into_one_look_are_all_told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    read = notices.order_news
    monkeypatch.setattr(notices, "order_news", lambda since, after: read(since, after, limit=2))
    for number in range(1, 6):
        make_order(number, email=f"b{number}@example.com")

    assert notices.send_due(NOW) == 5
