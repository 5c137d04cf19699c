"""Many calls on one thread: where one of them waits for what all of them share, the others go on.

Threads that wait for each other fight for Python's lock, and a rush is hundreds of them a second. So calls that came at
the same moment and were made for it run together, each in a greenlet of one thread: one gives way where it says so
(``give_way``), or waits for another (``Wakeup``). Everywhere else this thread is like any other: a question to the
database holds up all that run on it. Outside of ``run_together`` a ``Wakeup`` is a plain wait of a thread.
"""

import contextlib
import contextvars
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import TypeVar

from greenlet import getcurrent, greenlet

log = logging.getLogger(__name__)

Result = TypeVar("Result")


def run_together(tasks: Sequence[Callable[[], object]]) -> None:
    """Run all of them on this thread, and return when the last one is done. What one raises is logged."""
    _Together().run(tasks)


def is_together() -> bool:
    """Whether this runs in ``run_together``."""
    return _current() is not None


def may_wait() -> bool:
    """Whether whoever is here may wait for others: false where it holds what they may need to go on."""
    task = _current()
    return task is None or not task.is_steadfast


def give_way() -> bool:
    """Let all others on this thread that can go on do so first; false outside of ``run_together``."""
    task = _current()
    if task is None or task.is_steadfast:
        return False
    task.together.give_way(task)
    return True


@contextlib.contextmanager
def steadfast() -> Iterator[None]:
    """Around what holds a lock that others on this thread may need: they could never get it, nor give it back."""
    task = _current()
    if task is None or task.is_steadfast:
        yield
        return
    task.is_steadfast = True
    try:
        yield
    finally:
        task.is_steadfast = False


def elsewhere(work: Callable[[], Result]) -> Result:
    """What ``work`` returns or raises; on a thread of its own, if it would hold up others here.

    For what may never come back. It finds the context of the caller, who waits for it as long as it takes.
    """
    if not is_together() or not may_wait():
        return work()
    found: list[Result] = []
    errors: list[BaseException] = []
    done = Wakeup()

    def run() -> None:
        try:
            found.append(work())
        except BaseException as error:
            errors.append(error)
        done.wake()

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(run,), name="shopadmin: elsewhere", daemon=True).start()
    done.wait()
    if errors:
        raise errors[0]
    return found[0]


class Wakeup:
    """The end of a wait: made by whoever will wait, on its own thread, and woken once by anybody."""

    __slots__ = ("_is_woken", "_lock", "_task")

    def __init__(self) -> None:
        self._task = _current()
        self._is_woken = False
        # A lock that is held until then; an Event is five times as dear, and there are several for each call.
        self._lock = threading.Lock()
        if self._task is None:
            self._lock.acquire()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until somebody wakes it; false when that took longer than ``seconds``."""
        if self._task is None:
            return self._lock.acquire(timeout=-1 if seconds is None else seconds)
        if self._task.is_steadfast:
            raise RuntimeError("who holds a lock must not wait for others on the same thread")
        if not self._is_woken:
            self._task.together.park(self, self._task, seconds)
        return self._is_woken

    def wake(self) -> None:
        """End the wait, or the one to come."""
        self._is_woken = True
        if self._task is None:
            self._lock.release()
        else:
            self._task.together.can_go_on.put(self)


class _Task:
    """One of several on a thread. ``is_steadfast``: must not give way at present."""

    __slots__ = ("greenlet", "is_steadfast", "together")

    def __init__(self, together: "_Together", work: Callable[[], object]) -> None:
        self.together, self.is_steadfast = together, False
        self.greenlet = greenlet(lambda: _run(work))
        self.greenlet.task = self


def _current() -> _Task | None:
    """The task that runs; none outside of ``run_together``."""
    return getattr(getcurrent(), "task", None)


class _Together:
    """What runs the tasks of a thread, one after the other, as they can go on.

    ``can_go_on``: in the order in which they may; a ``Wakeup`` stands for who waits for it, and comes from any thread.
    """

    def __init__(self) -> None:
        self.can_go_on: SimpleQueue[_Task | Wakeup] = SimpleQueue()
        self._hub = getcurrent()
        self._parked: dict[Wakeup, tuple[_Task, float | None]] = {}

    def run(self, tasks: Sequence[Callable[[], object]]) -> None:
        for work in tasks:
            self.can_go_on.put(_Task(self, work))
        left = len(tasks)
        while left:
            for task in self._next():
                task.greenlet.switch()
                left -= task.greenlet.dead

    def give_way(self, task: _Task) -> None:
        self.can_go_on.put(task)
        self._hub.switch()

    def park(self, wakeup: Wakeup, task: _Task, seconds: float | None) -> None:
        self._parked[wakeup] = task, None if seconds is None else time.monotonic() + seconds
        self._hub.switch()

    def _next(self) -> list[_Task]:
        """Who goes on, after a wait if nobody can; those whose patience is over, if nobody else does."""
        try:
            found = self.can_go_on.get(timeout=self._patience()) if self.can_go_on.empty() else self.can_go_on.get()
        except Empty:
            moment = time.monotonic()
            late = [each for each, (_task, until) in self._parked.items() if until is not None and until <= moment]
            return [self._parked.pop(each)[0] for each in late]
        if isinstance(found, _Task):
            return [found]
        # Not there: woken before it waited, or when its patience was over.
        parked = self._parked.pop(found, None)
        return [parked[0]] if parked else []

    def _patience(self) -> float | None:
        """Seconds until that of somebody is over; None for never."""
        deadlines = [until for _task, until in self._parked.values() if until is not None]
        return max(min(deadlines) - time.monotonic(), 0.0) if deadlines else None


def _run(work: Callable[[], object]) -> None:
    try:
        work()
    except BaseException:  # the others have nothing to do with it
        log.exception("a call was left without an answer")
