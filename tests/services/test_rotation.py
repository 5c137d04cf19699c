"""A rotation of the keys: every value is under the new key afterwards, and one that broke off goes on."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from shopadmin import keys, testing
from shopadmin.keys import KeyringError
from shopadmin.models import db
from shopadmin.models.buyers import BuyerIdentifier
from shopadmin.models.imports import ImportChange, ImportRun
from shopadmin.models.messages import OutboxMessage
from shopadmin.models.orders import Order
from shopadmin.services import contacts, failpoints, integrity, occupancy, rotation
from shopadmin.services.demo import load
from shopadmin.services.evidence import storing
from shopadmin.services.transactions import writing

NOW = datetime(2026, 5, 20, tzinfo=UTC)


def sealed_values() -> list[bytes]:
    db.session.rollback()
    return [
        *db.session.scalars(select(Order.contact_encrypted).where(Order.contact_encrypted.is_not(None))),
        *db.session.scalars(select(BuyerIdentifier.value_encrypted)),
        *db.session.scalars(select(OutboxMessage.content_encrypted)),
        *(path.read_bytes() for path in storing.folder().rglob("*.sealed")),
    ]


def test_every_value_is_under_the_new_key_and_the_old_one_is_gone(app: Flask) -> None:
    load.load(NOW)
    phone = contacts.open_identifier(
        contacts.keyring(), db.session.scalars(select(BuyerIdentifier.value_encrypted)).first()
    )

    done = rotation.rotate()

    values = sealed_values()
    assert done == len(values) == 871
    assert {value[0] for value in values} == {2}
    folder = Path(app.config["DATA_FOLDER"]) / "keys"
    assert keys.load_keyring(folder).active == 2
    assert not keys.load_keyring(folder).is_rotating
    assert contacts.open_identifier(contacts.keyring(), values[500]) == phone
    assert integrity.problems() == []


def test_what_an_import_remembers_of_a_row_opens_after_a_rotation_too(app: Flask) -> None:
    sealed, _mark = contacts.seal_contact(contacts.keyring(), '{"recipient":"Sample"}')
    with writing() as session:
        run = ImportRun(created_at=NOW)
        session.add(run)
        session.flush()
        for table, before in (("shop_order", {"contact_encrypted": sealed.hex(), "note": "ab"}), ("product", {"a": 1})):
            session.add(ImportChange(run_id=run.id, table_name=table, row_id=1, revision=2, before=before))

    assert rotation.rotate() == 1

    kept = db.session.scalars(select(ImportChange.before).where(ImportChange.table_name == "shop_order")).one()
    assert kept["note"] == "ab"
    found = contacts.open_contact(contacts.keyring(), bytes.fromhex(kept["contact_encrypted"]))
    assert found.recipient == "Sample"


def test_a_rotation_that_broke_off_goes_on_without_another_key(app: Flask, monkeypatch: Any) -> None:
    load.load(NOW)
    monkeypatch.setattr(rotation, "CHUNK", 100)
    monkeypatch.setenv("SHOPADMIN_FAILPOINT", "rotation.chunk:3=raise")
    failpoints._passed.clear()

    with pytest.raises(failpoints.FailpointError):
        rotation.rotate()

    assert {value[0] for value in sealed_values()} == {1, 2}
    assert integrity.problems() == []  # both keys are there, so both kinds open
    monkeypatch.delenv("SHOPADMIN_FAILPOINT")
    assert rotation.rotate() == 871 - 300
    assert {value[0] for value in sealed_values()} == {2}


def test_a_value_that_does_not_open_stops_it_and_keeps_the_old_key(app: Flask) -> None:
    testing.make_buyer(phone="10000000001")
    with writing() as session:
        session.execute(db.update(BuyerIdentifier).values(value_encrypted=b"\x01" + b"\0" * 40))

    with pytest.raises(KeyringError):
        rotation.rotate()

    assert keys.load_keyring(Path(app.config["DATA_FOLDER"]) / "keys").is_rotating


def test_the_keys_of_a_shop_that_is_served_are_not_rotated(app: Flask) -> None:
    with occupancy.shared(Path(app.config["DATA_FOLDER"])), pytest.raises(occupancy.OccupiedError):
        rotation.rotate()

    assert keys.load_keyring(Path(app.config["DATA_FOLDER"]) / "keys").active == 1
