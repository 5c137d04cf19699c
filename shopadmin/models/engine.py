"""How each engine is opened: SQLite's pragmas and transactions, PostgreSQL's pool."""

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, event, make_url

# Milliseconds a connection waits for another writer; the file lock in services/transactions.py makes it rare.
BUSY_TIMEOUT_MS = 5000
# Of each SQLite connection, in KiB (negative by SQLite's convention).
CACHE_SIZE = -16000


def engine_options(url: str) -> dict[str, Any]:
    """Options for ``create_engine``, Flask-SQLAlchemy's key ``SQLALCHEMY_ENGINE_OPTIONS``."""
    if make_url(url).get_backend_name() == "sqlite":
        return {}
    return {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 10, "pool_timeout": 5}


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
    options = connection.get_execution_options()
    if not options.get("shopadmin_asks_once"):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("shopadmin_writes") else "BEGIN")


def asking_once(engine: Engine) -> Engine:
    """The same engine and pool, for a single question: without a transaction around, which would cost more than it."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(shopadmin_asks_once=True)
    return engine.execution_options(isolation_level="AUTOCOMMIT")
