"""After a crash: find what was left in the middle, and go on."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from shopadmin import queue
from shopadmin.models import db
from shopadmin.models.imports import ImportFile, ImportRun
from shopadmin.models.jobs import Job
from shopadmin.services import jobs
from shopadmin.services.imports import areas, rejected
from shopadmin.services.imports.runs import CHECK, RUN, UNDO
from shopadmin.services.transactions import writing

# A dry run that nobody took up: its uploads hold personal data in the clear.
FORGOTTEN = timedelta(days=7)
_MOVING = {"staging": CHECK, "applying": RUN, "cancelling": RUN, "undoing": UNDO}
_OVER = ("applied", "cancelled", "undone", "failed")


def unfinished_jobs() -> list[int]:
    """Jobs of imports to work on now: abandoned ones, and new ones for runs whose job failed halfway."""
    _clear_up()
    waiting = set(jobs.unfinished())
    found = []
    for run_id, state, job_id, job_state in _moving():
        if job_state in jobs.UNFINISHED:
            if job_id in waiting:
                found.append(job_id)
        else:
            found.append(_job_again(run_id, _MOVING[state]))
    return found + [job_id for job_id in sorted(_queued(waiting)) if job_id not in found]


def _moving() -> list[tuple[int, str, int | None, str | None]]:
    rows = db.session().execute(
        select(ImportRun.id, ImportRun.state, ImportRun.job_id, Job.state)
        .outerjoin(Job, Job.id == ImportRun.job_id)
        .where(ImportRun.state.in_(_MOVING))
        .order_by(ImportRun.id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _queued(waiting: set[int]) -> list[int]:
    return list(db.session().scalars(select(Job.id).where(Job.id.in_(waiting), Job.kind.in_((CHECK, RUN, UNDO)))))


def _job_again(run_id: int, kind: str) -> int:
    with writing() as session:
        job_id = queue.add_job(None, kind, {"run_id": run_id})
        session.connection().execute(update(ImportRun).where(ImportRun.id == run_id).values(job_id=job_id, error=""))
    return job_id


def _clear_up() -> None:
    """Runs that are over need no uploads any more; what was never taken up is given up after a week."""
    limit = datetime.now(UTC) - FORGOTTEN
    with writing() as session:
        connection = session.connection()
        old = select(ImportRun.id).where(ImportRun.state.in_(("uploaded", "staged")), ImportRun.created_at < limit)
        given_up = connection.scalars(old).all()
        connection.execute(update(ImportRun).where(ImportRun.id.in_(given_up)).values(state="cancelled"))
    over = (
        db.session()
        .scalars(
            select(ImportRun.id)
            .join(ImportFile, ImportFile.run_id == ImportRun.id)
            .where(ImportRun.state.in_(_OVER), ImportFile.path != "")
            .distinct()
        )
        .all()
    )
    db.session.rollback()
    for run_id in over:
        areas.discard(run_id)
        rejected.drop_uploads(run_id)
