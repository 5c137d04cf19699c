"""The forms as a shop owner meets them: what is unclear is said, what was typed stays, what is locked is shown."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from red_envelope_shop import ACTIVITY, HOUR, NOW, TERMS, Clock, campaign_form, make_activity, make_campaign, stored
from shopadmin_red_envelope.domain import checks, states
from shopadmin_red_envelope.domain.times import comes_twice
from shopadmin_red_envelope.services import activities

from shopadmin import testing
from shopadmin.services import settings

LIST = "/admin/red-envelope/"
TABLE = f"{LIST}denominations/edit"
WOMEN = f"{TABLE}?category=womens_clothing"


@pytest.fixture
def owner(shop: Flask, clock: Clock) -> testing.ShopClient:
    shop.config["WTF_CSRF_ENABLED"] = False
    return testing.sign_in(shop, testing.make_account(shop, is_owner=True))


def activity_form(**changes: str) -> dict[str, str]:
    return {
        "name": "Summer", "kind": "store", "supports_store_envelopes": "y",
        "starts_at": "2026-06-19T00:00", "ends_at": "2026-06-22T00:00",
    } | changes  # fmt: skip


def said_at(page: str, field: str) -> str:
    """The messages at a field; empty where there are none."""
    found = re.search(rf'id="{field}-errors">(.*?)</ul>', page, re.S)
    return " ".join(re.findall(r"<li>(.*?)</li>", found[1])) if found else ""


def test_what_is_missing_for_scheduling_is_named_field_by_field(owner: testing.ShopClient) -> None:
    campaign = make_campaign("draft", claim_to=None, use_from=None)
    before = stored()

    answer = owner.post(f"{LIST}details/{campaign}/schedule?version=1")

    assert answer.status_code == 400
    for name in ("Collected until", "Used from"):
        assert f"Fill in “{name}” before the campaign is scheduled." in answer.text
    assert answer.text.count("before the campaign is scheduled.") == 2
    assert stored() == before


def test_a_begun_campaign_has_no_form_but_its_page_says_why(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = make_campaign()
    for now in (NOW, clock.start):
        clock.set(now)
        answer = owner.get(f"{LIST}details/{campaign}/edit")
        assert answer.status_code == 302
        assert answer.location.endswith(f"{LIST}details/{campaign}")
    before = stored()

    late = owner.post(f"{LIST}details/{campaign}/edit?version=2", data=campaign_form(1, title=""))

    assert late.status_code == 409
    assert "The campaign has begun. From the start on nobody changes it" in late.text
    assert 'name="title"' not in late.text
    assert stored() == before


@pytest.mark.parametrize("what", ["begun", "in use"])
def test_an_activity_that_cannot_change_is_shown_with_the_reason(
    owner: testing.ShopClient, clock: Clock, what: str
) -> None:
    activity = make_activity()
    if what == "begun":
        clock.set(clock.start)
    else:
        make_campaign(activity_id=activity)
    reason = {"begun": "The activity has begun.", "in use": "A scheduled campaign belongs to this activity"}[what]
    before = stored()

    for answer in (
        owner.get(f"{LIST}activities/{activity}"),
        owner.post(f"{LIST}activities/{activity}?version=1", data=activity_form(name="Mine")),
        owner.post(f"{LIST}activities/{activity}/delete?version=1"),
    ):
        assert answer.status_code == (200 if answer.request.method == "GET" else 409)
        assert reason in answer.text
        assert 'name="name"' not in answer.text
        assert "2026-06-19 00:00 UTC+08:00" in answer.text

    assert stored() == before


def test_the_list_of_activities_says_where_each_stands(owner: testing.ShopClient, clock: Clock) -> None:
    make_activity()

    for now, word in ((NOW, "Coming"), (clock.start, "Has begun"), (ACTIVITY.ends_at, "Ended")):
        clock.set(now)
        assert f"{word}</span>" in owner.get(f"{LIST}activities/").text


@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 120))
def test_an_activity_is_coming_then_running_then_over(start: int, length: int, now: int) -> None:
    state = states.activity_state(start, start + length, now)

    assert state == ("coming" if now < start else "ended" if now >= start + length else "running")


def test_a_stale_form_of_a_campaign_keeps_what_was_typed_and_shows_what_is_stored(owner: testing.ShopClient) -> None:
    campaign = make_campaign("draft")
    address = f"{LIST}details/{campaign}/edit"
    owner.post(f"{address}?version=1", data=campaign_form(1, title="First", quantity="", use_to="2026-06-21T12:30"))
    before = stored()

    answer = owner.post(f"{address}?version=1", data=campaign_form(1, title="Second", threshold="50.00", mode="push"))

    assert answer.status_code == 409
    assert "Somebody changed this meanwhile." in answer.text
    assert 'value="Second"' in answer.text
    said = {name: said_at(answer.text, name) for name in campaign_form(1)}
    assert {name: text for name, text in said.items() if text} == {
        "title": "Now stored: “First”.",
        "quantity": "Now stored: “–”.",
        "use_to": "Now stored: “2026-06-21 12:30”.",
        "mode": "Now stored: “Buyers collect it on a page”.",
    }
    assert stored() == before

    again = re.search(rf'action="({address}\?version=2)"', answer.text)
    assert again
    assert owner.post(again[1], data=campaign_form(1, title="Second")).status_code == 302
    assert b"Second" in owner.get(f"{LIST}details/{campaign}").data


def test_a_stale_form_of_an_activity_shows_both_values(owner: testing.ShopClient) -> None:
    activity = make_activity()
    address = f"{LIST}activities/{activity}"
    owner.post(f"{address}?version=1", data=activity_form(name="First", supports_store_envelopes=""))
    before = stored()

    answer = owner.post(f"{address}?version=1", data=activity_form(name="Second"))

    assert answer.status_code == 409
    assert 'value="Second"' in answer.text
    assert said_at(answer.text, "name") == "Now stored: “First”."
    assert said_at(answer.text, "starts_at") == ""
    assert f'action="{address}?version=2"' in answer.text
    assert stored() == before


def test_a_time_to_the_millisecond_is_no_difference(owner: testing.ShopClient) -> None:
    campaign = make_campaign("draft", use_to=(TERMS.use_to or 0) + 25_187)
    address = f"{LIST}details/{campaign}/edit"
    with_seconds = campaign_form(1, use_to="2026-06-21T00:00:25")

    same = owner.post(f"{address}?version=9", data=with_seconds)
    other = owner.post(f"{address}?version=9", data=campaign_form(1))

    assert (same.status_code, other.status_code) == (409, 409)
    assert said_at(same.text, "use_to") == ""
    assert said_at(other.text, "use_to") == "Now stored: “2026-06-21 00:00:25”."


def test_a_stale_deletion_of_an_activity_shows_it_again(owner: testing.ShopClient) -> None:
    activity = make_activity()
    owner.post(f"{LIST}activities/{activity}?version=1", data=activity_form(name="First"))
    before = stored()

    answer = owner.post(f"{LIST}activities/{activity}/delete?version=1")

    assert answer.status_code == 409
    assert 'value="First"' in answer.text
    assert f'action="{LIST}activities/{activity}?version=2"' in answer.text
    assert stored() == before


def test_a_stale_table_of_denominations_shows_both_values(owner: testing.ShopClient) -> None:
    assert owner.post(f"{WOMEN}&version=1", data={"amounts": "5 10"}).status_code == 302
    before = stored()

    answer = owner.post(f"{WOMEN}&version=1", data={"amounts": "7"})

    assert answer.status_code == 409
    assert 'value="7"' in answer.text
    assert said_at(answer.text, "amounts") == "Now stored: “5.00 10.00”."
    assert stored() == before
    assert owner.post(f"{WOMEN}&version=2", data={"amounts": "7"}).status_code == 302


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        ("5 5.005 10", "“5.005” has too many decimal places: at most 2."),
        ("5 100000000.01", "“100000000.01” is too much: at most CN¥100,000,000.00."),
        ("5 0", "“0” is no amount above 0."),
        ("5 ten", "“ten” is no amount above 0."),
        ("500,1,500", "“1,500” may be one amount or several."),
        ("5 5.00", "The same amount stands there twice."),
        ("、", "Between 1 and 20 amounts."),
    ],
)
def test_denominations_that_are_unclear_are_refused_by_name(owner: testing.ShopClient, amounts: str, said: str) -> None:
    before = stored()

    answer = owner.post(f"{WOMEN}&version=1", data={"amounts": amounts})

    assert answer.status_code == 400
    assert said in said_at(answer.text, "amounts")
    assert stored() == before


@pytest.mark.parametrize(
    "amounts", ["5，10、20；100", "５ １０　２０ １００", "5,10,20, 100", "5;10; 20 ,100", "５，１０，20，１００"]
)
def test_denominations_are_parted_by_the_signs_that_people_type(owner: testing.ShopClient, amounts: str) -> None:
    assert owner.post(f"{WOMEN}&version=1", data={"amounts": amounts}).status_code == 302

    page = owner.get(f"{LIST}denominations/").text
    assert "CN¥5.00 · CN¥10.00 · CN¥20.00 · CN¥100.00" in page


def test_a_category_is_added_once_and_called_by_its_name(owner: testing.ShopClient) -> None:
    assert owner.post(TABLE, data={"category": "Shoes", "amounts": "5 10"}).status_code == 302
    before = stored()

    answer = owner.post(TABLE, data={"category": "Shoes", "amounts": "7"})

    assert answer.status_code == 409
    assert said_at(answer.text, "amounts") == "Now stored: “5.00 10.00”."
    assert stored() == before
    page = owner.get(WOMEN).text
    assert "Women&#39;s clothing" in page
    assert 'value="womens_clothing"' not in page
    assert "nobody changes anything" not in page


@pytest.mark.parametrize(
    ("threshold", "said"),
    [
        ("50.005", "“50.005” has too many decimal places: at most 2."),
        ("100000000.01", "“100000000.01” is too much: at most CN¥100,000,000.00."),
        ("50,5", "“50,5” is no amount above 0. Write it such as 12.50."),
    ],
)
def test_an_order_amount_is_taken_exactly_or_not(owner: testing.ShopClient, threshold: str, said: str) -> None:
    activity = make_activity()
    before = stored()

    answer = owner.post(f"{LIST}new", data=campaign_form(activity, threshold=threshold))

    assert answer.status_code == 400
    assert said_at(answer.text, "threshold") == said
    assert stored() == before


def test_a_rule_says_the_upper_limit_of_an_amount() -> None:
    over = checks.HIGHEST_AMOUNT + 1

    found = checks.check_denominations("Shoes", [0, over])

    assert [(objection.code, objection.values) for objection in found] == [
        ("bad_amount", {}),
        ("amount_too_high", {"most": checks.HIGHEST_AMOUNT}),
    ]


def test_times_are_shown_to_the_second_and_with_the_shops_zone(owner: testing.ShopClient) -> None:
    campaign = make_campaign("draft", claim_from=TERMS.claim_from and TERMS.claim_from - 25_000)

    page = owner.get(f"{LIST}details/{campaign}").text

    assert "2026-06-18 23:59:35 UTC+08:00" in page
    assert "2026-06-20 00:00 UTC+08:00" in page
    assert "Asia/Shanghai" in page
    assert "Asia/Shanghai" in owner.get(f"{LIST}details/{campaign}/edit").text


def test_a_time_that_comes_twice_is_the_first_and_the_page_says_so(owner: testing.ShopClient) -> None:
    settings.save(None, timezone="America/New_York")
    activity = make_activity(starts_at=NOW + 24 * HOUR, ends_at=NOW + 20_000 * HOUR)
    times = {"claim_from": "2027-11-07T00:30", "claim_to": "2027-11-07T01:30", "use_from": "2027-11-07T00:30",
             "use_to": "2027-11-08T01:30"}  # fmt: skip

    page = owner.post(f"{LIST}new", data=campaign_form(activity, **times), follow_redirects=True).text

    assert "“Collected until”: 01:30 comes twice that night. The first is taken, at UTC-04:00." in page
    assert page.count("comes twice") == 1
    assert "2027-11-07 01:30 UTC-04:00" in page
    assert "2027-11-08 01:30 UTC-05:00" in page


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Asia/Shanghai"])
def test_only_the_hour_before_the_clocks_go_back_comes_twice(zone: str) -> None:
    night = {"America/New_York": datetime(2027, 11, 7, 1), "Europe/Berlin": datetime(2027, 10, 31, 2)}.get(zone)  # noqa: DTZ001
    first = datetime(2027, 1, 1)  # noqa: DTZ001 - local by purpose
    hours = [first + timedelta(hours=hour) for hour in range(365 * 24)]

    assert [hour for hour in hours if comes_twice(hour, ZoneInfo(zone))] == ([night] if night else [])


def test_an_ended_campaign_is_said_to_be_over(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = make_campaign()
    clock.set(NOW + 72 * HOUR)

    page = owner.get(f"{LIST}details/{campaign}").text

    assert "The campaign is over." in page
    assert "the campaign has begun" not in page


def test_only_activities_that_are_still_to_come_are_offered(owner: testing.ShopClient, clock: Clock) -> None:
    make_activity(name="Sooner")
    later = make_activity(name="Later", starts_at=NOW + 30 * HOUR)
    assert "Sooner" in owner.get(f"{LIST}new").text
    clock.set(clock.start - 2000)
    before = stored()

    page = owner.get(f"{LIST}new").text
    refused = owner.post(f"{LIST}new", data=campaign_form(1))

    assert "Sooner" not in page
    assert "Later" in page
    assert [row.id for row in activities.coming()] == [later]
    assert refused.status_code == 400
    assert stored() == before


def test_times_beyond_the_activity_are_allowed_and_pointed_out(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = make_campaign("draft", claim_to=ACTIVITY.ends_at + 72 * HOUR, use_to=ACTIVITY.ends_at + 900 * 24 * HOUR)
    within = make_campaign("draft")

    page = owner.get(f"{LIST}details/{campaign}").text

    assert "“Collected until” lies 3 days after the end of the activity." in page
    assert "“Used until” lies 2 years after the end of the activity." in page
    assert "after the end of the activity" not in owner.get(f"{LIST}details/{within}").text
    assert owner.post(f"{LIST}details/{campaign}/schedule?version=1").status_code == 302
    clock.set(clock.start)
    assert "after the end of the activity" not in owner.get(f"{LIST}details/{campaign}").text


@given(st.integers(-5, 5), st.integers(-5, 5))
def test_remarks_are_about_what_lies_after_the_activity_alone(claim: int, use: int) -> None:
    end = ACTIVITY.ends_at
    terms = checks.Terms("-", "-", claim_to=end + claim, use_to=end + use)

    found = {objection.field: objection.values["milliseconds"] for objection in checks.remarks(terms, ACTIVITY)}

    assert found == {name: over for name, over in (("claim_to", claim), ("use_to", use)) if over > 0}


@pytest.mark.parametrize("path", ["activities/1", "details/1/edit", "denominations/edit?category=womens_clothing"])
def test_a_form_is_opened_without_a_version_and_not_sent_without_one(owner: testing.ShopClient, path: str) -> None:
    make_campaign("draft")
    before = stored()
    data: dict[str, Any] = campaign_form(1) | activity_form() | {"amounts": "7"}

    page = owner.get(f"{LIST}{path}")

    assert page.status_code == 200
    assert "version=1" in page.text
    assert owner.post(f"{LIST}{path}", data=data).status_code == 400
    assert stored() == before


@pytest.mark.parametrize("row_id", ["-1", "0", "abc", "9999999999999999999", "99"])
def test_what_is_no_campaign_or_activity_is_not_found(owner: testing.ShopClient, row_id: str) -> None:
    for path in (f"details/{row_id}", f"details/{row_id}/edit", f"activities/{row_id}"):
        assert owner.get(f"{LIST}{path}").status_code == 404
    assert owner.post(f"{LIST}details/{row_id}/withdraw?version=1").status_code == 404


def test_who_withdraws_is_told_what_and_that_it_is_final_and_may_turn_back(owner: testing.ShopClient) -> None:
    campaign = make_campaign(title="Summer <ten>")

    page = owner.get(f"{LIST}details/{campaign}").text

    dialog = re.search(r'<dialog class="dialog" id="withdraw".*?</dialog>', page, re.S)
    assert dialog
    assert "“Summer &lt;ten&gt;” will not begin, and that is final." in dialog[0]
    assert re.search(r"data-dialog-close>Cancel</a>", dialog[0])


def test_today_says_both_what_begins_next_and_which_drafts_are_late(owner: testing.ShopClient) -> None:
    make_campaign()
    make_campaign("draft")

    page = owner.get("/admin/").text

    assert "the next begins in 1 day · 1 draft begins soon and is not scheduled" in page


def test_short_lists_stand_on_a_card(owner: testing.ShopClient) -> None:
    make_activity()

    for path in ("activities/", "denominations/"):
        assert '<div class="list"><div class="table-wrap' in owner.get(f"{LIST}{path}").text


def test_the_log_and_the_activities_have_different_names_in_the_side_bar(owner: testing.ShopClient) -> None:
    page = owner.get(f"{LIST}activities/").text

    assert "Activity log" in page
    assert not re.search(r">\s*Activity\s*<", page)
