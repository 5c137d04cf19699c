"""The activity log: append-only in the database, chained, and free of secrets."""

import re
import threading
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

import shopadmin
from shopadmin import testing
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry, AuditSeal
from shopadmin.services import access, accounts, activity, audit, integrity, invitations, sign_ins
from shopadmin.services.transactions import seal_newest, seal_now_and_then, writing

PASSWORD = "plum orchard 7 ladders"


def write(count=5, **more):
    for number in range(count):
        with writing():
            audit.record(None, "core.note.added", "order", number, after={"number": number}, **more)


def problems():
    db.session.rollback()
    return [problem.code for problem in audit.chain_problems(db.session())]


def without_triggers(*statements):
    """What somebody does who owns the database: take the triggers away, then change what is written."""
    db.session.rollback()  # a reader would make PostgreSQL wait
    with db.engine.connect().execution_options(shopadmin_writes=True) as connection, connection.begin():
        for table in ("audit_entry", "audit_seal"):
            for verb in ("update", "delete"):
                on = f" on {table}" if db.engine.dialect.name == "postgresql" else ""
                connection.execute(text(f"drop trigger {table}_refuses_{verb}{on}"))
        for statement in statements:
            connection.execute(text(statement))


def test_every_entry_is_sealed_with_its_change(app):
    write(5)

    assert db.session.scalars(select(AuditSeal.position).order_by(AuditSeal.position)).all() == [1, 2, 3, 4, 5]
    assert problems() == []


def test_an_entry_is_undone_with_its_change(app):
    def fail():
        with writing():
            audit.record(None, "core.note.added")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0


@pytest.mark.parametrize("table", [AuditEntry, AuditSeal])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_database_refuses_to_change_what_is_written(app, table, verb):
    write(3)
    column = {"code": "x"} if table is AuditEntry else {"hash": "x"}
    statement = update(table).values(**column) if verb == "update" else delete(table)

    with pytest.raises(DBAPIError, match="append-only"), writing() as session:
        session.execute(statement)

    assert problems() == []
    assert db.session.scalar(select(func.count()).select_from(table)) == 3


@pytest.mark.parametrize(
    "edit",
    [
        "update audit_entry set code = 'core.other.code' where id = 3",
        "update audit_entry set account_id = 1 where id = 3",
        "update audit_entry set reason = 'forged' where id = 3",
        "update audit_entry set ip = '192.0.2.9' where id = 3",
        "update audit_entry set after = '{\"number\": 9}' where id = 3",
        "update audit_seal set hash = 'x' where position = 3",
        "update audit_seal set position = 9 where position = 3",
    ],
)
def test_g16_an_edit_of_the_log_is_found_and_its_place_named(app, edit):
    write(5)

    without_triggers(edit)

    db.session.rollback()
    (found,) = audit.chain_problems(db.session())
    assert found.code == "audit_chain"
    assert "position 3" in str(found.message)


def test_audit_chain_finds_a_deleted_entry(app):
    write(5)

    without_triggers("delete from audit_seal where audit_id = 3", "delete from audit_entry where id = 3")

    assert problems() == ["audit_chain"]


def test_audit_chain_finds_an_entry_whose_seal_is_gone(app):
    write(5)

    without_triggers("delete from audit_seal where position = 5")

    assert problems() == ["audit_unsealed"]


def test_two_swapped_entries_are_found(app):
    """By their content: the seals stand where they stood."""
    write(5)

    without_triggers(
        "update audit_entry set object_id = 'kept' where id = 2",
        "update audit_entry set object_id = '1', after = '{\"number\": 1}' where id = 3",
        "update audit_entry set object_id = '2', after = '{\"number\": 2}' where id = 2",
    )

    assert problems() == ["audit_chain"]


def test_a_cut_tail_shows_against_the_head_that_a_backup_keeps(app):
    """The chain alone is whole again: that is why each backup writes down how long it was."""
    write(5)
    kept = audit.head(db.session())

    without_triggers("delete from audit_seal where position > 3", "delete from audit_entry where id > 3")

    db.session.rollback()
    assert problems() == []
    assert audit.head(db.session()) != kept
    assert kept["count"] == 5


def test_entries_that_were_not_sealed_are_sealed_later(app):
    write(2)
    without_triggers("delete from audit_seal where position = 2")

    write(1)

    assert problems() == []
    assert db.session.scalar(select(func.count()).select_from(AuditSeal)) == 3


def test_what_a_rush_has_left_is_sealed_by_the_next_writer(app):
    with writing(seals=False):
        audit.record(None, "core.note.added")
    assert problems() == ["audit_unsealed"]

    write(1)

    assert problems() == []


def test_a_rush_seals_now_and_then_and_not_with_each_change(app):
    for _ in range(3):
        with writing(seals=False):
            audit.record(None, "core.note.added")
        seal_now_and_then()

    sealed = db.session.scalar(select(func.count()).select_from(AuditSeal))
    seal_newest()

    assert sealed < 3
    assert problems() == []


def test_the_check_seals_what_lies_far_behind_the_newest_seal(app, monkeypatch):
    """A transaction may commit long after others that began later; writers look at the newest entries alone."""
    monkeypatch.setattr(audit, "LATE_IDS", {"sqlite": 0, "postgresql": 0})
    with writing(seals=False):
        audit.record(None, "core.note.added")
        audit.record(None, "core.note.added")
    newest = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)
    with writing(seals=False) as session:
        digest = audit.entry_hash(
            audit.GENESIS, session.execute(select(*AuditEntry.__table__.c).order_by(AuditEntry.id.desc())).first()
        )
        session.add(AuditSeal(position=1, audit_id=session.scalar(newest).id, hash=digest))

    write(1)
    left = problems()
    integrity.seal_log()

    assert left == ["audit_unsealed"]
    assert problems() == []


def test_many_writers_at_once_make_one_chain(app):
    def work():
        with app.app_context():
            write(5)
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    write(1)  # whoever found the sealer busy left its entries to the next

    assert problems() == []
    assert db.session.scalar(select(func.count()).select_from(AuditSeal)) == 31


@pytest.mark.parametrize("odd", ["line\nbreak", "\u2028", "中文", "\\u0041", '"quotes"', "x" * 500])
def test_odd_texts_do_not_break_the_chain(app, odd):
    write(2, reason=odd)

    assert problems() == []


def test_log_holds_no_secret(app):
    """A walk through everything that handles secrets; then the whole log is searched for each of them."""
    owner = access.load_actor(testing.make_account(app, is_owner=True))
    issued = [
        invitations.invite(owner, "anna@example.com", "Anna", ["core.orders:read"]),
        accounts.make_setup_link(),
    ]
    tokens = [found.path.rpartition("/")[2] for found in issued]
    anna = invitations.accept(tokens[0], PASSWORD)
    issued.append(accounts.sign_in_link("anna@example.com"))
    issued.append(accounts.make_password_link(owner, anna))
    sign_ins.check("anna@example.com", PASSWORD, "127.0.0.1")
    sign_ins.check("anna@example.com", "a wrong guess", "127.0.0.1")
    sign_ins.check("typed in the wrong field", "x", "127.0.0.1")
    accounts.change_password(access.load_actor(anna), PASSWORD, "second orchard 8 ladders", "127.0.0.1", "")
    tokens += [found.path.rpartition("/")[2] for found in issued]

    log = str([vars(entry) for entry in db.session.scalars(select(AuditEntry))])

    secrets = [
        *tokens,
        PASSWORD,
        "second orchard 8 ladders",
        "a wrong guess",
        "typed in",
        "anna@example.com",
        "$argon2",
    ]
    assert not [secret for secret in secrets if secret in log]


def test_every_code_has_a_sentence(app):
    """Found in the source: whatever looks like a code of the log."""
    source = Path(shopadmin.__file__).parent.rglob("*.py")
    found = {code for path in source for code in re.findall(r'"(core(?:\.[a-z_]+){2})"', path.read_text())}

    assert found - activity.SENTENCES.keys() == set()
    assert activity.SENTENCES.keys() - found == set(), "a sentence for what nobody writes"
