"""The simulator: the shop's own history on either database, the page with its pictures, and who may see them."""

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from importing import run
from red_envelope_shop import TERMS, Clock, make_campaign, stored
from shopadmin_red_envelope.domain.simulation import Draft
from shopadmin_red_envelope.services import forecasts
from shopadmin_red_envelope.services.forecasts import Question

from shopadmin import testing
from shopadmin.plugin_api import shop_settings
from shopadmin.services import kept_figures, plugins

SIMULATOR = "/admin/red-envelope/simulator/"
REPORT = "red_envelope.campaign:report"
ASKED = {
    "denomination": "womens_clothing|1000", "threshold": "50", "quantity": "", "use_days": "7", "days": "30",
    "rate": "50", "margin": "40",
}  # fmt: skip
LIST = (500, 1000, 2000)


@pytest.fixture
def owner(shop: Flask, clock: Clock) -> testing.ShopClient:
    return testing.sign_in(shop, testing.make_account(shop, is_owner=True))


def ago(days: float) -> datetime:
    """So many days before today began in the shop."""
    zone = shop_settings().zone
    return (datetime.combine(datetime.now(zone).date(), time(), zone) - timedelta(days=days)).astimezone(UTC)


def sell(number: int, goods: int, days: float, **changes: Any) -> None:
    testing.make_order(number, goods=goods, total=goods + 600, shipping=600, created_at=ago(days), **changes)


def sell_a_month() -> None:
    """Four weeks: 49.00 and 50.00 each week by one buyer; one buyer more in the last."""
    regular = testing.make_buyer("Regular")
    for week in range(4):
        sell(10 * week, 4900, 7 * week + 1, buyer_id=regular)
        sell(10 * week + 1, 5000, 7 * week + 2, buyer_id=regular)
    sell(99, 80_000, 3)
    sell(100, 5000, 29)


def question(**changes: Any) -> Question:
    return Question(**({"draft": Draft(1000, 5000), "currency": "CNY", "denominations": LIST, "days": 30} | changes))


def test_a_forecast_is_counted_once_for_a_page_and_its_pictures(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    sell_a_month()
    monkeypatch.setattr(kept_figures, "this_minute", lambda: datetime(2026, 11, 20, 10, 5, tzinfo=UTC))

    assert forecasts.forecast(question()) is forecasts.forecast(question())


def test_a_forecast_counts_what_was_sold_in_periods_as_long_as_the_envelope(shop: Flask) -> None:
    sell_a_month()

    found = forecasts.forecast(question(rate=50, margin=40))

    assert found is not None
    assert [(orders, buyers) for _begins, _ends, orders, buyers in found.periods] == [(1, 1), (1, 1), (1, 1), (2, 2)]
    assert (float(found.found.buyers), found.found.busiest) == (1.25, 2)
    assert [(cost.rate, cost.usual, cost.busiest) for cost in found.costs] == [
        (10, 1000, 1000), (30, 1000, 1000), (50, 1000, 1000), (60, 1000, 2000), (100, 2000, 2000),
    ]  # fmt: skip
    assert [variant.draft.amount for variant in found.denominations] == [500, 1000, 2000]
    near = {variant.draft.threshold: float(variant.near) for variant in found.thresholds}
    assert (near[5000], near[6200]) == (1.0, 1.0)
    # 10.00 at 40 %: 25.00 on top of (4 x 99.00 + 800.00) / 4 a week.
    even = next(one for one in found.break_even if one.rate == 50)
    assert (even.goods, even.uplift.limit_denominator(10_000)) == (2500, even.uplift)
    assert even.uplift == pytest.approx(2500 * 4 / 119_600)


def test_freight_today_and_what_was_taken_back_do_not_count(shop: Flask) -> None:
    sell(1, 4500, 1)
    sell(2, 9000, -0.0001)
    sell(3, 9000, 1, status="refunded")

    found = forecasts.forecast(question())

    assert found is not None
    assert found.found.orders == 0


def test_without_history_there_is_no_forecast(shop: Flask) -> None:
    assert forecasts.forecast(question()) is None
    sell(1, 9000, 31)
    sell(2, 9000, 2, currency="USD")
    assert forecasts.forecast(question(rate=31)) is None


def test_the_page_shows_figures_pictures_and_tables_and_what_history_cannot_tell(owner: testing.ShopClient) -> None:
    sell_a_month()

    answer = owner.get(SIMULATOR, query_string=ASKED)

    assert answer.status_code == 200
    page = answer.text
    assert "Who would have bought anyway" in page
    assert page.count("<figure") == page.count("Show the numbers") == 5
    for figure in ("CN¥10.00", "CN¥25.00", "+8.4 %"):
        assert figure in page
    pictures = set(re.findall(r'src="([^"]+/\w+\.svg[^"]*)&amp;theme=light"', page))
    assert len(pictures) == 5
    for address in pictures:
        picture = owner.get(address.replace("&amp;", "&"))
        assert (picture.status_code, picture.mimetype) == (200, "image/svg+xml")
        assert "script" not in picture.text


def test_without_a_margin_there_is_no_break_even(owner: testing.ShopClient) -> None:
    sell_a_month()
    asked = ASKED | {"margin": ""}

    assert owner.get(SIMULATOR, query_string=asked).text.count("<figure") == 4
    assert owner.get(f"{SIMULATOR}break_even.svg", query_string=asked).status_code == 404
    assert owner.get(f"{SIMULATOR}nothing.svg", query_string=asked).status_code == 404


def test_a_campaign_brings_its_terms_and_its_page_leads_here(owner: testing.ShopClient) -> None:
    sell_a_month()
    campaign = make_campaign("draft")

    assert f"{SIMULATOR}?campaign={campaign}" in owner.get(f"/admin/red-envelope/details/{campaign}").text
    page = owner.get(f"{SIMULATOR}?campaign={campaign}").text

    values = dict(re.findall(r'name="(threshold|quantity|use_days)"[^>]* value="([^"]*)"', page))
    assert values == {"threshold": "50.00", "quantity": "100", "use_days": "2"}
    assert '<option selected value="womens_clothing|1000">' in page
    assert page.count("<figure") == 4
    assert owner.get(f"{SIMULATOR}?campaign=999").status_code == 404
    assert owner.get(f"{SIMULATOR}?campaign=x").status_code == 400


def test_no_campaign_is_chosen_whose_terms_are_not_those_of_the_form(owner: testing.ShopClient) -> None:
    campaign = make_campaign()

    page, taken = owner.get(SIMULATOR).text, owner.get(f"{SIMULATOR}?campaign={campaign}").text

    assert '<option value="" selected>Choose a campaign</option>' in page
    assert f'<option value="{campaign}">' in page
    assert f'<option value="{campaign}" selected>' in taken
    assert '<option value="">Choose a campaign</option>' in taken
    assert owner.get(f"{SIMULATOR}?campaign=").status_code == 200


def test_a_draft_that_leaves_terms_open_is_filled_up(owner: testing.ShopClient) -> None:
    sell_a_month()
    campaign = make_campaign("draft", amount=None, threshold=None, quantity=None, use_to=None)

    answer = owner.get(f"{SIMULATOR}?campaign={campaign}")

    assert answer.status_code == 200
    assert '<option selected value="womens_clothing|500">' in answer.text


def test_a_new_shop_is_told_why_there_is_nothing(owner: testing.ShopClient) -> None:
    answer = owner.get(SIMULATOR)

    assert answer.status_code == 200
    assert "No history yet" in answer.text
    assert "<figure" not in answer.text
    assert owner.get(f"{SIMULATOR}costs.svg", query_string=ASKED).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("denomination", "womens_clothing|700", "Not a valid choice"),
        ("threshold", "10", "must be above the envelope"),
        ("threshold", "nan", "“nan” is no amount above 0."),
        ("threshold", "1e30", "“1e30” is no amount above 0."),
        ("quantity", "0", "between 1 and"),
        ("use_days", "366", "between 1 and 365"),
        ("days", "31", "Not a valid choice"),
        ("days", "x", "Invalid Choice"),
        ("rate", "101", "between 1 and 100"),
        ("margin", "0", "between 1 and 100"),
        ("margin", "3.5", "Not a valid integer value"),
    ],
)
def test_bad_values_are_shown_at_their_field(owner: testing.ShopClient, field: str, value: str, said: str) -> None:
    sell_a_month()
    before = stored()

    answer = owner.get(SIMULATOR, query_string=ASKED | {field: value})

    assert answer.status_code == 400
    assert said in answer.text
    assert "<figure" not in answer.text
    assert owner.get(f"{SIMULATOR}costs.svg", query_string=ASKED | {field: value}).status_code == 400
    assert stored() == before


def test_only_those_who_may_see_reports_see_it(shop: Flask, clock: Clock) -> None:
    sell_a_month()
    campaign = make_campaign()
    reader = testing.sign_in(shop, testing.make_account(shop, "red_envelope.campaign:read"))
    reporter = testing.sign_in(shop, testing.make_account(shop, REPORT, "red_envelope.campaign:read"))
    details = f"/admin/red-envelope/details/{campaign}"

    for address in (SIMULATOR, f"{SIMULATOR}costs.svg"):
        assert reader.get(address, query_string=ASKED).status_code == 403
        assert reporter.get(address, query_string=ASKED).status_code == 200
    assert SIMULATOR not in reader.get(details).text
    assert SIMULATOR in reporter.get(details).text


def test_the_page_speaks_chinese(owner: testing.ShopClient) -> None:
    sell_a_month()
    with owner.session_transaction() as cookie:
        cookie["language"] = "zh"

    page = owner.get(SIMULATOR, query_string=ASKED).text

    assert "红包模拟器" in page
    assert "领用率 50% 的支出" in page
    assert "Claim rate" not in page


def test_the_page_says_when_the_limit_will_ask(owner: testing.ShopClient) -> None:
    sell_a_month()
    plugins.save_settings(None, "red_envelope", {"worst_case_limit": 49_900})

    above = owner.get(SIMULATOR, query_string=ASKED | {"quantity": "50"}).text
    within = owner.get(SIMULATOR, query_string=ASKED | {"quantity": "49"}).text

    assert "the worst case must be typed: your limit is CN¥499.00" in above
    assert "must be typed" not in within


def test_weak_figures_say_so(owner: testing.ShopClient) -> None:
    sell_a_month()
    testing.make_order(200, created_at=ago(1), goods=None, total=100, shipping=None)

    few = owner.get(SIMULATOR, query_string=ASKED | {"use_days": "14"}).text
    one = owner.get(SIMULATOR, query_string=ASKED | {"use_days": "30"}).text
    short = owner.get(SIMULATOR, query_string=ASKED | {"use_days": "60"}).text

    assert "History gives only 2 periods of 14 days." in few
    assert "1 order tells no amount of goods and is left out." in few
    assert "History gives only 1 period of 30 days." in one
    assert "the figures are too low" in short


def test_one_period_and_one_day_have_words_of_their_own(owner: testing.ShopClient) -> None:
    sell(1, 4900, 0.5)

    page = owner.get(SIMULATOR, query_string=ASKED | {"use_days": "1"}).text

    assert "History gives only 1 period of 1 day." in page


@pytest.mark.data
def test_real_orders_can_be_simulated(shop: Flask, test_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Olist: real orders of 2016 to 2018, whose amounts stand on their lines alone."""
    run([test_data / "olist" / f"olist_{part}_dataset.csv" for part in ("orders", "order_items", "customers")])
    monkeypatch.setattr(forecasts.budget, "day_start", lambda: datetime(2018, 8, 1, tzinfo=UTC))

    found = forecasts.forecast(question(currency="BRL", draft=Draft(1000, 5000), days=365, margin=30))

    assert found is not None
    assert len(found.periods) == 52
    assert found.left_out == 0
    assert 0 < found.found.busiest <= max(orders for _begins, _ends, orders, _buyers in found.periods)
    reaching = [variant.found.orders for variant in found.thresholds]
    assert reaching == sorted(reaching, reverse=True)
    assert all(variant.near > 0 for variant in found.thresholds)
    assert TERMS.amount == found.chosen.usual // found.chosen.claims
