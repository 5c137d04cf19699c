"""The hand on a running import: progress out, and the wish to stop in."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic

from shopadmin.contract import AccountId
from shopadmin.services import access
from shopadmin.services.jobs import Lease

# Seconds between two signs of life where nothing else is being written.
QUIET = 1.0


class CancelledError(Exception):
    """Someone asked to stop, or whoever started the import may not import any more."""


class StoppingError(Exception):
    """The program is to end: leave everything as it is, another one goes on."""


@dataclass(slots=True)
class Control:
    """Ties a run to its job. ``account_id``: whose permission is asked again at every step, None for the shell."""

    lease: Lease
    account_id: AccountId | None = None
    permission: str = "core.imports:run"
    may_cancel: bool = True
    total: int | None = None
    _last: float = 0.0

    def step(self, done: int, phase: str | None = None) -> None:
        """Report and look up. Raises CancelledError, StoppingError or LeaseLostError."""
        if stop_requested():
            raise StoppingError
        if _watcher is not None:
            _watcher(done, self.total, phase or "")
        wants_stop = self.lease.beat(done=done, total=self.total, phase=phase)
        if self.may_cancel and (wants_stop or not self._is_allowed()):
            raise CancelledError

    def tick(self, done: int) -> None:
        """As ``step``, at most once a second: for loops that write nothing themselves."""
        if monotonic() - self._last >= QUIET:
            self._last = monotonic()
            self.step(done)

    def _is_allowed(self) -> bool:
        if self.account_id is None:
            return True
        actor = access.load_actor(self.account_id)
        return actor is not None and actor.can(self.permission)


_stopping = False
_watcher: Callable[[int, int | None, str], None] | None = None


@contextlib.contextmanager
def watching(show: Callable[[int, int | None, str], None]) -> Iterator[None]:
    """Have every step of this process shown as it is taken: rows done, of how many, and at what."""
    global _watcher
    _watcher = show
    try:
        yield
    finally:
        _watcher = None


def request_stop() -> None:
    """Make every running import of this process pause at its next step; a signal handler calls it."""
    global _stopping
    _stopping = True


def stop_requested() -> bool:
    """Whether this process is about to end."""
    return _stopping
