"""The claim rush's own bookkeeping: what a benchmark must notice before its zeros mean anything."""

import socket
import threading
from collections.abc import Iterator

import pytest
from red_envelope_shop import Clock, begun, claimed

from bench import claims
from bench.rush import books, load
from bench.rush.books import Faults, Issued, judge
from bench.rush.measuring import Cell
from bench.rush.runs import Run
from shopadmin.plugin_api import db

ANNA, BEN, CARL = Issued("test:anna", 1), Issued("test:ben", 2), Issued("test:carl", 3)
ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\nbody"
SOLD_OUT = b"HTTP/1.1 409 Conflict\r\nContent-Length: 8\r\n\r\nsold_out"


def test_a_rush_without_a_fault_has_none() -> None:
    assert judge(2, 2, [ANNA, BEN], [BEN, ANNA]) == Faults(0, 0, 0)


def test_what_was_stored_but_never_answered_is_no_fault() -> None:
    assert judge(2, 2, [ANNA, BEN], [ANNA]) == Faults(0, 0, 0)


def test_an_envelope_beyond_the_stock_is_an_over_issue() -> None:
    assert judge(2, 3, [ANNA, BEN, CARL], [ANNA, BEN, CARL]) == Faults(1, 0, 0)


def test_a_counter_that_lags_behind_the_rows_is_an_over_issue() -> None:
    assert judge(9, 1, [ANNA, BEN], [ANNA, BEN]) == Faults(1, 0, 0)


def test_a_second_envelope_of_a_buyer_is_a_duplicate() -> None:
    second = Issued(ANNA.buyer, 7)

    assert judge(9, 2, [ANNA, second], [ANNA]) == Faults(0, 1, 0)
    assert judge(9, 2, [ANNA, second], [ANNA, second]) == Faults(0, 2, 0)


def test_an_envelope_that_two_buyers_were_told_is_a_duplicate_and_one_of_them_lost_it() -> None:
    assert judge(9, 1, [ANNA], [ANNA, Issued("test:ben", ANNA.envelope_id)]) == Faults(0, 1, 1)


def test_an_answer_that_is_not_in_the_database_is_lost() -> None:
    assert judge(9, 1, [ANNA], [ANNA, BEN]) == Faults(0, 0, 1)
    assert judge(9, 1, [ANNA], [Issued(ANNA.buyer, 7)]) == Faults(0, 0, 1)


def test_the_faults_are_counted_in_the_database(clock: Clock) -> None:
    campaign = begun(clock, quantity=5)
    told = [Issued("test:anna", claimed(campaign, "test:anna")), Issued("test:ben", claimed(campaign, "test:ben"))]

    connection = db.session().connection()

    assert books.read(connection, campaign, told) == Faults(0, 0, 0)
    assert books.read(connection, campaign, [*told, Issued("test:carl", 9_999)]) == Faults(0, 0, 1)


def test_the_figures_have_the_names_that_were_promised() -> None:
    cell = Cell("service", 8, [Run([0.001, 0.003], 0.5)], [8.0], faults=Faults(1, 2, 3))

    assert claims._figures("SQLite", cell) == {
        "engine": "sqlite", "clients": 8, "level": "service", "claims_per_second": 4.0, "p50_ms": 3.0, "p99_ms": 3.0,
        "over_issue": 1, "duplicates": 2, "lost": 3, "limit_per_second": 8.0, "ratio": 0.5,
    }  # fmt: skip


def test_a_cell_with_a_fault_misses_its_goal_however_fast() -> None:
    cell = Cell("service", 8, [Run([0.001], 0.1)], [1.0], faults=Faults(0, 0, 1))

    assert "| missed | 0, 0, 1 |" in claims._row("SQLite", cell)


@pytest.fixture
def port() -> Iterator[int]:
    """A server that answers every request in two pieces: the third and all after it that nothing is left."""
    listener = socket.create_server(("127.0.0.1", 0))
    asked = iter(range(1_000))

    def serve(connection: socket.socket) -> None:
        with connection:
            while connection.recv(65536):
                answer = ANSWER if next(asked) < 2 else SOLD_OUT
                connection.sendall(answer[:30])
                connection.sendall(answer[30:])

    def accept() -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def test_the_load_puts_every_answer_to_its_request_and_stops_when_told_to(port: int) -> None:
    answers = load.send(port, [load.post("/", {"Buyer": str(number)}) for number in range(9)], 1,
                        is_last=lambda answer: answer.status == 409)  # fmt: skip

    assert [(answer.number, answer.status, answer.body) for answer in answers] == [
        (0, 201, b"body"), (1, 201, b"body"), (2, 409, b"sold_out"),
    ]  # fmt: skip


def test_a_connection_that_is_closed_without_an_answer_is_an_error_not_a_short_run() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def close() -> None:
            connection, _address = listener.accept()
            connection.recv(65536)
            connection.close()

        thread = threading.Thread(target=close)
        thread.start()
        with pytest.raises(load.LostConnectionError):
            load.send(listener.getsockname()[1], [load.post("/", {})], 1, is_last=lambda _answer: False)
        thread.join(5)
