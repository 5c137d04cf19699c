"""The work of taking an import back, a chunk at a time: former values first, then what the import brought.

As safe to begin again as the apply: what is given back or deleted is no longer found.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, select, update

from shopadmin.models import db
from shopadmin.models.imports import ImportRun
from shopadmin.services import audit, failpoints
from shopadmin.services.imports import announcing, images, undoable
from shopadmin.services.imports.control import Control
from shopadmin.services.imports.undoable import CHANGE, TABLES
from shopadmin.services.transactions import writing

CHUNK = 500
# Tables whose rows are a buyer's, and how plugins are told of it.
_OF_BUYERS: dict[str, Literal["known", "orders"]] = {"buyer_identifier": "known", "shop_order": "orders"}


def take_back(run_id: int, control: Control, final: str) -> None:
    """Undo what can be undone, a chunk at a time, and set the final state. Raises what ``Control.step`` raises."""
    done = _give_back(run_id, control)
    for table, is_new in undoable.affected():
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
                select(CHANGE).where(CHANGE.c.run_id == run_id, CHANGE.c.id > last).order_by(CHANGE.c.id).limit(CHUNK)
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
            announcing.buyers(_buyers_of(db.session().connection(), TABLES[name], restored.get(name, ())), change)
            db.session.rollback()
        done += len(changes)


def _give_back_chunk(connection: Connection, run_id: int, changes: Any) -> dict[str, list[int]]:
    """The ids of what is as it was, by table."""
    restored: dict[str, list[int]] = {}
    for name in dict.fromkeys(change.table_name for change in changes):
        table = TABLES[name]
        mine = {change.row_id: change for change in changes if change.table_name == name}
        is_ours = undoable.changed(table, run_id) & ~undoable.is_changed_again(table, run_id)
        ids = connection.scalars(select(table.c.id).where(table.c.id.in_(mine), is_ours)).all()
        images.give_back(connection, table, {row: (mine[row].revision, mine[row].before) for row in ids})
        if name == "review":
            versions = TABLES["review_version"]
            connection.execute(
                delete(versions).where(versions.c.review_id.in_(ids), versions.c.import_run_id == run_id)
            )
        connection.execute(delete(CHANGE).where(CHANGE.c.id.in_([mine[row].id for row in ids])))
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
                .where(undoable.brought(table, run_id), table.c.id > last, undoable.has_own_revision(table, run_id))
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
    chosen = and_(table.c.id.in_(ids), undoable.brought(table, run_id), undoable.has_own_revision(table, run_id))
    free = ~_carries_beyond_versions(table, run_id)
    gone = connection.scalars(select(table.c.id).where(chosen, free)).all()
    if table.name == "review":
        versions = TABLES["review_version"]
        connection.execute(delete(versions).where(versions.c.review_id.in_(gone), versions.c.import_run_id == run_id))
    connection.execute(delete(table).where(table.c.id.in_(gone)))
    connection.execute(
        delete(CHANGE).where(CHANGE.c.run_id == run_id, CHANGE.c.table_name == table.name, CHANGE.c.row_id.in_(gone))
    )
    _log(run_id, "deleted", [(table.name, row) for row in gone])
    return gone


def _carries_beyond_versions(table: Table, run_id: int) -> ColumnElement[bool]:
    # A review's earlier texts of the same run go with it; anything else that is left keeps the row.
    return undoable.carries(table, run_id if table.name == "review" else None)


def _log(run_id: int, what: str, rows: list[tuple[str, int]]) -> None:
    if rows:
        digest = hashlib.sha256(repr(rows).encode()).hexdigest()
        audit.record(None, "core.import.chunk_undone", "import", run_id, after={what: len(rows), "sha256": digest})
