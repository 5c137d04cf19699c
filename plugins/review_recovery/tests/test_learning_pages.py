"""What triage learnt as a page: its states, training by hand through the table of jobs, and the switch."""

import json
from datetime import UTC, datetime

import pytest
import shopadmin_review_recovery
from flask import Flask
from shopadmin_review_recovery.core_pages import SettingsForm
from shopadmin_review_recovery.domain import corrections
from shopadmin_review_recovery.domain.corrections import Lesson, Model
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.services import learning, memos, opening
from sqlalchemy import select

from shopadmin import testing
from shopadmin.plugin_api import JobKind, latest_job, writing
from shopadmin.services import jobs, plugins
from shopadmin.tasks import running

URL = "/admin/review-recovery/reports/learning"
TRAINER = ("review_recovery.learning:train",)
WORDS = {"quality": "送人的，一股鸭子味", "logistics": "又绕地球了"}
NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture
def app(shop: Flask) -> Flask:
    shop.config["WTF_CSRF_ENABLED"] = False
    testing.make_account(shop, is_owner=True)
    return shop


def confirm(count: int) -> None:
    """So many cases with a confirmed cause, half of them of each."""
    causes = [*WORDS] * (count // 2)
    for number, cause in enumerate(causes, 1):
        testing.make_review(number, stars=2, body=WORDS[cause])
    opening.open_for(range(1, len(causes) + 1), NOW)
    with writing() as session:
        for row in session.scalars(select(ReviewCase)).all():
            row.cause, row.cause_confirmed_at = causes[row.review_id - 1], NOW


def client_of(app: Flask, *permissions: str) -> testing.ShopClient:
    return testing.sign_in(app, testing.make_account(app, *permissions))


def page(client: testing.ShopClient) -> str:
    return client.get(URL).text


def test_the_page_of_a_new_shop_says_how_many_causes_are_to_be_confirmed(app: Flask) -> None:
    client = client_of(app, "review_recovery.case:read")

    text = page(client)

    assert "after 200 more confirmed causes" in text
    assert "No cause is confirmed yet" in text
    assert "Train now" not in text


def test_training_by_hand_is_a_job_and_the_page_then_shows_its_score_beside_the_rules(app: Flask) -> None:
    confirm(220)
    client = client_of(app, *TRAINER)
    assert "Train now" in page(client)

    assert client.post(f"{URL}/train").status_code == 303
    assert "Waiting for the worker" in page(client)
    again = client.post(f"{URL}/train")
    testing.do_jobs()

    assert again.status_code == 409
    found = latest_job(learning.JOB)
    assert found is not None
    assert (found.state, found.result) == ("done", {"is_on": True})
    text = page(client)
    assert "It speaks" in text
    assert "220 of 220 confirmed cases" in text
    assert "44 / 44" in text  # its own
    assert "0 / 44" in text  # the rules, which know none of these words
    assert "after 20 more confirmed causes" in text


def test_a_training_whose_worker_died_is_done_by_the_next_one(app: Flask) -> None:
    confirm(200)
    client_of(app, *TRAINER).post(f"{URL}/train")
    with jobs.holder() as dead:
        jobs.claim(running.waiting_jobs()[0], dead)

    testing.do_jobs()

    assert learning.current() is not None


def test_a_training_that_is_stopped_leaves_what_was_learnt_before(app: Flask) -> None:
    confirm(200)
    client = client_of(app, *TRAINER)
    client.post(f"{URL}/train")

    assert client.post(f"{URL}/stop").status_code == 303
    testing.do_jobs()

    found = latest_job(learning.JOB)
    assert found is not None
    assert found.state == "cancelled"
    assert learning.record().lesson is None
    assert "was stopped" in page(client)
    assert client.post(f"{URL}/stop").status_code == 409


def test_too_few_causes_and_a_learning_that_is_off_refuse_to_train(app: Flask) -> None:
    client = client_of(app, *TRAINER)
    few = client.post(f"{URL}/train")
    confirm(200)
    learning.learn()
    plugins.save_settings(None, "review_recovery", {"learning": False})

    off = client.post(f"{URL}/train")

    assert (few.status_code, off.status_code) == (409, 409)
    assert "Only 0 causes are confirmed" in few.text
    assert "Switched off" in page(client)
    assert learning.learn() is None
    assert learning.current() is None
    assert latest_job(learning.JOB) is None
    plugins.save_settings(None, "review_recovery", {"learning": True})
    assert learning.current() is not None


def test_an_error_in_a_plugins_job_ends_it_as_failed_and_is_not_tried_for_ever(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm(200)
    client = client_of(app, *TRAINER)
    client.post(f"{URL}/train")
    monkeypatch.setattr(learning, "train", lambda step: 1 / 0)
    monkeypatch.setattr(shopadmin_review_recovery, "JobKind", lambda name, run: JobKind(name, learning.train))

    testing.do_jobs()

    assert running.waiting_jobs() == []
    assert "ZeroDivisionError" in page(client)


def test_a_lesson_of_an_earlier_version_is_read(app: Flask) -> None:
    confirm(200)
    learning.learn()
    kept = memos.read(learning.MEMO)
    old = {name: value for name, value in json.loads(kept).items() if name in ("cases", "model")}
    with writing() as session:
        memos.write(session, learning.MEMO, json.dumps(old))

    found = learning.record()

    assert found.standing == "on"
    assert found.lesson is not None
    assert found.lesson.at is None
    assert "before this version" in page(client_of(app, "review_recovery.case:read"))


def test_where_it_stands_follows_from_switch_cases_and_lesson() -> None:
    good, bad = Model({"quality": 100}, {}, 40, 30, 20), Model({"quality": 100}, {}, 40, 10, 20)

    def lesson(model: Model | None, cases: int = 240) -> Lesson:
        return Lesson(cases, NOW, {}, model)

    assert corrections.standing(False, 240, lesson(good)) == "off"
    assert corrections.standing(True, 240, lesson(good)) == "on"
    assert corrections.standing(True, 240, lesson(bad)) == "silent"
    assert corrections.standing(True, 240, lesson(None)) == "narrow"
    assert corrections.standing(True, 199, None) == "few"
    # Until the next lesson: the first at 200, each after twenty more; fewer than there were count as well.
    assert [corrections.missing(cases, None) for cases in (0, 199, 200)] == [200, 1, 0]
    assert [corrections.missing(cases, lesson(good)) for cases in (240, 259, 260, 225, 220)] == [20, 1, 0, 5, 0]


def test_every_setting_stands_under_a_heading(app: Flask) -> None:
    with app.test_request_context():
        names = {field.short_name for field in SettingsForm()}

    grouped = [name for found in SettingsForm.groups.values() for name in found]

    assert sorted(grouped) == sorted(names)
