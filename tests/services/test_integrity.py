"""``shopadmin check``: nothing wrong in a sound shop, and each kind of damage found when it is done on purpose."""

import contextlib
import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from shopadmin import testing
from shopadmin.contract import Manifest, Problem
from shopadmin.hookspecs import hookimpl
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.models.buyers import BuyerIdentifier
from shopadmin.models.cases import Note
from shopadmin.models.imports import ImportCount, ImportFile, ImportRun
from shopadmin.models.orders import Order, OrderLine, Shipment, ShipmentLine
from shopadmin.models.reviews import Reply, Review
from shopadmin.services import audit, contacts, integrity
from shopadmin.services.transactions import writing

NOW = datetime(2026, 5, 20, tzinfo=UTC)


def codes() -> set[str]:
    return {problem.code for problem in integrity.problems()}


def add_shipped_order(qty_shipped: int) -> None:
    order_id = testing.make_order()
    with writing() as session:
        line = OrderLine(order_id=order_id, line_no="1", qty=2, price=100)
        parcel = Shipment(order_id=order_id, tracking_no="P1")
        session.add_all([line, parcel])
        session.flush()
        session.add(ShipmentLine(shipment_id=parcel.id, order_line_id=line.id, qty=qty_shipped))


def add_review(answer: str = "open", **fields: object) -> int:
    values = {"platform": "test", "key": "R1", "stars": 2, "inbox_rank": 0, "created_at": NOW, "photos": []} | fields
    with writing() as session:
        review = Review(answer=answer, **values)
        session.add(review)
        session.flush()
        return review.id


def add_import(state: str, counted: int) -> int:
    with writing() as session:
        run = ImportRun(state=state, created_at=NOW, options={})
        session.add(run)
        session.flush()
        file = ImportFile(run_id=run.id, position=1, name="a.csv", path="a.csv", sha256="0" * 64, size=1)
        session.add(file)
        session.flush()
        session.add(ImportCount(file_id=file.id, kind="orders", new=counted))
        return run.id


def test_an_empty_shop_is_sound(app) -> None:
    assert integrity.problems() == []


def test_a_shop_with_parcels_and_answers_is_sound(app) -> None:
    add_shipped_order(qty_shipped=2)
    review_id = add_review("draft")
    with writing() as session:
        session.add(Reply(review_id=review_id, text="Sorry", state="draft", review_version=1, written_at=NOW))

    assert integrity.problems() == []


def test_more_pieces_shipped_than_ordered_are_found(app) -> None:
    add_shipped_order(qty_shipped=3)

    assert codes() == {"shipment"}


def test_a_parcel_with_the_line_of_another_order_is_found(app) -> None:
    add_shipped_order(qty_shipped=1)
    other = testing.make_order(2)
    with writing() as session:
        session.execute(db.update(Shipment).values(order_id=other))

    assert codes() == {"shipment"}


@pytest.mark.parametrize("answer", ["posted", "draft"])
def test_an_answer_without_its_reply_is_found(app, answer: str) -> None:
    add_review(answer)

    assert codes() == {"reply"}


def test_a_reply_in_another_state_than_its_review_is_found(app) -> None:
    review_id = add_review("posted")
    with writing() as session:
        session.add(Reply(review_id=review_id, text="Sorry", state="draft", review_version=1, written_at=NOW))

    assert codes() == {"reply"}


def test_a_bad_review_that_stands_among_the_good_ones_is_found(app) -> None:
    add_review(inbox_rank=1)

    assert codes() == {"review"}


@pytest.mark.parametrize(("state", "counted", "expected"), [("applied", 2, {"import"}), ("applied", 1, set())])
def test_an_import_must_have_left_what_it_counted(app, state: str, counted: int, expected: set[str]) -> None:
    run_id = add_import(state, counted)
    testing.make_order(import_run_id=run_id)

    assert codes() == expected


def test_a_cancelled_import_must_have_left_nothing(app) -> None:
    testing.make_order(import_run_id=add_import("cancelled", 1))

    assert codes() == {"import"}


def test_a_shop_without_an_owner_is_found(app) -> None:
    testing.make_account(app, "core.orders:read")
    with writing() as session:
        session.execute(db.update(Account).values(is_owner=False))

    assert codes() == {"owner"}


def test_a_note_of_a_missing_order_is_found(app) -> None:
    account = testing.make_account(app, is_owner=True)
    with writing() as session:
        session.add(Note(subject="order", subject_id=999, text="?", written_by=account, written_at=NOW))

    assert codes() == {"orphan"}


def damage_contact(order: Order) -> None:
    sealed = bytearray(order.contact_encrypted or b"")
    sealed[-1] ^= 1
    order.contact_encrypted = bytes(sealed)


def exchange_contact(order: Order) -> None:
    order.contact_encrypted = contacts.seal_identifier(contacts.keyring(), "100")


@pytest.mark.parametrize("damage", [damage_contact, exchange_contact])
def test_a_sealed_value_that_was_changed_is_found(app, damage: Callable[[Order], None]) -> None:
    sealed, digest = contacts.seal_contact(contacts.keyring(), json.dumps({"phone": "10000000001"}))
    testing.make_order(contact_encrypted=sealed, contact_hash=digest)
    assert codes() == set()

    with writing() as session:
        damage(session.scalars(select(Order)).one())

    assert codes() == {"encryption"}


def test_an_identifier_under_the_wrong_hash_is_found(app) -> None:
    testing.make_buyer(phone="10000000001")
    with writing() as session:
        session.execute(db.update(BuyerIdentifier).values(value_hash=b"\0" * 16))

    assert codes() == {"encryption"}


def tamper(statement: str) -> None:
    """Change the log behind the back of its triggers, as somebody with the file in hand could."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("drop trigger audit_entry_refuses_update")
            connection.exec_driver_sql("drop trigger audit_seal_refuses_delete")
        else:
            connection.execute(text("alter table audit_entry disable trigger user"))
            connection.execute(text("alter table audit_seal disable trigger user"))
        connection.execute(text(statement))
        connection.commit()


@pytest.mark.parametrize(
    "statement",
    ["update audit_entry set code = 'core.other' where id = 2", "delete from audit_seal where position = 1"],
)
def test_a_log_that_was_changed_is_found(app, statement: str) -> None:
    for number in range(3):
        with writing():
            audit.record(None, "core.test.happened", "test", number)
    assert codes() == set()
    db.session.remove()

    tamper(statement)

    assert "audit_chain" in codes()


def test_what_a_crash_left_unsealed_is_sealed_first(app) -> None:
    with writing():
        audit.record(None, "core.test.happened")
    with db.engine.connect().execution_options(shopadmin_writes=True) as connection:
        connection.execute(
            text(
                "insert into audit_entry (at, code, object_type, object_id, before, after, reason, ip, request_id) "
                "values ('2026-05-20 00:00:00', 'core.test.crashed', '', '', '{}', '{}', '', '', '')"
            )
        )
        connection.commit()

    assert codes() == set()
    assert audit.head(db.session())["count"] == 2


def test_a_row_without_its_parent_is_found_on_sqlite(app, database_kind: str) -> None:
    if database_kind == "postgresql":
        return  # PostgreSQL does not let it happen
    add_shipped_order(qty_shipped=1)
    db.session.remove()
    with contextlib.closing(sqlite3.connect(Path(app.config["DATA_FOLDER"]) / "shop.db")) as connection:
        connection.execute("delete from shop_order")
        connection.commit()

    assert "foreign_key" in codes()


def test_a_broken_page_is_found_on_sqlite(app, database_kind: str) -> None:
    if database_kind == "postgresql":
        return  # its pages are its own affair
    for number in range(300):
        testing.make_order(number)
    file = Path(app.config["DATA_FOLDER"]) / "shop.db"
    db.session.remove()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
        page = connection.exec_driver_sql(
            "select rootpage from sqlite_master where name = 'ix_shop_order_created'"
        ).scalar()  # fmt: skip
    db.engine.dispose()
    with file.open("r+b") as opened:
        opened.seek((page - 1) * 4096 + 8)
        opened.write(b"\xff" * 64)

    assert "database" in codes()


class Checker:
    """A plugin that looks over its own data."""

    @hookimpl
    def shopadmin_manifest(self) -> Manifest:
        return Manifest(name="guest", title="Guest", version="1", api_version=1)

    @hookimpl
    def shopadmin_integrity_problems(self) -> list[Problem]:
        return [Problem("guest", "a claim too many")]


class BrokenChecker(Checker):
    """A plugin whose check fails."""

    @hookimpl
    def shopadmin_integrity_problems(self) -> list[Problem]:
        raise RuntimeError("no table")


@pytest.mark.parametrize(
    ("plugin", "message"),
    [(Checker(), "guest: a claim too many"), (BrokenChecker(), "guest could not check its data")],
)
def test_plugins_are_asked_and_a_failing_one_is_a_problem(make_app, plugin: object, message: str) -> None:
    with make_app(plugins={"guest": plugin}).app_context():
        (problem,) = integrity.problems()
        db.session.remove()

    assert str(problem.message).startswith(message)


def test_a_schema_that_is_behind_is_the_only_thing_said(app) -> None:
    db.session.remove()
    with db.engine.connect() as connection:
        connection.execute(text("update shopadmin_alembic_version set version_num = '0000'"))
        connection.commit()

    assert codes() == {"schema"}
