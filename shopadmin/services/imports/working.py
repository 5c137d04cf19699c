"""Take a run from the state it is in to the next resting one. Safe to begin again after any crash."""

import logging
from dataclasses import replace
from typing import Any

from sqlalchemy import select, update

from shopadmin.contract import AccountId, Actor
from shopadmin.models import db
from shopadmin.models.imports import ImportRun
from shopadmin.models.jobs import Job
from shopadmin.services import audit
from shopadmin.services.imports import applying, areas, linking, reading, refusals, rejected, taking_back
from shopadmin.services.imports.control import CancelledError, Control, StoppingError
from shopadmin.services.imports.runs import CHECK, UNDO, check_state
from shopadmin.services.jobs import Lease, LeaseLostError
from shopadmin.services.transactions import writing

log = logging.getLogger(__name__)


def work(lease: Lease) -> None:
    """Do the job that is held: read, check, apply, take back or undo, and finish or let go of the job."""
    job = db.session().execute(select(Job.kind, Job.arguments, Job.account_id).where(Job.id == lease.job_id)).one()
    db.session.rollback()
    run_id = int(job.arguments["run_id"])
    control = Control(lease, AccountId(job.account_id) if job.account_id else None)
    try:
        _work(run_id, job.kind, job.arguments, control)
    except StoppingError:
        lease.release()
        return
    except LeaseLostError:
        return
    except Exception as error:
        log.exception("import %s failed", run_id)
        _fail(run_id, lease, error)
        raise
    state = _state(run_id)
    lease.finish("cancelled" if state == "cancelled" else "done", result={"run_id": run_id, "state": state})


def _work(run_id: int, kind: str, arguments: dict[str, Any], control: Control) -> None:
    state = _state(run_id)
    if state in ("applied", "cancelled", "undone", "failed"):
        _tidy(run_id)  # a crash came after the last change and before the end of the job
        return
    if kind == UNDO:
        _undo(run_id, control, "undoing", "undone")
        return
    if state == "cancelling":
        _undo(run_id, control, "cancelling", "cancelled")
        return
    try:
        if kind == CHECK or state in ("uploaded", "staging") or not areas.is_complete(run_id):
            _stage(run_id, state, kind, control)
        if kind == CHECK:
            with areas.attached(run_id):
                applying.check(run_id, control)
            return
        _apply(run_id, control)
    except CancelledError:
        _set_state(run_id, "cancelling")
        _undo(run_id, control, "cancelling", "cancelled")


def _stage(run_id: int, state: str, kind: str, control: Control) -> None:
    """Read the files. A run that had begun to apply stays so: its counts up to then are kept with the chunks."""
    is_resumed = state == "applying"
    if not is_resumed:
        _set_state(run_id, "staging")
    reading.read_files(run_id, kind == CHECK, control.tick, keeps_counts=is_resumed)


def _apply(run_id: int, control: Control) -> None:
    with areas.attached(run_id):
        control = replace(control, total=applying.staged_rows(run_id))
        if _state(run_id) != "applying":
            applying.begin(run_id)
        applying.apply(run_id, control)
        linking.link(run_id, control.total or 0, control)
        refusals.note(run_id, control.total or 0, control)
        rejected.write_file(run_id)
        applying.finish(run_id)
    _tidy(run_id)


def _undo(run_id: int, control: Control, state: str, final: str) -> None:
    taking_back.take_back(run_id, replace(control, may_cancel=False), final)
    _tidy(run_id)


def discard(actor: Actor | None, run_id: int) -> None:
    """Give up a run that was not applied, with its files. Raises ImportRefusedError for one that is on its way."""
    with writing() as session:
        run = session.get(ImportRun, run_id, with_for_update=True)
        check_state(run, ("uploaded", "staged"))
        assert run is not None  # noqa: S101 - check_state has made sure
        run.state = "cancelled"
        audit.record(actor, "core.import.discarded", "import", run_id)
    _tidy(run_id)


def _tidy(run_id: int) -> None:
    """The uploads hold what is encrypted everywhere else: they go once nothing needs them any more."""
    areas.discard(run_id)
    rejected.drop_uploads(run_id)


def _state(run_id: int) -> str:
    state = db.session().scalar(select(ImportRun.state).where(ImportRun.id == run_id))
    db.session.rollback()
    return str(state)


def _set_state(run_id: int, state: str) -> None:
    with writing() as session:
        session.connection().execute(update(ImportRun).where(ImportRun.id == run_id).values(state=state))


def _fail(run_id: int, lease: Lease, error: Exception) -> None:
    """Before anything was applied the run is over; afterwards it stays where it is, and can be taken up again."""
    db.session.rollback()
    text = f"{type(error).__name__}: {error}"[:500]
    with writing() as session:
        connection = session.connection()
        before = ("uploaded", "staging", "staged")
        connection.execute(
            update(ImportRun).where(ImportRun.id == run_id, ImportRun.state.in_(before)).values(state="failed")
        )
        connection.execute(update(ImportRun).where(ImportRun.id == run_id).values(error=text))
        audit.record(None, "core.import.failed", "import", run_id, reason=type(error).__name__)
        lease.finish("failed", error=text)
    if _state(run_id) == "failed":
        _tidy(run_id)
