"""A new key for what is encrypted: made first, then everything is sealed again in chunks, then the old one is dropped.

Broken off at any point it goes on where it was: which key a value is under stands in its first byte.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, func, select, update

from shopadmin import keys
from shopadmin.keys import Keyring
from shopadmin.models import db
from shopadmin.models.buyers import BuyerIdentifier
from shopadmin.models.messages import OutboxMessage
from shopadmin.models.orders import Order
from shopadmin.services import audit, contacts, failpoints, occupancy
from shopadmin.services.evidence import storing
from shopadmin.services.messages import contents, mail_settings, sms_settings
from shopadmin.services.transactions import writing

CHUNK = 500


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed values and the purpose that binds them to it."""

    model: Any
    name: str
    purpose: bytes


COLUMNS = (
    SealedColumn(Order, "contact_encrypted", contacts.CONTACT_PURPOSE),
    SealedColumn(BuyerIdentifier, "value_encrypted", contacts.IDENTIFIER_PURPOSE),
    SealedColumn(OutboxMessage, "content_encrypted", contents.PURPOSE),
)


def rotate(progress: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Seal everything under a new key and forget the old ones; returns how many values were sealed again.

    A rotation that broke off is finished rather than begun again. Raises occupancy.OccupiedError while the shop is
    served (a running server knows only the keys it started with), KeyringError for a value that does not open: the
    old keys stay then.
    """
    folder: Path = current_app.config["DATA_FOLDER"] / "keys"
    with occupancy.alone(folder.parent):
        keyring = contacts.keyring()
        if not keyring.is_rotating:
            keyring = keys.add_key(folder)
            current_app.extensions["shopadmin.keyring"] = keyring
        total = sum(_count(column) for column in COLUMNS)
        done = 0
        for column in COLUMNS:
            for sealed in _seal_again(column, keyring):
                done += sealed
                progress(done, total)
        done += mail_settings.seal_again(keyring) + sms_settings.seal_again(keyring)
        done += sum(_seal_file_again(path, keyring) for path in sorted(storing.folder().rglob("*.sealed")))
        keys.drop_old_keys(folder)
        current_app.extensions["shopadmin.keyring"] = keys.load_keyring(folder)
        with writing():
            audit.record(None, "core.keys.rotated", "keys", keyring.active, after={"values": done})
    return done


def _count(column: SealedColumn) -> int:
    value = getattr(column.model, column.name)
    return db.session().scalar(select(func.count()).select_from(column.model).where(value.is_not(None))) or 0


def _seal_again(column: SealedColumn, keyring: Keyring) -> Iterator[int]:
    """Go through the table by id; each chunk is a transaction."""
    table = column.model.__table__
    value = table.c[column.name]
    change = update(table).where(table.c.id == bindparam("row")).values({column.name: bindparam("sealed")})
    last = 0
    while True:
        with writing() as session:
            rows = session.execute(
                select(table.c.id, value).where(table.c.id > last, value.is_not(None)).order_by(table.c.id).limit(CHUNK)
            ).all()
            changed = [
                {"row": row.id, "sealed": _again(keyring, row[1], column.purpose)}
                for row in rows
                if not keyring.is_current(row[1])
            ]
            if changed:
                session.connection().execute(change, changed)
        failpoints.reach("rotation.chunk")
        yield len(changed)
        if len(rows) < CHUNK:
            return
        last = rows[-1].id


def _again(keyring: Keyring, sealed: bytes, purpose: bytes) -> bytes:
    return keyring.encrypt_bytes(keyring.decrypt_bytes(sealed, purpose), purpose)


def _seal_file_again(path: Path, keyring: Keyring) -> int:
    sealed = path.read_bytes()
    if keyring.is_current(sealed):
        return 0
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(_again(keyring, sealed, storing.PURPOSE))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return 1
