"""``shopadmin …`` as processes of their own, forked from an interpreter that has imported the program already.

Importing is most of what a short command does, and the tests of faults run hundreds. They are processes like any
others: a signal ends them, and what they held in memory is gone with them.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from multiprocessing.reduction import DupFd
from typing import Any, TextIO

from shopadmin.__main__ import main
from shopadmin.plugin_manager import ENTRY_POINTS

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload([main.__module__, *(plugin.module for plugin in entry_points(group=ENTRY_POINTS))])


class _Handed:
    """A file that the process gets as one of its own."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> tuple[Any, ...]:
        return _received, (DupFd(self.number),)


def _received(found: Any) -> _Handed:
    return _Handed(found.detach())


def _become(arguments: Sequence[str], environment: Mapping[str, str], output: _Handed, errors: _Handed) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(output.number, 1)
    os.dup2(errors.number, 2)
    for number in {output.number, errors.number}:
        os.close(number)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.argv = ["shopadmin", *arguments]
    main()


class Command:
    """A command that runs; what ``subprocess.Popen`` is to programs. ``output`` and ``errors``: files it writes to."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], output: int, errors: int) -> None:
        given = list(arguments), dict(environment), _Handed(output), _Handed(errors)
        self._process = _FORKING.Process(target=_become, args=given)
        self._process.start()
        self.pid = self._process.pid or 0

    def poll(self) -> int | None:
        """Its exit code, a signal as a negative number; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code when it has ended. Raises TimeoutExpired."""
        self._process.join(timeout)
        if (code := self._process.exitcode) is None:
            raise subprocess.TimeoutExpired("shopadmin", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        self._process.kill()

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()


def start(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[Command, TextIO]:
    """A command in the background, and what it writes to both of its outputs while it does."""
    reading, writing = os.pipe()
    try:
        return Command(arguments, environment, writing, writing), open(reading)
    finally:
        os.close(writing)


def start_silent(arguments: Sequence[str], environment: Mapping[str, str]) -> Command:
    """A command in the background whose words nobody reads."""
    with open(os.devnull, "w") as nowhere:
        return Command(arguments, environment, nowhere.fileno(), nowhere.fileno())


def run(
    arguments: Sequence[str], environment: Mapping[str, str], timeout: float | None = None
) -> subprocess.CompletedProcess[str]:
    """One command to its end. Raises TimeoutExpired, after which it does not run any more."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        command = Command(arguments, environment, output.fileno(), errors.fileno())
        try:
            code = command.wait(timeout)
        finally:
            command.kill()
        output.seek(0)
        errors.seek(0)
        return subprocess.CompletedProcess(["shopadmin", *arguments], code, output.read(), errors.read())
