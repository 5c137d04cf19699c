"""The plugin's tables: in step with the revisions, and what the database itself refuses."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from shopadmin_review_recovery.models import ReviewCase, ReviewCaseEvent
from shopadmin_review_recovery.services import timing
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from shopadmin.plugin_api import UtcDateTime, db, writing
from shopadmin.services import schema

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def add_case(**changes: object) -> int:
    values = {
        "review_id": 7, "stars": 1, "state": "new", "opened_at": NOW, "reviewed_at": NOW, "urgency": "stars1",
        "burns_at": NOW,
    }  # fmt: skip
    with writing() as session:
        case = ReviewCase(**values | changes)
        session.add(case)
        session.flush()
        session.add(ReviewCaseEvent(case_id=case.id, at=NOW, code="opened", data={}))
        return case.id


def test_models_and_revisions_agree(shop: Flask) -> None:
    assert schema.differences("review_recovery") == []


def test_up_down_and_up_again(shop: Flask) -> None:
    schema.downgrade("review_recovery", "base")

    assert schema.upgrade() == ["review_recovery"]


def test_without_what_is_planned_a_case_burns_at_its_targets_again(shop: Flask) -> None:
    due = NOW + timedelta(hours=5)
    targets: list[dict[str, object]] = [
        {"due_first_at": due, "due_resolve_at": due + timedelta(days=1)}, {"due_resolve_at": due}, {},
    ]  # fmt: skip
    for number, target in enumerate(targets):
        add_case(review_id=number, planned_at=NOW, **target)

    schema.downgrade("review_recovery", "0005")

    read = text("select burns_at from plugin_review_recovery_case order by id").columns(burns_at=UtcDateTime)
    assert list(db.session().scalars(read)) == [due, due, timing.NEVER]
    db.session.rollback()  # an upgrade waits for whoever reads
    schema.upgrade()


def test_a_review_has_one_case(shop: Flask) -> None:
    add_case()

    with pytest.raises(IntegrityError):
        add_case()

    assert db.session().scalar(text("select count(*) from plugin_review_recovery_case")) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "resolved_kept"},
        {"state": "resolved_kept", "closed_at": NOW, "outcome": "solved"},
        {"outcome": "solved"},
        {"state": "lost"},
        {"stars": 0},
        {"fact": "rain"},
        {"cause_confirmed_at": NOW},
    ],
)
def test_what_makes_no_sense_is_refused(shop: Flask, wrong: dict[str, object]) -> None:
    with pytest.raises(IntegrityError):
        add_case(**wrong)

    assert db.session().scalar(text("select count(*) from plugin_review_recovery_case")) == 0


def test_a_line_of_the_timeline_never_changes(shop: Flask) -> None:
    add_case()

    with pytest.raises(DBAPIError, match="never changes"), writing() as session:
        session.connection().execute(text("update plugin_review_recovery_case_event set code = 'closed'"))

    assert db.session().scalar(text("select code from plugin_review_recovery_case_event")) == "opened"
