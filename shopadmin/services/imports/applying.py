"""Write what is staged into the shop, a chunk at a time.

A chunk is one transaction: the rows as they were, the changes, the counts, how far the run has come, one line in the
activity log with the chunk's digest. So a crash loses nothing and doubles nothing, and other writers wait for one
chunk at the most.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, String, and_, delete, func, insert, literal, select, text, update

from shopadmin.models import db
from shopadmin.models.imports import ImportCount, ImportFile, ImportRejection, ImportRun
from shopadmin.services import audit, failpoints
from shopadmin.services.imports import areas, images, review_texts
from shopadmin.services.imports.classifying import DUPLICATE, LINKED, NEW, REJECTED, SAME, UPDATED, classify
from shopadmin.services.imports.control import Control
from shopadmin.services.imports.targets import REVIEWS, TARGETS, Target
from shopadmin.services.transactions import writing

FIRST_CHUNK, SMALLEST_CHUNK, LARGEST_CHUNK = 1_000, 200, 4_000
# Seconds a chunk may take, and aims at.
CHUNK_LIMIT, CHUNK_AIM = 0.2, 0.1
# SQLite's lock goes to whoever asks first; this lets those who wait ask.
PAUSE = 0.001
ORDER_UNKNOWN = "order_unknown"

_COUNTED = {NEW: "new", UPDATED: "updated", LINKED: "unchanged", SAME: "unchanged", DUPLICATE: "duplicates",
            REJECTED: "rejected"}  # fmt: skip

_WRITTEN = {NEW: "new", UPDATED: "updated", LINKED: "linked"}

# How many staged rows (of a file, counted as a kind, with this action).
Fates = Counter[tuple[int, str, str]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Staged rows of one table that come from one file: what a chunk is cut from."""

    target: Target
    low: int
    high: int


class Pace:
    """How many rows fit into a chunk on this machine, learnt on the way."""

    def __init__(self) -> None:
        # A test that stops at the ninth chunk needs nine of them on a fast machine too.
        self.rows = SMALLEST_CHUNK if failpoints.is_set() else FIRST_CHUNK

    def learn(self, seconds: float) -> None:
        """Grow or shrink after a chunk."""
        if failpoints.is_set():
            return
        if seconds > CHUNK_LIMIT * 0.8:
            self.rows = max(self.rows // 2, SMALLEST_CHUNK)
        elif seconds < CHUNK_AIM:
            self.rows = min(self.rows * 3 // 2, LARGEST_CHUNK)


def begin(run_id: int) -> None:
    """From ``staged`` to ``applying``: the dry run's counts make way for the real ones."""
    mine = select(ImportFile.id).where(ImportFile.run_id == run_id)
    with writing() as session:
        connection = session.connection()
        areas.distrust(connection, run_id)
        connection.execute(
            delete(ImportRejection).where(ImportRejection.file_id.in_(mine), ImportRejection.code == ORDER_UNKNOWN)
        )
        read = (
            select(func.count())
            .where(ImportRejection.file_id == ImportCount.file_id, ImportRejection.kind == ImportCount.kind)
            .scalar_subquery()
        )
        connection.execute(
            update(ImportCount)
            .where(ImportCount.file_id.in_(mine))
            .values(new=0, updated=0, unchanged=0, duplicates=0, rejected=read)
        )
        _set_state(connection, run_id, "applying")
    failpoints.reach("import.begin")


def check(run_id: int, control: Control) -> None:
    """The dry run: classify everything and count, change nothing of the shop."""
    counts: Fates = Counter()
    done = 0
    for stretch in stretches(run_id):
        for low, high in _cut(stretch, lambda: LARGEST_CHUNK):
            with db.engine.connect() as connection, connection.begin():
                _by_index(connection)
                classify(connection, stretch.target, run_id, low, high, is_check=True)
                counts.update(_fates(connection, stretch.target, run_id, low, high))
            done += high - low + 1
            control.tick(done)
    with writing() as session:
        connection = session.connection()
        _add_counts(connection, counts)
        for target in TARGETS:
            _reject(connection, target, run_id, 1, None)
        _set_state(connection, run_id, "staged")


def apply(run_id: int, control: Control) -> None:
    """Write everything that is not written yet, then ``applied``. Raises Cancelled between two chunks."""
    kind, seq = (
        db.session().execute(select(ImportRun.applied_kind, ImportRun.applied_seq).where(ImportRun.id == run_id)).one()
    )
    pace = Pace()
    done = 0
    for stretch in stretches(run_id, kind, seq):
        for low, high in _cut(stretch, lambda: pace.rows):
            started = time.perf_counter()
            done += high - low + 1
            with writing():
                control.step(done, stretch.target.name)
                _apply_chunk(run_id, stretch.target, low, high)
                failpoints.reach("import.chunk")
            pace.learn(time.perf_counter() - started)
            failpoints.reach("import.between")
            time.sleep(PAUSE)


def finish(run_id: int) -> None:
    """All chunks are in."""
    with writing() as session:
        _set_state(session.connection(), run_id, "applied", applied_at=datetime.now(UTC))
        audit.record(None, "core.import.applied", "import", run_id)
    failpoints.reach("import.applied")


def _set_state(connection: Connection, run_id: int, state: str, **more: Any) -> None:
    connection.execute(update(ImportRun).where(ImportRun.id == run_id).values(state=state, **more))


def stretches(run_id: int, kind: str = "", seq: int = 0) -> Iterator[Stretch]:
    """What is staged, in the order of applying, after the last row of ``kind`` that is in already."""
    names = [target.name for target in TARGETS]
    for target in TARGETS[names.index(kind) if kind in names else 0 :]:
        stage = target.stage
        after = seq if target.name == kind else 0
        with db.engine.connect() as connection:
            files = connection.execute(
                select(func.min(stage.c.seq), func.max(stage.c.seq))
                .where(stage.c.run_id == run_id)
                .group_by(stage.c.file_id)
                .order_by(func.min(stage.c.seq))
            ).all()
        for low, high in files:
            if high > after:
                yield Stretch(target, max(low, after + 1), high)


def staged_rows(run_id: int) -> int:
    """How many rows are staged: what progress is measured by."""
    return sum(stretch.high - stretch.low + 1 for stretch in stretches(run_id))


def _cut(stretch: Stretch, size: Any) -> Iterator[tuple[int, int]]:
    low = stretch.low
    while low <= stretch.high:
        high = min(low + size() - 1, stretch.high)
        yield low, high
        low = high + 1


def _apply_chunk(run_id: int, target: Target, low: int, high: int) -> None:
    """Classify the rows anew, as the shop may have changed since the dry run, and write them."""
    connection = db.session().connection()
    _by_index(connection)
    if target.name == "orders":
        images.join_contacts(connection, run_id, low, high)
    classify(connection, target, run_id, low, high, is_check=False)
    fates = _fates(connection, target, run_id, low, high)
    actions = {action for _, _, action in fates}
    if actions & {UPDATED, LINKED}:
        _update(connection, target, run_id, low, high)
    if NEW in actions:
        _insert(connection, target, run_id, low, high)
    if REJECTED in actions:
        _reject(connection, target, run_id, low, high)
    _add_counts(connection, fates)
    connection.execute(
        update(ImportRun).where(ImportRun.id == run_id).values(applied_kind=target.name, applied_seq=high)
    )
    if actions & {NEW, UPDATED, LINKED}:
        _log(connection, target, run_id, low, high, fates)


def _by_index(connection: Connection) -> None:
    """The staging tables have no statistics: PostgreSQL would read a whole table of the shop for each chunk."""
    if connection.dialect.name == "postgresql":
        for way in ("hashjoin", "mergejoin", "seqscan"):
            connection.execute(text(f"SET LOCAL enable_{way} = off"))


def _within(target: Target, run_id: int, low: int, high: int | None) -> Any:
    stage = target.stage
    upper = stage.c.seq <= high if high is not None else literal(True)
    return and_(stage.c.run_id == run_id, stage.c.seq >= low, upper)


def _fates(connection: Connection, target: Target, run_id: int, low: int, high: int) -> Fates:
    """How many rows of each file had which fate, under the kind they are counted as; derived rows as ``""``."""
    stage = target.stage
    rows = connection.execute(
        select(stage.c.file_id, stage.c.derived, stage.c.action, func.count())
        .where(_within(target, run_id, low, high))
        .group_by(stage.c.file_id, stage.c.derived, stage.c.action)
    )
    fates: Fates = Counter()
    for file_id, derived, action, count in rows:
        fates[file_id, "" if derived else target.name, action] += count
    return fates


def _add_counts(connection: Connection, fates: Fates) -> None:
    for (file_id, kind, action), count in fates.items():
        if kind:
            column = ImportCount.__table__.c[_COUNTED[action]]
            connection.execute(
                update(ImportCount)
                .where(ImportCount.file_id == file_id, ImportCount.kind == kind)
                .values({column: column + count})
            )


def _update(connection: Connection, target: Target, run_id: int, low: int, high: int) -> None:
    stage, table = target.stage, target.table
    chosen = and_(_within(target, run_id, low, high), stage.c.action.in_((UPDATED, LINKED)))
    images.keep(connection, table, run_id, select(stage.c.target_id).where(chosen))
    if target is REVIEWS:
        review_texts.keep_versions(connection, run_id, chosen)
    names = (*target.columns, *target.links, *target.merges.keys() & set(target.carried))
    values = {name: target.merged(name, stage.c, table.c) for name in names}
    connection.execute(
        update(table)
        .values({**values, **target.also_set(stage, table), "revision": table.c.revision + 1})
        .where(table.c.id == stage.c.target_id, chosen)
    )
    if target is REVIEWS:
        review_texts.confirm_replies(connection, run_id, chosen)


def _insert(connection: Connection, target: Target, run_id: int, low: int, high: int) -> None:
    stage, table = target.stage, target.table
    values = {**target.inserted(stage), **_new_row_values(table, run_id)}
    connection.execute(
        insert(table).from_select(
            list(values),
            select(*values.values())
            .where(_within(target, run_id, low, high), stage.c.action == NEW)
            .order_by(stage.c.seq),
            include_defaults=False,
        )
    )


def _new_row_values(table: Any, run_id: int) -> dict[str, Any]:
    values: dict[str, Any] = {
        "import_run_id": literal(run_id, table.c.import_run_id.type),
        "revision": literal(1, table.c.revision.type),
    }
    if "text_version" in table.c:
        values["text_version"] = literal(1, table.c.text_version.type)
    return values


def _reject(connection: Connection, target: Target, run_id: int, low: int, high: int | None) -> None:
    stage = target.stage
    if "order_no" not in stage.c:
        return
    connection.execute(
        insert(ImportRejection).from_select(
            ["file_id", "row", "kind", "code", "field", "value"],
            select(
                stage.c.file_id,
                stage.c.row,
                literal(target.name),
                literal(ORDER_UNKNOWN),
                literal("order_no"),
                func.substr(stage.c.order_no, 1, 80),
            ).where(_within(target, run_id, low, high), stage.c.action == REJECTED),
        )
    )


def _log(connection: Connection, target: Target, run_id: int, low: int, high: int, fates: Fates) -> None:
    """One line for the chunk: how many rows, and a digest of which ones and what they said of themselves."""
    stage = target.stage
    named = [func.coalesce(stage.c[name], "") for name in target.natural if isinstance(stage.c[name].type, String)]
    told: Any = stage.c.action
    for name in named:
        told = told + "\n" + name
    lines = connection.scalars(
        select(told)
        .where(_within(target, run_id, low, high), stage.c.action.in_((NEW, UPDATED, LINKED)))
        .order_by(stage.c.seq)
    )
    digest = hashlib.sha256("\0".join(lines).encode()).hexdigest()
    counts: Counter[str] = Counter()
    for (_, _, action), count in fates.items():
        if action in _WRITTEN:
            counts[_WRITTEN[action]] += count
    audit.record(
        None,
        "core.import.chunk_applied",
        "import",
        run_id,
        after={"table": target.table.name, "rows": [low, high], **counts, "sha256": digest},
    )
