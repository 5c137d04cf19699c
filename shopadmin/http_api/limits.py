"""How often somebody may call: counted in this process alone, as a limit against floods. Money never rests on it."""

import threading
import time
from collections.abc import Callable

# A caller who has all calls left again says nothing; such are dropped once so many are remembered.
SWEEP_AT = 50_000


class Limiter:
    """So many calls a second for each caller, all at once or one by one (the generic cell rate algorithm)."""

    def __init__(self, per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._clock = per_second, clock
        self._lock = threading.Lock()
        # Caller to when all calls are left again: the one number that tells how many there are now.
        self._rested_at: dict[str, float] = {}

    def take(self, caller: str) -> float:
        """Take one call; 0 when there was one left, else after how many seconds there is."""
        now = self._clock()
        with self._lock:
            rested_at = max(self._rested_at.get(caller, now), now) + 1 / self._per_second
            wait = rested_at - now - 1
            if wait > 1e-9:
                return wait
            if len(self._rested_at) >= SWEEP_AT:
                self._rested_at = {name: at for name, at in self._rested_at.items() if at > now}
            self._rested_at[caller] = rested_at
            return 0.0
