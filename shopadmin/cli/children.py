"""Processes of ours beside the server: the worker, and further servers."""

import os
import subprocess
import sys
import time

RESTART_AFTER = 5.0
# Another server on the same shop has the worker, or it refuses to start: see now and then whether that is over.
REFUSED, ASK_AGAIN_AFTER = 2, 60.0


class Child:
    """``shopadmin …`` as a child process, started again when it falls over.

    It holds the reading end of a pipe that nobody writes to: the end of this process, by whatever signal, closes the
    other end, and the child leaves.
    """

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self._reading, self._writing = os.pipe()
        self._started = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    def keep_running(self) -> None:
        """Start it, or start it again once it has been gone for a while."""
        if self._process is not None:
            code = self._process.poll()
            pause = ASK_AGAIN_AFTER if code == REFUSED else RESTART_AFTER
            if code is None or time.monotonic() - self._started < pause:
                return
        self._started = time.monotonic()
        command = [sys.executable, "-m", "shopadmin", *self._arguments, "--parent-pipe", str(self._reading)]
        self._process = subprocess.Popen(command, pass_fds=(self._reading,))  # noqa: S603 - our own program

    def ask_to_stop(self) -> None:
        """Let it finish what it is at: a worker its present chunk, a server the requests that have arrived."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait(self, seconds: float) -> None:
        """Wait for its end, and end it when it takes longer."""
        if self._process is None:
            return
        try:
            self._process.wait(max(seconds, 0.1))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
