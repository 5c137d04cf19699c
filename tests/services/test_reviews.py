"""The inbox: which index serves it, and what counts as edited."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, insert, text

from shopadmin.contract import AccountId, Actor
from shopadmin.models import db
from shopadmin.models.reviews import Review
from shopadmin.services import lists, reviews
from shopadmin.services.transactions import writing

OWNER = Actor(AccountId(1), "Owner", True, frozenset())
MANY = 20_000


@pytest.fixture
def large(app):
    """Most reviews are good and answered; one in fifty is open, one in two hundred bad."""
    start = datetime(2025, 1, 1, tzinfo=UTC)
    with writing() as session:
        session.execute(
            insert(Review),
            [
                {
                    "platform": "test",
                    "key": str(number),
                    "stars": 1 if number % 200 == 0 else 5,
                    "inbox_rank": 0 if number % 200 == 0 else 1,
                    "answer": "open" if number % 50 == 0 else "confirmed",
                    "created_at": start + timedelta(minutes=number),
                }
                for number in range(MANY)
            ],
        )
        session.execute(text("analyze"))
    return app


@pytest.mark.parametrize("is_last", [False, True])
def test_every_tab_of_the_inbox_is_served_by_an_index(large, is_last):
    seen = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _u, sql, values, _x, _m: seen.append((sql, values)))

    for view in reviews.REVIEWS.views:
        seen.clear()
        arguments = lists.ListArguments(view=view.name, cursor="last" if is_last else "")
        lists.fetch_page(reviews.REVIEWS, OWNER, arguments, ZoneInfo("UTC"))

        statement, values = next(found for found in seen if "stars" in found[0].partition("FROM")[0])
        is_sqlite = db.engine.dialect.name == "sqlite"
        with db.engine.connect() as connection:
            steps = connection.exec_driver_sql(f"explain {'query plan ' * is_sqlite}{statement}", values).all()
        plan = "\n".join(str(step[3] if is_sqlite else step[0]) for step in steps)
        unserved = [line for line in plan.splitlines() if "SCAN review" in line and "USING" not in line]
        assert not unserved, (view.name, plan)
        assert "Seq Scan on review" not in plan, (view.name, plan)


@pytest.mark.parametrize(
    ("answer", "text_version", "replied", "expected"),
    [
        ("open", 2, None, False),
        ("draft", 1, 1, False),
        ("draft", 2, 1, True),
        ("posted", 2, 1, True),
        ("confirmed", 2, 2, False),
        ("open", 2, 1, True),
    ],
)
def test_a_review_is_edited_when_its_text_is_newer_than_the_reply(answer, text_version, replied, expected):
    review = SimpleNamespace(answer=answer, text_version=text_version)

    assert reviews.is_edited(review, replied) is expected
