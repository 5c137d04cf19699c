"""Which function does which kind of job."""

import logging
from collections.abc import Callable, Mapping

from sqlalchemy import select

from shopadmin.models import db
from shopadmin.models.jobs import Job
from shopadmin.services import jobs, plugin_jobs
from shopadmin.services.imports import recovery, runs, working

log = logging.getLogger(__name__)

HANDLERS: Mapping[str, Callable[[jobs.Lease], None]] = {
    runs.CHECK: working.work,
    runs.RUN: working.work,
    runs.UNDO: working.work,
}


def run_job(job_id: int, owner: str) -> None:
    """Hold the job and do it; leaves one that somebody else holds, or that is finished, alone. Logs what goes wrong."""
    try:
        lease = jobs.claim(job_id, owner)
    except jobs.JobTakenError:
        return
    kind = db.session().scalar(select(Job.kind).where(Job.id == job_id)) or ""
    db.session.rollback()
    handler = HANDLERS.get(kind) or plugin_jobs.handler(kind)
    if handler is None:
        lease.finish("failed", error=f"nobody does jobs of the kind {kind}")
        return
    try:
        handler(lease)
    except Exception:
        log.exception("job %s (%s) failed", job_id, kind)
    finally:
        db.session.remove()


def waiting_jobs() -> list[int]:
    """What there is to do: new jobs, and those that a crash interrupted."""
    return list(dict.fromkeys([*recovery.unfinished_jobs(), *jobs.unfinished()]))
