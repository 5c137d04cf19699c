"""Prevention tasks: one for each cause that repeats on a product, ticked off, closed, and measured afterwards."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from replies_of_tests import OWNER, READER
from shopadmin_review_recovery.domain.prevention import ITEMS_OF
from shopadmin_review_recovery.domain.rates import Count
from shopadmin_review_recovery.models import ReviewCase, ReviewPrevention, ReviewPreventionTick
from shopadmin_review_recovery.services import cases, prevention, prevention_cases, prevention_opening
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from shopadmin import testing
from shopadmin.models.orders import OrderLine
from shopadmin.plugin_api import (
    AccountId,
    Actor,
    ForbiddenError,
    MissingError,
    ObjectionsError,
    RefusedError,
    db,
    writing,
)

NOW = datetime(2026, 11, 26, 2, tzinfo=UTC)
DAY = timedelta(days=1)
ALL = ITEMS_OF["packaging"]


def add_case(number: int, at: datetime, cause: str | None = "packaging", **changes: Any) -> int:
    values = {
        "review_id": number, "platform": "test", "product_ref": "cup", "stars": 1, "state": "triaged", "opened_at": at,
        "reviewed_at": at, "urgency": "stars1", "burns_at": at, "cause": cause,
    }  # fmt: skip
    with writing() as session:
        case = ReviewCase(**values | changes)
        session.add(case)
        session.flush()
        return case.id


def add_order(number: int, at: datetime, ref: str = "cup") -> int:
    order_id = testing.make_order(number, created_at=at)
    with writing() as session:
        session.add(OrderLine(order_id=order_id, line_no="1", product_ref=ref, title="", qty=1, price=100))
    return order_id


def tasks() -> list[ReviewPrevention]:
    db.session.rollback()
    return list(db.session.scalars(select(ReviewPrevention).order_by(ReviewPrevention.id)))


def open_task(now: datetime = NOW) -> int:
    for number in range(1, 4):
        add_case(number, now - number * DAY)
    assert prevention_opening.open_repeated(now) == 1
    return tasks()[0].id


def state() -> list[Any]:
    found = tasks()
    ticks = db.session.scalars(select(ReviewPreventionTick).order_by(ReviewPreventionTick.item)).all()
    return [[getattr(row, column.name) for column in row.__table__.columns] for row in (*found, *ticks)]


def test_three_of_a_cause_on_a_product_in_thirty_days_open_one_task(shop: Flask) -> None:
    add_case(1, NOW - 30 * DAY)
    add_case(2, NOW - 2 * DAY)
    # Another cause, another product, no case after all, and one too old make no third.
    add_case(3, NOW - DAY, "quality")
    add_case(4, NOW - DAY, product_ref="pot")
    over = {"state": "invalid", "closed_at": NOW, "outcome": "other", "reason": "not ours"}
    add_case(5, NOW - DAY, **over)
    add_case(6, NOW - 31 * DAY)
    assert prevention_opening.open_repeated(NOW) == 0

    # A review that names no product is about that of its order.
    add_case(7, NOW - DAY, product_ref="", order_id=add_order(1, NOW - 5 * DAY))
    assert [prevention_opening.open_repeated(NOW), prevention_opening.open_repeated(NOW)] == [1, 0]

    (task,) = tasks()
    assert (task.platform, task.product_ref, task.cause, task.cases) == ("test", "cup", "packaging", 3)
    assert (task.due_at, task.closed_at) == (NOW + 14 * DAY, None)
    assert [row.id for row in prevention_cases.cases_of(task)] == [7, 2, 1]


def test_the_database_holds_one_open_task(shop: Flask) -> None:
    open_task()
    before = state()

    with pytest.raises(IntegrityError), writing() as session:
        session.add(ReviewPrevention(platform="test", product_ref="cup", cause="packaging", cases=3, opened_at=NOW,
                                     due_at=NOW))  # fmt: skip

    assert state() == before


def test_a_confirmed_cause_opens_the_task_and_gives_it_to_whoever_worked_on_the_cases(shop: Flask) -> None:
    account = AccountId(testing.make_account(shop, "review_recovery.case:reply"))
    clerk = Actor(account, "Robin", False, frozenset({"review_recovery.case:reply"}))
    now = datetime.now(UTC)
    for case_id in [add_case(number, now - DAY, None) for number in range(1, 4)]:
        assert tasks() == []
        cases.confirm_cause(clerk, case_id, None, "packaging")

    (task,) = tasks()
    assert (task.cause, task.assigned_to) == ("packaging", account)


def test_a_closed_task_opens_again_only_for_what_came_after_it(shop: Flask) -> None:
    task_id = open_task()
    prevention.close(OWNER, task_id, "dropped", "sold out", NOW)

    assert prevention_opening.open_repeated(NOW + DAY) == 0
    for number in range(4, 7):
        add_case(number, NOW + DAY)
    assert prevention_opening.open_repeated(NOW + 2 * DAY) == 1

    assert [task.result for task in tasks()] == ["dropped", ""]


def test_ticks_come_and_go_and_all_of_them_make_it_done(shop: Flask) -> None:
    task_id = open_task()
    prevention.tick(OWNER, task_id, ALL, NOW)
    prevention.tick(OWNER, task_id, ALL[1:], NOW)
    before = state()

    with pytest.raises(RefusedError) as refused:
        prevention.close(OWNER, task_id, "done", "", NOW)
    assert refused.value.problems[0].field == "items"
    assert state() == before

    prevention.tick(OWNER, task_id, ALL, NOW)
    prevention.close(OWNER, task_id, "done", "", NOW + DAY)
    (task,) = tasks()
    assert (task.result, task.closed_at, task.closed_by) == ("done", NOW + DAY, OWNER.account_id)


def test_what_may_not_be_done_changes_nothing(shop: Flask) -> None:
    task_id = open_task()
    before = state()

    for act in (
        lambda actor: prevention.tick(actor, task_id, ALL, NOW),
        lambda actor: prevention.plan(actor, task_id, None, NOW + DAY, NOW),
        lambda actor: prevention.close(actor, task_id, "dropped", "why", NOW),
    ):
        with pytest.raises(ForbiddenError):
            act(READER)
    with pytest.raises(RefusedError):
        prevention.tick(OWNER, task_id, ["drop_everything"], NOW)
    with pytest.raises(RefusedError):
        prevention.plan(OWNER, task_id, 999, NOW + DAY, NOW)
    with pytest.raises(RefusedError):
        prevention.plan(OWNER, task_id, None, NOW - DAY, NOW)
    with pytest.raises(MissingError):
        prevention.tick(OWNER, 999, ALL, NOW)
    assert state() == before

    prevention.close(OWNER, task_id, "dropped", "why", NOW)
    before = state()
    with pytest.raises(ObjectionsError):
        prevention.tick(OWNER, task_id, ALL, NOW)
    assert state() == before


def test_whether_it_helped_is_counted_before_and_after(shop: Flask) -> None:
    for number in range(1, 11):
        add_case(number, NOW - number * DAY)
        add_order(number, NOW - number * DAY)
    prevention_opening.open_repeated(NOW)
    task_id = tasks()[0].id
    prevention.close(OWNER, task_id, "dropped", "packed anew", NOW)
    add_case(11, NOW + 3 * DAY)
    add_case(12, NOW + 31 * DAY)
    add_case(13, NOW + 3 * DAY, "quality")
    for number in range(11, 41):
        add_order(number, NOW + 3 * DAY)

    young = prevention_cases.outcome(tasks()[0], NOW + 5 * DAY)
    done = prevention_cases.outcome(tasks()[0], NOW + 60 * DAY)

    assert (young.before, young.later, young.effect) == (Count(10, 10), Count(1, 30), "early")
    assert (done.later, done.effect) == (Count(1, 30), "helped")
