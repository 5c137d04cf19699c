"""The push's pages and its report's: what each shows in each state, what is refused, and who may open which."""

import csv
import io
import re
from itertools import count

import pytest
from flask import Flask
from red_envelope_push import (
    ENOUGH,
    LETTER,
    during,
    members,
    of,
    outbox,
    past_buyer,
    past_buyers,
    push_campaign,
    tamper,
    version,
)
from red_envelope_shop import HOUR, NOW, Clock, make_campaign, stored
from shopadmin_red_envelope import permissions
from shopadmin_red_envelope.services import push_drawing, push_sending, pushes, sealing

from shopadmin import testing
from shopadmin.plugin_api import writing
from shopadmin.services import plugins, settings

PUSHES = "/admin/red-envelope/pushes/"
REPORTS = "/admin/red-envelope/push-reports/"
USE_TO = NOW + 72 * HOUR
_numbers = count(20_000)


@pytest.fixture
def owner(shop: Flask, clock: Clock) -> testing.ShopClient:
    shop.config["WTF_CSRF_ENABLED"] = False
    return testing.sign_in(shop, testing.make_account(shop, is_owner=True))


def form(**changes: str) -> dict[str, str]:
    return {
        "channel": "email", "subject": LETTER.subject, "text": LETTER.text, "holdout_percent": "10",
        "forecast_rate": "30",
    } | changes  # fmt: skip


def counted(page: str) -> dict[str, int]:
    """What ui.counts() shows."""
    return {label: int(number) for number, label in re.findall(r"<b>([\d,]+)</b><span>([^<]+)</span>", page)}


def sell(clock: Clock, buyers: list[int], goods: int = 6000) -> None:
    with writing():
        for buyer in buyers:
            testing.make_order(next(_numbers), buyer_id=buyer, goods=goods, created_at=during(clock))


def run(client: testing.ShopClient, campaign: int, **changes: str) -> None:
    """From the text to the last message, by the pages and the worker."""
    assert client.post(f"{PUSHES}{campaign}/text?version=0", data=form(**changes)).status_code == 302
    assert client.post(f"{PUSHES}{campaign}/draw?version={version(campaign)}").status_code == 302
    push_drawing.draw_due(ENOUGH)
    assert client.post(f"{PUSHES}{campaign}/send?version={version(campaign)}").status_code == 302
    push_sending.send_due(ENOUGH)


def test_an_empty_shop_says_where_pushes_come_from(owner: testing.ShopClient) -> None:
    assert "No pushes yet" in owner.get(PUSHES).text
    assert "No push was sent yet" in owner.get(REPORTS).text


def test_a_campaigns_page_leads_to_its_push_and_later_to_what_it_did(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = make_campaign()
    past_buyers(3)
    path = f"/admin/red-envelope/details/{campaign}"
    assert f"{PUSHES}{campaign}" in owner.get(path).text
    assert f"{REPORTS}{campaign}" not in owner.get(path).text
    assert f"{PUSHES}" not in owner.get(f"/admin/red-envelope/details/{make_campaign('draft')}").text

    run(owner, campaign)

    assert f"{REPORTS}{campaign}" in owner.get(path).text
    assert f"{REPORTS}{campaign}" in owner.get(f"{PUSHES}{campaign}").text


@pytest.mark.parametrize(
    ("language", "words"), [("en", "It can be used from"), ("zh", "可使用"), ("", "It can be used from")]
)
def test_the_text_begins_with_a_suggestion_in_either_language(
    owner: testing.ShopClient, clock: Clock, language: str, words: str
) -> None:
    campaign = make_campaign()
    page = owner.get(f"{PUSHES}{campaign}").text
    assert "No push yet" in page

    written = owner.get(f"{PUSHES}{campaign}/text?version=0&language={language}").text

    assert words in written
    assert "10.00" in written
    assert pushes.of_campaign(campaign) is None


@pytest.mark.parametrize(("own", "first", "second"), [("zh", "Chinese", "English"), ("en", "English", "Chinese")])
def test_a_push_is_offered_in_the_shops_own_language_first(
    owner: testing.ShopClient, clock: Clock, own: str, first: str, second: str
) -> None:
    settings.save(None, language=own)

    page = owner.get(f"{PUSHES}{make_campaign()}").text

    assert 0 < page.index(f"Write in {first}") < page.index(f"Write in {second}")


def test_the_page_says_before_sending_who_is_told_and_who_is_not(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = make_campaign()
    past_buyers(20)
    past_buyer(90, consents=False)
    past_buyer(91, consents=False)
    past_buyer(92, email=False)
    assert owner.post(f"{PUSHES}{campaign}/text?version=0", data=form()).status_code == 302
    page = owner.get(f"{PUSHES}{campaign}").text
    assert "Count and draw" in page
    assert 'data-dialog="send"' not in page
    owner.post(f"{PUSHES}{campaign}/draw?version=1")
    assert "Past buyers looked at" in owner.get(f"{PUSHES}{campaign}/progress").text
    assert "data-poll-done" not in owner.get(f"{PUSHES}{campaign}/progress").text
    push_drawing.draw_due(ENOUGH)

    page = owner.get(f"{PUSHES}{campaign}").text

    assert counted(page) == {
        "Bought before": 23, "Get the message": 18, "Kept back for comparison": 2,
        "Left out: no consent to offers": 2, "Left out: do not contact": 0, "Left out: not in campaigns": 0,
        "Left out: no address": 1,
    }  # fmt: skip
    assert of(campaign).seed in page
    assert "Send it to 18 buyers?" in page
    assert "data-poll-done" in owner.get(f"{PUSHES}{campaign}/progress").text
    assert not outbox()


def test_sending_is_watched_stopped_and_told(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = make_campaign()
    past_buyers(45)
    owner.post(f"{PUSHES}{campaign}/text?version=0", data=form())
    owner.post(f"{PUSHES}{campaign}/draw?version=1")
    push_drawing.draw_due(ENOUGH)
    owner.post(f"{PUSHES}{campaign}/send?version={version(campaign)}")
    push_sending.step(of(campaign).id)
    page = owner.get(f"{PUSHES}{campaign}").text
    assert "20 / 40" in page
    assert "data-poll-src" in page

    page = owner.post(f"{PUSHES}{campaign}/stop?version={version(campaign)}", follow_redirects=True).text

    assert "The push was stopped." in page
    assert (counted(page)["Handed to the outbox"], counted(page)["Not asked for"]) == (20, 20)
    assert owner.get(f"{PUSHES}{campaign}/text").status_code == 409
    assert owner.post(f"{PUSHES}{campaign}/text?version={version(campaign)}", data=form()).status_code == 409


def test_a_text_about_reviews_is_pointed_out_and_not_sent(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = make_campaign()
    past_buyers(3)
    owner.post(f"{PUSHES}{campaign}/text?version=0", data=form(text="五星好评返现"))
    owner.post(f"{PUSHES}{campaign}/draw?version=1")
    push_drawing.draw_due(ENOUGH)
    assert "reviews" in owner.get(f"{PUSHES}{campaign}").text or "praise" in owner.get(f"{PUSHES}{campaign}").text

    answer = owner.post(f"{PUSHES}{campaign}/send?version={version(campaign)}")

    assert answer.status_code == 400
    assert of(campaign).state == "drawn"
    assert not outbox()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("channel", "pigeon", "Not a valid choice"), ("subject", "", "has a subject"), ("text", "", "required"),
        ("text", "x" * 2001, "2000"), ("holdout_percent", "0", "between 1 and 50"),
        ("holdout_percent", "51", "between 1 and 50"), ("holdout_percent", "ten", "Not a valid integer"),
        ("forecast_rate", "101", "between 1 and 100"),
    ],
)  # fmt: skip
def test_bad_values_are_shown_at_their_field_and_nothing_is_kept(
    owner: testing.ShopClient, clock: Clock, field: str, value: str, said: str
) -> None:
    campaign = make_campaign()

    answer = owner.post(f"{PUSHES}{campaign}/text?version=0", data=form(**{field: value}))

    assert answer.status_code == 400
    assert said in answer.text
    assert pushes.of_campaign(campaign) is None


def test_who_was_faster_is_set_against_what_was_typed(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = make_campaign()
    owner.post(f"{PUSHES}{campaign}/text?version=0", data=form(text="The first."))

    answer = owner.post(f"{PUSHES}{campaign}/text?version=0", data=form(text="The second."))

    assert answer.status_code == 409
    assert "The second." in answer.text
    assert "Now stored: “The first.”" in answer.text
    assert of(campaign).text == "The first."


def test_only_e_mail_has_a_subject(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = make_campaign()

    owner.post(f"{PUSHES}{campaign}/text?version=0", data=form(channel="chat"))

    assert (of(campaign).channel, of(campaign).subject) == ("chat", "")


@pytest.mark.parametrize(("state", "said"), [("draft", "Schedule the campaign first"), ("withdrawn", "was withdrawn")])
def test_a_campaign_that_nobody_can_collect_has_no_push(
    owner: testing.ShopClient, clock: Clock, state: str, said: str
) -> None:
    campaign = make_campaign(state)

    page = owner.get(f"{PUSHES}{campaign}")

    assert (page.status_code, said in page.text) == (200, True)
    answer = owner.post(f"{PUSHES}{campaign}/text?version=0", data=form())
    assert (answer.status_code, said in answer.text) == (409, True)
    assert pushes.of_campaign(campaign) is None


def test_what_is_not_there_is_not_found(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = make_campaign()

    for path in (f"{PUSHES}999", f"{PUSHES}x", f"{PUSHES}{campaign}/progress", f"{REPORTS}999",
                 f"{REPORTS}{campaign}/rates.svg", f"{REPORTS}{campaign}/groups.csv"):  # fmt: skip
        assert owner.get(path).status_code == 404, path


def test_the_report_waits_until_all_is_over(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = push_campaign(clock)
    past_buyers(5)
    assert "No push was sent" in owner.get(f"{REPORTS}{campaign}").text
    run(owner, campaign)
    sell(clock, members(campaign, "asked"))

    for moment in (NOW, USE_TO - 1):
        clock.set(moment)
        page = owner.get(f"{REPORTS}{campaign}").text
        assert "Too early" in page
        assert "percentage points" not in page
        assert owner.get(f"{REPORTS}{campaign}/rates.svg").status_code == 404
    assert campaign


def test_r26_an_effect_stands_there_with_its_interval_and_price(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = push_campaign(clock)
    past_buyers(100)
    run(owner, campaign, holdout_percent="50")
    sell(clock, members(campaign, "asked")[:30])
    sell(clock, members(campaign, "holdout")[:5])
    clock.set(USE_TO)

    page = owner.get(f"{REPORTS}{campaign}").text

    assert "More of those who were told bought: 50 percentage points." in page
    assert "Cost of an extra order" in page
    assert "25 orders more than without the push" in page
    assert "told or not: a count, and no effect" in page
    assert page.count("<figure") >= 1
    picture = owner.get(f"{REPORTS}{campaign}/rates.svg")
    assert (picture.status_code, picture.mimetype) == (200, "image/svg+xml")
    assert owner.get(f"{REPORTS}{campaign}/another.svg").status_code == 404


def test_r26_without_an_effect_there_is_no_price_and_the_page_says_so(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = push_campaign(clock)
    past_buyers(20)
    run(owner, campaign, holdout_percent="50")
    sell(clock, members(campaign, "asked")[:4])
    sell(clock, members(campaign, "holdout")[:3])
    clock.set(USE_TO)

    page = owner.get(f"{REPORTS}{campaign}").text

    assert "Not distinguishable: the difference is" in page
    assert "Too few buyers in a group" in page
    for claim in ("Cost of an extra order", "orders more than", "More of those", "Fewer of those"):
        assert claim not in page


def test_the_groups_can_be_taken_away_as_a_file(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = push_campaign(clock)
    past_buyers(10)
    run(owner, campaign, holdout_percent="50")
    sell(clock, members(campaign, "asked")[:1], 6001)
    clock.set(USE_TO)

    answer = owner.get(f"{REPORTS}{campaign}/groups.csv")

    told, kept = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert (told["group"], told["buyers"], told["bought"], told["rate"]) == ("push", "5", "1", "0.200000")
    assert (told["goods"], told["goods_per_buyer"], told["currency"]) == ("60.01", "12.00", "CNY")
    assert (kept["group"], kept["bought"], kept["goods"]) == ("holdout", "0", "0.00")
    assert owner.get(f"{REPORTS}{campaign}/groups.xlsx").data[:2] == b"PK"
    assert owner.get(f"{REPORTS}{campaign}/groups.exe").status_code == 404


def test_groups_that_were_changed_are_an_error_and_no_figure(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = push_campaign(clock)
    past_buyers(10)
    run(owner, campaign)
    tamper("update plugin_red_envelope_push_buyer set state = 'asked', asked_at = 1 where state = 'holdout'")
    clock.set(USE_TO)

    page = owner.get(f"{REPORTS}{campaign}")

    assert page.status_code == 200
    assert "The groups are not those that were drawn" in page.text
    assert "percentage points" not in page.text


def test_the_owner_sets_what_a_new_push_keeps_back(owner: testing.ShopClient, clock: Clock) -> None:
    plugins.save_settings(None, "red_envelope", {"remind_days": 3, "holdout_percent": 25})

    page = owner.get(f"{PUSHES}{make_campaign()}/text?version=0").text

    assert re.search(r'name="holdout_percent"[^>]*value="25"', page)


def test_each_page_is_for_those_who_hold_its_point_and_for_nobody_else(
    shop: Flask, owner: testing.ShopClient, clock: Clock
) -> None:
    campaign = push_campaign(clock)
    past_buyers(5)
    run(owner, campaign)
    clock.set(USE_TO)
    sealing.seal_due()
    before, cases = stored(), 0
    points = [point.code for point in permissions.PERMISSIONS if point.level != "owner_only"]
    clients = {point: testing.sign_in(shop, testing.make_account(shop, point)) for point in points}
    clients["nobody"] = testing.sign_in(shop, testing.make_account(shop))
    values = {"row_id": str(campaign), "picture": "rates", "kind": "csv"}

    for rule in shop.url_map.iter_rules():
        if not rule.endpoint.startswith(("red_envelope_pushes.", "red_envelope_push_reports.")):
            continue
        if rule.endpoint.endswith(".static"):
            continue
        needed = permissions.PUSH if rule.endpoint.startswith("red_envelope_pushes.") else permissions.REPORT
        path = shop.url_map.bind("").build(rule.endpoint, {name: values[name] for name in rule.arguments})
        for point, client in clients.items():
            answers = [client.open(path, method=method).status_code for method in rule.methods & {"GET", "POST"}]
            cases += len(answers)
            assert (403 not in answers) == (point == needed), (rule.rule, point, answers)
            if point != needed:
                assert set(answers) == {403}

    # Eleven routes, one of them to read and to post to; six points, and nobody.
    assert cases == 7 * 12
    assert stored() == before
