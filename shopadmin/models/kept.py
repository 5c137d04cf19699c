"""Connections that are kept open for single questions: no more than so many, and whoever comes beyond waits its turn.

A pool of SQLAlchemy's does more for each checkout than the question takes.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shopadmin.models.engine import POOL_SIZE

# Seconds that a question waits for a connection.
PATIENCE = 5.0


class Kept:
    """Connections that ``opener`` opens, when they are first wanted.

    As many as a pool keeps: each beyond them would be opened and closed for one question, which takes longer than the
    wait. The one that was used last is used next.
    """

    def __init__(self, opener: Callable[[], Any], size: int = POOL_SIZE) -> None:
        self._opener, self._size = opener, size
        self._begin()

    def _begin(self) -> None:
        # None: a place whose connection is not open yet. Beside a connection stands when it was opened.
        # Taken and put without a lock, as a list's pop and append are one step each; whoever finds none waits.
        self._places: list[tuple[int, Any] | None] = [None] * self._size
        self._came_back, self._waiting = threading.Condition(), 0
        self._owner, self._age = os.getpid(), 0

    @contextlib.contextmanager
    def one(self) -> Iterator[Any]:
        """A connection for one question; closed instead of kept when that fails. Raises sqlalchemy's TimeoutError."""
        place = self._take()
        kept = None
        try:
            age, connection = place or (self._age, self._opener())
            try:
                yield connection
                kept = (age, connection) if age == self._age else None
            finally:
                if kept is None:
                    connection.invalidate()
        finally:
            self._put(kept)

    def _take(self) -> tuple[int, Any] | None:
        if self._owner != os.getpid():
            self._begin()  # what came along with a fork is the other process's
        try:
            return self._places.pop()
        except IndexError:
            return self._wait()

    def _wait(self) -> tuple[int, Any] | None:
        ends = time.monotonic() + PATIENCE
        with self._came_back:
            # Said before it is looked again: who puts one back after that look sees it.
            self._waiting += 1
            try:
                while True:
                    with contextlib.suppress(IndexError):
                        return self._places.pop()
                    if (left := ends - time.monotonic()) <= 0:
                        raise PoolTimeoutError("all connections for single questions are in use")
                    self._came_back.wait(left)
            finally:
                self._waiting -= 1

    def _put(self, place: tuple[int, Any] | None) -> None:
        self._places.append(place)
        if self._waiting:
            with self._came_back:
                self._came_back.notify()

    def let_go(self) -> None:
        """Close what is kept; what is in use is closed after its question."""
        self._age += 1
        idle = []
        with contextlib.suppress(IndexError):
            for _ in range(self._size):
                idle.append(self._places.pop())
        for place in idle:
            if place is not None:
                place[1].invalidate()
            self._put(None)

    def count(self) -> int:
        """How many are open and wait to be used."""
        return sum(place is not None for place in self._places)
