"""A single question to the database, past SQLAlchemy's sessions, transactions and results, which cost more than it.

What they do each time is done once here: SQL and types are prepared for the driver when a statement is first asked.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import current_app
from sqlalchemy import Engine, Select, event
from sqlalchemy.exc import MultipleResultsFound

from shopadmin.models.base import db
from shopadmin.models.engine import asking_engine

Convert = Callable[[Any], Any]


def ask_once(statement: Select[Any], values: Mapping[str, Any]) -> Any:
    """The one row that the question finds, None without one. Raises MultipleResultsFound for more.

    ``statement``: built once, as what was prepared for it is kept. Over a connection of its own that is given back at
    once: whoever waits for a commit of many must not hold one meanwhile. Sees what is committed, not what the session
    around has written.
    """
    asker: _Asker | None = current_app.extensions.get("shopadmin.asking")
    if asker is None:
        asker = current_app.extensions["shopadmin.asking"] = _Asker(db.engine)
    return asker.ask(statement, values)


class _Asker:
    """Questions to one database, by connections that are in no transaction and are not tried before they are used."""

    def __init__(self, engine: Engine) -> None:
        self._engine = asking_engine(engine)
        self._broken = self._engine.dialect.loaded_dbapi.Error
        self._prepared: dict[Select[Any], _Prepared] = {}
        # Whoever lets go of the database, to replace its file for example, lets go of all of it.
        event.listen(engine, "engine_disposed", lambda _engine: self._engine.dispose())

    def ask(self, statement: Select[Any], values: Mapping[str, Any]) -> Any:
        prepared = self._prepared.get(statement)
        if prepared is None:
            prepared = self._prepared[statement] = _Prepared(statement, self._engine)
        try:
            found = self._fetch(prepared, values)
        except self._broken:
            # As after a restart of the server: once more with connections that are new, and errors that are wrapped.
            self._engine.dispose()
            with self._engine.connect() as connection:
                return connection.execute(statement, values).one_or_none()
        if len(found) > 1:
            raise MultipleResultsFound("one row was expected")
        return prepared.row(found[0]) if found else None

    def _fetch(self, prepared: "_Prepared", values: Mapping[str, Any]) -> list[Any]:
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(prepared.sql, prepared.bound(values))
            found = list(cursor.fetchall())
            cursor.close()
        except BaseException:
            connection.invalidate()
            raise
        connection.close()
        return found


class _Prepared:
    """A statement as the driver takes it."""

    def __init__(self, statement: Select[Any], engine: Engine) -> None:
        dialect = engine.dialect
        compiled = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        self._names: Iterable[str] | None = getattr(compiled, "positiontup", None)
        self._fixed = dict(compiled.params)
        self._binds = _only(
            (name, _type(bind, dialect).bind_processor(dialect)) for name, bind in compiled.binds.items()
        )
        columns = statement.selected_columns
        self._results = _only(
            (number, _type(column, dialect).result_processor(dialect, None)) for number, column in enumerate(columns)
        )
        self._row = namedtuple("Row", columns.keys())  # type: ignore[misc]

    def bound(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver wants them."""
        converted = {**self._fixed, **values}
        for name, convert in self._binds:
            converted[name] = convert(converted[name])
        return converted if self._names is None else [converted[name] for name in self._names]

    def row(self, found: Iterable[Any]) -> Any:
        """The row with its values as SQLAlchemy gives them."""
        cells = list(found)
        for number, convert in self._results:
            cells[number] = convert(cells[number])
        return self._row(*cells)


def _type(of: Any, dialect: Any) -> Any:
    return of.type.dialect_impl(dialect)


def _only(found: Iterable[tuple[Any, Convert | None]]) -> list[tuple[Any, Convert]]:
    return [(which, convert) for which, convert in found if convert is not None]
