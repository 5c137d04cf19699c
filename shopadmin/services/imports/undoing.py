"""Take an import back: give rows their former values, delete those it brought.

A row that was changed since, or that something of another origin hangs on, is not touched. Chunked like the apply,
and as safe to begin again: what is given back or deleted is no longer found.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, literal, or_, select, update

from shopadmin.contract import Actor
from shopadmin.models import db
from shopadmin.models.base import Base
from shopadmin.models.imports import ImportChange, ImportRun
from shopadmin.services import audit, failpoints
from shopadmin.services.imports import announcing, images
from shopadmin.services.imports.control import Control
from shopadmin.services.imports.runs import UNDO, ImportRefusedError, begin_job
from shopadmin.services.imports.targets import TARGETS
from shopadmin.services.transactions import writing

CHUNK = 500
# How many changed rows are listed by name; the rest is counted.
LISTED = 200

_TABLES = Base.metadata.tables
_CHANGE: Table = ImportChange.__table__  # type: ignore[assignment]
# Table to what hangs on its rows: (table, column). Notes and evidence name their subject instead.
_CHILDREN: dict[str, tuple[tuple[str, str], ...]] = {
    "seller": (("product", "supplier_id"),),
    "buyer": (
        ("buyer_identifier", "buyer_id"), ("shop_order", "buyer_id"), ("review", "buyer_id"), ("incident", "buyer_id"),
        ("complaint", "buyer_id"),
    ),
    "shop_order": (
        ("order_line", "order_id"), ("payment", "order_id"), ("refund", "order_id"), ("chargeback", "order_id"),
        ("shipment", "order_id"), ("review", "order_id"), ("incident", "order_id"), ("complaint", "order_id"),
    ),
    "order_line": (("refund", "line_id"), ("shipment_line", "order_line_id")),
    "shipment": (("shipment_line", "shipment_id"),),
    "review": (("review_reply", "review_id"), ("review_version", "review_id"), ("complaint", "review_id")),
}  # fmt: skip
# Tables whose rows are a buyer's, and how plugins are told of it.
_OF_BUYERS: dict[str, Literal["known", "orders"]] = {"buyer_identifier": "known", "shop_order": "orders"}
_SUBJECTS = {"shop_order": "order", "buyer": "buyer", "review": "review", "incident": "incident", "product": "product"}
# What a person knows a row by.
_NAMES = {
    "category": "ref", "seller": "name", "product": "title", "buyer": "name", "buyer_identifier": "kind",
    "shop_order": "order_no", "order_line": "line_no", "payment": "sequence", "shipment": "tracking_no",
    "review": "key", "incident": "incident_no", "review_reply": "state",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that keeps an import from being undone. ``name``: what a person knows it by, in its table."""

    table: str
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What an undo would do. ``removed``, ``restored``: rows; ``kept``: the first changed rows, of ``kept_total``."""

    removed: int
    restored: int
    kept: tuple[ChangedRow, ...]
    kept_total: int


class ChangedSinceError(ImportRefusedError):
    """Rows were changed since the import: nothing was undone. ``plan`` lists them."""

    def __init__(self, plan: UndoPlan) -> None:
        super().__init__("changed_since", count=plan.kept_total)
        self.plan = plan


def plan(run_id: int) -> UndoPlan:
    """Count what an undo would do now, and list what stands in its way."""
    session = db.session()
    removed = restored = kept_total = 0
    kept: list[ChangedRow] = []
    for table, is_new in _affected():
        mine = _brought(table, run_id) if is_new else _changed(table, run_id)
        blocked = (_is_changed(table, run_id) if is_new else _is_changed_again(table, run_id)) & mine
        total = session.scalar(select(func.count()).select_from(table).where(mine)) or 0
        if not total:
            continue
        in_the_way = session.scalar(select(func.count()).select_from(table).where(blocked)) or 0
        removed += (total - in_the_way) * is_new
        restored += (total - in_the_way) * (not is_new)
        kept_total += in_the_way
        if in_the_way and len(kept) < LISTED:
            rows = session.execute(
                select(table.c.id, table.c[_NAMES[table.name]])
                .where(blocked)
                .order_by(table.c.id)
                .limit(LISTED - len(kept))
            )
            kept.extend(ChangedRow(table.name, row_id, str(name or "")) for row_id, name in rows)
    session.rollback()
    return UndoPlan(removed, restored, tuple(kept), kept_total)


def undo(actor: Actor | None, run_id: int, *, force_rest: bool, wake: bool) -> int:
    """Begin to undo the run; returns the job's number. ``force_rest`` leaves changed rows and undoes the others.

    Raises ChangedSinceError, or ImportRefusedError where the run is not ``applied``.
    """
    found = plan(run_id)
    if found.kept_total and not force_rest:
        raise ChangedSinceError(found)
    with writing():
        job_id = begin_job(actor, run_id, UNDO, wake=wake, force_rest=force_rest)
        audit.record(actor, "core.import.undo_began", "import", run_id, after={"force_rest": force_rest})
    return job_id


def _affected() -> Iterator[tuple[Table, bool]]:
    """Tables with rows the run brought, children first; then those with rows it changed."""
    for target in reversed(TARGETS):
        yield target.table, True
    for target in TARGETS:
        yield target.table, False
    yield _TABLES["review_reply"], False


def _brought(table: Table, run_id: int) -> ColumnElement[bool]:
    return table.c.import_run_id == run_id


def _change_of(table: Table, run_id: int, *conditions: Any) -> Any:
    return and_(
        _CHANGE.c.run_id == run_id, _CHANGE.c.table_name == table.name, _CHANGE.c.row_id == table.c.id, *conditions
    )


def _changed(table: Table, run_id: int) -> ColumnElement[bool]:
    """Rows of another origin that the run changed."""
    other = table.c.import_run_id.is_distinct_from(run_id) if "import_run_id" in table.c else literal(True)
    ids = select(_CHANGE.c.row_id).where(_CHANGE.c.run_id == run_id, _CHANGE.c.table_name == table.name)
    return and_(table.c.id.in_(ids), other)


def _is_changed_again(table: Table, run_id: int) -> ColumnElement[bool]:
    same = select(_CHANGE.c.id).where(_change_of(table, run_id, _CHANGE.c.revision == table.c.revision))
    return ~same.correlate(table).exists()


def _is_changed(table: Table, run_id: int) -> ColumnElement[bool]:
    """Whether a row the run brought has another revision by now, or something of another origin hangs on it."""
    return or_(~_has_own_revision(table, run_id), _carries(table, run_id))


def _has_own_revision(table: Table, run_id: int) -> ColumnElement[bool]:
    left_at = select(_CHANGE.c.revision).where(_change_of(table, run_id)).correlate(table).scalar_subquery()
    return table.c.revision == func.coalesce(left_at, 1)


def _carries(table: Table, run_id: int | None) -> ColumnElement[bool]:
    """Whether anything hangs on the row; with a run, anything that the run would not take away or put back."""
    found: list[ColumnElement[bool]] = [literal(False)]
    for name, column in _CHILDREN.get(table.name, ()):
        child = _TABLES[name].alias(f"child_{name}")
        conditions = [child.c[column] == table.c.id]
        if run_id is not None:
            if "import_run_id" in child.c:
                conditions.append(child.c.import_run_id.is_distinct_from(run_id))
            put_back = select(_CHANGE.c.id).where(
                _CHANGE.c.run_id == run_id, _CHANGE.c.table_name == name, _CHANGE.c.row_id == child.c.id
            )
            conditions.append(~put_back.correlate(child).exists())
        found.append(exists(select(literal(1)).select_from(child).where(*conditions).correlate(table)))
    if subject := _SUBJECTS.get(table.name):
        for name in ("note", "evidence"):
            child = _TABLES[name].alias(f"child_{name}")
            about = and_(child.c.subject == subject, child.c.subject_id == table.c.id)
            found.append(exists(select(literal(1)).select_from(child).where(about).correlate(table)))
    return or_(*found)


def take_back(run_id: int, control: Control, final: str) -> None:
    """Undo what can be undone, a chunk at a time, and set the final state. Raises what ``Control.step`` raises."""
    done = _give_back(run_id, control)
    for table, is_new in _affected():
        if is_new:
            done = _delete_brought(table, run_id, control, done)
    with writing() as session:
        session.connection().execute(
            update(ImportRun).where(ImportRun.id == run_id).values(state=final, undone_at=datetime.now(UTC))
        )
        audit.record(None, f"core.import.{final}", "import", run_id)


def _give_back(run_id: int, control: Control) -> int:
    last = done = 0
    while True:
        changes = (
            db.session()
            .execute(
                select(_CHANGE)
                .where(_CHANGE.c.run_id == run_id, _CHANGE.c.id > last)
                .order_by(_CHANGE.c.id)
                .limit(CHUNK)
            )
            .all()
        )
        db.session.rollback()
        if not changes:
            return done
        last = changes[-1].id
        with writing() as session:
            control.step(done, "undoing")
            restored = _give_back_chunk(session.connection(), run_id, changes)
            failpoints.reach("import.undo")
        announcing.reviews(restored.get("review", ()), "edited")
        announcing.reviews(announcing.reviews_of_orders(restored.get("shop_order", ())), "order")
        announcing.buyers(restored.get("buyer", ()), "known")
        for name, change in _OF_BUYERS.items():
            announcing.buyers(_buyers_of(db.session().connection(), _TABLES[name], restored.get(name, ())), change)
            db.session.rollback()
        done += len(changes)


def _give_back_chunk(connection: Connection, run_id: int, changes: Any) -> dict[str, list[int]]:
    """The ids of what is as it was, by table."""
    restored: dict[str, list[int]] = {}
    for name in dict.fromkeys(change.table_name for change in changes):
        table = _TABLES[name]
        mine = {change.row_id: change for change in changes if change.table_name == name}
        is_ours = _changed(table, run_id) & ~_is_changed_again(table, run_id)
        ids = connection.scalars(select(table.c.id).where(table.c.id.in_(mine), is_ours)).all()
        images.give_back(connection, table, {row: (mine[row].revision, mine[row].before) for row in ids})
        if name == "review":
            versions = _TABLES["review_version"]
            connection.execute(
                delete(versions).where(versions.c.review_id.in_(ids), versions.c.import_run_id == run_id)
            )
        connection.execute(delete(_CHANGE).where(_CHANGE.c.id.in_([mine[row].id for row in ids])))
        restored[name] = list(ids)
    _log(run_id, "restored", [(name, row) for name, ids in restored.items() for row in ids])
    return restored


def _delete_brought(table: Table, run_id: int, control: Control, done: int) -> int:
    last = 0
    while True:
        ids = (
            db.session()
            .scalars(
                select(table.c.id)
                .where(_brought(table, run_id), table.c.id > last, _has_own_revision(table, run_id))
                .order_by(table.c.id)
                .limit(CHUNK)
            )
            .all()
        )
        db.session.rollback()
        if not ids:
            return done
        last = ids[-1]
        with writing() as session:
            control.step(done, "undoing")
            buyers = _buyers_of(session.connection(), table, ids) if table.name in _OF_BUYERS else ()
            gone = _delete_chunk(session.connection(), table, run_id, ids)
            failpoints.reach("import.undo")
        if table.name == "review":
            announcing.reviews(gone, "removed")
        elif table.name == "buyer":
            announcing.buyers(gone, "removed")
        elif table.name in _OF_BUYERS:
            announcing.buyers(buyers, _OF_BUYERS[table.name])
        done += len(ids)


def _buyers_of(connection: Connection, table: Table, ids: Collection[int]) -> set[int]:
    found = connection.scalars(select(table.c.buyer_id).where(table.c.id.in_(ids))).all() if ids else ()
    return {buyer_id for buyer_id in found if buyer_id is not None}


def _delete_chunk(connection: Connection, table: Table, run_id: int, ids: Any) -> Sequence[int]:
    """Returns the ids of what is gone.

    Children are gone by now, so whatever still hangs on a row is there to stay, and so is the row."""
    chosen = and_(table.c.id.in_(ids), _brought(table, run_id), _has_own_revision(table, run_id))
    free = ~_carries_beyond_versions(table, run_id)
    gone = connection.scalars(select(table.c.id).where(chosen, free)).all()
    if table.name == "review":
        versions = _TABLES["review_version"]
        connection.execute(delete(versions).where(versions.c.review_id.in_(gone), versions.c.import_run_id == run_id))
    connection.execute(delete(table).where(table.c.id.in_(gone)))
    connection.execute(
        delete(_CHANGE).where(
            _CHANGE.c.run_id == run_id, _CHANGE.c.table_name == table.name, _CHANGE.c.row_id.in_(gone)
        )
    )
    _log(run_id, "deleted", [(table.name, row) for row in gone])
    return gone


def _carries_beyond_versions(table: Table, run_id: int) -> ColumnElement[bool]:
    # A review's earlier texts of the same run go with it; anything else that is left keeps the row.
    return _carries(table, run_id if table.name == "review" else None)


def _log(run_id: int, what: str, rows: list[tuple[str, int]]) -> None:
    if rows:
        digest = hashlib.sha256(repr(rows).encode()).hexdigest()
        audit.record(None, "core.import.chunk_undone", "import", run_id, after={what: len(rows), "sha256": digest})
