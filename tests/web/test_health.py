"""The two health routes: alive without the database, ready only with the schema that this version needs."""

import pytest
from flask import Flask
from sqlalchemy import event, text

from shopadmin.models import db


def test_alive_says_so_to_anybody(app: Flask) -> None:
    response = app.test_client().get("/healthz")

    assert (response.status_code, response.json) == (200, {"ok": True})


def test_alive_asks_nothing_of_the_database(app: Flask) -> None:
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))

    app.test_client().get("/healthz")

    assert asked == []


def test_ready_once_the_schema_is_there(app: Flask) -> None:
    response = app.test_client().get("/readyz")

    assert (response.status_code, response.json) == (200, {"ok": True, "pending": []})


def test_not_ready_while_a_migration_is_pending(app: Flask) -> None:
    with db.engine.connect().execution_options(shopadmin_writes=True) as connection:
        connection.execute(text("update shopadmin_alembic_version set version_num = '0000'"))
        connection.commit()

    response = app.test_client().get("/readyz")

    assert (response.status_code, response.json) == (503, {"ok": False, "pending": ["core"]})


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_read_not_written(app: Flask, path: str) -> None:
    assert app.test_client().post(path).status_code in (400, 405)
