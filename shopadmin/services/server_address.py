"""Where the running server is reached: a file in the data folder that counts while the server holds it locked."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no flock: there the address is never known
    fcntl = None  # type: ignore[assignment]

_FILE = "server.address"


@contextlib.contextmanager
def announced(folder: Path, url: str) -> Iterator[None]:
    """Let other processes know the address, until the end. Of several servers on one folder the first is known."""
    path = folder / _FILE
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        is_ours = _lock(descriptor)
        if is_ours:
            os.truncate(descriptor, 0)
            os.write(descriptor, url.encode())
        yield
        if is_ours:
            path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def running(folder: Path) -> str | None:
    """The address of the server that runs now; None where none does, whatever a crash has left behind."""
    try:
        descriptor = os.open(folder / _FILE, os.O_RDONLY)
    except OSError:
        return None
    try:
        return None if _lock(descriptor) else os.read(descriptor, 200).decode() or None
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Whether nobody else holds it."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
