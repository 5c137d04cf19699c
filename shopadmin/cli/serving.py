"""The server process: a socket, waitress on it, a worker beside it, and a calm end of both."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import WSGITask

FIRST_PORT, PORTS_TO_TRY = 8000, 50
THREADS = 16
# Seconds from the signal: when an idle connection is closed, when requests and worker are given up.
CLOSE_IDLE_AFTER, GIVE_UP_AFTER = 0.5, 8.0
RESTART_WORKER_AFTER = 5.0
# Another server on the same shop has the worker: see now and then whether it is gone.
TAKEN, ASK_AGAIN_AFTER = 2, 60.0


class PortTakenError(OSError):
    """The port that was asked for is in use."""


def listen(host: str, port: int | None) -> socket.socket:
    """A listening socket on ``port``, or on the first free one from 8000 on. Raises PortTakenError."""
    wanted = range(FIRST_PORT, FIRST_PORT + PORTS_TO_TRY) if port is None else (port,)
    for number in wanted:
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, number))
            listener.listen(512)
        except OSError:
            listener.close()
            continue
        return listener
    raise PortTakenError(
        f"port {port} is in use" if port else f"no free port from {FIRST_PORT} to {FIRST_PORT + PORTS_TO_TRY - 1}"
    )


def address(listener: socket.socket) -> str:
    """The URL of the socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Worker:
    """The worker as a child process, started again when it falls over.

    It holds the reading end of a pipe that nobody writes to: the end of this process, by whatever signal, closes the
    other end, and the worker leaves.
    """

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()
        self._started = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    def keep_running(self) -> None:
        """Start it, or start it again once it has been gone for a while."""
        if self._process is not None:
            code = self._process.poll()
            pause = ASK_AGAIN_AFTER if code == TAKEN else RESTART_WORKER_AFTER
            if code is None or time.monotonic() - self._started < pause:
                return
        self._started = time.monotonic()
        command = [sys.executable, "-m", "shopadmin", "worker", "--parent-pipe", str(self._reading)]
        self._process = subprocess.Popen(command, pass_fds=(self._reading,))  # noqa: S603 - our own program

    def ask_to_stop(self) -> None:
        """Let it finish its present chunk."""
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


class _Task(WSGITask):
    """A request; the answers given while the server stops tell the client to close the connection."""

    def build_response_header(self) -> bytes:
        if self.channel.server.is_stopping:
            self.set_close_on_finish()
        return bytes(super().build_response_header())


class _Channel(HTTPChannel):
    task_class = _Task


class Server:
    """waitress, with an end that lets every request that has arrived be answered."""

    def __init__(self, app: Flask, listener: socket.socket) -> None:
        self._server: Any = create_server(
            app,
            sockets=[listener],
            threads=THREADS,
            ident=None,
            max_request_body_size=app.config["MAX_CONTENT_LENGTH"],
        )
        self._server.channel_class = _Channel
        self._server.is_stopping = False
        self._stopped_at = 0.0

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Begin to stop; also a signal handler."""
        if not self._server.is_stopping:
            self._server.is_stopping = True
            self._stopped_at = time.monotonic()
        self._server.pull_trigger()

    def run(self, every_second: Callable[[], Any], on_stop: Callable[[], Any]) -> float:
        """Serve until ``stop``; returns the seconds that are left of the time to stop in."""
        while not self._server.is_stopping:
            every_second()
            self._turn(1.0)
        on_stop()
        self._close_listener()
        while self._elapsed() < GIVE_UP_AFTER and not self._is_idle():
            self._turn(0.05)
        self._server.task_dispatcher.shutdown(timeout=0.1)
        return GIVE_UP_AFTER - self._elapsed()

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._server._map, count=1)

    def _elapsed(self) -> float:
        return time.monotonic() - self._stopped_at

    def _close_listener(self) -> None:
        self._server.del_channel()
        self._server.socket.close()

    def _is_idle(self) -> bool:
        dispatcher = self._server.task_dispatcher
        channels = list(self._server.active_channels.values())
        if dispatcher.queue or dispatcher.active_count or any(_is_busy(channel) for channel in channels):
            return False
        return not channels or self._elapsed() > CLOSE_IDLE_AFTER


def _is_busy(channel: Any) -> bool:
    return bool(channel.requests or channel.request is not None or channel.total_outbufs_len)


def serve(app: Flask, listener: socket.socket, announce: Callable[[], Any]) -> None:
    """Serve until SIGINT or SIGTERM, with the worker beside; returns within ten seconds of the signal."""
    # It would write a line for every request that waits for a thread: in a rush that is nearly each of them.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server, worker = Server(app, listener), Worker()
    signal.signal(signal.SIGINT, server.stop)
    signal.signal(signal.SIGTERM, server.stop)
    announce()
    left = server.run(worker.keep_running, worker.ask_to_stop)
    worker.wait(left + 1.0)
