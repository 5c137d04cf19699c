"""A new key for what is encrypted: made first, then everything is sealed again in chunks, then the old one is dropped.

What plugins keep sealed is found in the database by the names of columns, so that a plugin that is switched off, or not
even installed, can still read its data afterwards. Broken off at any point it goes on where it was: which key a value
is under stands in its first byte.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import (
    LargeBinary,
    MetaData,
    Table,
    bindparam,
    func,
    inspect,
    select,
    tuple_,
    update,
)

from shopadmin import keys
from shopadmin.keys import Keyring
from shopadmin.models import db
from shopadmin.models.buyers import BuyerIdentifier
from shopadmin.models.imports import ImportChange
from shopadmin.models.messages import OutboxMessage
from shopadmin.models.orders import Order
from shopadmin.models.sealed import SUFFIX, purpose_of
from shopadmin.services import audit, contacts, failpoints, occupancy, plugin_secrets
from shopadmin.services.evidence import storing
from shopadmin.services.messages import contents, mail_settings, sms_settings
from shopadmin.services.transactions import writing

CHUNK = 500


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed values and the purpose that binds them to it."""

    table: Any
    name: str
    purpose: bytes


COLUMNS = (
    SealedColumn(Order.__table__, "contact_encrypted", contacts.CONTACT_PURPOSE),
    SealedColumn(BuyerIdentifier.__table__, "value_encrypted", contacts.IDENTIFIER_PURPOSE),
    SealedColumn(OutboxMessage.__table__, "content_encrypted", contents.PURPOSE),
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
        columns = (*COLUMNS, *plugin_columns())
        total = sum(_count(column) for column in columns)
        done = 0
        for column in columns:
            for sealed in _seal_again(column, keyring):
                done += sealed
                progress(done, total)
        done += _seal_images_again(keyring)
        done += mail_settings.seal_again(keyring) + sms_settings.seal_again(keyring)
        done += plugin_secrets.seal_again(keyring)
        done += sum(_seal_file_again(path, keyring) for path in sorted(storing.folder().rglob("*.sealed")))
        keys.drop_old_keys(folder)
        current_app.extensions["shopadmin.keyring"] = keys.load_keyring(folder)
        with writing():
            audit.record(None, "core.keys.rotated", "keys", keyring.active, after={"values": done})
    return done


def plugin_columns() -> Sequence[SealedColumn]:
    """Every column of a plugin's table that is named as one of sealed values, as the database has it now."""
    engine = db.engine
    names = [name for name in inspect(engine).get_table_names() if name.startswith("plugin_")]
    found = MetaData()
    tables = [Table(name, found, autoload_with=engine, resolve_fks=False) for name in sorted(names)]
    return [
        SealedColumn(table, column.name, purpose_of(table.name, column.name))
        for table in tables
        for column in table.columns
        if column.name.endswith(SUFFIX) and isinstance(column.type, LargeBinary)
    ]


def _kept(column: SealedColumn) -> Any:
    """Which rows hold something: a text that was forgotten is empty."""
    value = column.table.c[column.name]
    return value.is_not(None) & (func.length(value) > 0)


def _count(column: SealedColumn) -> int:
    return db.session().scalar(select(func.count()).select_from(column.table).where(_kept(column))) or 0


def _seal_again(column: SealedColumn, keyring: Keyring) -> Iterator[int]:
    """Go through the table by its key; each chunk is a transaction."""
    value, key = column.table.c[column.name], list(column.table.primary_key)
    change = update(column.table).where(*(part == bindparam(f"key_{part.name}") for part in key))
    change = change.values({column.name: bindparam("sealed")})
    query = select(*key, value.label("sealed")).where(_kept(column)).order_by(*key).limit(CHUNK)
    last: tuple[Any, ...] | None = None
    while True:
        with writing() as session:
            ahead = tuple_(*key) > tuple_(*last) if last else None
            rows = session.execute(query.where(ahead) if ahead is not None else query).all()
            changed = [
                {f"key_{part.name}": row[number] for number, part in enumerate(key)}
                | {"sealed": _again(keyring, row.sealed, column.purpose)}
                for row in rows
                if not keyring.is_current(row.sealed)
            ]
            if changed:
                session.connection().execute(change, changed)
        failpoints.reach("rotation.chunk")
        yield len(changed)
        if len(rows) < CHUNK:
            return
        last = tuple(rows[-1][: len(key)])


def _seal_images_again(keyring: Keyring) -> int:
    """What imports remember of changed rows, as hexadecimal text: an undo gives it back. Returns how many values."""
    done, last = 0, 0
    purposes = {(column.table.name, column.name): column.purpose for column in COLUMNS}
    tables = ImportChange.table_name.in_({table for table, _name in purposes})
    while True:
        with writing() as session:
            query = select(ImportChange).where(tables, ImportChange.id > last).order_by(ImportChange.id).limit(CHUNK)
            rows = session.scalars(query).all()
            for row in rows:
                changed = {
                    name: _again(keyring, sealed, purposes[row.table_name, name]).hex()
                    for name, value in row.before.items()
                    if value
                    and (row.table_name, name) in purposes
                    and not keyring.is_current(sealed := bytes.fromhex(value))
                }
                if changed:
                    row.before = row.before | changed
                    done += len(changed)
        if len(rows) < CHUNK:
            return done
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
