"""What every change shares: one transaction, the database's clock, the last look before the commit, clear refusals."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy import Delete, Update, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shopadmin.plugin_api import ObjectionsError, RefusedError, db, writing
from shopadmin_red_envelope import messages, triggers
from shopadmin_red_envelope.models import RedEnvelopeGuard


class ForeignClockError(RuntimeError):
    """The database tells a time that is not its own: fit for tests, refused everywhere else."""


class StaleError(ObjectionsError):
    """Somebody changed the row after the page was opened."""

    def __init__(self) -> None:
        super().__init__(messages.problem("stale"))


@dataclass(slots=True)
class Change:
    """A transaction at work. ``now``: milliseconds by the database's clock."""

    session: Session
    now: int
    starts: list[int] = field(default_factory=list)

    def note_start(self, *instants: int | None) -> None:
        """The change must be committed before all of these."""
        self.starts += [instant for instant in instants if instant is not None]

    def run(self, statement: Update | Delete) -> None:
        """Change the one row that the statement names by id and version. Raises StaleError when it was changed."""
        found: Any = self.session.execute(statement.execution_options(synchronize_session=False))
        if found.rowcount == 0:
            raise StaleError


@contextlib.contextmanager
def changing() -> Iterator[Change]:
    """A change that is committed before every start it noted, or not at all.

    PostgreSQL looks at the clock again at the commit by itself; on SQLite the last statement touches the guard.
    Raises ObjectionsError for what a trigger refused, RefusedError for what a constraint did.
    """
    try:
        with writing() as session:
            change = Change(session, now(session))
            yield change
            session.flush()
            if change.starts and session.get_bind().dialect.name == "sqlite":
                session.execute(update(RedEnvelopeGuard).values(lock_at=min(change.starts)))
    except IntegrityError as error:
        said = messages.said_by_trigger(error)
        if said is not None:
            raise ObjectionsError(said) from error
        raise RefusedError(messages.problem("bad_values")) from error


def now(session: Session | None = None) -> int:
    """The database's clock in milliseconds UTC. Raises ForeignClockError."""
    connection = (session or db.session()).connection()
    instant, is_own = triggers.look_at_clock(connection)
    return trusted(instant, is_own)


def trusted(instant: int, is_own: bool) -> int:
    """The instant. Raises ForeignClockError for one that is not from the database's own clock, but in tests."""
    if not is_own and not current_app.testing:
        raise ForeignClockError("the clock of red_envelope was replaced: run shopadmin check")
    return instant
