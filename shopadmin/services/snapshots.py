"""The database as files: a consistent copy while others write, the way back into an empty place, and its figures.

SQLite copies itself into one file. PostgreSQL's rows go out table by table in the text form of COPY, all from one
snapshot; that needs none of PostgreSQL's programs on the machine, and comes back in one step (see restores.py).
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    Connection,
    Engine,
    Integer,
    MetaData,
    create_engine,
    func,
    inspect,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from shopadmin.contract import Problem
from shopadmin.models import db
from shopadmin.services import audit, schema_state

# Tables that a restart fills again.
_TRANSIENT = ("stage_", "sqlite_")


@dataclass(frozen=True, slots=True)
class Figures:
    """What a database must be like once it is back."""

    schema: dict[str, str]
    rows: dict[str, int]
    audit: dict[str, Any]


def figures(connection: Connection) -> Figures:
    """Revisions by owner, rows by table, head of the activity log."""
    rows = {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in tables(connection)}
    with Session(connection) as session:
        head = audit.head(session)
    return Figures(schema_state.heads_of(connection), rows, head)


def tables(connection: Connection) -> list[str]:
    """The tables that a backup keeps, in byte order."""
    names = inspect(connection).get_table_names()
    return sorted(name for name in names if not name.startswith(_TRANSIENT))


def copy_sqlite(target: Path) -> None:
    """A copy of the shop's SQLite file as of now; writers go on meanwhile."""
    source = _open_read_only(Path(str(db.engine.url.database)))
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    finally:
        copy.close()
        source.close()


@contextlib.contextmanager
def opened_sqlite(path: Path) -> Iterator[Connection]:
    """A SQLite file that is not the shop's, to look at."""
    engine = create_engine("sqlite://", creator=lambda: _open_read_only(path), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def _open_read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)


@contextlib.contextmanager
def postgresql_snapshot() -> Iterator[Connection]:
    """A connection that sees the database as of now, and goes on seeing it like that."""
    with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("set transaction read only"))
        yield connection
        connection.rollback()


def columns(connection: Connection, name: str) -> list[str]:
    """A table's columns in their order."""
    return [column["name"] for column in inspect(connection).get_columns(name)]


def copy_out(connection: Connection, name: str, names: list[str]) -> Iterator[bytes]:
    """A PostgreSQL table's rows."""
    with _cursor(connection) as cursor, cursor.copy(f"COPY {_quoted(name)} ({_list(names)}) TO STDOUT") as copy:
        for piece in copy:
            yield bytes(piece)


def copy_in(connection: Connection, name: str, names: list[str], pieces: Iterator[bytes]) -> None:
    """Rows into a PostgreSQL table."""
    with _cursor(connection) as cursor, cursor.copy(f"COPY {_quoted(name)} ({_list(names)}) FROM STDIN") as copy:
        for piece in pieces:
            copy.write(piece)


@contextlib.contextmanager
def resting_triggers(connection: Connection) -> Iterator[None]:
    """PostgreSQL, as the tables' owner: rows come back as they were, and then every trigger fires as it did before.

    All of it is one transaction: nobody meets a table without its triggers.
    """
    triggers = connection.execute(_TRIGGERS).all()
    for table_name, trigger, _mode in triggers:
        connection.execute(text(f"alter table {_quoted(table_name)} disable trigger {_quoted(trigger)}"))
    yield
    # What is to be checked at the commit is checked now: no table changes while checks of its rows are pending.
    connection.execute(text("set constraints all immediate"))
    for table_name, trigger, mode in triggers:
        connection.execute(text(f"alter table {_quoted(table_name)} enable {mode} trigger {_quoted(trigger)}"))


# Without those that PostgreSQL keeps for foreign keys, and those that somebody had switched off.
_TRIGGERS = text(
    "select c.relname, t.tgname, case t.tgenabled when 'A' then 'always' when 'R' then 'replica' else '' end "
    "from pg_trigger t join pg_class c on c.oid = t.tgrelid "
    "where not t.tgisinternal and t.tgenabled <> 'D' and c.relnamespace = current_schema()::regnamespace"
)


def empty(connection: Connection, names: list[str]) -> None:
    """Take away what the migrations wrote into the tables; ``names``: parents first."""
    for name in reversed(names):
        if not name.endswith("_alembic_version"):
            connection.execute(table(name).delete())


def parents_first(connection: Connection) -> list[str]:
    """The tables, each after those it refers to."""
    metadata = MetaData()
    metadata.reflect(connection)
    kept = set(tables(connection))
    return [found.name for found in metadata.sorted_tables if found.name in kept]


def renumber(connection: Connection) -> None:
    """Let PostgreSQL's counters go on after the highest number in their tables."""
    for name in tables(connection):
        for column in inspect(connection).get_columns(name):
            if column.get("autoincrement") and column["name"] == "id":
                highest = func.max(literal_column("id", Integer))
                following = select(func.coalesce(highest, 0) + 1).select_from(table(name))
                counter = func.pg_get_serial_sequence(_quoted(name), "id")
                connection.execute(select(func.setval(counter, following.scalar_subquery(), False)))


def engine_for(url: str, place: str) -> Engine:
    """An engine whose tables lie in one schema of PostgreSQL."""
    return create_engine(url, poolclass=NullPool, connect_args={"options": f"-csearch_path={place}"})


def damage(connection: Connection) -> list[Problem]:
    """What the engine itself finds wrong: broken pages, rows without their parent; and breaks of the log's chain."""
    found = []
    if connection.dialect.name == "sqlite":
        for (line,) in connection.exec_driver_sql("PRAGMA integrity_check").fetchmany(20):
            if line != "ok":
                found.append(Problem("database", f"the database file is damaged: {line}"))
        for child, row, parent, _key in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(20):
            found.append(Problem("foreign_key", f"{child} row {row} refers to a row of {parent} that is not there"))
    with Session(connection) as session:
        return [*found, *audit.chain_problems(session)]


def _cursor(connection: Connection) -> Any:
    driver: Any = connection.connection.driver_connection
    return driver.cursor()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _list(names: list[str]) -> str:
    return ", ".join(map(_quoted, names))
