"""Signals of malicious and professional reviews: what gives one, and what comes close and does not."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from shopadmin_review_recovery.domain.signals import Seen, signals

from shopadmin.plugin_api import check_wording

SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 3, 2, 10, 17, tzinfo=SHANGHAI)


def codes(text: str = "", **seen: object) -> list[str]:
    wording = [(found.rule, found.words) for found in check_wording(text, "reply").findings]
    return [signal.code for signal in signals(Seen(text, AT, wording=wording, **seen))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("给我返现五十就改好评", ["money_for_review"]),
        ("Refund me 20 and I will change my review to five stars.", ["money_for_review"]),
        ("要解决加我微信 abc_12345", ["contact_in_text"]),
        ("Write to me, sample@example.com", ["contact_in_text"]),
        ("我要仅退款", ["refund_and_keep"]),
        ("退钱，货我留着", ["refund_and_keep"]),
        ("I want a refund and I keep the lamp.", ["refund_and_keep"]),
        ("质量太差，要求退货退款", []),
        ("I returned it and want my refund.", []),
        ("订单号 20260302123456 一直没到", []),
        ("", []),
    ],
)
def test_words_give_a_signal_and_plain_complaints_do_not(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


def test_three_low_reviews_of_a_buyer_within_thirty_days_are_a_series() -> None:
    day = timedelta(days=1)

    assert codes(lows=[AT, AT - 15 * day, AT + 15 * day]) == ["series"]
    assert codes(lows=[AT, AT - 30 * day, AT - 30 * day]) == ["series"]
    assert codes(lows=[AT, AT - 16 * day, AT + 15 * day]) == []
    assert codes(lows=[AT, AT]) == []


@pytest.mark.parametrize(
    ("delivered", "is_soon"),
    [
        (AT - timedelta(minutes=2), True),
        (AT - timedelta(minutes=30), True),
        (AT - timedelta(minutes=31), False),
        (AT + timedelta(minutes=2), False),
        (AT - timedelta(minutes=17), False),  # on the full hour: a file that knows no minutes
    ],
)
def test_minutes_after_the_delivery_are_a_signal_where_both_times_are_known(delivered: datetime, is_soon: bool) -> None:
    assert (codes(delivered_at=delivered) == ["minutes_after_delivery"]) is is_soon
