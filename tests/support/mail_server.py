"""Mail servers for tests: one that keeps what it is sent, and ones that refuse, break off, or drip."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

from aiosmtpd.controller import Controller


class Mailbox:
    """A handler that keeps whole messages, and answers as it was told to."""

    def __init__(self) -> None:
        self.kept: list[Any] = []
        self.rcpt_answer, self.data_answer = "250 OK", "250 OK"
        self.breaks_off = False

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self.rcpt_answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.breaks_off:
            server.transport.abort()
            return "451 gone"
        self.kept.append(envelope)
        return self.data_answer


@contextlib.contextmanager
def mail_server(box: Mailbox) -> Iterator[int]:
    """A real server on this machine; its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


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
