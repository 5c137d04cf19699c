"""How each engine is opened: SQLite's pragmas and transactions, PostgreSQL's pool."""

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import NullPool

# Milliseconds a connection waits for another writer; the file lock in services/transactions.py makes it rare.
BUSY_TIMEOUT_MS = 5000
# Connections that are kept. As many more, then one for each thread of the server, are opened at need and closed again;
# to open one SQLite reads the whole schema.
POOL_SIZE = 16
# Of a process, with those for single questions (see ``kept``).
MOST_CONNECTIONS = 3 * POOL_SIZE
# Of each SQLite connection, in KiB (negative by SQLite's convention).
CACHE_SIZE = -16000


def engine_options(url: str) -> dict[str, Any]:
    """Options for ``create_engine``, Flask-SQLAlchemy's key ``SQLALCHEMY_ENGINE_OPTIONS``."""
    options: dict[str, Any] = {"pool_size": POOL_SIZE, "max_overflow": POOL_SIZE}
    if make_url(url).get_backend_name() == "sqlite":
        return options
    return {"pool_pre_ping": True, "pool_timeout": 5, **options}


def prepare(engine: Engine) -> None:
    """Attach what SQLite needs to be a database several processes can rely on."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _open_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _open_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Python's sqlite3 would begin transactions by itself, and not before DDL: BEGIN is sent in _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        f"cache_size={CACHE_SIZE}",
        "temp_store=MEMORY",
        # What is deleted is overwritten: no word of somebody who was forgotten stays in the file's free pages.
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("shopadmin_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def asking_engine(engine: Engine) -> Engine:
    """Opens connections to the same database for single questions: each by itself, without a transaction.

    It keeps none: whoever asks keeps them (``asking``), and neither tries them before nor tidies them up afterwards,
    which would cost as much as the question.
    """
    options: dict[str, Any] = {"poolclass": NullPool, "pool_reset_on_return": None}
    if engine.dialect.name == "sqlite":
        own = create_engine(engine.url, **options)
        event.listen(own, "connect", _open_sqlite)
        return own
    own = create_engine(engine.url, isolation_level="AUTOCOMMIT", **options)
    event.listen(own, "connect", _plan_for_good)
    return own


def _plan_for_good(connection: Any, _record: object) -> None:
    # By itself PostgreSQL plans a question about a list anew each time, which takes several times as long as to answer.
    connection.execute("SET plan_cache_mode = force_generic_plan")
    # And a plan that was made for a small table reads all of it, however many rows a rush has added since.
    # Where there is no other way it counts as so dear that a compiler would be started for it.
    connection.execute("SET enable_seqscan = off")
    connection.execute("SET jit = off")
