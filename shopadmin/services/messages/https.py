"""One HTTPS request to a server that the owner named: the only module that speaks HTTP to others.

The name is looked up once, every address that it has must be a public one, and the connection goes to an address that
was looked at: a name that answers otherwise a moment later changes nothing. Redirects are never followed, proxies of
the environment never asked. Before the request is begun a failure is certain; afterwards nobody knows.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from flask import current_app
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError

from shopadmin.domain.addresses import is_public

# Seconds for one step, and for the whole of the answer.
STEP_SECONDS, WHOLE_SECONDS = 15.0, 45.0
MOST_ADDRESSES = 3
LONGEST_ANSWER = 64 * 1024
_FAILURES = (OSError, HTTPError, http.client.HTTPException)

Resolve = Callable[[str, int], Sequence[str]]


class NotSentError(Exception):
    """The other side certainly got nothing. Its text says why, for the shop's people."""


class LostError(Exception):
    """The other side may have got it: the connection broke after the request was begun."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. ``content``: its first 64 KiB, as they came."""

    status: int
    content: bytes


def is_address(host: str) -> bool:
    """Whether the host is written in numbers."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def may_connect(address: str) -> bool:
    """Whether the shop connects to this IP address. ``ADDRESS_CHECK`` is there for tests, whose servers are here."""
    check = current_app.config.get("ADDRESS_CHECK") or is_public
    return cast(bool, check(address))


def look_up(host: str, port: int) -> Sequence[str]:
    """The IP addresses of a name, in the order of the system. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


def post(url: str, headers: Mapping[str, str], body: bytes, resolve: Resolve = look_up) -> Reply:
    """POST the body; whatever the server answers is a reply. Raises NotSentError, LostError."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    ours = {"Host": parts.netloc, "User-Agent": "shopadmin", "Accept-Encoding": "identity"}
    with _connected(host, _allowed(host, port, resolve), port) as connection:
        try:
            with _cut_off(connection):
                _request(connection, target, body, {**headers, **ours})
                response = connection.getresponse()
                return Reply(response.status, response.read(LONGEST_ANSWER, decode_content=False))
        except _FAILURES as error:
            raise LostError(type(error).__name__) from error


def _request(connection: HTTPSConnection, target: str, body: bytes, headers: Mapping[str, str]) -> None:
    try:
        connection.request("POST", target, body, headers, preload_content=False)
    except _FAILURES:
        raise
    except ValueError as error:  # its head goes out at once, when all of it is written
        raise NotSentError("a header holds what no header can") from error


def _allowed(host: str, port: int, resolve: Resolve) -> Sequence[str]:
    try:
        found = resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise NotSentError("its name leads nowhere") from error
    if not found or not all(map(may_connect, found)):
        raise NotSentError("its name leads to an address that is not public")
    return found[:MOST_ADDRESSES]


@contextmanager
def _connected(host: str, addresses: Sequence[str], port: int) -> Iterator[HTTPSConnection]:
    """A connection to the first address that answers and proves with its certificate that it is ``host``."""
    context = ssl.create_default_context()
    failure: Exception | None = None
    for address in addresses:
        connection = HTTPSConnection(
            address, port, timeout=STEP_SECONDS, ssl_context=context, server_hostname=host
        )  # fmt: skip
        try:
            try:
                connection.connect()
            except _FAILURES as error:
                failure = error
                continue
            yield connection
            return
        finally:
            connection.close()
    raise NotSentError(f"it cannot be reached: {type(failure).__name__}") from failure


@contextmanager
def _cut_off(connection: HTTPSConnection) -> Iterator[None]:
    """End the connection when the whole takes too long, however steadily the other side drips.

    Raises TimeoutError then: headers that end in the middle would pass for whole ones.
    """
    sock, is_cut = connection.sock, threading.Event()

    def cut() -> None:
        is_cut.set()
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(WHOLE_SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if is_cut.is_set():
        raise TimeoutError
