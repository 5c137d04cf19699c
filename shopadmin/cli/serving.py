"""A server process: a socket, waitress on it, what runs beside it, and a calm end of all."""

import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import WSGITask

from shopadmin.cli.children import Child
from shopadmin.cli.dispatching import Dispatcher

FIRST_PORT, PORTS_TO_TRY = 8000, 50
# Of each process. Those that are busy mostly wait for the database; a rush of claims shares one (``dispatching``).
THREADS = 32
# Seconds from the signal: when an idle connection is closed, when requests and worker are given up.
CLOSE_IDLE_AFTER, GIVE_UP_AFTER = 0.5, 8.0
_BACKLOG = 512


class PortTakenError(OSError):
    """The port that was asked for is in use."""


def listen(host: str, port: int | None, shares: bool = False) -> socket.socket:
    """A listening socket on ``port``, or on the first free one from 8000 on. Raises PortTakenError.

    ``shares``: further processes may join it; nobody else has it either way.
    """
    wanted = range(FIRST_PORT, FIRST_PORT + PORTS_TO_TRY) if port is None else (port,)
    for number in wanted:
        listener = _socket(host)
        try:
            listener.bind((host, number))
            if shares:  # not before: a port that another server shares would be taken for free
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            continue
        return listener
    raise PortTakenError(
        f"port {port} is in use" if port else f"no free port from {FIRST_PORT} to {FIRST_PORT + PORTS_TO_TRY - 1}"
    )


def join(host: str, port: int) -> socket.socket:
    """A further socket on a port that is shared: the system deals out the connections. Raises OSError."""
    listener = _socket(host)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((host, port))
    listener.listen(_BACKLOG)
    return listener


def can_share() -> bool:
    """Whether this system deals out the connections of one port to several processes."""
    return sys.platform == "linux"


def _socket(host: str) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made


def address(listener: socket.socket) -> str:
    """The URL of the socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


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

    def __init__(
        self,
        app: Any,
        listener: socket.socket,
        most_bytes: int,
        goes_together: Callable[[str, str], bool] = lambda _method, _path: False,
    ) -> None:
        """``app``: any that speaks WSGI; ``most_bytes``: of a request's body.

        ``goes_together``: whether a method and path are answered on one thread with others that come at the time.
        """
        self._dispatcher = Dispatcher(goes_together)
        self._dispatcher.set_thread_count(THREADS)
        # waitress would take out what a proxy says before the application, which decides whom it believes, sees it.
        self._server: Any = create_server(
            app, sockets=[listener], ident=None, max_request_body_size=most_bytes, _dispatcher=self._dispatcher,
            clear_untrusted_proxy_headers=False,
        )  # fmt: skip
        self._server.channel_class = _Channel
        self._server.is_stopping = False
        self._wake_reader = self._server.pull_trigger
        self._server.pull_trigger = self._pull_trigger
        self._stopped_at = 0.0

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Begin to stop; also a signal handler."""
        if not self._server.is_stopping:
            self._server.is_stopping = True
            self._stopped_at = time.monotonic()
        self._wake_reader()

    def _pull_trigger(self, *thunk: Any) -> None:
        if thunk or self._dispatcher.must_wake_reader():
            self._wake_reader(*thunk)

    def run(self, every_second: Callable[[], Any], on_stop: Callable[[], Any]) -> float:
        """Serve until ``stop``; returns the seconds that are left of the time to stop in."""
        # What the start has made stays to the end: no collection need look through it again.
        gc.collect()
        gc.freeze()
        self._dispatcher.reader = threading.get_ident()
        while not self._server.is_stopping:
            every_second()
            self._turn(1.0)
        on_stop()
        self._close_listener()
        while self._elapsed() < GIVE_UP_AFTER and not self._is_idle():
            self._turn(0.05)
        self._dispatcher.shutdown(timeout=0.1)
        return GIVE_UP_AFTER - self._elapsed()

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._server._map, count=1)
        self._dispatcher.start_together()

    def _elapsed(self) -> float:
        return time.monotonic() - self._stopped_at

    def _close_listener(self) -> None:
        self._server.del_channel()
        self._server.socket.close()

    def _is_idle(self) -> bool:
        dispatcher = self._dispatcher
        channels = list(self._server.active_channels.values())
        if dispatcher.queue or dispatcher.active_count or any(_is_busy(channel) for channel in channels):
            return False
        return not channels or self._elapsed() > CLOSE_IDLE_AFTER


def _is_busy(channel: Any) -> bool:
    return bool(channel.requests or channel.request is not None or channel.total_outbufs_len)


def serve(app: Flask, listener: socket.socket, announce: Callable[[], Any], children: Sequence[Child]) -> None:
    """Serve until SIGINT or SIGTERM, with the children beside; returns within ten seconds of the signal."""
    server = _prepare(app, listener)
    announce()

    def look_after() -> None:
        for child in children:
            child.keep_running()

    def ask_to_stop() -> None:
        for child in children:
            child.ask_to_stop()

    gives_up_at = server.run(look_after, ask_to_stop) + 1.0 + time.monotonic()
    for child in children:
        child.wait(gives_up_at - time.monotonic())


def serve_along(app: Flask, listener: socket.socket, parent_pipe: int) -> None:
    """Serve beside another process, until SIGINT, SIGTERM or the other end of ``parent_pipe`` closes."""
    server = _prepare(app, listener)

    def leave_with_parent() -> None:
        while os.read(parent_pipe, 1):  # nobody writes to it
            pass
        server.stop()

    threading.Thread(target=leave_with_parent, daemon=True).start()
    server.run(lambda: None, lambda: None)


def _prepare(app: Flask, listener: socket.socket) -> Server:
    # It would write a line for every request that waits for a thread: in a rush that is nearly each of them.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    api = app.extensions["shopadmin.api"]
    server = Server(app, listener, app.config["MAX_CONTENT_LENGTH"], api.goes_together)
    signal.signal(signal.SIGINT, server.stop)
    signal.signal(signal.SIGTERM, server.stop)
    return server
