"""What rows held before an import changed them: kept with each chunk, given back by an undo."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, LargeBinary, Select, Table, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from shopadmin.models.base import UtcDateTime
from shopadmin.models.imports import ImportChange
from shopadmin.models.orders import Order
from shopadmin.services import contacts
from shopadmin.services.imports import targets


def keep(connection: Connection, table: Table, run_id: int, ids: Select[Any]) -> None:
    """Write down the rows as they are, and the revision that the import is about to leave them at.

    Of a row that the run changes twice the first state is kept.
    """
    rows = connection.execute(select(table).where(table.c.id.in_(ids))).all()
    if not rows:
        return
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(ImportChange)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["run_id", "table_name", "row_id"], set_={"revision": statement.excluded.revision}
        ),
        [
            {
                "run_id": run_id,
                "table_name": table.name,
                "row_id": row.id,
                "revision": row.revision + 1,
                "before": {name: _plain(value) for name, value in row._mapping.items() if name != "id"},
            }
            for row in rows
        ],
    )


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def give_back(connection: Connection, table: Table, before: dict[int, tuple[int, dict[str, Any]]]) -> int:
    """Put rows back to what they held; ``before``: id to (revision they must still have, columns). Returns how many."""
    restored = 0
    for row_id, (revision, columns) in before.items():
        values = {name: _parsed(table, name, value) for name, value in columns.items()}
        restored += connection.execute(
            update(table)
            .where(table.c.id == bindparam("row_id"), table.c.revision == bindparam("expected"))
            .values(values),
            {"row_id": row_id, "expected": revision},
        ).rowcount
    return restored


def _parsed(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return bytes.fromhex(value)
    return datetime.fromisoformat(value) if isinstance(kind, UtcDateTime) else value


def join_contacts(connection: Connection, run_id: int, low: int, high: int) -> None:
    """Keep what a staged contact leaves out: a file with a phone alone does not take the address away."""
    stage, table = targets.ORDERS.stage, Order.__table__
    rows = connection.execute(
        select(stage.c.seq, stage.c.contact_encrypted.label("said"), table.c.contact_encrypted.label("present"))
        .join(table, (table.c.platform == stage.c.platform) & (table.c.order_no == stage.c.order_no))
        .where(
            stage.c.run_id == run_id,
            stage.c.seq.between(low, high),
            stage.c.contact_hash.is_not(None),
            table.c.contact_encrypted.is_not(None),
            stage.c.contact_hash.is_distinct_from(table.c.contact_hash),
        )
    ).all()
    keys = contacts.keyring()
    for row in rows:
        text = contacts.join(keys, row.present, row.said)
        sealed, digest = contacts.seal_contact(keys, text)
        connection.execute(
            update(stage)
            .where(stage.c.run_id == run_id, stage.c.seq == row.seq)
            .values(contact_encrypted=sealed, contact_hash=digest)
        )
