"""Jobs: who holds one, how far it is, and what became of it. The row is the truth; the queue only wakes someone.

Whoever works on a job holds its lease and renews it with every step; the holder also keeps a lock on a file, which
the system lets go of when the process dies. A job whose holder is dead, or whose lease ran out, is taken again.
"""

import contextlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select, update

from shopadmin.contract import Actor
from shopadmin.models import db
from shopadmin.models.jobs import Job
from shopadmin.services import audit, occupancy
from shopadmin.services.transactions import writing

try:
    import fcntl
except ImportError:  # pragma: no cover - without flock the lease's time alone decides
    fcntl = None  # type: ignore[assignment]

LEASE = timedelta(seconds=60)
UNFINISHED = ("queued", "running")


class LeaseLostError(RuntimeError):
    """Someone else holds the job by now: stop at once, and write nothing more."""


class JobTakenError(RuntimeError):
    """The job is held by someone who is alive, or is finished."""


@dataclass(frozen=True, slots=True)
class JobState:
    """A job as a page shows it. ``done`` and ``total`` count rows; ``total`` is None while unknown."""

    id: int
    kind: str
    state: str
    phase: str
    done: int
    total: int | None
    error: str
    result: dict[str, Any]
    arguments: dict[str, Any]
    cancel_requested: bool

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen."""
        return self.state not in UNFINISHED


def show(job_id: int) -> JobState | None:
    """How the job stands now."""
    job = Job.__table__
    columns = [job.c[name] for name in JobState.__dataclass_fields__]
    row = db.session().execute(select(*columns).where(job.c.id == job_id)).one_or_none()
    return JobState(**row._mapping) if row else None


@dataclass(frozen=True, slots=True)
class Lease:
    """A held job. Every method writes, inside the transaction around or in one of its own."""

    job_id: int
    owner: str

    def beat(self, *, done: int | None = None, total: int | None = None, phase: str | None = None) -> bool:
        """Report progress and hold on; returns whether someone asked to stop. Raises LeaseLostError."""
        values = {"done": done, "total": total, "phase": phase}
        changes = {name: value for name, value in values.items() if value is not None}
        self._write(lease_until=datetime.now(UTC) + LEASE, **changes)
        return bool(db.session().scalar(select(Job.cancel_requested).where(Job.id == self.job_id)))

    def finish(self, state: str, *, result: dict[str, Any] | None = None, error: str = "") -> None:
        """Let go for good: ``done``, ``failed`` or ``cancelled``."""
        self._write(
            state=state,
            result=result or {},
            error=error[:500],
            finished_at=datetime.now(UTC),
            lease_until=None,
            phase="",
        )

    def release(self) -> None:
        """Let go for now: another worker may go on."""
        self._write(state="queued", lease_owner="", lease_until=None)

    def _write(self, **values: Any) -> None:
        with writing() as session:
            held = update(Job).where(Job.id == self.job_id, Job.lease_owner == self.owner, Job.state == "running")
            if not session.connection().execute(held.values(**values)).rowcount:
                raise LeaseLostError(str(self.job_id))


@contextlib.contextmanager
def holder() -> Iterator[str]:
    """A name to hold leases under, alive as long as the block runs and the process lives.

    Raises occupancy.OccupiedError while a restore or a rotation of the keys has the shop alone.
    """
    with occupancy.shared(current_app.config["DATA_FOLDER"]):
        yield from _holding()


def _holding() -> Iterator[str]:
    owner = uuid.uuid4().hex
    path = _lock_path(owner)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield owner
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _lock_path(owner: str) -> Path:
    folder: Path = current_app.config["DATA_FOLDER"] / "leases"
    return folder / owner


def is_dead(owner: str) -> bool:
    """Whether the holder is known to be gone: its lock file is here and nobody has it, or it was taken away."""
    if fcntl is None or not owner:
        return not owner
    try:
        descriptor = os.open(_lock_path(owner), os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    _lock_path(owner).unlink(missing_ok=True)
    return True


def claim(job_id: int, owner: str) -> Lease:
    """Hold the job. Raises JobTakenError where another holder is alive or the job is finished."""
    with writing() as session:
        now = datetime.now(UTC)
        row = session.execute(
            select(Job.state, Job.lease_owner, Job.lease_until).where(Job.id == job_id).with_for_update()
        ).one_or_none()
        if row is None or row.state not in UNFINISHED or (row.state == "running" and not _is_free(row, now)):
            raise JobTakenError(str(job_id))
        session.connection().execute(
            update(Job)
            .where(Job.id == job_id)
            .values(state="running", lease_owner=owner, lease_until=now + LEASE, started_at=now)
        )
    return Lease(job_id, owner)


def _is_free(row: Any, now: datetime) -> bool:
    return row.lease_until is None or row.lease_until <= now or is_dead(row.lease_owner)


def unfinished() -> list[int]:
    """Jobs that wait for a worker, and those whose holder died or let the lease run out; oldest first."""
    now = datetime.now(UTC)
    rows = db.session().execute(
        select(Job.id, Job.state, Job.lease_owner, Job.lease_until).where(Job.state.in_(UNFINISHED)).order_by(Job.id)
    )
    return [row.id for row in rows if row.state == "queued" or _is_free(row, now)]


def request_cancel(actor: Actor, job_id: int) -> bool:
    """Ask the holder to stop at its next step; False when the job is finished already."""
    with writing() as session:
        asked = update(Job).where(Job.id == job_id, Job.state.in_(UNFINISHED)).values(cancel_requested=True)
        if not session.connection().execute(asked).rowcount:
            return False
        audit.record(actor, "core.job.cancel_requested", "job", job_id)
    return True
