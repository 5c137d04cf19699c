"""What a claim's answer is measured beside: a Flask view that does nothing, and one that only asks the database twice.

The second is the least that a campaign which is sold out must ask (may this token call, has this buyer an envelope),
over a driver's connection of each thread's own, with nothing read, checked or put into words.
"""

import sqlite3
import threading
from collections.abc import Callable
from typing import Any

from flask import Flask, Response
from sqlalchemy import make_url

# As long as a claim's answer.
BODY = b'{"text": "' + b"x" * 380 + b'"}'
QUESTIONS = 2


def application(url: str) -> Flask:
    """A view at ``/`` that answers a POST; with a ``url`` it asks that shop's database first."""
    app = Flask("bare")
    ask = _asker(url) if url else lambda: None

    def answer() -> Response:
        for _ in range(QUESTIONS):
            ask()
        return Response(BODY, 201, content_type="application/json")

    app.add_url_rule("/", "answer", answer, methods=["POST"])
    return app


def _asker(url: str) -> Callable[[], Any]:
    """Asks for one row by its key."""
    cursors = threading.local()
    is_sqlite = make_url(url).get_backend_name() == "sqlite"
    statement = f"select id, label, scopes, expires_at from api_token where id = {'?' if is_sqlite else '%s'}"

    def ask() -> Any:
        cursor = getattr(cursors, "mine", None)
        if cursor is None:
            cursor = cursors.mine = _connection(url, is_sqlite).cursor()
        cursor.execute(statement, (1,))
        return cursor.fetchall()

    return ask


def _connection(url: str, is_sqlite: bool) -> Any:
    if is_sqlite:
        return sqlite3.connect(str(make_url(url).database), isolation_level=None)
    import psycopg

    return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True, prepare_threshold=0)
