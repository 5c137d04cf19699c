"""Cases: opened once for every low review, followed, given on, moved, closed, opened again; and what is caught up."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shopadmin_review_recovery
from flask import Flask
from importing import run, undo
from orders_file import order, orders, rating, ratings
from shopadmin_review_recovery.models import ReviewCase, ReviewCaseEvent
from shopadmin_review_recovery.permissions import READ, REPLY
from shopadmin_review_recovery.services import (
    case_records,
    cases,
    follow_ups,
    integrity,
    keeping,
    listing,
    memos,
    opening,
    setup,
    timing,
)
from sqlalchemy import select, text

from shopadmin import testing
from shopadmin.models.plugins import PluginState
from shopadmin.plugin_api import (
    Actor,
    ForbiddenError,
    MissingError,
    ObjectionsError,
    RefusedError,
    ReviewChanged,
    ReviewId,
    db,
    writing,
)
from shopadmin.services import plugins, schema

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)  # a Wednesday, 10:00 in Shanghai
BEFORE = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def agent(shop: Flask) -> Actor:
    """An account that works on cases."""
    return Actor(testing.make_account(shop, READ, REPLY), "Sample agent", False, frozenset({READ, REPLY}))


def save_settings(**values: Any) -> None:
    with writing() as session:
        session.merge(PluginState(name="review_recovery", state="on", changed_at=NOW, settings=values))


def change_review(review_id: int, **values: Any) -> None:
    columns = ", ".join(f"{name} = :{name}" for name in values)
    with writing() as session:
        session.connection().execute(text(f"update review set {columns} where id = :id"), {"id": review_id, **values})


def open_case(now: datetime = NOW, **review: Any) -> ReviewCase:
    review_id = testing.make_review(review.pop("number", 1), **review)
    opening.open_for([review_id], now)
    found = case_records.of_review(review_id)
    assert found is not None
    return found


def state() -> list[tuple[Any, ...]]:
    """Every column of every case and line, to compare."""
    db.session.rollback()
    with db.engine.connect() as connection:
        return [tuple(row) for model in (ReviewCase, ReviewCaseEvent)
                for row in connection.execute(select(model.__table__).order_by(model.__table__.c.id))]  # fmt: skip


def codes(case: ReviewCase) -> list[str]:
    return [event.code for event in reversed(case_records.timeline(case.id))]


def test_a_case_opens_for_every_low_review_and_no_other(shop: Flask) -> None:
    low = [testing.make_review(number, stars=number) for number in (1, 2, 3)]
    low += [
        testing.make_review(10 + number, stars=None, grade=grade) for number, grade in enumerate(("bad", "neutral"))
    ]
    others = [testing.make_review(20, stars=4), testing.make_review(21, stars=None, grade="good"),
              testing.make_review(22, stars=1, state="spam"), testing.make_review(23, stars=None)]  # fmt: skip

    assert opening.open_for([*low, *others]) == len(low)

    found = db.session().scalars(select(ReviewCase.review_id).order_by(ReviewCase.review_id)).all()
    assert found == low
    assert list(integrity.problems()) == []


@pytest.mark.parametrize(("threshold", "opened"), [("1", 2), ("2", 3), ("3", 5)])
def test_the_owner_says_from_how_many_stars_on(shop: Flask, threshold: str, opened: int) -> None:
    save_settings(threshold=threshold)
    ids = [testing.make_review(number, stars=number) for number in (1, 2, 3)]
    ids += [
        testing.make_review(10 + number, stars=None, grade=grade) for number, grade in enumerate(("bad", "neutral"))
    ]

    assert opening.open_for(ids) == opened


def test_a_case_opens_once_however_often_it_is_asked_for(shop: Flask) -> None:
    review_id = testing.make_review(stars=1)

    assert [opening.open_for([review_id]), opening.open_for([review_id, review_id]), keeping.catch_up()] == [1, 0, 0]

    assert len(state()) == 2


def test_a_case_that_another_process_opened_meanwhile_is_not_opened_twice(
    shop: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    review_id = testing.make_review(stars=1)
    look = opening.review_dossiers

    def slow(ids: Any, stars: int = 5) -> Any:
        found = look(ids, stars)
        monkeypatch.setattr(opening, "review_dossiers", look)
        opening.open_for([review_id])
        return found

    monkeypatch.setattr(opening, "review_dossiers", slow)

    assert opening.open_for([review_id]) == 0
    assert len(state()) == 2


def test_an_import_opens_cases_with_what_the_order_says(shop: Flask) -> None:
    run({"o.csv": orders(order(1, 订单状态="买家已付款,等待卖家发货")), "r.csv": ratings(rating(1))})

    case = db.session().scalars(select(ReviewCase)).one()
    assert (case.fact, case.cause, case.state, case.order_no) == ("not_dispatched", "logistics", "new", f"39{1:017}")
    assert case.proposals[0]["because"][0] == {"kind": "fact", "what": "not_dispatched"}


def test_a_case_learns_of_its_order_that_comes_later(shop: Flask) -> None:
    run({"r.csv": ratings(rating(1))})
    assert db.session().scalars(select(ReviewCase.fact)).one() == "none"

    run({"o.csv": orders(order(1, 订单状态="买家已付款,等待卖家发货"))})

    case = db.session().scalars(select(ReviewCase)).one()
    assert (case.fact, case.cause) == ("not_dispatched", "logistics")
    assert case.order_id is not None


def test_reviews_from_before_the_plugin_was_switched_on_are_caught_up(make_app: Callable[..., Flask]) -> None:
    app = make_app(plugins={"review_recovery": shopadmin_review_recovery})
    with app.app_context():
        schema.upgrade()
        plugins.disable(None, "review_recovery")
        run({"r.csv": ratings(*(rating(number) for number in range(1, 6)))})
        assert listing.counts()["total"] == 0
        plugins.enable(None, "review_recovery")

        assert keeping.catch_up() == 5
        assert listing.counts()["total"] == 5
        db.session.remove()


def test_what_a_kill_between_commit_and_word_lost_is_caught_up(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = open_case(number=1, stars=3, body="Hello")
    monkeypatch.setattr("shopadmin_review_recovery.listening.reviews_changed", lambda event: None)
    run({"o.csv": orders(order(1)), "r.csv": ratings(*(rating(number) for number in range(1, 4)))})
    change_review(kept.review_id, stars=1, body="Worse", text_version=2)

    assert keeping.catch_up() == 4

    assert listing.counts()["total"] == 4
    assert case_records.find(kept.id).stars == 1
    assert keeping.catch_up() == 0


def test_undoing_an_import_takes_untouched_cases_along(shop: Flask) -> None:
    report = run({"r.csv": ratings(*(rating(number) for number in range(1, 4)))})
    assert listing.counts()["total"] == 3

    undo(report.run_id)

    assert state() == []


def test_undoing_an_import_keeps_what_people_did_and_frees_the_number(shop: Flask, agent: Actor) -> None:
    report = run({"r.csv": ratings(rating(1))})
    case = db.session().scalars(select(ReviewCase)).one()
    cases.confirm_cause(agent, case.id, case.version, "quality")

    undo(report.run_id)
    run({"r.csv": ratings(rating(2))})

    kept, new = db.session().scalars(select(ReviewCase).order_by(ReviewCase.id)).all()
    assert (kept.review_id, kept.state, kept.outcome) == (None, "invalid", "review_gone")
    assert new.state == "new"
    assert list(integrity.problems()) == []


def test_another_review_under_the_same_number_gets_a_case_of_its_own(shop: Flask) -> None:
    case = open_case(stars=1)
    change_review(case.review_id, created_at=str(BEFORE.replace(tzinfo=None)))

    keeping.catch_up()

    found = db.session().scalars(select(ReviewCase)).one()
    assert found.reviewed_at == BEFORE


def test_a_worse_review_opens_its_case_again_with_all_its_time(shop: Flask, agent: Actor) -> None:
    case = open_case(stars=3)
    cases.move(agent, case.id, None, "contacting")
    cases.close(agent, case.id, None, "resolved_kept", "solved", "sent anew")
    change_review(case.review_id, stars=1, text_version=2)

    opening.refresh([case.review_id], NOW)

    case = case_records.find(case.id)
    assert (case.state, case.urgency, case.outcome, case.closed_at) == ("triaged", "stars1", "", None)
    assert (case.used_seconds, case.clock_since, case.due_first_at) == (0, NOW, NOW + timedelta(hours=2))
    assert codes(case)[-2:] == ["review_changed", "reopened"]


def test_a_better_review_is_noted_and_opens_nothing(shop: Flask, agent: Actor) -> None:
    case = open_case(stars=1)
    cases.close(agent, case.id, None, "resolved_kept", "solved", "sent anew")
    change_review(case.review_id, stars=5, text_version=2)

    opening.refresh([case.review_id], NOW)

    case = case_records.find(case.id)
    assert (case.state, case.stars, case.review_version) == ("resolved_kept", 5, 2)
    assert codes(case)[-1] == "review_changed"


def test_a_follow_up_that_complains_opens_its_case_again(shop: Flask, agent: Actor) -> None:
    case = open_case(stars=3)
    cases.close(agent, case.id, None, "resolved_kept", "solved", "sent anew")
    change_review(case.review_id, followup_body="用了两天就坏了", text_version=2)

    opening.refresh([case.review_id], NOW)

    assert case_records.find(case.id).state == "triaged"


def test_a_confirmed_cause_is_not_overruled_by_triage(shop: Flask, agent: Actor) -> None:
    case = open_case(stars=1, body="质量太差")
    cases.confirm_cause(agent, case.id, case.version, "packaging", ["quality"])
    change_review(case.review_id, body="没收到货", text_version=2)

    opening.refresh([case.review_id], NOW)

    case = case_records.find(case.id)
    assert (case.cause, case.further_causes) == ("packaging", ["quality"])


def test_an_order_changed_by_hand_changes_what_it_says(shop: Flask) -> None:
    order_id = testing.make_order(status="paid")
    case = open_case(stars=1, order_id=order_id)
    assert case.fact == "not_dispatched"
    with writing() as session:
        session.connection().execute(text("update shop_order set status = 'cancelled'"))

    assert keeping.catch_up() == 1
    assert case_records.find(case.id).fact == "cancelled"


def test_cases_of_one_order_or_buyer_are_linked(shop: Flask) -> None:
    order_id, buyer_id = testing.make_order(), testing.make_buyer()
    one = open_case(number=1, order_id=order_id, buyer_id=buyer_id)
    two = open_case(number=2, order_id=order_id)
    three = open_case(number=3, buyer_id=buyer_id)
    alone = open_case(number=4)

    assert [case.id for case in case_records.linked(one)] == [two.id, three.id]
    assert [case.id for case in case_records.linked(two)] == [one.id]
    assert case_records.linked(alone) == []


def test_cases_are_given_on_with_a_word(shop: Flask, agent: Actor) -> None:
    ids = [open_case(number=number).id for number in (1, 2)]

    assert cases.assign(agent, ids, agent.account_id, "please ring") == 2
    assert cases.assign(agent, ids, agent.account_id) == 0

    assert [case.assigned_to for case in map(case_records.find, ids)] == [agent.account_id] * 2
    (last, *_rest) = case_records.timeline(ids[0])
    assert (last.code, last.data) == ("assigned", {"from": None, "to": agent.account_id})
    assert case_records.written(ids[0])[last.id] == "please ring"


def test_confirming_looks_at_a_new_case_and_keeps_what_was_proposed(shop: Flask, agent: Actor) -> None:
    case = open_case(body="质量太差，没收到货")

    cases.confirm_cause(agent, case.id, case.version, "logistics", ["quality", "logistics"])

    case = case_records.find(case.id)
    assert (case.state, case.cause, case.further_causes) == ("triaged", "logistics", ["quality"])
    assert case.cause_confirmed_by == agent.account_id
    assert codes(case) == ["opened", "cause_confirmed", "moved"]


def test_the_clock_stands_while_a_case_waits_and_its_row_says_so(shop: Flask, agent: Actor) -> None:
    case = open_case(stars=1)
    assert (case.due_first_at, case.burns_at) == (NOW + timedelta(hours=2), case.due_first_at)

    cases.move(agent, case.id, None, "contacting")
    case = case_records.find(case.id)
    assert (case.touched_at, case.burns_at) == (None, case.due_first_at), "to begin is no answer"

    cases.move(agent, case.id, None, "waiting_buyer")
    case = case_records.find(case.id)
    assert case.touched_at is not None
    assert (case.clock_since, case.due_resolve_at, case.burns_at) == (None, None, timing.NEVER)

    cases.move(agent, case.id, None, "on_hold")
    cases.move(agent, case.id, None, "waiting_buyer")
    cases.move(agent, case.id, None, "contacting")
    case = case_records.find(case.id)
    assert case.held_from is None
    assert case.clock_since is not None
    assert list(integrity.problems()) == []


def test_a_reply_that_is_out_meets_the_first_target(shop: Flask) -> None:
    case = open_case(stars=1)

    shopadmin_review_recovery.shopadmin_review_changed(ReviewChanged(ReviewId(case.review_id), "replied", NOW))
    shopadmin_review_recovery.shopadmin_review_changed(ReviewChanged(ReviewId(case.review_id), "confirmed", NOW))

    case = case_records.find(case.id)
    assert (case.touched_at, case.due_first_at) == (NOW, None)
    assert codes(case) == ["opened", "answered"]


REFUSALS = [
    (lambda who, case: cases.close(who, case.id, None, "resolved_kept", "", "why"), RefusedError),
    (lambda who, case: cases.close(who, case.id, None, "resolved_kept", "solved", " "), RefusedError),
    (lambda who, case: cases.close(who, case.id, None, "contacting", "solved", "why"), ObjectionsError),
    (lambda who, case: cases.close(who, case.id, None, "invalid", "solved", "x" * 501), RefusedError),
    (lambda who, case: cases.move(who, case.id, None, "waiting_buyer"), ObjectionsError),
    (lambda who, case: cases.move(who, case.id, None, "nowhere"), ObjectionsError),
    (lambda who, case: cases.move(who, case.id, case.version + 1, "triaged"), ObjectionsError),
    (lambda who, case: cases.move(who, 10**9, None, "triaged"), MissingError),
    (lambda who, case: cases.reopen(who, case.id, None, "why"), ObjectionsError),
    (lambda who, case: cases.reopen(who, case.id, None, ""), RefusedError),
    (lambda who, case: cases.confirm_cause(who, case.id, None, "weather"), RefusedError),
    (lambda who, case: cases.confirm_cause(who, case.id, None, "quality", ["weather"]), RefusedError),
    (lambda who, case: cases.confirm_cause(who, case.id, case.version + 1, "quality"), ObjectionsError),
    (lambda who, case: cases.assign(who, [case.id], 10**9), RefusedError),
    (lambda who, case: cases.assign(who, [10**9], None), ObjectionsError),
    (lambda who, case: cases.assign(who, range(501), None), RefusedError),
    (lambda who, case: cases.add_note(who, case.id, " "), RefusedError),
    (lambda who, case: cases.add_note(who, case.id, "a\0b"), RefusedError),
    (lambda who, case: follow_ups.plan(who, case.id, "call", datetime(2020, 1, 1, tzinfo=UTC)), RefusedError),
    (lambda who, case: follow_ups.plan(who, case.id, "dance", datetime(2099, 1, 1, tzinfo=UTC)), RefusedError),
    (lambda who, case: follow_ups.finish(who, case.id, 10**9), MissingError),
]  # fmt: skip


@pytest.mark.parametrize(("act", "error"), REFUSALS)
def test_what_is_refused_changes_nothing(shop: Flask, agent: Actor, act: Any, error: type[Exception]) -> None:
    case = open_case()
    before = state()

    with pytest.raises(error):
        act(agent, case)

    assert state() == before


ACTS = [
    lambda who, case: cases.move(who, case.id, None, "triaged"),
    lambda who, case: cases.close(who, case.id, None, "invalid", "other", "why"),
    lambda who, case: cases.reopen(who, case.id, None, "why"),
    lambda who, case: cases.confirm_cause(who, case.id, None, "quality"),
    lambda who, case: cases.assign(who, [case.id], None),
    lambda who, case: cases.add_note(who, case.id, "note"),
    lambda who, case: follow_ups.plan(who, case.id, "call", datetime(2099, 1, 1, tzinfo=UTC)),
    lambda who, case: follow_ups.finish(who, case.id, 1),
]


@pytest.mark.parametrize("act", ACTS)
def test_who_may_only_read_changes_nothing(shop: Flask, act: Any) -> None:
    case = open_case()
    before = state()
    reader = Actor(testing.make_account(shop, READ), "Sample reader", False, frozenset({READ}))

    with pytest.raises(ForbiddenError):
        act(reader, case)

    assert state() == before


def test_what_is_planned_is_due_and_done_once(shop: Flask, agent: Actor) -> None:
    case = open_case()
    due = datetime.now(UTC) + timedelta(days=2)
    number = follow_ups.plan(agent, case.id, "remedy_check", due, "did it arrive?")
    assert (follow_ups.due(), follow_ups.due(due)) == (0, 1)

    follow_ups.finish(agent, case.id, number)
    follow_ups.finish(agent, case.id, number)

    assert follow_ups.due(due) == 0
    assert codes(case_records.find(case.id)) == ["opened", "planned", "follow_up_done"]


def test_a_changed_calendar_reckons_open_cases_anew_without_a_new_version(shop: Flask, agent: Actor) -> None:
    case, over = open_case(number=1, stars=1), open_case(number=2, stars=1)
    cases.close(agent, over.id, None, "invalid", "other", "why")
    ended = next(value for value in state() if value[0] == over.id)
    assert keeping.recalculate() == 1
    assert keeping.recalculate() == 0
    version = case_records.find(case.id).version
    save_settings(threshold="3", week="mon-sat 09:00-12:00 13:30-18:00", holidays="2026-11-25", extra="")

    assert keeping.recalculate() == 1

    case = case_records.find(case.id)
    assert case.due_first_at == datetime(2026, 11, 26, 3, tzinfo=UTC)
    assert case.version == version
    assert next(value for value in state() if value[0] == over.id) == ended
    assert memos.read(keeping.CALENDAR) == setup.load().mark


def test_a_warning_is_told_once_at_four_fifths_and_once_at_the_end(shop: Flask) -> None:
    case = open_case(stars=1)
    version = case.version

    told = [keeping.warn(NOW + timedelta(minutes=minutes)) for minutes in (90, 97, 100, 121, 400)]

    assert told == [0, 1, 0, 1, 0]
    warned = [event.data["level"] for event in case_records.timeline(case.id) if event.code == "warned"]
    assert warned == [2, 1]
    assert case_records.find(case.id).version == version
    assert listing.overdue(NOW + timedelta(minutes=121)) == (1, 1)


def test_what_waits_for_its_buyer_for_seven_days_is_closed(shop: Flask, agent: Actor) -> None:
    waiting, talking = open_case(number=1), open_case(number=2)
    for step in ("contacting", "waiting_buyer"):
        cases.move(agent, waiting.id, None, step)
    cases.move(agent, talking.id, None, "contacting")
    now = datetime.now(UTC)

    assert keeping.close_unanswered(now + timedelta(days=6, hours=23)) == 0
    assert keeping.close_unanswered(now + timedelta(days=7, minutes=1)) == 1

    waiting = case_records.find(waiting.id)
    assert (waiting.state, waiting.outcome, waiting.reason) == ("resolved_kept", "no_answer", "waited_7_days")
    assert case_records.find(talking.id).state == "contacting"


def test_what_burns_first_stands_on_top_and_what_is_over_at_the_end(shop: Flask, agent: Actor) -> None:
    late = open_case(number=1, stars=3)
    soon = open_case(number=2, stars=1)
    threat = open_case(number=3, stars=3, body="转我一百，不转这条就一直挂着")
    over = open_case(number=4, stars=1)
    cases.close(agent, over.id, None, "invalid", "other", "why")

    assert [case.id for case in listing.first()] == [threat.id, soon.id, late.id, over.id]


def test_counts_name_every_state_cause_and_fact(shop: Flask) -> None:
    open_case(number=1, body="质量太差")
    open_case(number=2, body="")

    counts = listing.counts()

    assert counts["total"] == 2
    assert (counts["by_state"]["new"], counts["by_cause"]["quality"], counts["by_cause"]["none"]) == (2, 1, 1)
    assert counts["by_fact"]["none"] == 2


def test_everything_that_is_done_now_and_then_can_be_done_twice(shop: Flask) -> None:
    testing.make_review(1, stars=1)

    for _ in range(2):
        for job in shopadmin_review_recovery.shopadmin_periodic_jobs():
            job.run()

    assert listing.counts()["total"] == 1
    assert list(integrity.problems()) == []
