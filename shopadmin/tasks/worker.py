"""The worker process: huey's consumer, one at a time on a data folder, gone when its server is gone.

It looks for work when huey wakes it, at its start, and every so often: a lost queue loses no job.
"""

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

from flask import Flask
from huey.consumer import Consumer

from shopadmin import queue
from shopadmin.services import jobs
from shopadmin.services.imports import control
from shopadmin.services.messages import delivering
from shopadmin.tasks import periodic, running

try:
    import fcntl
except ImportError:  # pragma: no cover - without flock the leases alone keep two workers apart
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

# Seconds between two looks at the table of jobs.
LOOK_AGAIN = 20.0
# Seconds between two looks at the outbox, and those that a message on its way gets when the worker ends.
LOOK_FOR_MESSAGES = 3.0
LAST_MESSAGE = 6.0
# Seconds a job gets to reach the end of its chunk once the server is gone.
LAST_CHUNK = 4.0


class WorkerRunsError(RuntimeError):
    """Another worker works on this data folder."""


class _Consumer(Consumer):
    """huey's consumer with our own signal handlers: it may have been started with SIGINT ignored."""

    def _set_signal_handlers(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._end)

    def _end(self, number: int, _frame: FrameType | None) -> None:
        control.request_stop()
        self._signum, self._graceful = number, True


def main(app: Flask, parent_pipe: int | None = None) -> None:
    """Work until SIGINT or SIGTERM, or until the other end of ``parent_pipe`` closes.

    Raises WorkerRunsError when a worker is at work already. Returns when the present chunk is done; what is left of
    a job is taken up again at the next start.
    """
    with _only_one(app), app.app_context(), jobs.holder() as owner:
        opened = queue.open_queue(app)
        app.extensions["shopadmin.job_runner"] = lambda job_id: _run(app, job_id, owner)
        consumer = _Consumer(opened.huey, workers=1, periodic=False, initial_delay=0.05, max_delay=0.5)
        if parent_pipe is not None:
            threading.Thread(target=_leave_with_parent, args=(parent_pipe, consumer), daemon=True).start()
        threading.Thread(target=_look_around, args=(app, consumer), daemon=True).start()
        threading.Thread(target=_keep_time, args=(app, consumer), daemon=True).start()
        post = threading.Thread(target=_send_messages, args=(app, consumer, owner), daemon=True)
        post.start()
        consumer.run()
        post.join(LAST_MESSAGE)


def _run(app: Flask, job_id: int, owner: str) -> None:
    if control.stop_requested():
        return
    with app.app_context():
        running.run_job(job_id, owner)


def _look_around(app: Flask, consumer: Any) -> None:
    while not consumer.stop_flag.is_set():
        try:
            with app.app_context():
                for job_id in running.waiting_jobs():
                    queue.wake(app, job_id)
        except Exception:  # a database that restarts is back at the next look
            log.exception("the worker could not look for jobs")
        consumer.stop_flag.wait(LOOK_AGAIN)


def _keep_time(app: Flask, consumer: Any) -> None:
    """The plugins' periodic work, beside the jobs: an import that takes an hour delays no deadline."""
    clock = periodic.Clock()
    while not consumer.stop_flag.wait(periodic.LOOK_EVERY):
        try:
            with app.app_context():
                clock.run_due(time.monotonic())
        except Exception:  # as above
            log.exception("the worker could not do the periodic work")


def _send_messages(app: Flask, consumer: Any, owner: str) -> None:
    """Messages to buyers, beside all else: a slow mail server delays no job."""
    while not consumer.stop_flag.wait(LOOK_FOR_MESSAGES):
        try:
            with app.app_context():
                delivering.deliver_due(owner)
        except Exception:  # as above
            log.exception("the worker could not send messages")


def _leave_with_parent(pipe: int, consumer: Any) -> None:
    """Nobody writes to the pipe: reading from it returns when the server, however it ended, is gone."""
    while os.read(pipe, 1):
        pass
    log.warning("the server is gone, the worker leaves")
    control.request_stop()
    consumer.stop_flag.set()
    threading.Event().wait(LAST_CHUNK)
    os._exit(0)  # whatever still runs is a transaction that is rolled back, and a lease that is free


@contextlib.contextmanager
def _only_one(app: Flask) -> Iterator[None]:
    if fcntl is None:
        yield
        return
    path = app.config["DATA_FOLDER"] / "worker.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorkerRunsError(f"another worker holds {path.name}") from None
        yield
    finally:
        os.close(descriptor)
