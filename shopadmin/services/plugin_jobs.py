"""Work of a plugin that somebody starts and watches: a job of the shop's table, which the worker does."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from shopadmin import hook_calls, queue
from shopadmin.contract import Actor, JobKind, Problem
from shopadmin.models import db
from shopadmin.models.jobs import Job
from shopadmin.services import audit, jobs
from shopadmin.services.conflicts import ObjectionsError
from shopadmin.services.imports.control import CancelledError, Control, StoppingError
from shopadmin.services.jobs import JobState, Lease, LeaseLostError
from shopadmin.services.transactions import writing


def begin(actor: Actor, kind: str) -> int:
    """Give it to the worker; returns the job's number. Raises ObjectionsError while one of its kind is on its way."""
    with writing() as session:
        try:
            with session.begin_nested():
                job_id = queue.enqueue(kind, actor)
        except IntegrityError as error:  # of two at the same moment as well
            if not _is_second(error):
                raise
            raise ObjectionsError(Problem("job_runs", _("This is on its way already."))) from None
        audit.record(actor, "core.job.begun", "job", job_id, after={"kind": kind})
    return job_id


def _is_second(error: IntegrityError) -> bool:
    """Whether ``uq_job_alone`` refused it. PostgreSQL names the index, SQLite its columns."""
    told = getattr(error.orig, "diag", None)
    return told.constraint_name == "uq_job_alone" if told else str(error.orig) == "UNIQUE constraint failed: job.kind"


def latest(kind: str) -> JobState | None:
    """How the newest job of a kind stands; None where there was none."""
    job_id = db.session().scalar(select(func.max(Job.id)).where(Job.kind == kind))
    return jobs.show(job_id) if job_id else None


def cancel(actor: Actor, kind: str) -> None:
    """Ask the newest of its kind to stop at its next step. Raises ObjectionsError when there is nothing to stop."""
    found = latest(kind)
    if found is None or not jobs.request_cancel(actor, found.id):
        raise ObjectionsError(Problem("job_over", _("There is nothing to stop: it is over.")))


def handler(kind: str) -> Callable[[Lease], None] | None:
    """What does jobs of a plugin's kind; None where no plugin that is on does."""
    for plugin, found in hook_calls.job_kinds():
        if found.name == kind:
            return lambda lease: _work(lease, plugin, found)
    return None


def _work(lease: Lease, plugin: str, kind: JobKind) -> None:
    try:
        state, result = hook_calls.run_job(plugin, kind, lambda: _run(lease, kind))
    except Exception as error:
        lease.finish("failed", error=f"{type(error).__name__}: {error}")
        raise
    if state == "queued":
        lease.release()
    elif state:
        lease.finish(state, result=dict(result))


def _run(lease: Lease, kind: JobKind) -> tuple[str, Mapping[str, Any]]:
    """The state to leave the job in, empty where it is somebody else's by now, with what came of it.

    To be stopped is no failure of the plugin, so nothing of that is raised.
    """
    control = Control(lease)

    def step(done: int, total: int | None = None) -> None:
        control.total = total
        control.step(done)

    try:
        return "done", kind.run(step) or {}
    except CancelledError:
        return "cancelled", {}
    except StoppingError:
        return "queued", {}
    except LeaseLostError:
        return "", {}
