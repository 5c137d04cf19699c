"""One chunk: the statements that write a range of staged rows into the shop, all in the caller's transaction."""

import hashlib
from collections import Counter
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Insert,
    Select,
    String,
    and_,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from shopadmin.models import db
from shopadmin.models.imports import ImportCount, ImportRejection, ImportRun
from shopadmin.services import audit
from shopadmin.services.imports import images, people, review_texts
from shopadmin.services.imports.classifying import (
    DUPLICATE,
    LINKED,
    NEW,
    REJECTED,
    RUN,
    SAME,
    UPDATED,
    classify,
    within,
)
from shopadmin.services.imports.targets import BY_NAME, REVIEWS, Target

ORDER_UNKNOWN = "order_unknown"

# How many staged rows (of a file, counted as a kind, with this action); rows that are not counted have no kind.
Fates = Counter[tuple[int, str, str]]

_COUNTED = {NEW: "new", UPDATED: "updated", LINKED: "unchanged", SAME: "unchanged", DUPLICATE: "duplicates",
            REJECTED: "rejected"}  # fmt: skip
_WRITTEN = {NEW: "new", UPDATED: "updated", LINKED: "linked"}


def write(run_id: int, target: Target, low: int, high: int) -> None:
    """Classify the rows anew, as the shop may have changed since the dry run, and write them."""
    connection = db.session().connection()
    use_indexes(connection)
    if target.name in ("buyers", "identifiers"):
        people.hold_buyers(connection, alone=False)
    if target.name == "orders":
        images.join_contacts(connection, run_id, low, high)
    classify(connection, target, run_id, low, high, is_check=False)
    found = fates(connection, target, run_id, low, high)
    actions = {action for _, _, action in found}
    if actions & {UPDATED, LINKED}:
        _update(connection, target, run_id, low, high)
    if NEW in actions:
        connection.execute(_insert_statement(target.name), {"run": run_id, "low": low, "high": high})
    if REJECTED in actions:
        reject(connection, target, run_id, low, high)
    add_counts(connection, found)
    connection.execute(
        update(ImportRun).where(ImportRun.id == run_id).values(applied_kind=target.name, applied_seq=high)
    )
    if actions & {NEW, UPDATED, LINKED}:
        _log(connection, target, run_id, low, high, found)


def use_indexes(connection: Connection) -> None:
    """The staging tables have no statistics: PostgreSQL would read a whole table of the shop for each chunk."""
    if connection.dialect.name == "postgresql":
        ways = ("hashjoin", "mergejoin", "seqscan")
        connection.execute(text("; ".join(f"SET LOCAL enable_{way} = off" for way in ways)))


def _chunk(target: Target, run_id: int, low: int, high: int | None) -> Any:
    stage = target.stage
    upper = stage.c.seq <= high if high is not None else literal(True)
    return and_(stage.c.run_id == run_id, stage.c.seq >= low, upper)


def fates(connection: Connection, target: Target, run_id: int, low: int, high: int) -> Fates:
    """How many rows of each file had which fate, under the kind they are counted as; derived rows as ``""``."""
    rows = connection.execute(_fates_query(target.name), {"run": run_id, "low": low, "high": high})
    found: Fates = Counter()
    for file_id, derived, action, count in rows:
        found[file_id, "" if derived else target.name, action] += count
    return found


# These are built once: putting a statement together takes longer than running it over a chunk.
@cache
def _fates_query(name: str) -> Select[Any]:
    stage = BY_NAME[name].stage
    columns = (stage.c.file_id, stage.c.derived, stage.c.action)
    return select(*columns, func.count()).where(*within(stage)).group_by(*columns)


@cache
def _insert_statement(name: str) -> Insert:
    target = BY_NAME[name]
    stage, table = target.stage, target.table
    values: dict[str, Any] = {**target.inserted(stage), "import_run_id": RUN, "revision": literal(1)}
    if "text_version" in table.c:
        values["text_version"] = literal(1)
    rows = select(*values.values()).where(*within(stage), stage.c.action == NEW).order_by(stage.c.seq)
    return insert(table).from_select(list(values), rows, include_defaults=False)


@cache
def _digest_query(name: str) -> Select[Any]:
    """One text of the chunk's written rows: what became of each, and its key."""
    target = BY_NAME[name]
    stage = target.stage
    told: Any = stage.c.action
    for column in target.natural:
        if isinstance(stage.c[column].type, String):
            told = told + "|" + func.coalesce(stage.c[column], "")
    rows = (
        select(told.label("told")).where(*within(stage), stage.c.action.in_(_WRITTEN)).order_by(stage.c.seq).subquery()
    )
    return select(func.aggregate_strings(rows.c.told, "\n"))


def add_counts(connection: Connection, found: Fates) -> None:
    """Add to what the run's files have been counted so far."""
    for (file_id, kind, action), count in found.items():
        if kind:
            column = ImportCount.__table__.c[_COUNTED[action]]
            connection.execute(
                update(ImportCount)
                .where(ImportCount.file_id == file_id, ImportCount.kind == kind)
                .values({column: column + count})
            )


def _update(connection: Connection, target: Target, run_id: int, low: int, high: int) -> None:
    stage, table = target.stage, target.table
    chosen = and_(_chunk(target, run_id, low, high), stage.c.action.in_((UPDATED, LINKED)))
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


def reject(connection: Connection, target: Target, run_id: int, low: int, high: int | None) -> None:
    """Write down the rows whose order is unknown; ``high`` None for all from ``low`` on."""
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
            ).where(_chunk(target, run_id, low, high), stage.c.action == REJECTED),
        )
    )


def _log(connection: Connection, target: Target, run_id: int, low: int, high: int, found: Fates) -> None:
    """One line for the chunk: how many rows, and a digest of which ones and what became of them."""
    told = connection.scalar(_digest_query(target.name), {"run": run_id, "low": low, "high": high})
    counts: Counter[str] = Counter()
    for (_, _, action), count in found.items():
        if action in _WRITTEN:
            counts[_WRITTEN[action]] += count
    digest = hashlib.sha256((told or "").encode()).hexdigest()
    after = {"table": target.table.name, "rows": [low, high], **counts, "sha256": digest}
    audit.record(None, "core.import.chunk_applied", "import", run_id, after=after)
