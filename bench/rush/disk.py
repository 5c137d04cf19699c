"""A controlled disk: files in memory, and a shim under every process that makes each sync take one millisecond."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

_MEMORY = Path("/dev/shm")
_SOURCE = Path(__file__).with_name("slow_sync.c")


def missing() -> str:
    """Why there can be no controlled disk here; empty when there can."""
    if not _MEMORY.is_dir():
        return "no tmpfs at /dev/shm"
    return "" if shutil.which("cc") else "no C compiler (cc)"


@contextlib.contextmanager
def controlled() -> Iterator[Callable[[], int]]:
    """Meanwhile new temporary folders lie in memory, and every process that is started syncs slowly.

    Yields a function that says how many syncs there have been.
    """
    with tempfile.TemporaryDirectory(prefix="shopadmin-disk-", dir=_MEMORY) as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as somebody else
        shim, counter, files = folder / "slow_sync.so", folder / "counter", folder / "files"
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(shim), str(_SOURCE)], check=True)
        files.mkdir()
        files.chmod(0o755)
        counter.write_bytes(bytes(8))
        counter.chmod(0o666)
        kept = tempfile.tempdir
        tempfile.tempdir = str(files)
        os.environ |= {"LD_PRELOAD": str(shim), "SLOW_SYNC_COUNTER": str(counter)}
        try:
            yield lambda: int.from_bytes(counter.read_bytes(), "little")
        finally:
            del os.environ["LD_PRELOAD"], os.environ["SLOW_SYNC_COUNTER"]
            tempfile.tempdir = kept
