"""The shop as a process of its own, started and ended the way people and power cuts do it."""

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import commands
import pytest

from shopadmin import testing


@dataclass
class Shell:
    """Runs ``shopadmin …`` on one shop."""

    environment: dict[str, str]
    data: Path
    servers: list["Server"] = field(default_factory=list)

    def run(self, *arguments: str, timeout: float = 180, **variables: str) -> subprocess.CompletedProcess[str]:
        """One command to its end."""
        return commands.run(arguments, self.environment | variables, timeout)

    def start(self, *arguments: str, **variables: str) -> "Server":
        """A server, once it listens or has ended."""
        server = Server(*commands.start(arguments, self.environment | variables))
        self.servers.append(server)
        server.wait_until_it_listens()
        return server

    @property
    def database(self) -> Path:
        return self.data / "shop.db"


@dataclass
class Server:
    """A running ``shopadmin run`` or ``demo`` and what it has printed."""

    process: commands.Command
    output: TextIO
    lines: list[str] = field(default_factory=list)
    url: str = ""

    def wait_until_it_listens(self, seconds: float = 120) -> None:
        """Read what it prints up to the line with its address, then go on reading in the background."""
        listening = threading.Event()

        def read() -> None:
            # Whoever reads closes: a worker may hold the other end for longer than the server lives.
            with self.output:
                for line in self.output:
                    self.lines.append(line.rstrip("\n"))
                    if found := re.fullmatch(r"Listening on (http://\S+)", self.lines[-1]):
                        self.url = found[1]
                    if self.lines[-1].startswith("Ctrl-C"):
                        listening.set()
            listening.set()

        self.reader = threading.Thread(target=read, daemon=True)
        self.reader.start()
        assert listening.wait(seconds), self.lines

    def children(self) -> list[int]:
        """The processes that it has started, by number."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(number) for task in tasks for number in task.read_text().split()]

    @contextlib.contextmanager
    def halted(self) -> Iterator[None]:
        """Its first process does nothing meanwhile."""
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.process.pid, signal.SIGCONT)

    def end(self) -> None:
        """Make sure that nothing of it is left, at the end of a test."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.reader.join(5)

    def stop(self, how: int = signal.SIGTERM, seconds: float = 60) -> int:
        """End it and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(seconds)
        self.reader.join(5)
        return code


def is_alive(number: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether the condition comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A shell with an empty data folder, on SQLite."""
    with _opened(tmp_path / "data") as made:
        yield made


@pytest.fixture
def either_shell(cluster: testing.Cluster | None, tmp_path: Path) -> Iterator[Shell]:
    """As ``shell``, on the database that this run is about: for what the engines might do differently."""
    name = f"shell_{uuid.uuid4().hex}"
    if cluster:
        cluster.execute(f"create database {name}")
    with _opened(tmp_path / "data", DATABASE_URL=cluster.url(name) if cluster else "") as made:
        yield made
    if cluster:
        cluster.execute(f"drop database {name} with (force)")


@contextlib.contextmanager
def _opened(data: Path, **variables: str) -> Iterator[Shell]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SHOPADMIN_")}
    for name in ("PORT", "PROCESSES", "SECRET_KEY", "DATABASE_URL", "DATABASE_MIGRATE_URL"):
        environment.pop(name, None)
    made = Shell(environment | {"SHOPADMIN_DATA": str(data)} | variables, data)
    try:
        yield made
    finally:
        for server in made.servers:
            server.end()
