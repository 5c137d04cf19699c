"""The queue: huey in a SQLite file of its own, and ``enqueue``, which writes the job's row and then wakes a worker.

The row is the truth: it commits with the change around it, and a worker finds it there even when the queue's file
was lost. What goes through huey is a job's number.
"""

from datetime import UTC, datetime
from typing import Any

from flask import Flask, current_app
from huey import SqliteHuey

from shopadmin.contract import Actor
from shopadmin.models import db
from shopadmin.models.jobs import Job

WAKE = "shopadmin.wake"


def open_queue(app: Flask) -> Any:
    """The app's huey, opened on first use; its file is ``queue.db`` in the data folder."""
    found = app.extensions.get("shopadmin.queue")
    if found is None:
        path = app.config["DATA_FOLDER"] / "queue.db"
        found = SqliteHuey("shopadmin", filename=str(path), results=False)
        app.extensions["shopadmin.queue"] = found
    return found


def add_job(actor: Actor | None, kind: str, arguments: dict[str, Any]) -> int:
    """Write a queued job's row into the transaction around, without waking anybody; returns its number."""
    job = Job(
        kind=kind,
        account_id=actor.account_id if actor else None,
        arguments=arguments,
        created_at=datetime.now(UTC),
    )
    session = db.session()
    session.add(job)
    session.flush()
    return job.id


def enqueue(name: str, actor: Actor | None = None, **arguments: Any) -> int:
    """Write the job's row into the transaction around and wake the worker after the commit; returns its number."""
    job_id = add_job(actor, name, arguments)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    db.session().info["after_commit"].append(lambda: wake(app, job_id))
    return job_id


def wake(app: Flask, job_id: int) -> None:
    """Tell the worker to look at a job. A message that gets lost costs time, not the job."""
    queue = open_queue(app)
    queue.enqueue(_wake_task(queue).s(job_id))


def _wake_task(queue: Any) -> Any:
    """The task by name alone: the worker registers what it does."""
    registered = queue.__dict__.get("shopadmin_wake")
    if registered is None:

        @queue.task(name=WAKE)
        def registered(job_id: int) -> None:
            raise NotImplementedError("only the worker runs jobs")

        queue.shopadmin_wake = registered
    return registered
