"""What is kept of failing plugins, and what becomes of them: named, and paused when they fail again and again.

A failure happens in the middle of a page, where nothing may be written: it waits until the request (or the job, or
the command) is over. A call that never comes back is found by a thread that looks at all running calls.
"""

import logging
import os
import threading
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import delete, func, select

from shopadmin.hook_guard import PAGE, HookFailure, HookRecord, give_up, record
from shopadmin.models import db
from shopadmin.models.plugins import PluginFailure
from shopadmin.services import plugins
from shopadmin.services.transactions import writing

log = logging.getLogger(__name__)

# So many errors within that time pause a plugin.
PAUSE_ERRORS, PAUSE_WITHIN = 5, timedelta(minutes=10)
# Seconds after which a call is given up and its plugin paused: the thread it holds is lost until the next start.
STUCK_SECONDS = 10.0
_LOOK_EVERY = 1.0
# The name of the thread that looks.
WATCH = "shopadmin: calls of plugins"
KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure as it was kept. ``at``: UTC; ``reference``: the number on the error card."""

    plugin: str
    hook: str
    kind: str
    error: str
    reference: str
    at: datetime


def init_app(app: Flask) -> None:
    """Write failures down when a request ends, and look after calls that do not come back."""
    app.teardown_appcontext(_store_waiting)
    app.extensions["shopadmin.watched"] = {}
    app.before_request(lambda: watch(app))


def watch(app: Flask) -> None:
    """Look after calls that do not come back, from now on; call before anything that may call a plugin."""
    # Not at the start: a server that forks would leave the thread behind.
    watched: dict[int, threading.Thread] = app.extensions["shopadmin.watched"]
    if os.getpid() not in watched and record().plugins.names():
        found = weakref.ref(app)
        watched[os.getpid()] = thread = threading.Thread(target=_watch, args=(found,), name=WATCH, daemon=True)
        thread.start()


def recent(name: str, limit: int = 20) -> Sequence[Failure]:
    """The plugin's last failures, the newest first."""
    columns = (getattr(PluginFailure, field) for field in Failure.__dataclass_fields__)
    query = select(*columns).where(PluginFailure.plugin == name).order_by(PluginFailure.id.desc()).limit(limit)
    return [Failure(*row) for row in db.session().execute(query)]


def _store_waiting(_error: BaseException | None = None) -> None:
    hooks = record()
    if not hooks.unstored:
        return
    try:
        store(hooks, datetime.now(UTC))
    except Exception:  # a database that is gone must not hide the answer that is on its way
        log.exception("failures of plugins could not be written down")


def store(hooks: HookRecord, now: datetime) -> None:
    """Write down what waits, and pause those that failed too often."""
    waiting: list[HookFailure] = []
    while hooks.unstored:
        waiting.append(hooks.unstored.popleft())
    with writing() as session:
        session.execute(delete(PluginFailure).where(PluginFailure.at < now - KEPT_FOR))
        session.add_all(_row(failure) for failure in waiting)
        session.flush()
        for name in sorted({failure.plugin for failure in waiting} & set(hooks.plugins.names())):
            stuck = next((failure for failure in waiting if failure.plugin == name and failure.kind == "stuck"), None)
            if stuck:
                plugins.pause(name, f"{stuck.hook} {stuck.error}")
            elif plugins.is_on(name) and _errors(name, now - PAUSE_WITHIN) >= PAUSE_ERRORS:
                plugins.pause(name, f"{PAUSE_ERRORS} errors in {PAUSE_WITHIN.seconds // 60} minutes")


def _row(failure: HookFailure) -> PluginFailure:
    return PluginFailure(
        plugin=failure.plugin[:40], hook=failure.hook[:80], kind=failure.kind, error=failure.error[:500],
        reference=failure.reference[:40], at=failure.at,
    )  # fmt: skip


def _errors(name: str, since: datetime) -> int:
    """Errors since then, and since the plugin was switched on: whoever switches it on again gives it another try."""
    switched = plugins.changed_at(name)
    since = max(since, switched) if switched else since
    query = select(func.count(PluginFailure.id)).where(
        PluginFailure.plugin == name, PluginFailure.kind == "error", PluginFailure.at >= since,
        PluginFailure.hook.not_like(f"{PAGE}%"),
    )  # fmt: skip
    return db.session().scalar(query) or 0


def _watch(watched: weakref.ref[Flask]) -> None:
    # No longer than the app lives: a process that makes many, as tests do, would keep each of them and its thread.
    while app := watched():
        look(app, app.extensions["shopadmin.hooks"], time.monotonic())
        del app
        time.sleep(_LOOK_EVERY)


def look(app: Flask, hooks: HookRecord, now: float) -> None:
    """Give up the calls that have been running for too long. ``now``: of ``time.monotonic``."""
    late = [call for call in list(hooks.calls.values()) if not call.is_reported and now - call.started > STUCK_SECONDS]
    for call in late:
        give_up(hooks, call, now - call.started)
    if late:
        with app.app_context():
            pass  # what waits is written when the context ends
