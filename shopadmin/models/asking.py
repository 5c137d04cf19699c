"""A single question to the database, past SQLAlchemy's sessions, transactions and results, which cost more than it.

What they do each time is done once here: SQL and types are prepared for the driver when a statement is first asked.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app
from sqlalchemy import CompoundSelect, Engine, Select, event
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import MultipleResultsFound
from sqlalchemy.pool import PoolProxiedConnection

from shopadmin.models.base import db
from shopadmin.models.engine import asking_engine
from shopadmin.models.kept import Kept
from shopadmin.models.prepared import Prepared

Question = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]

# As many statements are kept, and of each connection as many cursors. Several times what the shop and its plugins ask:
# only a statement that is built anew for each call fills it.
MOST_STATEMENTS = 100


def ask_once(statement: Question, values: Mapping[str, Any]) -> Any:
    """The one row that the question finds, None without one. Raises MultipleResultsFound for more.

    ``statement``: built once, as what was prepared for it is kept; of more than ``MOST_STATEMENTS`` all are forgotten.
    Over a connection of its own that is given back at once: whoever waits for a commit of many must not hold one
    meanwhile. Sees what is committed, not what the session around has written.
    """
    found = ask_all(statement, values)
    if len(found) > 1:
        raise MultipleResultsFound("one row was expected")
    return found[0] if found else None


def ask_all(statement: Question, values: Mapping[str, Any]) -> Sequence[Any]:
    """All rows that the question finds, for few of them; else as ``ask_once``."""
    asker: _Asker | None = current_app.extensions.get("shopadmin.asking")
    if asker is None:
        asker = current_app.extensions.setdefault("shopadmin.asking", _Asker(db.engine))
    return asker.ask(statement, values)


def ask_around(statement: Question, values: Mapping[str, Any]) -> Sequence[Any]:
    """All rows that the question finds: in a transaction that writes with what it has written, else as ``ask_all``.

    So what reads costs no transaction of a session, and what writes decides by what it will leave behind.
    """
    session = db.session() if db.session.registry.has() else None
    # One that was lent the owner's engine asks as the owner.
    if session is None or not (session.info.get("writing") or "engine" in session.info):
        return ask_all(statement, values)
    session.flush()
    return session.connection().execute(statement, values).all()


class _Line:
    """A connection, and a cursor for each statement: what the driver has worked out for that, its cursor knows."""

    def __init__(self, connection: PoolProxiedConnection) -> None:
        self.connection = connection
        self.cursors: dict[Prepared, DBAPICursor] = {}

    def cursor(self, prepared: Prepared) -> DBAPICursor:
        """A new one for the statement, which is kept."""
        if len(self.cursors) >= MOST_STATEMENTS:
            for cursor in self.cursors.values():
                cursor.close()
            self.cursors.clear()
        self.cursors[prepared] = cursor = self.connection.cursor()
        return cursor

    def invalidate(self) -> None:
        """Close the connection."""
        self.connection.invalidate()


class _Asker:
    """Questions to one database, by connections that are in no transaction and are not tried before they are used."""

    def __init__(self, engine: Engine) -> None:
        self.engine = asking_engine(engine)
        self.kept = Kept(lambda: _Line(self.engine.raw_connection()))
        self._broken = self.engine.dialect.loaded_dbapi.Error
        self._prepared: dict[Question, Prepared] = {}
        # Whoever lets go of the database, to replace its file for example, lets go of all of it.
        event.listen(engine, "engine_disposed", lambda _engine: self.kept.let_go())

    def ask(self, statement: Question, values: Mapping[str, Any]) -> Sequence[Any]:
        prepared = self._prepared.get(statement)
        if prepared is None:
            prepared = Prepared(statement, self.engine.dialect)
            # All of them at once: which was asked last is not known, as to note it would cost each question.
            if len(self._prepared) >= MOST_STATEMENTS:
                self._prepared.clear()
            self._prepared[statement] = prepared
        try:
            found = self._fetch(prepared, values)
        except self._broken:
            # As after a restart of the server: once more with connections that are new, and errors that are wrapped.
            self.kept.let_go()
            with self.engine.connect() as connection:
                return connection.execute(statement, values).all()
        return [prepared.row(row) for row in found]

    def _fetch(self, prepared: Prepared, values: Mapping[str, Any]) -> list[Any]:
        with self.kept.one() as line:
            cursor = line.cursors.get(prepared)
            if cursor is None:
                cursor = line.cursor(prepared)
            cursor.execute(prepared.sql, prepared.bound(values))
            # All of them: a cursor that is read to its end holds nothing of the database.
            return list(cursor.fetchall())
