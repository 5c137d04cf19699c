"""The load: one thread that keeps many connections busy, each with one request at a time.

Requests are bytes that were made before. It runs on the cores that the server runs on, so it does as little as it can.
"""

import re
import selectors
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``number``: of the request; ``began``, ``ended``: seconds of ``time.perf_counter``."""

    number: int
    status: int
    body: bytes
    began: float
    ended: float


class LostConnectionError(RuntimeError):
    """The server closed a connection, or said nothing for too long."""


def post(path: str, headers: dict[str, str]) -> bytes:
    """A request with an empty JSON object, as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", "Content-Length: 2"]
    return ("\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items())]) + "\r\n\r\n{}").encode()


def send(
    port: int, requests: Sequence[bytes], clients: int, is_last: Callable[[Answer], bool], patience: float = 30.0
) -> list[Answer]:
    """Send the requests over so many connections; returns the answers in the order in which they came.

    A connection whose answer ``is_last`` sends no further one. Raises LostConnectionError.
    """
    with selectors.DefaultSelector() as selector:
        sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(clients)]
        try:
            for each in sockets:
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                each.setblocking(False)
                selector.register(each, selectors.EVENT_READ)
            return _drive(selector, sockets, requests, is_last, patience)
        finally:
            for each in sockets:
                each.close()


def _drive(
    selector: selectors.BaseSelector,
    sockets: Sequence[socket.socket],
    requests: Sequence[bytes],
    is_last: Callable[[Answer], bool],
    patience: float,
) -> list[Answer]:
    answers: list[Answer] = []
    numbers = iter(range(len(requests)))
    busy: dict[socket.socket, tuple[int, float, bytearray]] = {}

    def begin(connection: socket.socket) -> None:
        number = next(numbers, None)
        if number is None:
            del busy[connection]
            return
        busy[connection] = number, time.perf_counter(), bytearray()
        connection.send(requests[number])  # far less than a socket's buffer

    for each in sockets:
        busy[each] = 0, 0.0, bytearray()
        begin(each)
    while busy:
        ready = selector.select(patience)
        if not ready:
            raise LostConnectionError("no answer for too long")
        for key, _events in ready:
            connection: socket.socket = key.fileobj  # type: ignore[assignment]
            number, began, buffer = busy[connection]
            data = connection.recv(65536)
            if not data:
                raise LostConnectionError("the server closed a connection")
            buffer += data
            found = _whole(buffer)
            if found is None:
                continue
            answers.append(Answer(number, *found, began, time.perf_counter()))
            if is_last(answers[-1]):
                del busy[connection]
            else:
                begin(connection)
    return answers


def _whole(buffer: bytearray) -> tuple[int, bytes] | None:
    """Status and body, once all of it is there."""
    head, blank, body = buffer.partition(b"\r\n\r\n")
    length = _LENGTH.search(head) if blank else None
    if length is None or len(body) < int(length[1]):
        return None
    return int(head[9:12]), bytes(body)
