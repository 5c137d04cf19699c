"""Import of an order report against the plainest way to put the same rows into the same tables.

The rival gets its rows ready-made, in memory, validated and encrypted: it only writes them. SQLite: one
``executemany`` a table in one transaction. PostgreSQL: COPY into a temporary table, then one merge a table.
"""

import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, create_engine, make_url, text

from bench import databases, orders
from bench.databases import Shop
from shopadmin.models import Base, engine

GOAL = 0.25
MEMORY_GOAL_MB = 150
TABLES = ("buyer", "shop_order", "buyer_identifier", "shipment")
RUNS = 5


@dataclass(frozen=True, slots=True)
class Run:
    """One whole ``shopadmin import``: seconds, peak memory in MB, and how long another writer waited at most."""

    seconds: float
    peak_mb: float
    longest_wait: float


def report(rows: int) -> str:
    """The table of all import measurements."""
    lines = [
        f"## import\n`shopadmin import` of a Taobao order report with {rows:,} rows (a whole process: start, "
        "recognise, decode, validate, encrypt, stage, apply in chunks, audit), beside writing the same finished rows "
        f"into the same tables ({', '.join(TABLES)}). Medians of {RUNS} in turn. Goals: speed ratio at least {GOAL}, "
        f"peak memory under {MEMORY_GOAL_MB} MB and at most 1.2 times as much for ten times the rows, another writer "
        "waits at most 1 s, an import with one changed row takes at most half as long.\n",
        "| database | what | shopadmin | plain | ratio | goal |",
        "|---|---|---|---|---|---|",
    ]
    for opened in (databases.sqlite_shop, databases.postgresql_shop):
        for line in _measure(opened, rows):
            print(line, file=sys.stderr, flush=True)  # the whole takes a quarter of an hour
            lines.append(line)
    return "\n".join(lines) + "\n"


def _measure(opened: Any, rows: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "orders.csv")
        orders.write_taobao_file(file, rows)
        ours, plain = [], []
        for _ in range(RUNS):
            with opened() as shop:
                shop.app()
                ours.append(_import(shop, file))
                plain.append(_write_plainly(opened, shop))
                kind = shop.kind
        seconds, rival = statistics.median(run.seconds for run in ours), statistics.median(plain)
        yield _row(
            kind, f"{rows:,} new orders, s", f"{seconds:.2f}", f"{rival:.2f}", rival / seconds, rival / seconds >= GOAL
        )
        wait = max(run.longest_wait for run in ours)
        yield _row(kind, "another writer waits at most, s", f"{wait:.2f}", "", None, wait <= 1)
        with opened() as shop:
            shop.app()
            first = _import(shop, file)
            again = _import(shop, _with_one_change(file))
            yield _row(
                kind, "again with one row changed, s", f"{again.seconds:.2f}", f"{first.seconds:.2f} first",
                first.seconds / again.seconds, first.seconds / again.seconds >= 2,
            )  # fmt: skip
        peak = max(run.peak_mb for run in ours)
        orders.write_taobao_file(file, rows * 10)
        with opened() as shop:
            shop.app()
            tenfold = _import(shop, file)
        yield _row(kind, f"peak memory, {rows:,} rows, MB", f"{peak:.0f}", "", None, peak < MEMORY_GOAL_MB)
        yield _row(
            kind, f"peak memory, {rows * 10:,} rows, MB ({tenfold.seconds:.0f} s)", f"{tenfold.peak_mb:.0f}", "",
            tenfold.peak_mb / peak, tenfold.peak_mb < MEMORY_GOAL_MB and tenfold.peak_mb <= 1.2 * peak,
        )  # fmt: skip


def _row(kind: str, what: str, ours: str, plain: str, ratio: float | None, is_met: bool) -> str:
    shown = "" if ratio is None else f"{ratio:.2f}"
    return f"| {kind} | {what} | {ours} | {plain} | {shown} | {'met' if is_met else 'missed'} |"


def _import(shop: Shop, file: Path) -> Run:
    """Run the command in a process of its own while another connection keeps writing."""
    environment = os.environ | {
        "SHOPADMIN_DATA": str(shop.folder),
        "DATABASE_URL": shop.url,
        "DATABASE_MIGRATE_URL": shop.url,
    }
    with _OtherWriter(shop) as other, tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "shopadmin", "import", str(file), "--json"], env=environment, stdout=output
        )
        peak_kb = _watch(process)
        seconds = time.perf_counter() - started
        output.seek(0)
        result = json.load(output)
    if process.returncode or result["rejected"]:
        raise RuntimeError(result)
    return Run(seconds, peak_kb / 1024, other.longest)


def _watch(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end; the peak of its memory in kB. What ``wait4`` says counts the parent's own at the fork."""
    peak = 0
    while process.poll() is None:
        with contextlib.suppress(OSError, ProcessLookupError):
            found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
            peak = max(peak, int(found[1]) if found else 0)
        time.sleep(0.05)
    return peak


class _OtherWriter:
    """Somebody at the admin meanwhile: one small write after the other, through the same lock as every writer."""

    def __init__(self, shop: Shop) -> None:
        self._app, self._stop = shop.app(), threading.Event()
        self._thread = threading.Thread(target=self._write)
        self.longest = 0.0

    def __enter__(self) -> "_OtherWriter":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _write(self) -> None:
        from shopadmin.services import settings

        with self._app.app_context():
            while not self._stop.wait(0.05):
                started = time.perf_counter()
                settings.save(None, name=f"Bench {started}")
                self.longest = max(self.longest, time.perf_counter() - started)


def _with_one_change(file: Path) -> Path:
    """The same report with another amount in its last row."""
    lines = file.read_bytes().split(b"\r\n")
    lines[-2] = lines[-2].replace(b",0,0,", b",1.00,0,", 1)
    changed = file.with_name("changed.csv")
    changed.write_bytes(b"\r\n".join(lines))
    return changed


def _write_plainly(opened: Any, source: Shop) -> float:
    """Seconds to write the rows that ``source`` holds into an empty shop of the same kind."""
    own = create_engine(source.url)
    with own.connect() as connection:
        rows = {name: _rows(connection, name) for name in TABLES}
    own.dispose()
    with opened() as target:
        target.app()
        write = _executemany if target.kind == "SQLite" else _copy_and_merge
        return write(target.url, rows)


def _rows(connection: Connection, name: str) -> list[tuple[Any, ...]]:
    # Plain values as the driver gives them: the rival must not pay for our column types.
    return [tuple(row) for row in connection.execute(text(f"select * from {name}"))]


def _executemany(url: str, rows: dict[str, list[tuple[Any, ...]]]) -> float:
    own = create_engine(url)
    engine.prepare(own)
    with own.connect().execution_options(shopadmin_writes=True) as connection:
        started = time.perf_counter()
        with connection.begin():
            for name, values in rows.items():
                marks = ", ".join("?" * len(Base.metadata.tables[name].columns))
                connection.exec_driver_sql(f"insert into {name} values ({marks})", values)
        seconds = time.perf_counter() - started
    own.dispose()
    return seconds


def _copy_and_merge(url: str, rows: dict[str, list[tuple[Any, ...]]]) -> float:
    parts = make_url(url)
    with psycopg.connect(host=str(parts.query["host"]), dbname=parts.database, user=parts.username) as connection:
        started = time.perf_counter()
        for name, values in rows.items():
            connection.execute(f"create temporary table plain_{name} (like {name}) on commit drop")
            with connection.cursor().copy(f"copy plain_{name} from stdin") as copy:
                for row in values:
                    copy.write_row(row)
            connection.execute(f"insert into {name} select * from plain_{name} on conflict do nothing")
        connection.commit()
        return time.perf_counter() - started
