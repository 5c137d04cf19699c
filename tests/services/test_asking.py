"""A single question past the session: the rows that SQLAlchemy would give, also after the database went away."""

import contextlib
import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import MultipleResultsFound, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shopadmin import testing
from shopadmin.models import db, kept
from shopadmin.models.api import ApiIdempotency
from shopadmin.models.asking import MOST_STATEMENTS, ask_all, ask_around, ask_once
from shopadmin.models.engine import POOL_SIZE, asking_engine
from shopadmin.models.settings import Setting
from shopadmin.services import settings
from shopadmin.services.transactions import writing

TABLE = ApiIdempotency.__table__
BY_KEY = sa.select(TABLE).where(TABLE.c.key_hash == sa.bindparam("key"))
SINCE = sa.select(TABLE.c.status).where(TABLE.c.created_at >= sa.bindparam("since"), TABLE.c.status > 100)
MOMENT = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)


@pytest.fixture(autouse=True)
def rows(app: Flask) -> None:
    with writing() as session:
        for number in (1, 2):
            session.add(ApiIdempotency(
                key_hash=bytes([number]) * 32, fingerprint=b"\0\xff" * 16, status=200 + number, body=b"{}", location="",
                created_at=MOMENT.replace(year=2025 + number),
            ))  # fmt: skip


def test_a_row_is_what_sqlalchemy_gives() -> None:
    values = {"key": b"\2" * 32}

    found = ask_once(BY_KEY, values)

    assert tuple(found) == tuple(db.session().execute(BY_KEY, values).one())
    assert (found.status, found.created_at, bytes(found.body)) == (202, MOMENT.replace(year=2027), b"{}")


def test_values_are_written_as_columns_are_and_fixed_ones_stay() -> None:
    found = ask_once(SINCE, {"since": MOMENT.replace(year=2027)})

    assert tuple(found) == (202,)


def test_all_rows_come_as_sqlalchemy_gives_them_of_a_union_too() -> None:
    both = sa.union_all(SINCE, sa.select(sa.literal(1).label("status")))
    values = {"since": MOMENT.replace(year=2025)}

    assert sorted(map(tuple, ask_all(both, values))) == sorted(map(tuple, db.session().execute(both, values)))


def test_what_the_text_of_depends_on_its_values_is_refused() -> None:
    """It would fail at each call, and be asked the slow way without a word."""
    with pytest.raises(ValueError, match="cannot be prepared"):
        ask_once(sa.select(TABLE.c.status).where(TABLE.c.status.in_([201, 202])), {})


def test_settings_are_read_without_a_session_where_there_is_none(app: Flask) -> None:
    with app.app_context():
        settings.load()

        assert not db.session.registry.has()


def test_settings_that_a_session_has_written_count_before_they_are_committed(app: Flask) -> None:
    with app.app_context(), writing() as session:
        session.add(Setting(key="name", value="Paper and Ink"))
        session.flush()

        assert settings.load().name == "Paper and Ink"


def test_what_a_transaction_writes_is_asked_in_it_and_elsewhere_none_is_begun(app: Flask) -> None:
    names = sa.select(Setting.value).where(Setting.key == "name")
    with app.app_context():
        assert (ask_around(names, {}), db.session.registry.has()) == ([], False)
        session = db.session()
        assert (ask_around(names, {}), session.in_transaction()) == ([], False)

        with writing() as session:
            session.add(Setting(key="name", value="Paper and Ink"))
            assert [tuple(row) for row in ask_around(names, {})] == [("Paper and Ink",)]
            assert ask_all(names, {}) == []


def test_postgresql_plans_a_question_about_a_list_once(postgresql: testing.Cluster) -> None:
    engine = asking_engine(sa.create_engine(postgresql.url("postgres")))

    with engine.connect() as connection:
        assert connection.scalar(sa.text("show plan_cache_mode")) == "force_generic_plan"


def test_postgresql_looks_into_the_index_however_small_the_table_was_when_it_planned(
    postgresql: testing.Cluster,
) -> None:
    engine = asking_engine(sa.create_engine(postgresql.url("postgres")))
    question = "select 1 from growing where id = any (array(select unnest(%s::bigint[])))"

    with engine.connect() as connection:
        connection.exec_driver_sql("create temporary table growing (id bigint primary key)")
        connection.exec_driver_sql("insert into growing values (1)")
        connection.exec_driver_sql("analyze growing")
        explained = connection.exec_driver_sql(f"explain {question}", ([1, 2],)).scalars().all()
        by_nothing = connection.exec_driver_sql("explain select 1 from pg_description where description = 'x'")

        assert any("growing_pkey" in line for line in explained)
        assert not any("JIT" in line for line in by_nothing.scalars())


def test_no_row_is_none_two_are_an_error_and_so_is_a_value_that_is_not_given() -> None:
    assert ask_once(BY_KEY, {"key": b"\3" * 32}) is None
    with pytest.raises(MultipleResultsFound):
        ask_once(SINCE, {"since": MOMENT.replace(year=2025)})
    with pytest.raises(KeyError):
        ask_once(BY_KEY, {})


def test_a_connection_that_broke_meanwhile_costs_no_answer(app: Flask) -> None:
    assert ask_once(BY_KEY, {"key": b"\1" * 32}) is not None
    with app.extensions["shopadmin.asking"].kept.one() as kept:
        kept.connection.driver_connection.close()

    assert ask_once(BY_KEY, {"key": b"\1" * 32}).status == 201


def test_what_the_database_refuses_is_told_in_sqlalchemys_words() -> None:
    nowhere = sa.select(sa.column("x")).select_from(sa.table("nowhere"))

    with pytest.raises((OperationalError, sa.exc.ProgrammingError)):
        ask_once(nowhere, {})


def test_whoever_lets_go_of_the_database_lets_go_of_these_connections_too(app: Flask) -> None:
    ask_once(BY_KEY, {"key": b"\1" * 32})
    asker = app.extensions["shopadmin.asking"]
    before = asker.kept.count()

    with asker.kept.one() as in_use:
        db.engine.dispose()

    assert (before, asker.kept.count(), in_use.connection.is_valid) == (1, 0, False)
    assert ask_once(BY_KEY, {"key": b"\1" * 32}).status == 201


def test_beyond_so_many_questions_at_once_the_next_waits_for_one_of_them_and_opens_none(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "PATIENCE", 600)  # far longer than the thread is waited for: it must be woken
    ask_once(BY_KEY, {"key": b"\1" * 32})
    asker = app.extensions["shopadmin.asking"]
    opened: list[object] = []
    sa.event.listen(asker.engine, "connect", lambda *found: opened.append(found[0]))
    answers: list[int] = []

    def ask() -> None:
        with app.app_context():
            answers.append(ask_once(BY_KEY, {"key": b"\1" * 32}).status)

    waiting = threading.Thread(target=ask)
    with contextlib.ExitStack() as busy:
        for _ in range(POOL_SIZE):
            busy.enter_context(asker.kept.one())
        waiting.start()
        waiting.join(0.2)
        before = list(answers)
    waiting.join(60)

    assert (before, answers) == ([], [201])
    assert (len(opened), asker.kept.count()) == (POOL_SIZE - 1, POOL_SIZE)


def test_who_waits_too_long_for_a_connection_is_told_so_and_takes_no_place(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_once(BY_KEY, {"key": b"\1" * 32})
    asker = app.extensions["shopadmin.asking"]
    monkeypatch.setattr(kept, "PATIENCE", 0.01)

    with contextlib.ExitStack() as busy:
        for _ in range(POOL_SIZE):
            busy.enter_context(asker.kept.one())
        with pytest.raises(PoolTimeoutError):
            ask_once(BY_KEY, {"key": b"\1" * 32})

    assert asker.kept.count() == POOL_SIZE


def test_a_question_that_fails_leaves_its_place_to_the_next(app: Flask) -> None:
    ask_once(BY_KEY, {"key": b"\1" * 32})
    asker = app.extensions["shopadmin.asking"]

    for _ in range(POOL_SIZE + 1):
        with pytest.raises(LookupError), asker.kept.one():
            raise LookupError

    assert asker.kept.count() == 0
    assert ask_once(BY_KEY, {"key": b"\1" * 32}).status == 201


def test_statements_that_are_built_for_each_call_pile_up_nowhere(app: Flask) -> None:
    """Each would keep what was prepared for it, and a cursor of each connection, for as long as the shop runs."""
    ask_once(BY_KEY, {"key": b"\1" * 32})
    asker = app.extensions["shopadmin.asking"]
    with asker.kept.one() as line:
        first = next(iter(line.cursors.values()))

    for number in range(3 * MOST_STATEMENTS):
        assert ask_once(
            sa.select(TABLE.c.status, sa.literal(number).label("of")).where(BY_KEY.whereclause), {"key": b"\1" * 32}
        )

    assert len(asker._prepared) <= MOST_STATEMENTS
    assert (len(line.cursors) <= MOST_STATEMENTS, asker.kept.count()) == (True, 1)
    with pytest.raises(asker._broken):
        first.execute("select 1")
    assert ask_once(BY_KEY, {"key": b"\1" * 32}).status == 201
