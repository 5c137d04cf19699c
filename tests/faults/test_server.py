"""The server as people meet it: how it starts, what it refuses, and how it ends."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from shopadmin.services import occupancy
from tests.faults.conftest import Shell, is_alive, wait_for

pytestmark = pytest.mark.fault
# Seconds that the end of a server may take: ten and what a busy machine adds. One that is held up never ends.
A_WHILE = 40


def fetch(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_an_empty_shop_offers_a_set_up_link_that_works(either_shell: Shell) -> None:
    server = either_shell.start("run", PORT="0")

    (link,) = re.findall(r"http://\S+/account/setup/\S+", "\n".join(server.lines))
    assert fetch(f"{server.url}/healthz") == (200, b'{"ok":true}\n')
    assert fetch(f"{server.url}/readyz")[0] == 200
    assert fetch(link)[0] == 200
    assert [line for line in server.lines if line.startswith("Listening on ")] == [f"Listening on {server.url}"]
    assert server.stop() == 0


def test_the_demo_shop_offers_a_sign_in_link_and_no_password(shell: Shell) -> None:
    server = shell.start("demo", PORT="0")

    text = "\n".join(server.lines)
    (link,) = re.findall(r"http://\S+/account/sign-in/\S+", text)
    assert fetch(link)[0] == 200
    assert "password" not in text.lower()
    # The door without a password is for this machine alone: behind a proxy everybody looks local.
    for headers, is_there in (({}, True), ({"X-Forwarded-For": "127.0.0.1"}, False), ({"Forwarded": "for=x"}, False)):
        with urllib.request.urlopen(urllib.request.Request(f"{server.url}/login", headers=headers)) as page:
            assert (b"/demo/sign-in" in page.read()) is is_there
    assert server.stop(signal.SIGINT) == 0
    assert server.lines[-1] == "Stopped."


@pytest.mark.parametrize(("proxies", "cookie"), [("0", "session="), ("1", "__Host-session=")])
def test_what_a_proxy_says_reaches_the_application_that_decides_whom_it_believes(
    shell: Shell, proxies: str, cookie: str
) -> None:
    server = shell.start("run", PORT="0", TRUSTED_PROXIES=proxies)
    said = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}

    with urllib.request.urlopen(urllib.request.Request(f"{server.url}/login", headers=said), timeout=60) as page:
        assert page.headers["Set-Cookie"].startswith(cookie)
        assert ("Strict-Transport-Security" in page.headers) is (proxies == "1")


def test_secrets_are_made_for_the_owner_alone(shell: Shell) -> None:
    server = shell.start("run", PORT="0")
    server.stop()

    for path in [shell.data, *shell.data.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path
    assert {path.name for path in (shell.data / "keys").iterdir()} == {"signing.key", "data-keys.json"}


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(shell: Shell, taken_port: int) -> None:
    result = shell.run("run", PORT=str(taken_port))

    assert result.returncode == 2
    assert result.stderr.strip().splitlines() == [f"Error: port {taken_port} is in use; PORT= names another one"]
    assert not shell.data.exists() or not list(shell.data.iterdir())


def test_without_a_wish_the_next_free_port_is_taken(shell: Shell) -> None:
    first, second = shell.start("run"), shell.start("run")

    ports = [urlsplit(server.url).port for server in (first, second)]
    assert ports[0] != ports[1]
    assert all(port is not None and 8000 <= port < 8050 for port in ports)
    assert [server.stop() for server in (first, second)] == [0, 0]


def test_a_port_that_a_shop_shares_among_its_processes_is_taken(shell: Shell) -> None:
    port = urlsplit(shell.start("run", PORT="0", PROCESSES="2").url).port

    for processes in ("1", "2"):
        result = shell.run("run", PORT=str(port), PROCESSES=processes)
        assert (result.returncode, result.stderr) == (2, f"Error: port {port} is in use; PORT= names another one\n")


@pytest.mark.parametrize("wish", ["0", "two", "65"])
def test_a_number_of_processes_that_is_none_is_refused(shell: Shell, wish: str) -> None:
    line = refusal(shell, PROCESSES=wish)

    assert line == f"Error: PROCESSES={wish} is no number from 1 to 64"
    assert not shell.data.exists() or not list(shell.data.iterdir())


def answered(url: str) -> bool:
    """Whether one further connection is answered soon."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_each_of_several_processes_serves_the_port(either_shell: Shell) -> None:
    server = either_shell.start("run", PORT="0", PROCESSES="3")
    assert wait_for(lambda: len(server.children()) == 3)

    with server.halted():  # what the first process would have been dealt waits; the others go on
        assert wait_for(lambda: sum(answered(server.url) for _ in range(4)) > 0)

    assert server.stop() == 0
    assert server.lines[-1] == "Stopped."


def test_a_server_process_that_falls_over_is_started_again(shell: Shell) -> None:
    server = shell.start("run", PORT="0", PROCESSES="2")
    assert wait_for(lambda: len(server.children()) == 2)
    before = server.children()

    for child in before:
        os.kill(child, signal.SIGKILL)

    assert wait_for(lambda: len(server.children()) == 2 and not set(before) & set(server.children()))
    with server.halted():
        assert wait_for(lambda: answered(server.url))


@pytest.mark.parametrize("wish", ["abc", "-1", "70000"])
def test_a_port_that_is_none_is_refused(shell: Shell, wish: str) -> None:
    assert shell.run("run", PORT=wish).returncode == 2


def refusal(shell: Shell, **variables: str) -> str:
    """The one line with which ``run`` refuses."""
    result = shell.run("run", PORT="0", **variables)

    assert result.returncode == 2, result.stdout + result.stderr
    assert result.stdout == ""
    (line,) = result.stderr.strip().splitlines()
    return line


def test_a_short_signing_key_is_refused(shell: Shell) -> None:
    assert "SECRET_KEY" in refusal(shell, SECRET_KEY="short")
    assert not shell.database.exists()


def test_a_signing_key_that_is_no_secret_is_refused(shell: Shell) -> None:
    assert "SECRET_KEY" in refusal(shell, SECRET_KEY="changeme" * 8)


def test_the_debugger_is_refused(shell: Shell) -> None:
    assert "debugger" in refusal(shell, FLASK_DEBUG="1")


@pytest.mark.parametrize("name", ["shop.db", "keys/signing.key", "keys/data-keys.json"])
def test_files_that_others_can_read_are_refused(shell: Shell, name: str) -> None:
    assert shell.run("init").returncode == 0
    (shell.data / name).chmod(0o644)

    line = refusal(shell)

    assert name in line
    assert "chmod 600" in line


def test_damaged_keys_are_refused(shell: Shell) -> None:
    assert shell.run("init").returncode == 0
    (shell.data / "keys" / "data-keys.json").write_text("{")

    assert "damaged" in refusal(shell)


def test_a_schema_of_a_newer_version_is_refused(shell: Shell) -> None:
    assert shell.run("init").returncode == 0
    with contextlib.closing(sqlite3.connect(shell.database)) as connection:
        connection.execute("update shopadmin_alembic_version set version_num = '9999'")
        connection.commit()

    assert "newer" in refusal(shell)


@pytest.mark.parametrize("processes", [1, 2])
def test_requests_that_have_arrived_are_answered_before_the_end(either_shell: Shell, processes: int) -> None:
    server = either_shell.start("run", PORT="0", PROCESSES=str(processes))
    assert wait_for(lambda: len(server.children()) == processes)
    address = urlsplit(server.url)
    answers: list[int] = []
    lost: list[Exception] = []

    def ask() -> None:
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
        while True:
            try:
                connection.request("GET", "/login")
                answers.append(connection.getresponse().read() and 200)
                if connection.sock is None:  # the server said that it closes
                    return
            except (ConnectionRefusedError, http.client.CannotSendRequest):
                return
            except Exception as error:
                lost.append(error)
                return

    clients = [threading.Thread(target=ask) for _ in range(6)]
    for client in clients:
        client.start()
    assert wait_for(lambda: len(answers) > 30)
    started = time.monotonic()
    code = server.stop(signal.SIGTERM)
    for client in clients:
        client.join(60)

    assert code == 0
    assert time.monotonic() - started < A_WHILE
    assert lost == []


def test_an_idle_connection_does_not_hold_the_server_up(shell: Shell) -> None:
    server = shell.start("run", PORT="0")
    address = urlsplit(server.url)
    with socket.create_connection((str(address.hostname), address.port or 0)):
        started = time.monotonic()

        assert server.stop() == 0

        assert time.monotonic() - started < A_WHILE


def test_a_half_sent_request_does_not_hold_the_server_up_for_ever(shell: Shell) -> None:
    server = shell.start("run", PORT="0")
    address = urlsplit(server.url)
    with socket.create_connection((str(address.hostname), address.port or 0)) as connection:
        connection.sendall(b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nabc")
        time.sleep(0.3)
        started = time.monotonic()

        assert server.stop() == 0

        assert time.monotonic() - started < A_WHILE


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_no_other_process_outlives_its_server(either_shell: Shell, how: signal.Signals) -> None:
    server = either_shell.start("run", PORT="0", PROCESSES="2")
    assert wait_for(lambda: len(server.children()) == 2)
    children = server.children()

    server.stop(how)

    # They give what they are at a few seconds to end; the rest is for a busy machine.
    assert wait_for(lambda: not any(map(is_alive, children)))


def test_a_worker_that_falls_over_is_started_again(shell: Shell) -> None:
    server = shell.start("run", PORT="0")
    assert wait_for(lambda: len(server.children()) == 1)
    (worker,) = server.children()

    os.kill(worker, signal.SIGKILL)

    assert wait_for(lambda: bool(server.children()) and server.children() != [worker])
    assert fetch(f"{server.url}/healthz")[0] == 200


def test_a_shop_that_is_served_refuses_restore_and_rotation(either_shell: Shell, tmp_path: Path) -> None:
    server = either_shell.start("run", PORT="0")
    archive = json.loads(either_shell.run("backup", "--json").stdout)["file"]

    for command in (("restore", archive, "--yes"), ("keys", "rotate")):
        result = either_shell.run(*command)
        assert result.returncode == 2
        assert "stop the server first" in result.stderr
    server.stop()

    assert either_shell.run("restore", archive, "--yes").returncode == 0


@pytest.fixture
def shared_port() -> Iterator[int]:
    """A port that nobody listens on yet, and that several may share."""
    with socket.socket() as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@contextlib.contextmanager
def serving_along(shell: Shell, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A further server process whose first one is this test; at the end it is left alone, and leaves."""
    reading, writing = os.pipe()
    along = [sys.executable, "-m", "shopadmin", "serve-along", "--port", str(port), "--parent-pipe", str(reading)]
    with subprocess.Popen(along, env=shell.environment, pass_fds=(reading,)) as process:
        os.close(reading)
        try:
            yield process
        finally:
            os.close(writing)
            try:
                process.wait(A_WHILE)
            finally:
                process.kill()


def test_a_server_process_that_outlives_the_first_refuses_restore_and_rotation(shell: Shell, shared_port: int) -> None:
    assert shell.run("init").returncode == 0
    archive = json.loads(shell.run("backup", "--json").stdout)["file"]

    with serving_along(shell, shared_port) as process:
        assert wait_for(lambda: answered(f"http://127.0.0.1:{shared_port}"))
        for command in (("restore", archive, "--yes"), ("keys", "rotate")):
            result = shell.run(*command)
            assert (result.returncode, "stop the server first" in result.stderr) == (2, True), result

    assert process.returncode == 0
    assert shell.run("restore", archive, "--yes").returncode == 0


def test_a_further_server_process_does_not_join_while_the_shop_is_restored(shell: Shell, shared_port: int) -> None:
    assert shell.run("init").returncode == 0

    with occupancy.alone(shell.data), serving_along(shell, shared_port) as process:
        process.wait(A_WHILE)

    assert process.returncode == 2
    assert not answered(f"http://127.0.0.1:{shared_port}")


def test_safe_mode_starts_without_plugins(shell: Shell) -> None:
    server = shell.start("run", "--safe-mode", PORT="0")

    assert fetch(f"{server.url}/readyz")[0] == 200
    assert server.stop() == 0


def test_a_foreign_host_name_is_refused(shell: Shell) -> None:
    server = shell.start("run", PORT="0")
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)

    connection.request("GET", "/login", headers={"Host": "evil.example"})

    assert connection.getresponse().status == 400
    connection.close()
