"""The one way to write: ``with writing(): …``. A flush anywhere else is an error, not a habit."""

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from shopadmin import cooperative, hook_guard
from shopadmin.models import db
from shopadmin.models.base import Base
from shopadmin.services import audit
from shopadmin.services.conflicts import MissingError

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no flock; SQLite's busy handler alone then orders writers
    fcntl = None  # type: ignore[assignment]


Row = TypeVar("Row", bound=Base)


class WriteOutsideTransactionError(RuntimeError):
    """Something tried to change rows outside ``writing()``."""


# Seconds between two seals by the writers of a process that leave it to seal_now_and_then.
SEAL_EVERY = 0.25


@contextlib.contextmanager
def writing(*, seals: bool = True) -> Iterator[Session]:
    """One transaction that commits at the end, or undoes everything when the block raises.

    Joins the block around it, if there is one. On SQLite the writer queues on a file lock before BEGIN IMMEDIATE:
    SQLite's own busy handler lets threads starve. Rows loaded before are read again inside. ``seals``: whether to seal
    the activity log right after; whoever commits often leaves it, and calls ``seal_now_and_then`` once it has answered.
    """
    if plugin := hook_guard.reading_plugin():
        raise WriteOutsideTransactionError(f"plugin {plugin} writes in a hook that only reads")
    session = db.session()
    if session.info.get("writing"):
        yield session
        return
    session.rollback()
    with write_lock():
        session.info["writing"] = True
        session.info["after_commit"], session.info["after_undo"] = [], []
        try:
            session.connection(execution_options={"shopadmin_writes": True})
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            for clean in session.info["after_undo"]:
                clean()
            raise
        finally:
            session.info["writing"] = False
        if seals:
            audit.seal_new(session)
    for announce in session.info.pop("after_commit"):
        announce()


def lock_row(session: Session, model: type[Row], key: int) -> Row:
    """The row as it is now, held until the commit. Raises MissingError."""
    row = session.get(model, key, with_for_update=True, populate_existing=True)
    if row is None:
        raise MissingError(key)
    return row


def seal_now_and_then() -> None:
    """Seal what ``writing(seals=False)`` has left, a few times a second at the most.

    What is left at the end the next writer seals, or the worker.
    """
    moment, known = time.monotonic(), current_app.extensions
    if moment < known.get("shopadmin.next_seal", 0.0):
        return
    known["shopadmin.next_seal"] = moment + SEAL_EVERY
    seal_newest()


def seal_newest() -> None:
    """Seal the newest entries of the activity log."""
    session = db.session()
    session.rollback()
    with write_lock():
        audit.seal_new(session)


def after_commit(announce: Callable[[], Any]) -> None:
    """Run ``announce`` once the transaction around is committed; never when it is undone."""
    db.session().info["after_commit"].append(announce)


def gather(announce: Callable[[list[int]], Any], ids: Iterable[int]) -> None:
    """Run ``announce`` once after the commit, with all ids that were given for it in the transaction around."""
    waiting = db.session().info["after_commit"]
    found = next((each for each in waiting if isinstance(each, _Gathered) and each.announce == announce), None)
    if found is None:
        waiting.append(found := _Gathered(announce, []))
    found.ids += ids


@dataclass(slots=True)
class _Gathered:
    announce: Callable[[list[int]], Any]
    ids: list[int]

    def __call__(self) -> None:
        self.announce(self.ids)


def after_undo(clean: Callable[[], Any]) -> None:
    """Run ``clean`` when the transaction around is undone: for files, which no database takes back. It never raises."""
    db.session().info["after_undo"].append(clean)


@contextlib.contextmanager
def write_lock() -> Iterator[None]:
    """Hold the file lock of the SQLite database; nothing on PostgreSQL, which queues writers by row.

    Others on the same thread must not run meanwhile: they could never get what is held here.
    """
    with cooperative.steadfast(), _file_lock():
        yield


@contextlib.contextmanager
def _file_lock() -> Iterator[None]:
    if fcntl is None or db.engine.dialect.name != "sqlite":
        yield
        return
    folder = Path(current_app.config["DATA_FOLDER"])
    # Who waits holds the turn, so that whoever just wrote cannot take the lock again before them: an import writes
    # chunk after chunk, and the others would wait for the end of it.
    turn = _lock(folder / "write.turn")
    try:
        descriptor = _lock(folder / "write.lock")
    finally:
        os.close(turn)
    try:
        yield
    finally:
        os.close(descriptor)


def _lock(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def guard(session_class: Any) -> None:
    """Refuse flushes and bulk statements outside ``writing()``, and commits of a hook that only reads."""
    event.listen(session_class, "before_flush", _refuse_flush)
    event.listen(session_class, "before_commit", _refuse_commit)
    event.listen(session_class, "do_orm_execute", _refuse_bulk)


def _refuse_flush(session: Session, *_: object) -> None:
    changed = session.new or session.deleted or any(session.is_modified(row) for row in session.dirty)
    if changed and not session.info.get("writing"):
        raise WriteOutsideTransactionError("open a transaction with services.transactions.writing()")


def _refuse_bulk(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and not state.session.info.get("writing"):
        raise WriteOutsideTransactionError("open a transaction with services.transactions.writing()")


def _refuse_commit(_session: Session) -> None:
    if plugin := hook_guard.reading_plugin():
        raise WriteOutsideTransactionError(f"plugin {plugin} commits in a hook that only reads")
