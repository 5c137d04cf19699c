"""Write what is staged into the shop, a chunk at a time.

A chunk is one transaction: the rows as they were, the changes, the counts, how far the run has come, one line in the
activity log with the chunk's digest. So a crash loses nothing and doubles nothing, and other writers wait for one
chunk at the most.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from shopadmin.models import db
from shopadmin.models.imports import ImportCount, ImportFile, ImportRejection, ImportRun
from shopadmin.services import audit, failpoints
from shopadmin.services.imports import announcing, areas, chunks
from shopadmin.services.imports.classifying import classify
from shopadmin.services.imports.control import Control
from shopadmin.services.imports.targets import TARGETS, Target
from shopadmin.services.transactions import writing

FIRST_CHUNK, SMALLEST_CHUNK, LARGEST_CHUNK = 1_000, 200, 20_000
# Seconds a chunk may take, and aims at.
CHUNK_LIMIT, CHUNK_AIM = 0.2, 0.12


@dataclass(frozen=True, slots=True)
class Stretch:
    """Staged rows of one table that come from one file: what a chunk is cut from."""

    target: Target
    low: int
    high: int


class Pace:
    """How many rows of one table fit into a chunk on this machine, learnt on the way."""

    def __init__(self, rows: int = FIRST_CHUNK) -> None:
        # A test that stops at the ninth chunk needs nine of them on a fast machine too.
        self.rows = SMALLEST_CHUNK if failpoints.is_set() else rows

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
            delete(ImportRejection).where(
                ImportRejection.file_id.in_(mine), ImportRejection.code == chunks.ORDER_UNKNOWN
            )
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
    counts: chunks.Fates = Counter()
    done = 0
    for stretch in stretches(run_id):
        for low, high in _cut(stretch, Pace(LARGEST_CHUNK)):
            with db.engine.connect() as connection, connection.begin():
                chunks.use_indexes(connection)
                classify(connection, stretch.target, run_id, low, high, is_check=True)
                counts.update(chunks.fates(connection, stretch.target, run_id, low, high))
            done += high - low + 1
            control.tick(done)
    with writing() as session:
        connection = session.connection()
        chunks.add_counts(connection, counts)
        for target in TARGETS:
            chunks.reject(connection, target, run_id, 1, None)
        _set_state(connection, run_id, "staged")


def apply(run_id: int, control: Control) -> None:
    """Write everything that is not written yet, then ``applied``. Raises Cancelled between two chunks."""
    kind, seq = (
        db.session().execute(select(ImportRun.applied_kind, ImportRun.applied_seq).where(ImportRun.id == run_id)).one()
    )
    done = 0
    paces = {target.name: Pace() for target in TARGETS}
    for stretch in stretches(run_id, kind, seq):
        pace = paces[stretch.target.name]
        for low, high in _cut(stretch, pace):
            started = time.perf_counter()
            done += high - low + 1
            with writing():
                control.step(done, stretch.target.name)
                chunks.write(run_id, stretch.target, low, high)
                failpoints.reach("import.chunk")
            pace.learn(time.perf_counter() - started)
            # Behind the measuring: what a plugin takes makes no chunk smaller.
            announcing.announce(stretch.target, run_id, low, high, control.account_id)
            failpoints.reach("import.between")


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
        with db.engine.connect() as connection:
            files = list(_files_of(connection, target, run_id))
        after = seq if target.name == kind else 0
        for low, high in files:
            if high > after:
                yield Stretch(target, max(low, after + 1), high)


def _files_of(connection: Connection, target: Target, run_id: int) -> Iterator[tuple[int, int]]:
    """First and last row of each file. They stand together: walking along the key needs no memory for sorting."""
    stage = target.stage
    mine = stage.c.run_id == run_id
    first = select(stage.c.seq, stage.c.file_id).where(mine).order_by(stage.c.seq).limit(1)
    last = connection.scalar(select(func.max(stage.c.seq)).where(mine))
    start = connection.execute(first).one_or_none()
    while start is not None:
        following = first.where(stage.c.seq > start.seq, stage.c.file_id != start.file_id)
        found = connection.execute(following).one_or_none()
        yield start.seq, last if found is None else found.seq - 1
        start = found


def staged_rows(run_id: int) -> int:
    """How many rows are staged: what progress is measured by."""
    return sum(stretch.high - stretch.low + 1 for stretch in stretches(run_id))


def _cut(stretch: Stretch, pace: Pace) -> Iterator[tuple[int, int]]:
    low = stretch.low
    while low <= stretch.high:
        high = min(low + pace.rows - 1, stretch.high)
        yield low, high
        low = high + 1
