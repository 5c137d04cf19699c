"""Work that plugins want done every so often."""

from shopadmin import hook_calls

LOOK_EVERY = 5.0
# However often a plugin wants to be called.
SHORTEST = 10.0


class Clock:
    """Remembers when each piece of work was begun last; everything is due at the start."""

    def __init__(self) -> None:
        self._begun: dict[tuple[str, str], float] = {}

    def run_due(self, now: float) -> list[str]:
        """Do what is due; returns the names. ``now``: seconds of a clock that never goes back."""
        done = []
        for plugin, job in hook_calls.periodic_jobs():
            before = self._begun.get((plugin, job.name))
            if before is None or now - before >= max(job.seconds, SHORTEST):
                self._begun[plugin, job.name] = now
                hook_calls.run_periodic(plugin, job)
                done.append(f"{plugin}.{job.name}")
        return done
