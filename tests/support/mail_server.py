"""Mail servers for tests: one that keeps what it is sent, and ones that refuse, break off, or drip."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

from aiosmtpd.controller import Controller


class Mailbox:
    """A handler that keeps whole messages, and answers as it was told to.

    ``faults``: of the next messages: ``rcpt`` or ``data`` and what is answered there, ``drop`` before the message is
    kept or ``kept drop`` after it.
    """

    def __init__(self) -> None:
        self.kept: list[Any] = []
        self.rcpt_answer, self.data_answer = "250 OK", "250 OK"
        self.breaks_off = False
        self.faults: list[str] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        if self.faults and self.faults[0].startswith("rcpt "):
            return self.faults.pop(0).removeprefix("rcpt ")
        return self.rcpt_answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        fault = self.faults.pop(0) if self.faults else ""
        if fault.startswith("data "):
            return fault.removeprefix("data ")
        if fault != "drop" and not self.breaks_off:
            self.kept.append(envelope)
        if self.breaks_off or fault.endswith("drop"):
            server.transport.abort()
        return self.data_answer


class _Controller(Controller):
    """Listens from the beginning on a port that nobody else can take meanwhile, and has time to start."""

    def __init__(self, box: Mailbox) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        super().__init__(box, hostname="127.0.0.1", port=self._listener.getsockname()[1], ready_timeout=60)

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._listener)


@contextlib.contextmanager
def mail_server(box: Mailbox) -> Iterator[int]:
    """A real server on this machine; its port."""
    controller = _Controller(box)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@contextlib.contextmanager
def nobody_listening() -> Iterator[int]:
    """A port on which nobody listens, and which nobody else can take meanwhile."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        yield kept.getsockname()[1]


@contextlib.contextmanager
def dripping_server() -> Iterator[int]:
    """A server that sends a character of its greeting now and then, and never the end of it."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def drip() -> None:
        with contextlib.suppress(OSError):
            connection, _address = listener.accept()
            with connection:
                while not ended.wait(0.05):
                    connection.sendall(b"2")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ended.set()
        listener.close()
        thread.join(5)


@contextlib.contextmanager
def dropping_server() -> Iterator[int]:
    """A server that hangs up in the middle of each message's text."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = listener.accept()
                with connection, connection.makefile("rwb") as line:
                    line.write(b"220 here\r\n")
                    line.flush()
                    while (asked := line.readline()) and not asked.upper().startswith(b"DATA"):
                        line.write(b"250 fine\r\n")
                        line.flush()
                    line.write(b"354 go on\r\n")
                    line.flush()
                    line.read(200)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
