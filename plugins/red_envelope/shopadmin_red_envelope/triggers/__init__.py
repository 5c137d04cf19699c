"""The lock inside the database: triggers for each engine, and whether they still are what they should be.

The texts belong to revision 0001 and do not change: a new lock gets a new module and a new revision.
"""

import hashlib
from collections.abc import Iterator

from sqlalchemy import Connection

from shopadmin_red_envelope.triggers import postgresql, sqlite

CLOCK = "plugin_red_envelope_now"


def install(connection: Connection) -> None:
    """Create the clock and every trigger."""
    for statement in _engine(connection).statements():
        connection.exec_driver_sql(statement)


def remove(connection: Connection) -> None:
    """Drop what ``install`` made. The tables' owner alone can."""
    for statement in _engine(connection).removal():
        connection.exec_driver_sql(statement)


def tell_time(connection: Connection, clock_sql: str) -> None:
    """Let the clock be ``clock_sql`` (milliseconds), for tests: what is not the database's own is found at once."""
    for statement in _engine(connection).clock(clock_sql):
        connection.exec_driver_sql(statement)


def now(connection: Connection) -> int:
    """The database's clock: milliseconds UTC, read anew with each call."""
    return int(connection.exec_driver_sql(_engine(connection).READ_CLOCK).scalar_one())


def read_clock(dialect: str) -> str:
    """The statement that reads the clock of a dialect."""
    return (sqlite.Engine if dialect == "sqlite" else postgresql.Engine).READ_CLOCK


def fingerprint(found: dict[str, str]) -> str:
    """SHA-256 of names and texts."""
    lines = [f"{name}\n{' '.join(text.split())}\n" for name, text in sorted(found.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def differences(connection: Connection) -> Iterator[str]:
    """Names of the triggers (and of the clock) that are missing, changed, switched off, or not ours."""
    engine = _engine(connection)
    expected, found = engine.expected(), engine.found(connection)
    if fingerprint(expected) == fingerprint(found):
        return
    for name in sorted(expected.keys() | found.keys()):
        if " ".join(expected.get(name, "").split()) != " ".join(found.get(name, "").split()):
            yield name


def is_own_clock(connection: Connection) -> bool:
    """Whether time comes from the database's own clock."""
    engine = _engine(connection)
    return " ".join(engine.found(connection).get(CLOCK, "").split()) == " ".join(engine.expected()[CLOCK].split())


def _engine(connection: Connection) -> "type[sqlite.Engine | postgresql.Engine]":
    return sqlite.Engine if connection.dialect.name == "sqlite" else postgresql.Engine
