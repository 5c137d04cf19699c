"""How often somebody may call: counted in this process alone, as a limit against floods. Money never rests on it."""

import threading
import time
from collections.abc import Callable

# Buckets that are full again say nothing; they are dropped once there are so many.
_SWEEP_AT = 50_000


class Limiter:
    """Token buckets by caller: ``per_second`` calls in the long run, ``burst`` at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        # Caller to when its bucket will be full again: one number says it all.
        self._full_at: dict[str, float] = {}

    def take(self, caller: str, per_second: float, burst: int) -> float:
        """Take one call; 0 when there was one left, else after how many seconds there is."""
        now = self._clock()
        with self._lock:
            full_at = max(self._full_at.get(caller, now), now) + 1 / per_second
            wait = full_at - now - burst / per_second
            if wait > 1e-9:
                return wait
            if len(self._full_at) >= _SWEEP_AT:
                self._full_at = {name: at for name, at in self._full_at.items() if at > now}
            self._full_at[caller] = full_at
            return 0.0
