"""The lock inside the database: triggers for each engine, and whether they still are what they should be.

The texts belong to their revision and do not change (0001: the campaigns, 0002: the ledger, then one module each); a
new lock gets a new module and a new revision, and may put another text in the place of an earlier one.
"""

import hashlib
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from shopadmin_red_envelope.triggers import guard, ledger_postgresql, ledger_sqlite, orders, postgresql, pushes, sqlite

CLOCK = "plugin_red_envelope_now"
# By revision, in their order.
_LATER = {"0004": orders.REVISION, "0005": pushes.REVISION, "0006": guard.REVISION}


def install(connection: Connection) -> None:
    """Create the clock and the triggers of revision 0001, which lock the campaigns."""
    _run(connection, _engine(connection).statements())


def remove(connection: Connection) -> None:
    """Drop what ``install`` made. The tables' owner alone can."""
    _run(connection, _engine(connection).removal())


def install_ledger(connection: Connection) -> None:
    """Create the triggers of revision 0002, which lock envelopes, holds, refunds and the ledger."""
    _run(connection, _ledger(connection).statements())


def remove_ledger(connection: Connection) -> None:
    """Drop what ``install_ledger`` made."""
    _run(connection, _ledger(connection).removal())


def install_later(connection: Connection, revision: str) -> None:
    """Create the triggers of a revision from 0004 on, in the place of what they replace."""
    _run(connection, _LATER[revision].statements(connection.dialect.name))


def remove_later(connection: Connection, revision: str) -> None:
    """Drop what ``install_later`` made; what stood there before does not come back by itself."""
    _run(connection, _LATER[revision].removal(connection.dialect.name))


def install_all(connection: Connection) -> None:
    """Create the whole lock, as the newest revision has it."""
    install(connection)
    install_ledger(connection)
    for revision in _LATER:
        install_later(connection, revision)


def remove_all(connection: Connection) -> None:
    """Drop the whole lock. The tables' owner alone can."""
    for revision in reversed(_LATER):
        remove_later(connection, revision)
    remove_ledger(connection)
    remove(connection)


def _run(connection: Connection, statements: Iterable[str]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)


def tell_time(connection: Connection, clock_sql: str) -> None:
    """Let the clock be ``clock_sql`` (milliseconds), for tests: what is not the database's own is found at once."""
    _run(connection, _engine(connection).clock(clock_sql))


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
    # What 0001 looks for are the triggers on all tables of the plugin.
    expected = _engine(connection).expected() | _ledger(connection).expected()
    for revision in _LATER.values():
        expected |= revision.expected(connection.dialect.name)
    found = _engine(connection).found(connection)
    if fingerprint(expected) == fingerprint(found):
        return
    for name in sorted(expected.keys() | found.keys()):
        if " ".join(expected.get(name, "").split()) != " ".join(found.get(name, "").split()):
            yield name


def look_at_clock(connection: Connection) -> tuple[int, bool]:
    """The time as ``now`` tells it, and whether it comes from the database's own clock; one question for both."""
    dialect = connection.dialect.name
    instant, found = connection.exec_driver_sql(f"select {', '.join(clock_columns(dialect))}").one()
    return int(instant), is_own_clock(dialect, found)


def clock_columns(dialect: str) -> tuple[str, str]:
    """Two columns for a statement that asks something else, too: the time, and the clock's text."""
    engine = sqlite.Engine if dialect == "sqlite" else postgresql.Engine
    return f"({engine.READ_CLOCK})", f"({engine.CLOCK_TEXT})"


def is_own_clock(dialect: str, found: object) -> bool:
    """Whether the text is that of the database's own clock."""
    return " ".join(str(found or "").split()) == _CLOCKS[dialect]


def _engine(connection: Connection) -> "type[sqlite.Engine | postgresql.Engine]":
    return sqlite.Engine if connection.dialect.name == "sqlite" else postgresql.Engine


def _ledger(connection: Connection) -> "type[ledger_sqlite.Engine | ledger_postgresql.Engine]":
    return ledger_sqlite.Engine if connection.dialect.name == "sqlite" else ledger_postgresql.Engine


# What the clock's text should be; built once, as every claim asks.
_CLOCKS = {
    dialect: " ".join(engine.expected()[CLOCK].split())
    for dialect, engine in (("sqlite", sqlite.Engine), ("postgresql", postgresql.Engine))
}
