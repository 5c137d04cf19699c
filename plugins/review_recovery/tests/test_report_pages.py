"""The pages of reports and prevention: who may open what, what they say, what a wrong address and an empty shop get."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from shopadmin_review_recovery import counted_causes
from shopadmin_review_recovery.domain import prevention as rules
from shopadmin_review_recovery.domain.prevention import ITEMS_OF
from shopadmin_review_recovery.learning_labels import ITEMS, TASKS
from shopadmin_review_recovery.models import ReviewCase, ReviewPrevention
from shopadmin_review_recovery.services import cause_lines, prevention_opening
from shopadmin_review_recovery.services.cause_lines import BY
from sqlalchemy import select

from shopadmin import testing
from shopadmin.plugin_api import db, shop_settings, writing

REPORTS, TASKS_PAGE = "/admin/review-recovery/reports/", "/admin/review-recovery/prevention/"
READ, REPLY = "review_recovery.case:read", "review_recovery.case:reply"
PAGES = ("", "figures", "rating", "causes/week.svg", "causes/product.svg")
ACTS = ("tick", "plan", "close")


@pytest.fixture
def app(shop: Flask) -> Flask:
    shop.config["WTF_CSRF_ENABLED"] = False
    testing.make_account(shop, is_owner=True)
    return shop


@pytest.fixture
def task(app: Flask) -> int:
    """A task about three cases, the only ones of the shop."""
    now = datetime.now(UTC)
    with writing() as session:
        for number in range(1, 4):
            at = now - timedelta(days=number)
            case = ReviewCase(
                review_id=number, platform="test", product_ref="cup", stars=1, state="triaged", opened_at=at,
                reviewed_at=at, urgency="stars1", burns_at=at, cause="quality",
            )  # fmt: skip
            session.add(case)
    prevention_opening.open_repeated(now)
    return db.session.scalars(select(ReviewPrevention.id)).one()


def reading(app: Flask, *points: str) -> testing.ShopClient:
    return testing.sign_in(app, testing.make_account(app, *points))


def test_each_report_has_the_tabs_of_the_plugin(app: Flask) -> None:
    reader = reading(app, READ)

    for page in ("", "figures", "rating"):
        assert '<a class="tab" href="/admin/review-recovery/cases/">' in reader.get(REPORTS + page).text


def test_a_picture_takes_what_its_page_counted_and_counts_for_itself_later(
    app: Flask, task: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, counted = reading(app, READ), []
    real = cause_lines.by
    monkeypatch.setattr(cause_lines, "by", lambda *asked: counted.append(asked) or real(*asked))

    page = reader.get(f"{REPORTS}?by=product").text
    picture = unescape(re.search(r'src="([^"]*product\.svg[^"]*)"', page)[1])
    shown = [reader.get(picture).status_code, len(counted)]
    monkeypatch.setattr(counted_causes, "FRESH", 0.0)

    assert [*shown, reader.get(picture).status_code, len(counted)] == [200, 1, 200, 2]


def test_reports_and_tasks_are_for_those_who_may_see_cases(app: Flask, task: int) -> None:
    reader, stranger = reading(app, READ), reading(app, "core.orders:read")
    pages = [*(REPORTS + page for page in PAGES), TASKS_PAGE, f"{TASKS_PAGE}details/{task}"]

    assert {page: reader.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)
    assert {page: stranger.get(page).status_code for page in pages} == dict.fromkeys(pages, 403)
    acts = [f"{TASKS_PAGE}details/{task}/{act}" for act in ACTS]
    assert {act: reader.post(act).status_code for act in acts} == dict.fromkeys(acts, 403)
    assert "disabled" in reader.get(f"{TASKS_PAGE}details/{task}").text


def test_pictures_have_axes_and_a_table_and_name_nobody_where_nothing_is_known(app: Flask, task: int) -> None:
    client = reading(app, READ)
    pages = {by: client.get(f"{REPORTS}?by={by}").text for by in ("week", *BY)}
    picture = client.get(f"{REPORTS}causes/week.svg").text

    assert [by for by, page in pages.items() if f"causes/{by}.svg" in page] == ["week", "product"]
    assert all(f"by={by}" in pages["week"] for by in BY)
    assert "No courier is known for these cases" in pages["courier"]
    assert "No supplier is known for these cases" in pages["supplier"]
    assert client.get(f"{REPORTS}?by=moon").status_code == 404
    assert "Week from" in picture
    assert ">Cases<" in picture


WRONG = (
    "?weeks=7&until=2026-01-01", "?weeks=12&until=never", "?weeks=12&until=9999-12-31",
    "figures?weeks=12&until=0001-01-01", "rating?reviews=-1&mean=4&target=4&coming=5",
    "rating?reviews=10&mean=sNaN&target=4&coming=5", "rating?reviews=10&mean=NaN&target=4&coming=5",
    "rating?reviews=10&mean=4&target=4.5&coming=6",
)  # fmt: skip
EMPTY = ("?weeks=4&until=2001-01-01", "figures?weeks=4&until=2001-01-01&confirmed=y")


def test_a_wrong_question_is_answered_at_its_field_and_an_empty_one_with_a_word(app: Flask) -> None:
    client = reading(app, READ)

    for page in WRONG:
        answer = client.get(REPORTS + page)
        assert (page, answer.status_code, "field-errors" in answer.text) == (page, 400, True)
    for page in EMPTY:
        answer = client.get(REPORTS + page)
        assert (page, answer.status_code, "No cases in these weeks" in answer.text) == (page, 200, True)
    pictures = ("week.svg?weeks=7&until=2026-01-01", "moon.svg", "week.svg?weeks=4&until=2001-01-01")
    assert [client.get(f"{REPORTS}causes/{name}").status_code for name in pictures] == [400, 404, 404]


def test_the_simulator_begins_with_the_shops_own_numbers(app: Flask) -> None:
    client = reading(app, READ)
    assert "no reviews with stars" in client.get(f"{REPORTS}rating").text
    for number in range(1, 11):
        testing.make_review(number, stars=4, product_ref="cup", product_title="Blue cup")
    testing.make_review(11, stars=1, state="spam", product_ref="cup")

    own = client.get(f"{REPORTS}rating").text
    asked = client.get(f"{REPORTS}rating?reviews=120&mean=4.2&target=4.5&coming=5").text
    never = client.get(f"{REPORTS}rating?reviews=120&mean=4.2&target=4.5&coming=4.5").text

    assert "10 more reviews" in own
    assert "72 more reviews" in asked
    assert "Never." in never


def test_a_task_is_ticked_planned_and_closed_on_its_page(app: Flask, task: int) -> None:
    client, page = reading(app, REPLY), f"{TASKS_PAGE}details/{task}"
    items = list(ITEMS_OF["quality"])

    assert client.post(f"{page}/close", data={"result": "done"}).status_code == 400
    assert client.post(f"{page}/plan", data={"account_id": "", "due_on": "soon"}).status_code == 400
    for end in ("0001-01-01", "9999-12-31"):
        assert client.post(f"{page}/plan", data={"account_id": "", "due_on": end}).status_code == 400
    assert client.post(f"{page}/tick", data={"item": items}).status_code == 303
    zone = shop_settings().zone
    day = (datetime.now(zone) + timedelta(days=30)).date()
    assert client.post(f"{page}/plan", data={"account_id": "", "due_on": day.isoformat()}).status_code == 303
    assert client.post(f"{page}/close", data={"result": "done"}).status_code == 303
    assert client.post(f"{page}/tick", data={"item": []}).status_code == 409
    assert client.get(f"{TASKS_PAGE}details/999").status_code == 404

    db.session.rollback()
    row = db.session.get(ReviewPrevention, task)
    assert row is not None
    assert (row.result, row.due_at.astimezone(zone).date()) == ("done", day)
    assert "too early to say" in client.get(page).text
    assert "Everything is done" in client.get(f"{TASKS_PAGE}?view=closed").text


def test_every_task_and_point_has_words() -> None:
    assert set(TASKS) == set(rules.ITEMS)
    assert set(ITEMS) == {item for items in rules.ITEMS.values() for item in items}
