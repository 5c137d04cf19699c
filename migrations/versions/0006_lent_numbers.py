"""Numbers that a platform lent and took back go from the addresses of orders as well

Revision ID: 0006
Revises: 0005
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CHUNK = 500
CONTACT, MARK = b"shop_order.contact", b"shop_order.contact_hash"
OF_PHONE = ("phone", "extension", "masked", "expires_at")
ORDER = sa.table(
    "shop_order", sa.column("id", sa.BigInteger), sa.column("contact_encrypted", sa.LargeBinary),
    sa.column("contact_hash", sa.LargeBinary), sa.column("revision", sa.BigInteger),
)  # fmt: skip
CHANGE = sa.table("import_change", sa.column("table_name", sa.String), sa.column("row_id", sa.BigInteger))


def upgrade() -> None:
    connection, keys, now = op.get_bind(), current_app.extensions["shopadmin.keyring"], datetime.now(UTC)
    for rows in _chunks(connection):
        for row in rows:
            parts = json.loads(keys.decrypt(bytes(row.contact_encrypted), CONTACT))
            if "expires_at" in parts and datetime.fromisoformat(parts["expires_at"]) <= now:
                _forget(connection, keys, row.id, {name: it for name, it in parts.items() if name not in OF_PHONE})


def downgrade() -> None:
    """What is forgotten does not come back; there is nothing else to undo."""


def _chunks(connection: sa.Connection) -> Iterator[Any]:
    last = 0
    query = sa.select(ORDER.c.id, ORDER.c.contact_encrypted).where(ORDER.c.contact_encrypted.is_not(None))
    while rows := connection.execute(query.where(ORDER.c.id > last).order_by(ORDER.c.id).limit(CHUNK)).all():
        last = rows[-1].id
        yield rows


def _forget(connection: sa.Connection, keys: Any, order_id: int, left: dict[str, str]) -> None:
    """Keep the rest of the address, and nothing that an undo of an import could give back."""
    said = json.dumps(left, ensure_ascii=False, separators=(",", ":"), sort_keys=True) if left else ""
    connection.execute(
        sa.update(ORDER)
        .where(ORDER.c.id == order_id)
        .values(
            contact_encrypted=keys.encrypt(said, CONTACT) if said else None,
            contact_hash=keys.hash(said, MARK) if said else None,
            revision=ORDER.c.revision + 1,
        )
    )
    connection.execute(sa.delete(CHANGE).where(CHANGE.c.table_name == "shop_order", CHANGE.c.row_id == order_id))
