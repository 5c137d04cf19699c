"""Many callers, one commit: whoever comes first writes for all who queue up behind, and then hands on.

There is no thread of its own to start after a fork, to die or to stop: the first caller of a campaign leads. It gets
the lock, takes the queue as it is by then, commits, and only then answers; if others have come meanwhile, the first of
them leads next. Whoever leads waits a moment for as many as the batch before held: those were answered together and
come again together, and the more share a commit the less it costs. What must be asked before the lock is asked once
for all who wait by then. A caller that loses patience leaves the queue, or learns that nobody knows yet; whoever leads
and does not come back from asking is left behind.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic, TypeVar

from shopadmin.plugin_api import Wakeup, elsewhere, give_way

Work = TypeVar("Work")
Result = TypeVar("Result")

MOST_IN_BATCH = 200
# Further callers are turned away at once: a wait that ends in a time-out anyhow helps nobody.
MOST_WAITING = 2000
# Seconds that a batch which is smaller than the one before waits for the next to come, and how many times at the most;
# a caller who is alone never waits.
GATHER, MOST_GATHERINGS = 0.005, 5


class BusyError(RuntimeError):
    """Too many wait, or it took too long: nothing was done, and it may be tried again."""


class UnknownOutcomeError(RuntimeError):
    """It is being written and took too long: it may have been done. Repeat it to learn what became of it."""


@dataclass(slots=True, eq=False)
class _Caller(Generic[Work, Result]):
    """One piece of work and who waits for it: woken once, when it is done or when it is their turn to lead.

    ``is_ready``: was asked about. Of one who leads: ``asks_since``, of ``time.monotonic``, while it asks or when that
    failed; ``is_left_behind``: did not come back from it, and another leads.
    """

    work: Work
    wakeup: Wakeup = field(default_factory=Wakeup)
    leads: bool = False
    asks_since: float | None = None
    is_left_behind: bool = False
    is_ready: bool = False
    is_taken: bool = False
    is_done: bool = False
    result: Result | None = None
    error: BaseException | None = None


class GroupCommit(Generic[Work, Result]):
    """A queue for each key.

    ``write(key, take)`` opens a transaction, locks, calls ``take()`` for the work, commits, and returns the results in
    the order of the work; it raises when it failed. ``may_split``: whether that may lie in one piece of the work
    alone, so that each is tried by itself. ``ask``: called before the lock with what waits by then, whose place its
    answers take; what comes later goes with the next batch.
    """

    def __init__(
        self,
        write: Callable[[Any, Callable[[], Sequence[Work]]], Sequence[Result]],
        may_split: Callable[[Exception], bool],
        ask: Callable[[Sequence[Work]], Sequence[Work]] | None = None,
        most_in_batch: int = MOST_IN_BATCH,
        most_waiting: int = MOST_WAITING,
        gather: float = GATHER,
    ) -> None:
        self._write, self._may_split, self._ask = write, may_split, ask
        self._most_in_batch, self._most_waiting, self._gather_for = most_in_batch, most_waiting, gather
        self._mutex = threading.Lock()
        self._came = threading.Condition(self._mutex)
        # A queue is there as long as somebody leads.
        self._queues: dict[Hashable, deque[_Caller[Work, Result]]] = {}
        self._last_size: dict[Hashable, int] = {}

    def submit(self, key: Hashable, work: Work, seconds: float) -> Result:
        """The result of the work, once it is committed.

        Raises what ``write`` raised; BusyError when nothing was done, UnknownOutcomeError when it may have been.
        """
        caller: _Caller[Work, Result] = _Caller(work)
        self._queue_up(key, caller)
        if not caller.leads and not caller.wakeup.wait(seconds):
            self._lose_patience(key, caller, seconds)
        if caller.leads and not caller.is_done:
            self._lead(key, caller)
        if caller.error is not None:
            raise caller.error
        return caller.result  # type: ignore[return-value]

    def _queue_up(self, key: Hashable, caller: _Caller[Work, Result]) -> None:
        with self._mutex:
            queue = self._queues.get(key)
            if queue is None:
                queue = self._queues[key] = deque()
                caller.leads = True
            elif len(queue) >= self._most_waiting:
                raise BusyError("too many are waiting")
            queue.append(caller)
            if len(queue) == self._last_size.get(key):
                self._came.notify_all()

    def _lose_patience(self, key: Hashable, caller: _Caller[Work, Result], seconds: float) -> None:
        with self._mutex:
            if caller.is_done or caller.leads:
                return
            if caller.is_taken:
                raise UnknownOutcomeError("it is being written, and nobody knows yet")
            queue = self._queues[key]
            queue.remove(caller)
            began = queue[0].asks_since if queue else None
            if began is not None and time.monotonic() - began > seconds / 2:
                self._leave_behind(queue.popleft())
                self._hand_on(key)
        raise BusyError("it took too long")

    def _leave_behind(self, leader: _Caller[Work, Result]) -> None:
        """Go on without one who asks for ever: nothing was done for it, and the others must not wait for ever, too."""
        leader.is_left_behind = True
        leader.error = BusyError("nobody answered")

    def _lead(self, key: Hashable, leader: _Caller[Work, Result]) -> None:
        """Write one batch, with the leader's own work at its head, and hand the lead on."""
        batch: list[_Caller[Work, Result]] = []
        try:
            self._gather(key)
            self._write_batch(key, leader, batch)
        finally:
            with self._mutex:
                if not leader.is_left_behind:
                    self._hand_on(key)
            for caller in batch:
                caller.is_done = True
                if not caller.leads:
                    caller.wakeup.wake()

    def _hand_on(self, key: Hashable) -> None:
        queue = self._queues[key]
        if queue:
            queue[0].leads = True
            queue[0].wakeup.wake()
        else:
            del self._queues[key]

    def _gather(self, key: Hashable) -> None:
        """Wait as long as somebody comes: threads that were answered together come back one after the other.

        Those on the leader's own thread came with it, and nobody else need be waited for.
        """
        if give_way():
            return
        with self._came:
            queue, wanted = self._queues[key], self._last_size.get(key, 1)
            for _ in range(MOST_GATHERINGS):
                before = len(queue)
                if self._came.wait_for(lambda: len(queue) >= wanted, self._gather_for) or len(queue) <= before:
                    return

    def _write_batch(self, key: Hashable, leader: _Caller[Work, Result], batch: list[_Caller[Work, Result]]) -> None:
        try:
            self._ask_about(key, leader)
            results = self._write(key, lambda: self._take(key, leader, batch))
            for caller, result in zip(batch, results, strict=True):
                caller.result = result
        except Exception as error:
            # A lock that was not to be had leaves the queue as it was; whoever waits with it shares the reason.
            self._take(key, leader, batch)
            if len(batch) > 1 and leader.asks_since is None and self._may_split(error):
                self._write_singly(key, batch)
            else:
                for caller in batch:
                    caller.error = error
        except BaseException as error:
            self._take(key, leader, batch)
            for caller in batch:
                caller.error = UnknownOutcomeError("whoever wrote it was stopped")
            leader.error = error

    def _ask_about(self, key: Hashable, leader: _Caller[Work, Result]) -> None:
        """Ask about all who wait by now. Raises BusyError when another leads meanwhile."""
        if self._ask is None:
            return
        with self._mutex:
            callers = list(islice(self._queues[key], self._most_in_batch))
            for caller in callers:
                caller.is_ready = True
            leader.asks_since = time.monotonic()
        ask, asked = self._ask, [caller.work for caller in callers]
        works = elsewhere(lambda: ask(asked))
        with self._mutex:
            if leader.is_left_behind:
                raise BusyError("another leads")
            for caller, work in zip(callers, works, strict=True):
                caller.work = work
            leader.asks_since = None

    def _write_singly(self, key: Hashable, batch: Sequence[_Caller[Work, Result]]) -> None:
        for caller in batch:
            try:
                (caller.result,) = self._write(key, lambda work=caller.work: [work])  # type: ignore[misc]
            except Exception as error:
                caller.error = error

    def _take(self, key: Hashable, leader: _Caller[Work, Result], batch: list[_Caller[Work, Result]]) -> list[Work]:
        """Take what waits, once a batch: the lock is held, and whoever came until now goes along."""
        with self._mutex:
            if not batch and not leader.is_left_behind:
                queue = self._queues[key]
                while queue and len(batch) < self._most_in_batch and (queue[0].is_ready or self._ask is None):
                    batch.append(queue.popleft())
                self._last_size[key] = len(batch)
            for caller in batch:
                caller.is_taken = True
        return [caller.work for caller in batch]
