"""What is around every call of a plugin: it is timed and watched, a reading hook may not write, a failure is noted."""

import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from flask import current_app, g, has_app_context

from shopadmin.plugin_manager import Plugins

log = logging.getLogger(__name__)

# A call that takes longer than this is named in the log and on the Plugins page.
SLOW_SECONDS = 0.3
# A slow hook is noted once in so many seconds: it may be called for every page.
_SLOW_AGAIN = 60.0

# What a failure of a page of the plugin's own is noted under, with the page's address. It pauses nothing: it costs
# whoever opens it that page, and pausing would cost everybody the whole plugin.
PAGE = "page "

Kind = Literal["error", "slow", "stuck"]


@dataclass(frozen=True, slots=True)
class HookFailure:
    """One failed, slow or stuck call: which plugin, which hook, when, and the reference that its error card shows."""

    plugin: str
    hook: str
    error: str
    at: datetime
    reference: str
    kind: Kind = "error"


@dataclass(eq=False, slots=True)
class Call:
    """A call that has begun. ``started``: of ``time.monotonic``."""

    plugin: str
    hook: str
    reference: str
    started: float
    is_reported: bool = False


@dataclass(slots=True)
class HookRecord:
    """The plugins, and what happened in their hooks since the start; lives on the app.

    ``on_by_default``: on until somebody says otherwise; ``late``: whose tables are not up to date, None until somebody
    has looked; ``not_loaded``: known by name alone, in safe mode; ``unstored`` waits to be written to the database.
    """

    plugins: Plugins
    is_on: Callable[[str], bool] = lambda name: True
    on_by_default: frozenset[str] = frozenset()
    late: frozenset[str] | None = None
    not_loaded: frozenset[str] = frozenset()
    failures: deque[HookFailure] = field(default_factory=lambda: deque(maxlen=200))
    unstored: deque[HookFailure] = field(default_factory=lambda: deque(maxlen=200))
    calls: dict[int, Call] = field(default_factory=dict)
    slow_noted: dict[tuple[str, str], float] = field(default_factory=dict)


_reading: ContextVar[str] = ContextVar("reading", default="")


def record() -> HookRecord:
    """The app's own."""
    found: HookRecord = current_app.extensions["shopadmin.hooks"]
    return found


def reading_plugin() -> str:
    """The plugin inside of whose reading hook this is; empty outside of any."""
    return _reading.get()


@contextlib.contextmanager
def calling(plugin: str, hook: str, *, reads: bool, may_take_long: bool = False) -> Iterator[None]:
    """Around one call. An exception is noted and goes through. ``reads``: the plugin may not write meanwhile.

    ``may_take_long``: no page waits for it.
    """
    app_record = record()
    started = time.monotonic()
    call = Call(plugin, hook, reference(), started)
    app_record.calls[id(call)] = call
    mark = _reading.set(plugin) if reads else None
    try:
        yield
    except Exception as error:
        fail(plugin, hook, error)
        raise
    finally:
        if mark is not None:
            _reading.reset(mark)
        del app_record.calls[id(call)]
        seconds = time.monotonic() - started
        if seconds > SLOW_SECONDS and not may_take_long:
            _note_slow(app_record, call, seconds)


def fail(plugin: str, hook: str, error: Exception) -> HookFailure:
    """Note a failure of a plugin; pages show its reference."""
    failure = HookFailure(plugin, hook, f"{type(error).__name__}: {error}", datetime.now(UTC), reference())
    log.error("plugin %s failed in %s [%s]", plugin, hook, failure.reference, exc_info=error)
    return _note(record(), failure)


def give_up(app_record: HookRecord, call: Call, seconds: float) -> HookFailure:
    """Note a call that has not come back."""
    call.is_reported = True
    text = f"has not come back for {seconds:.0f} s"
    log.error("plugin %s hangs in %s [%s]: %s", call.plugin, call.hook, call.reference, text)
    return _note(app_record, HookFailure(call.plugin, call.hook, text, datetime.now(UTC), call.reference, "stuck"))


def _note(app_record: HookRecord, failure: HookFailure) -> HookFailure:
    app_record.failures.append(failure)
    app_record.unstored.append(failure)
    return failure


def _note_slow(app_record: HookRecord, call: Call, seconds: float) -> None:
    key, now = (call.plugin, call.hook), time.monotonic()
    if now - app_record.slow_noted.get(key, -_SLOW_AGAIN) < _SLOW_AGAIN:
        return
    app_record.slow_noted[key] = now
    log.warning("slow plugin %s: %s took %.0f ms", call.plugin, call.hook, seconds * 1000)
    text = f"took {seconds * 1000:.0f} ms"
    app_record.unstored.append(HookFailure(call.plugin, call.hook, text, datetime.now(UTC), call.reference, "slow"))


def reference() -> str:
    """The number of the present request, by which a failure is found in the log; empty outside of one."""
    return str(g.get("request_id", ""))[:8] if has_app_context() else ""
