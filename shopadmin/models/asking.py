"""A single question to the database, without a session and without a transaction around, which would cost more."""

from collections.abc import Mapping
from typing import Any

from flask import current_app
from sqlalchemy import Engine, Executable, Row

from shopadmin.models.base import db
from shopadmin.models.engine import asking_once


def ask_once(statement: Executable, values: Mapping[str, Any]) -> Row[Any] | None:
    """The one row that the question finds, None without one. Raises MultipleResultsFound for more.

    Over a connection of its own that is given back at once: whoever waits for a commit of many must not hold one
    meanwhile. Sees what is committed, not what the session around has written.
    """
    engine: Engine | None = current_app.extensions.get("shopadmin.asking")
    if engine is None:
        engine = current_app.extensions["shopadmin.asking"] = asking_once(db.engine)
    with engine.connect() as connection:
        return connection.execute(statement, values).one_or_none()
