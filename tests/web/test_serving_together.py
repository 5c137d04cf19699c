"""The server's own part of a rush: calls that come at once share a thread, and nobody else waits for them."""

import http.client
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from shopadmin.cli import dispatching, serving
from shopadmin.cooperative import Wakeup, give_way, is_together

ENOUGH = 30


class Shop:
    """What is served: ``/together/…`` is answered with others; ``held`` keeps its thread, ``parked`` gives way.

    ``calls``: path and thread of each, in the order in which they were answered.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []
        self.has_begun, self.goes = threading.Event(), threading.Event()
        self.parked: list[Wakeup] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        path = environ["PATH_INFO"]
        if path.endswith("held"):
            self.has_begun.set()
            assert self.goes.wait(ENOUGH)
        if path.endswith("parked"):
            self.parked.append(wakeup := Wakeup())
            assert wakeup.wait(ENOUGH)
        give_way()
        if path != "/hello":
            self.calls.append((path, threading.get_ident()))
        body = f"{path} {is_together()}".encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]


class Served:
    """The server, on a thread of its own."""

    def __init__(self, shop: Shop) -> None:
        self.listener = serving.listen("127.0.0.1", 0)
        self.port = self.listener.getsockname()[1]
        self.server = serving.Server(shop, self.listener, 2**20, lambda _method, path: path.startswith("/together/"))
        # Until it stops, a turn ends only when something comes.
        turn, stops = self.server._turn, self.server._server
        self.server._turn = lambda seconds: turn(seconds if stops.is_stopping else 3 * ENOUGH)  # type: ignore[method-assign]
        self.thread = threading.Thread(target=self.server.run, args=(lambda: None, lambda: None))
        self.thread.start()
        self.connections: list[http.client.HTTPConnection] = []

    def connect(self, count: int) -> list[http.client.HTTPConnection]:
        """Connections that the server has accepted, which it does one by one."""
        found = [http.client.HTTPConnection("127.0.0.1", self.port, timeout=ENOUGH) for _ in range(count)]
        self.connections += found
        for connection in found:
            connection.request("GET", "/hello")
        read(*found)
        return found

    def send(self, *paths: str) -> list[http.client.HTTPConnection]:
        """A request on a connection of its own for each path."""
        connections = self.connect(len(paths))
        for connection, path in zip(connections, paths, strict=True):
            connection.request("GET", path)
        return connections

    def at_once(self, shop: Shop, monkeypatch: pytest.MonkeyPatch, *paths: str) -> list[http.client.HTTPConnection]:
        """As ``send``, and they are read in one turn: nothing is read while a call before them is held."""
        connections = self.connect(len(paths))
        wait = dispatching._Together.wait
        monkeypatch.setattr(
            dispatching._Together, "wait", lambda calls, seconds: shop.goes.wait(ENOUGH) and wait(calls, seconds)
        )
        (before,) = self.send("/together/held")
        assert shop.has_begun.wait(ENOUGH)
        for connection, path in zip(connections, paths, strict=True):
            connection.request("GET", path)
        shop.goes.set()
        assert read(before) == ["/together/held True"]
        return connections


def read(*connections: http.client.HTTPConnection) -> list[str]:
    return [connection.getresponse().read().decode() for connection in connections]


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def served(shop: Shop) -> Iterator[Served]:
    found = Served(shop)
    yield found
    shop.goes.set()
    for connection in found.connections:
        connection.close()
    found.server.stop()
    found.thread.join(ENOUGH)
    assert not found.thread.is_alive()


def until(is_so: Any) -> None:
    ends = time.monotonic() + ENOUGH
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.001)


def test_calls_that_come_at_once_share_a_thread(served: Served, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    connections = served.at_once(shop, monkeypatch, *(f"/together/{number}" for number in range(5)))

    assert read(*connections) == [f"/together/{number} True" for number in range(5)]
    assert [path for path, _thread in shop.calls[1:]] == [f"/together/{number}" for number in range(5)]
    assert len({thread for _path, thread in shop.calls[1:]}) == 1


def test_no_thread_has_more_of_them_than_so_many(served: Served, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shopadmin.cli.dispatching.MOST_TOGETHER", 2)
    connections = served.at_once(shop, monkeypatch, "/together/parked", "/together/parked", "/together/free")

    assert read(connections[2]) == ["/together/free True"]
    for wakeup in shop.parked:
        wakeup.wake()
    assert read(*connections[:2]) == ["/together/parked True"] * 2
    (of_free,) = {thread for path, thread in shop.calls if path == "/together/free"}
    assert of_free not in {thread for path, thread in shop.calls if path == "/together/parked"}


def test_what_is_not_made_for_it_has_a_thread_of_its_own(
    served: Served, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections = served.at_once(shop, monkeypatch, "/page", "/together/1")

    assert read(*connections) == ["/page False", "/together/1 True"]


def test_a_call_that_takes_long_keeps_nobody_waiting(served: Served, shop: Shop) -> None:
    (held,) = served.send("/together/held")
    assert shop.has_begun.wait(ENOUGH)

    assert read(*served.send("/page", "/together/1")) == ["/page False", "/together/1 True"]
    shop.goes.set()
    assert read(held) == ["/together/held True"]


def test_who_was_answered_goes_on_while_others_of_the_thread_still_wait(
    served: Served, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    parked, free = served.at_once(shop, monkeypatch, "/together/parked", "/together/free")
    assert read(free) == ["/together/free True"]

    for number in range(3):
        free.request("GET", f"/together/{number}")
        assert read(free) == [f"/together/{number} True"]
    shop.parked[0].wake()
    assert read(parked) == ["/together/parked True"]
    # The server, which has long read on, looks at its connection again.
    parked.request("GET", "/together/again")
    assert read(parked) == ["/together/again True"]


def test_a_request_that_follows_on_a_connection_before_the_answer_is_answered_after_it(
    served: Served, shop: Shop
) -> None:
    (connection,) = served.send("/together/held")
    assert shop.has_begun.wait(ENOUGH)
    connection.sock.sendall(b"GET /together/next HTTP/1.1\r\nHost: localhost\r\n\r\n")
    shop.goes.set()

    received = b""
    while b"/together/next" not in received:
        received += connection.sock.recv(4096)
    assert received.index(b"/together/held True") < received.index(b"/together/next")


def test_a_server_that_stops_answers_them_first(served: Served, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    connections = served.at_once(shop, monkeypatch, "/together/parked", "/together/parked")
    until(lambda: len(shop.parked) == 2)

    served.server.stop()
    for wakeup in shop.parked:
        wakeup.wake()

    assert read(*connections) == ["/together/parked True"] * 2
    served.thread.join(ENOUGH)
    assert not served.thread.is_alive()
