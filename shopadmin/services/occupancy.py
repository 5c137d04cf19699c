"""Who works on the data folder: servers share it, a restore or a rotation of the keys needs it alone."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no flock: there the operator has to see to it
    fcntl = None  # type: ignore[assignment]


class OccupiedError(Exception):
    """A server runs on this data folder, or somebody else has it alone."""


def shared(folder: Path) -> contextlib.AbstractContextManager[None]:
    """Hold the folder along with other servers. Raises OccupiedError while somebody has it alone."""
    return _held(folder, exclusive=False)


def alone(folder: Path) -> contextlib.AbstractContextManager[None]:
    """Have the folder alone. Raises OccupiedError while a server runs on it."""
    return _held(folder, exclusive=True)


@contextlib.contextmanager
def _held(folder: Path, exclusive: bool) -> Iterator[None]:
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, exclusive)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, exclusive: bool) -> None:
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OccupiedError(
            "the shop is being served: stop the server first" if exclusive else "a restore is under way: wait for it"
        ) from error
