"""Many rows in one statement whose text does not depend on how many: prepared once, one round trip each time."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, CursorResult, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from shopadmin.models.prepared import Prepared


class Rows:
    """How rows of a table are inserted, with these columns.

    ``or_not``: one whose key stands already is left out. ``returning``: columns of those that were inserted.
    """

    def __init__(
        self, table: Table, names: Sequence[str], *, or_not: bool = False, returning: Sequence[str] = ()
    ) -> None:
        self._names = tuple(names)
        unnested = select(*(_unnested(table.c[name]) for name in names))
        statements: dict[str, Any] = {
            # The driver repeats it in C.
            "sqlite": sqlite.insert(table).values({name: bindparam(name) for name in names}),
            "postgresql": postgresql.insert(table).from_select(self._names, unnested, include_defaults=False),
        }
        if or_not:
            statements = {name: each.on_conflict_do_nothing() for name, each in statements.items()}
        if returning:
            wanted = [table.c[name] for name in returning]
            statements = {name: each.returning(*wanted) for name, each in statements.items()}
        self._statements, self._returns = statements, bool(returning)
        self._prepared: Prepared | None = None

    def insert(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> CursorResult[Any]:
        """Insert the rows, of which there is at least one; each has a value for every column."""
        statement = self._statements[connection.dialect.name]
        if connection.dialect.name == "postgresql":
            return connection.execute(statement, {name: [row[name] for row in rows] for name in self._names})
        if self._returns:
            return connection.execute(statement, list(rows))
        if self._prepared is None:
            self._prepared = Prepared(statement, connection.dialect)
        return connection.exec_driver_sql(self._prepared.sql, [self._prepared.bound(row) for row in rows])


def _unnested(column: Column[Any]) -> Any:
    return func.unnest(bindparam(column.name, type_=postgresql.ARRAY(column.type))).label(column.name)
