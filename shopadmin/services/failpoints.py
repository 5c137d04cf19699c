"""Places where a test may stop the program, as a power cut would: ``SHOPADMIN_FAILPOINT="import.chunk:5=kill"``.

Name, how many times it is passed before it acts (1 is the first time), and what happens: ``kill`` (SIGKILL to
itself) or ``raise``. Nothing happens where the variable is not set, and in a program that nobody tests it is not.
"""

import os
import signal
from collections import Counter

_passed: Counter[str] = Counter()


class FailpointError(RuntimeError):
    """Raised at a failpoint that was set to raise."""


def is_set() -> bool:
    """Whether a test counts places: what adapts to the machine's speed then stays as it is."""
    return bool(os.environ.get("SHOPADMIN_FAILPOINT"))


def reach(name: str) -> None:
    """Pass the place. Does nothing unless the environment names it."""
    wanted = os.environ.get("SHOPADMIN_FAILPOINT")
    if not wanted:
        return
    place, _, action = wanted.partition("=")
    where, _, count = place.partition(":")
    if where != name:
        return
    _passed[name] += 1
    if _passed[name] != int(count or 1):
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    raise FailpointError(wanted)
