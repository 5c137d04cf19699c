"""The inbox of cases and the page of one: what they show, to whom, and what their forms do."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.permissions import PERMISSIONS, READ, REPLY
from shopadmin_review_recovery.services import case_records, cases, follow_ups, opening
from werkzeug.test import TestResponse

from shopadmin import testing
from shopadmin.plugin_api import db, plugin_settings
from shopadmin.services import settings as shop_settings

LIST = "/admin/review-recovery/cases/"


def make_case(number: int = 1, **review: Any) -> int:
    review_id = testing.make_review(number, **{"stars": 1, "body": "质量太差 <b>x</b>"} | review)
    opening.open_for([review_id])
    found = case_records.of_review(review_id)
    assert found is not None
    return found.id


def page(case_id: int) -> str:
    return f"{LIST}details/{case_id}"


def form_url(text: str, act: str) -> str:
    """The address that the page's form for ``act`` posts to."""
    found = re.search(rf'action="([^"]*/{act}[^"]*)"', text)
    assert found is not None, f"no form for {act}"
    return found[1].replace("&amp;", "&")


def post(client: FlaskClient, url: str, **options: Any) -> TestResponse:
    """Post with the token that a page carries."""
    token = testing.token_in(client.get("/admin/profile/"))
    return client.post(url, data={"csrf_token": token, **options.pop("data", {})}, **options)


def fresh(case_id: int) -> ReviewCase:
    db.session.rollback()
    return case_records.find(case_id)


@pytest.fixture
def agent(shop: Flask) -> FlaskClient:
    """Someone who works on cases and sees reviews and orders."""
    account = testing.make_account(shop, READ, REPLY, "core.reviews:read", "core.orders:read")
    return testing.sign_in(shop, account)


def test_an_empty_inbox_says_how_cases_come(agent: FlaskClient) -> None:
    assert "A case opens by itself" in agent.get(LIST).text
    assert "A case opens by itself" in agent.get(f"{LIST}?view=all").text


def test_the_inbox_shows_cases_with_text_cause_state_and_time_left(shop: Flask, agent: FlaskClient) -> None:
    order_id = testing.make_order(status="paid")
    make_case(1, order_id=order_id)
    make_case(2, stars=None, grade="neutral", body="")

    text = agent.get(LIST).text

    assert "质量太差 &lt;b&gt;x" in text
    for said in ("#1", "Not dispatched", "Delivery", "New case", "Without words", "first answer"):
        assert said in text


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", {1, 2, 3}),
        ("view=ended", {4}),
        ("view=all", {1, 2, 3, 4}),
        ("view=new", {1, 2, 3}),
        ("view=working", set()),
        ("view=waiting", set()),
        ("cause=quality", {1, 2}),
        ("urgency=stars3", {3}),
        ("person=nobody", {1, 2, 3}),
        ("search=%232&view=all", {2}),
        ("search=T000007", {3}),
        ("fact=not_dispatched", {3}),
    ],
)
def test_tabs_filters_and_search_choose_cases(shop: Flask, agent: FlaskClient, query: str, numbers: set[int]) -> None:
    make_case(1)
    make_case(2)
    make_case(3, stars=3, body="", order_id=testing.make_order(7, status="paid"))
    over = make_case(4)
    cases.close(None, over, None, "invalid", "other", "why")

    text = agent.get(f"{LIST}?{query}").text

    assert {int(number) for number in re.findall(r"cases/details/(\d+)", text)} == numbers


def test_the_inbox_sets_the_title_of_a_review_off_from_its_text(agent: FlaskClient) -> None:
    make_case(title="Arrived broken", body="In two pieces.")

    assert "Arrived broken · In two pieces." in agent.get("/admin/review-recovery/cases/").text


def test_the_page_shows_review_order_causes_with_why_and_both_clocks(shop: Flask, agent: FlaskClient) -> None:
    case_id = make_case(order_id=testing.make_order(status="paid"), title="差", followup_body="还是没修")

    text = agent.get(page(case_id)).text

    for said in (
        "质量太差 &lt;b&gt;x&lt;/b&gt;",
        "还是没修",
        "T000001",
        "the order: Not dispatched",
        "the words “质量太差”",
        "First answer",
        "Solved",
        "In business hours.",
        "The case opened: Not dispatched",
    ):
        assert said in text


def test_a_review_of_any_kind_can_be_looked_at(shop: Flask, agent: FlaskClient) -> None:
    bodies = ("<script>alert(1)</script>", "🙂" * 50, "\u202eمرحبا لم يصل الطلب", "好" * 100_000)
    ids = [make_case(number, body=body) for number, body in enumerate(bodies, 1)]

    answers = [agent.get(page(case_id)) for case_id in ids]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert "<script>alert" not in answers[0].text
    assert agent.get(LIST).status_code == 200


def test_the_cause_is_confirmed_and_what_helps_is_shown(shop: Flask, agent: FlaskClient) -> None:
    case_id = make_case()
    url = form_url(agent.get(page(case_id)).text, "cause")

    text = post(agent, url, data={"cause": "packaging", "further": ["quality"]}, follow_redirects=True).text

    case = fresh(case_id)
    assert (case.cause, case.further_causes, case.state) == ("packaging", ["quality"], "triaged")
    assert "Ask for a photo first." in text
    assert "Packing rule" in text


def test_a_case_is_moved_held_closed_and_opened_again(shop: Flask, agent: FlaskClient) -> None:
    case_id = make_case()
    for step in ("move/contacting", "move/on_hold", "move/contacting"):
        post(agent, form_url(agent.get(page(case_id)).text, step))
    closing = {"end": "resolved_kept", "outcome": "solved", "reason": "sent anew"}

    post(agent, form_url(agent.get(page(case_id)).text, "close"), data=closing)
    assert (fresh(case_id).state, fresh(case_id).reason) == ("resolved_kept", "written")
    assert agent.get(page(case_id)).text.count("sent anew") == 2

    post(agent, form_url(agent.get(page(case_id)).text, "reopen"), data={"reason": "not solved"})
    assert fresh(case_id).state == "triaged"


def test_a_form_that_lacks_a_reason_is_refused_with_what_was_typed(shop: Flask, agent: FlaskClient) -> None:
    case_id = make_case()
    url = form_url(agent.get(page(case_id)).text, "close")

    answer = post(agent, url, data={"end": "refused", "outcome": "other", "reason": ""})

    assert answer.status_code == 400
    assert fresh(case_id).state == "new"


def test_whoever_is_granted_anything_of_the_plugin_may_see_cases() -> None:
    assert [one.code for one in PERMISSIONS if READ not in (one.code, *one.implies)] == []


def test_nobody_closes_a_case_as_removed_by_hand(shop: Flask, agent: FlaskClient) -> None:
    case_id = make_case()
    text = agent.get(page(case_id)).text

    answer = post(agent, form_url(text, "close"), data={"end": "platform_removed", "outcome": "solved", "reason": "so"})

    assert 'value="platform_removed"' not in text
    assert answer.status_code == 400
    assert fresh(case_id).state == "new"


def test_who_is_late_is_told_and_changes_nothing(shop: Flask, agent: FlaskClient) -> None:
    case_id = make_case()
    url = form_url(agent.get(page(case_id)).text, "move/triaged")
    cases.move(None, case_id, None, "contacting")

    answer = post(agent, url)

    assert answer.status_code == 409
    assert "Somebody changed this case meanwhile" in answer.text
    assert fresh(case_id).state == "contacting"


def test_ticked_cases_are_given_to_somebody(shop: Flask, agent: FlaskClient) -> None:
    ids = [make_case(number) for number in (1, 2, 3)]
    me = re.search(r'value="(to:\d+)"', agent.get(LIST).text)
    assert me is not None

    answer = post(agent, f"{LIST}assign", data={"action": me[1], "rowid": ids[:2]}, follow_redirects=True)

    assert "2 cases are given on." in answer.text
    assert [fresh(case_id).assigned_to for case_id in ids] == [int(me[1][3:])] * 2 + [None]
    post(agent, f"{LIST}assign", data={"action": "to:", "rowid": ids[:1]})
    assert fresh(ids[0]).assigned_to is None


def test_a_case_is_handed_over_with_a_word(shop: Flask, agent: FlaskClient) -> None:
    case_id = make_case()
    other = testing.make_account(shop, REPLY, email="other@example.com")

    data = {"account_id": str(other), "note": "please ring"}
    text = post(agent, f"{page(case_id)}/assign", data=data, follow_redirects=True).text

    assert fresh(case_id).assigned_to == other
    assert "please ring" in text


def test_somebody_without_the_right_cannot_be_given_a_case(shop: Flask, agent: FlaskClient) -> None:
    case_id = make_case()
    reader = testing.make_account(shop, READ, email="reader@example.com")

    answer = post(agent, f"{page(case_id)}/assign", data={"account_id": str(reader)})

    assert answer.status_code == 400
    assert fresh(case_id).assigned_to is None


def test_notes_and_plans_stand_on_the_page(shop: Flask, agent: FlaskClient) -> None:
    case_id = make_case()
    post(agent, f"{page(case_id)}/note", data={"text": "rang twice"})
    at = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    post(agent, f"{page(case_id)}/plan", data={"kind": "call", "due_at": at, "note": "afternoon"})

    text = agent.get(page(case_id)).text
    assert "rang twice" in text
    assert "afternoon" in text
    post(agent, form_url(text, "done"))
    assert follow_ups.of_case(case_id)[0].done_at is not None


@pytest.mark.parametrize(
    ("due_at", "zone"),
    [
        ("2020-01-01T10:00", "Asia/Shanghai"),
        ("9999-12-31T23:59", "Asia/Shanghai"),
        ("9999-12-31T23:59", "America/Sao_Paulo"),
    ],
)
def test_a_plan_in_the_past_or_for_another_age_is_refused(
    shop: Flask, agent: FlaskClient, due_at: str, zone: str
) -> None:
    case_id = make_case()
    shop_settings.save(None, timezone=zone)

    answer = post(agent, f"{page(case_id)}/plan", data={"kind": "call", "due_at": due_at})

    assert answer.status_code == 400
    assert follow_ups.of_case(case_id) == []


def test_a_case_whose_review_is_gone_still_has_its_page(shop: Flask, agent: FlaskClient) -> None:
    case_id = make_case()
    cases.add_note(shop_actor(shop), case_id, "kept")
    opening.forget([fresh(case_id).review_id])
    assert fresh(case_id).review_id is not None  # the review is there: nothing is forgotten
    with db.engine.begin() as connection:
        connection.execution_options(shopadmin_writes=True).exec_driver_sql("delete from review")
    opening.forget([fresh(case_id).review_id])

    text = agent.get(page(case_id)).text

    assert "its import was undone" in text
    assert agent.get(f"{LIST}?view=all").status_code == 200


def shop_actor(shop: Flask) -> Any:
    from shopadmin.plugin_api import Actor

    return Actor(testing.make_account(shop, REPLY, email="noter@example.com"), "N", False, frozenset({REPLY}))


@pytest.mark.parametrize("row", ["0", "999", "x", "-1", str(2**63)])
def test_what_is_no_case_is_not_found(agent: FlaskClient, row: str) -> None:
    assert agent.get(f"{LIST}details/{row}").status_code in (400, 404)


def test_who_may_only_read_finds_no_buttons_and_is_refused(shop: Flask) -> None:
    case_id = make_case()
    reader = testing.sign_in(shop, testing.make_account(shop, READ))

    text = reader.get(page(case_id)).text

    assert "<form" not in text.partition("<main")[2] or "/close" not in text
    for act in ("assign", "cause?version=1", "move/triaged?version=1", "close?version=1", "note", "plan"):
        assert post(reader, f"{page(case_id)}/{act}").status_code == 403
    assert post(reader, f"{LIST}assign", data={"action": "to:", "rowid": case_id}).status_code == 403
    assert fresh(case_id).state == "new"


def test_who_may_not_read_cases_sees_none_anywhere(shop: Flask) -> None:
    case_id = make_case()
    client = testing.sign_in(shop, testing.make_account(shop, "core.reviews:read"))

    assert client.get(LIST).status_code == 403
    assert client.get(page(case_id)).status_code == 403
    assert "Cases overdue" not in client.get("/admin/").text
    assert f"cases/details/{case_id}" not in client.get(f"/admin/reviews/details/{fresh(case_id).review_id}").text


def test_the_cores_pages_show_the_case(shop: Flask, agent: FlaskClient) -> None:
    case_id = make_case(order_id=testing.make_order(7))
    review_id = fresh(case_id).review_id

    assert "New case" in agent.get("/admin/reviews/").text
    assert page(case_id) in agent.get(f"/admin/reviews/details/{review_id}").text
    today = agent.get("/admin/").text
    assert "Cases overdue" in today
    assert "1 case is open" in today
    assert page(case_id) in agent.get("/admin/search/?q=T000007").text


def test_the_page_of_a_review_leads_those_who_may_write_to_an_answer(shop: Flask, agent: FlaskClient) -> None:
    case_id = make_case(buyer_id=testing.make_buyer())
    unknown = make_case(2)
    reader = testing.sign_in(shop, testing.make_account(shop, READ, "core.reviews:read"))
    reviews = [f"/admin/reviews/details/{fresh(found).review_id}" for found in (case_id, unknown)]
    composer = f"/admin/review-recovery/answers/case/{case_id}"

    assert composer in agent.get(reviews[0]).text
    assert composer not in reader.get(reviews[0]).text
    assert "/answers/case/" not in agent.get(reviews[1]).text
    cases.close(None, case_id, None, "resolved_kept", "solved", "why")
    assert composer not in agent.get(reviews[0]).text


def test_the_owner_sets_hours_and_a_wrong_line_is_named(shop: Flask) -> None:
    owner = testing.sign_in(shop, testing.make_account(shop, is_owner=True))
    url = "/admin/plugins/details/review_recovery"
    good = {"threshold": "2", "week": "mon-fri 09:00-18:00", "holidays": "2026-10-01..2026-10-07", "extra": ""}

    assert post(owner, f"{url}/settings", data=good, follow_redirects=True).status_code == 200
    wrong = post(owner, f"{url}/settings", data=good | {"week": "mon-fri 09:00-18:00\nsat 25:00-26:00"})
    empty = post(owner, f"{url}/settings", data=good | {"week": " \n "})

    assert (wrong.status_code, empty.status_code) == (400, 400)
    assert "Line 2" in wrong.text
    assert "2" in owner.get(url).text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("rules_read_on", "2999-01-01", "This day lies ahead."),
        ("rules_read_on", "soon", "Write the day like 2026-11-26."),
        ("confirmed_platforms", "taobao, amazon", "“amazon” is none of the platforms where the owner decides: taobao"),
        ("confirmed_platforms", "taobo", "“taobo” is none of the platforms"),
    ],
)
def test_settings_that_would_never_hold_are_refused_at_their_field(
    shop: Flask, field: str, value: str, said: str
) -> None:
    owner = testing.sign_in(shop, testing.make_account(shop, is_owner=True))
    good = {"threshold": "3", "week": "mon-sat 09:00-12:00", "rules_read_on": "2026-01-01",
            "confirmed_platforms": "Taobao, tmall"}  # fmt: skip
    address = "/admin/plugins/details/review_recovery"
    assert "The settings are saved." in post(owner, f"{address}/settings", data=good, follow_redirects=True).text
    kept = plugin_settings("review_recovery")

    refused = post(owner, f"{address}/settings", data=good | {field: value})

    assert refused.status_code == 400
    assert f'id="{field}-errors"' in refused.text
    assert said in refused.text
    assert "Nothing is saved yet." in refused.text
    assert plugin_settings("review_recovery") == kept
