"""The queue: huey in a SQLite file of its own, and ``enqueue``, which writes the job's row and then wakes a worker.

The row is the truth: it commits with the change around it, and a worker finds it there even when the queue's file
was lost. What goes through huey is a job's number.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask, current_app

from shopadmin.contract import Actor
from shopadmin.models import db
from shopadmin.models.jobs import Job

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Queue:
    """One app's huey, and how to send it a job's number."""

    huey: Any
    send: Callable[[int], Any]


def open_queue(app: Flask) -> Queue:
    """The app's queue, opened on first use; its file is ``queue.db`` in the data folder.

    What arrives is handed to ``app.extensions["shopadmin.job_runner"]``, which only a worker sets.
    """
    found: Queue | None = app.extensions.get("shopadmin.queue")
    if found is None:
        from huey.api import SqliteHuey  # it imports every database driver it finds

        path = app.config["DATA_FOLDER"] / "queue.db"
        huey = SqliteHuey("shopadmin", filename=str(path), results=False)

        def run_job(job_id: int) -> None:
            app.extensions["shopadmin.job_runner"](job_id)

        found = app.extensions["shopadmin.queue"] = Queue(huey, huey.task()(run_job))
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
    """Tell the worker to look at a job. A message that gets lost costs time alone: the worker also looks by itself."""
    try:
        open_queue(app).send(job_id)
    except Exception:  # a full disk must not make the request fail whose change is committed already
        log.exception("the worker could not be told of job %s", job_id)
