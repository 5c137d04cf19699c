"""A private PostgreSQL, started from the binaries on the machine and thrown away afterwards."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, text

# What a server does for the sake of a crash or of a long life is of no use to one that is thrown away.
# Whoever waits for a lock for two minutes would wait for ever, and the run with it: that is an error with a name.
SHORT_LIVED = (
    "-c fsync=off -c full_page_writes=off -c checkpoint_timeout=1h -c max_wal_size=4GB -c autovacuum=off "
    "-c lock_timeout=120s"
)

POSTGRESQL_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


class Cluster:
    """A private PostgreSQL cluster on a socket in a temporary folder, without fsync: it does not outlive the tests."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.folder, self.binaries = folder, binaries
        self._connection: Connection | None = None
        # initdb refuses root; any unprivileged account will do.
        self.user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name

    def run(self, command: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the cluster's user."""
        options: dict[str, Any] = {"user": self.user} if os.geteuid() == 0 else {}
        subprocess.run(
            [str(self.binaries / command), *arguments],
            check=True, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options,
        )  # fmt: skip

    def start(self, durable: bool = False) -> None:
        """Create the cluster and wait until it answers; ``durable`` syncs as a real one does."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.user)
        data = str(self.folder / "data")
        self.run("initdb", "-D", data, "-U", "shop", "-A", "trust", "-E", "UTF8", "--no-sync")
        # In a benchmark each thread of several servers keeps a connection.
        options = f"-k {self.folder} -c listen_addresses='' -c max_connections=400"
        if not durable:
            options += f" {SHORT_LIVED}"
        self.run("pg_ctl", "-D", data, "-o", options, "-l", str(self.folder / "log"), "-w", "start")

    def stop(self) -> None:
        """Stop at once."""
        if self._connection:
            self._connection.close()
            self._connection.engine.dispose()
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")

    def url(self, database: str, role: str = "shop") -> str:
        """SQLAlchemy's address of one of its databases."""
        return f"postgresql+psycopg://{role}@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """Run a statement that must not be in a transaction."""
        if self._connection is None:
            self._connection = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT").connect()
        self._connection.execute(text(statement))

    def copy(self, template: str, name: str, options: str = "") -> None:
        """Make a database as the template is, which nobody may be connected to."""
        # Copying files is twice as fast here as the log that is the default since version 15.
        if int(self.binaries.parent.name) >= 15:
            options += " strategy file_copy"
        self.execute(f"create database {name} template {template} {options}")


@contextlib.contextmanager
def postgresql_cluster(durable: bool = False) -> Iterator[Cluster]:
    """A running private cluster; raises FileNotFoundError where PostgreSQL is not installed."""
    if not POSTGRESQL_BINARIES:
        raise FileNotFoundError("PostgreSQL's programs are not on this machine")
    folder = Path(tempfile.mkdtemp(prefix="shopadmin-pg-"))
    folder.chmod(0o755)
    cluster = Cluster(folder, POSTGRESQL_BINARIES[0])
    cluster.start(durable)
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
