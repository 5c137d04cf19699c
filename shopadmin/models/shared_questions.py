"""One question to the database for many who ask alike at the same time: whoever comes first asks for all who wait.

Nobody waits for others to come: who is alone asks at once, and those who come while a question is on its way share the
next. In a rush that spares the database, and the threads, which else would fight for connections and for the lock of
Python.
"""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from flask import has_app_context

from shopadmin import cooperative
from shopadmin.models.base import db

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

# Seconds after which whoever waits asks by itself: a connection on which nothing comes back must not hold up others.
PATIENCE = 5.0


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Asked, Answer]):
    """Somebody who asks. ``wakeup``: when there is an answer, or it is their turn to lead."""

    asked: Asked
    wakeup: cooperative.Wakeup = field(default_factory=cooperative.Wakeup)
    leads: bool = False
    is_done: bool = False
    answer: Answer | None = None
    error: BaseException | None = None


class SharedQuestion(Generic[Asked, Answer]):
    """A kind of question. ``ask``: finds the answers to many, in their order."""

    def __init__(self, ask: Callable[[Sequence[Asked]], Sequence[Answer]]) -> None:
        self._ask = ask
        self._begin()

    def _begin(self) -> None:
        self._mutex, self._owner = threading.Lock(), os.getpid()
        self._queue: list[_Waiting[Asked, Answer]] = []
        self._is_asking = False

    def one(self, asked: Asked) -> Answer:
        """The answer, by what is committed now or later. Raises what ``ask`` raised, for all it was asked about."""
        if self._owner != os.getpid():
            self._begin()  # who waited in the process that this one was forked from, waits there
        if not _may_wait():
            return self._alone(asked)
        waiting: _Waiting[Asked, Answer] = _Waiting(asked)
        with self._mutex:
            self._queue.append(waiting)
            waiting.leads, self._is_asking = not self._is_asking, True
        if not waiting.leads and not waiting.wakeup.wait(PATIENCE) and self._leaves(waiting):
            return self._alone(asked)
        if waiting.leads:
            self._lead(waiting)
        if waiting.error is not None:
            raise waiting.error
        return waiting.answer  # type: ignore[return-value]

    def _alone(self, asked: Asked) -> Answer:
        (answer,) = self._ask([asked])
        return answer

    def _leaves(self, waiting: _Waiting[Asked, Answer]) -> bool:
        with self._mutex:
            if waiting in self._queue and not waiting.leads:
                self._queue.remove(waiting)
            return not waiting.leads and not waiting.is_done

    def _lead(self, leader: _Waiting[Asked, Answer]) -> None:
        """Ask for all who wait by now, the leader among them, and hand the lead on."""
        cooperative.give_way()
        with self._mutex:
            batch, self._queue = self._queue, []
        try:
            answers = self._ask([waiting.asked for waiting in batch])
            for waiting, answer in zip(batch, answers, strict=True):
                waiting.answer = answer
        except BaseException as error:
            for waiting in batch:
                waiting.error = error if isinstance(error, Exception) else RuntimeError("whoever asked was stopped")
            leader.error = error
        finally:
            with self._mutex:
                woken = [waiting for waiting in batch if waiting is not leader]
                for waiting in batch:
                    waiting.is_done = True
                self._is_asking = bool(self._queue)
                if self._queue:
                    self._queue[0].leads = True
                    woken.append(self._queue[0])
            for waiting in woken:
                waiting.wakeup.wake()


def _may_wait() -> bool:
    """Not who holds a lock or a connection that others on the same thread may need, who would wait for it for ever."""
    if not cooperative.is_together():
        return True
    has_connection = has_app_context() and db.session.registry.has() and db.session().in_transaction()
    return cooperative.may_wait() and not has_connection
