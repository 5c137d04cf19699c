"""Where an import is staged: a SQLite file of its own beside the shop's, or unlogged PostgreSQL tables.

Loading never touches the shop's tables and takes no lock of theirs. While a run is applied on SQLite its file is
attached to every transaction that this thread begins, so that one statement reaches both.
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import Connection, Dialect, create_engine, delete, event, func, insert, select, update
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from shopadmin.models import db, engine
from shopadmin.models.staging import COMPLETE, ORDERS, STAGE
from shopadmin.services.imports.rows import LOADED, Rows
from shopadmin.services.imports.targets import BY_NAME, TARGETS, Target

DUPLICATE = "d"
_attached: ContextVar[str] = ContextVar("attached_stage", default="")


def is_sqlite() -> bool:
    """Whether the shop lives in SQLite."""
    return db.engine.dialect.name == "sqlite"


def run_folder(run_id: int) -> Path:
    """Where a run keeps its uploads, and on SQLite its staging file; readable by the owner alone."""
    folder: Path = current_app.config["DATA_FOLDER"] / "imports" / str(run_id)
    return folder


def stage_file(run_id: int) -> Path:
    """The run's staging file on SQLite."""
    return run_folder(run_id) / "stage.db"


class StagingArea:
    """Takes the rows of one run. Use ``loading``; nothing counts before ``complete``."""

    def __init__(self, connection: Connection, run_id: int) -> None:
        self.connection, self.run_id = connection, run_id
        self.is_sqlite = connection.dialect.name == "sqlite"

    def take(self, rows: Rows) -> None:
        """Write what has gathered, and empty the lists."""
        for name, batch in rows.items():
            if batch:
                self._load(name, batch)
                batch.clear()

    def _load(self, name: str, batch: list[tuple[Any, ...]]) -> None:
        table, columns = f"stage_{name}", ", ".join(f'"{column}"' for column in LOADED[name])
        if self.is_sqlite:
            marks = ", ".join("?" * len(LOADED[name]))
            self.connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) VALUES ({marks})", batch)  # noqa: S608
            return
        driver: Any = self.connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in batch:
                copy.write_row(row)

    def forget_file(self, file_id: int) -> None:
        """Take out what was staged of a file that turned out to be unreadable."""
        for target in TARGETS:
            self.connection.execute(
                delete(target.stage).where(target.stage.c.run_id == self.run_id, target.stage.c.file_id == file_id)
            )

    def complete(self, for_check: bool) -> None:
        """Mark what occurs twice in a file, and say that everything is here; ``for_check`` prepares the dry run."""
        for target in TARGETS:
            self._mark_duplicates(target)
            if for_check:
                self._link_files(target)
        if for_check:
            self._mark_waiting()
        self.connection.execute(insert(COMPLETE).values(run_id=self.run_id))

    def _mark_duplicates(self, target: Target) -> None:
        """The first of a file wins; a record wins over what was derived, a refused consent over a given one."""
        stage = target.stage
        order: list[Any] = [stage.c.derived]
        if "accepts_marketing" in stage.c:
            order.append(stage.c.accepts_marketing.is_distinct_from(False))
        key = [stage.c.file_id, *(stage.c[name] for name in target.natural)]
        place = func.row_number().over(partition_by=key, order_by=[*order, stage.c.seq]).label("place")
        ranked = select(stage.c.seq, place).where(stage.c.run_id == self.run_id).subquery()
        again = select(ranked.c.seq).where(ranked.c.place > 1)
        self.connection.execute(
            update(stage).where(stage.c.run_id == self.run_id, stage.c.seq.in_(again)).values(action=DUPLICATE)
        )

    def _link_files(self, target: Target) -> None:
        """What an earlier file of the run says of the same thing: the dry run compares with it."""
        stage = target.stage
        mine = stage.c.run_id == self.run_id
        files = self.connection.scalar(select(func.count(stage.c.file_id.distinct())).where(mine))
        if not files or files < 2:
            return
        key = [stage.c[name] for name in target.natural]
        before = func.lag(stage.c.seq).over(partition_by=key, order_by=stage.c.seq).label("before")
        linked = select(stage.c.seq, before).where(mine, stage.c.action != DUPLICATE).subquery()
        self.connection.execute(
            update(stage)
            .values(previous=linked.c.before)
            .where(mine, stage.c.seq == linked.c.seq, linked.c.before.is_not(None))
        )

    def _mark_waiting(self) -> None:
        """Lines and payments whose order comes in this run as well."""
        if self.is_sqlite:
            self.connection.exec_driver_sql("CREATE INDEX ix_stage_orders ON stage_orders (platform, order_no)")
        for name in ("order_lines", "payments"):
            stage = BY_NAME[name].stage
            found = (
                select(ORDERS.c.platform, ORDERS.c.order_no).where(ORDERS.c.run_id == self.run_id).distinct().subquery()
            )
            self.connection.execute(
                update(stage)
                .values(waits=True)
                .where(
                    stage.c.run_id == self.run_id,
                    stage.c.platform == found.c.platform,
                    stage.c.order_no == found.c.order_no,
                )
            )


@contextlib.contextmanager
def loading(run_id: int) -> Iterator[StagingArea]:
    """An empty staging area for the run; what an earlier attempt left is gone. Kept when the block ends well."""
    if is_sqlite():
        with _own_file(run_id) as connection, connection.begin():
            yield StagingArea(connection, run_id)
        return
    with db.engine.begin() as connection:
        _clear_tables(connection, run_id)
        yield StagingArea(connection, run_id)


@contextlib.contextmanager
def _own_file(run_id: int) -> Iterator[Connection]:
    path = stage_file(run_id)
    path.unlink(missing_ok=True)
    own = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    try:
        with own.connect() as connection:
            # Whatever a crash leaves is staged again from the files: there is nothing here to protect.
            for pragma in (
                "page_size=16384",
                "journal_mode=OFF",
                "synchronous=OFF",
                "cache_size=-2000",
                "locking_mode=EXCLUSIVE",
            ):
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            for table in STAGE.sorted_tables:
                connection.exec_driver_sql(_sqlite_table(table, connection.dialect))
            connection.commit()
            path.chmod(0o600)
            yield connection
    finally:
        own.dispose()


def _sqlite_table(table: Any, dialect: Dialect) -> str:
    """One run in the file: its rows are numbered by ``seq`` alone, which makes that the row's own number."""
    columns = []
    for column in table.columns:
        kind = "INTEGER PRIMARY KEY" if column.name == "seq" else column.type.compile(dialect)
        default = " NOT NULL DEFAULT ''" if column.name == "action" else ""
        columns.append(f'"{column.name}" {kind}{default}')
    return f"CREATE TABLE {table.name} ({', '.join(columns)})"


def discard(run_id: int) -> None:
    """Throw a run's staging away."""
    if is_sqlite():
        stage_file(run_id).unlink(missing_ok=True)
        return
    with db.engine.begin() as connection:
        _clear_tables(connection, run_id)


def _clear_tables(connection: Connection, run_id: int) -> None:
    for table in STAGE.sorted_tables:
        connection.execute(delete(table).where(table.c.run_id == run_id))


def is_complete(run_id: int) -> bool:
    """Whether what is staged may be trusted: it is all there, and nobody has begun to apply it."""
    if is_sqlite() and not stage_file(run_id).exists():
        return False
    with attached(run_id), db.engine.connect() as connection:
        return connection.scalar(select(COMPLETE.c.run_id).where(COMPLETE.c.run_id == run_id)) is not None


def distrust(connection: Connection, run_id: int) -> None:
    """From here on a crash means staging again: on SQLite a torn transaction, on PostgreSQL emptied tables."""
    connection.execute(delete(COMPLETE).where(COMPLETE.c.run_id == run_id))


@contextlib.contextmanager
def attached(run_id: int) -> Iterator[None]:
    """Reach the run's staging tables from every transaction begun inside; nothing to do on PostgreSQL."""
    if not is_sqlite():
        yield
        return
    if not event.contains(db.engine, "checkout", _attach):
        event.listen(db.engine, "checkout", _attach)
    db.session.rollback()
    token = _attached.set(str(stage_file(run_id)))
    try:
        yield
    finally:
        db.session.rollback()
        _attached.reset(token)


def _attach(driver: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Before a transaction begins, as a file is attached outside of one; a connection keeps it until asked not to."""
    wanted = _attached.get()
    present = record.info.get("stage", "")
    if present == wanted:
        return
    if present:
        driver.execute("DETACH stage")
        driver.execute(f"PRAGMA main.cache_size={engine.CACHE_SIZE}")
        driver.execute("PRAGMA wal_autocheckpoint=1000")
        driver.execute("PRAGMA temp_store=MEMORY")
    if wanted:
        driver.execute("ATTACH ? AS stage", (wanted,))
        for pragma in ("journal_mode=MEMORY", "synchronous=OFF", "cache_size=-2000"):
            driver.execute(f"PRAGMA stage.{pragma}")
        # Chunk after chunk walks all over the indexes: the system's cache of the file serves that as well.
        driver.execute("PRAGMA main.cache_size=-4000")
        # A page that many chunks change is copied into the database less often.
        driver.execute("PRAGMA wal_autocheckpoint=6000")
        # What a statement would need to be taken back is as large as the pages it touches.
        driver.execute("PRAGMA temp_store=FILE")
    record.info["stage"] = wanted
