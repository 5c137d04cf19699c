"""Which thread of the server answers a call: one of its own, or one that it shares with others that came with it."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from waitress.task import ThreadedTaskDispatcher

from shopadmin import cooperative

# Calls on one thread at the most, and seconds that nothing else is read while they are answered.
MOST_TOGETHER, READ_ON_AFTER = 100, 0.02


class _Together:
    """Calls that were read at the same moment: to waitress one task, which is done when all are."""

    def __init__(self, channels: Sequence[Any]) -> None:
        self._channels, self._is_done = channels, threading.Event()

    def service(self) -> None:
        try:
            cooperative.run_together([channel.service for channel in self._channels])
        finally:
            self._is_done.set()

    def cancel(self) -> None:
        for channel in self._channels:
            channel.cancel()

    def wait(self, seconds: float) -> None:
        self._is_done.wait(seconds)


class Dispatcher(ThreadedTaskDispatcher):
    """waitress's threads; calls that go together are held back until all that have arrived are read."""

    def __init__(self, goes_together: Callable[[str, str], bool]) -> None:
        super().__init__()
        self._goes_together = goes_together
        # The thread that reads, once it does.
        self.reader = 0
        self._read: list[Any] = []
        self._is_waiting = False

    def add_task(self, task: Any) -> None:
        # What follows on a connection is added by the thread that has answered what came before.
        if threading.get_ident() == self.reader and self._is_together(task.requests[0]):
            self._read.append(task)
        else:
            super().add_task(task)

    def _is_together(self, request: Any) -> bool:
        return not request.error and self._goes_together(request.command, request.path)

    def start_together(self) -> None:
        """Have what was read answered, and wait for it: to read meanwhile would take Python's lock from it.

        Not for long, as it may take its time, and there are others.
        """
        while self._read:
            together = _Together(self._read[:MOST_TOGETHER])
            del self._read[:MOST_TOGETHER]
            self._is_waiting = True
            super().add_task(together)
            together.wait(READ_ON_AFTER)
            self._is_waiting = False

    def must_wake_reader(self) -> bool:
        """Whether whoever is done with a call must say so: not who is waited for, as all is looked at after it."""
        return not (self._is_waiting and cooperative.is_together())
