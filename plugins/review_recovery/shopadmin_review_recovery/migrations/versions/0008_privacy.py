# ruff: noqa: S608 - every name in these statements is our own
"""What people wrote about buyers is encrypted, and can be forgotten when its time is over

Revision ID: 0008
Revises: 0007
"""

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PREFIX = "plugin_review_recovery_"
KEPT = "review_recovery:kept: what was published or said is never changed"
STAYS = "a line of a timeline never changes"
# A note of a call is emptied, or sealed again under another key, whose number is the first byte.
MAY_CHANGE = (
    "new.run_id = old.run_id and new.position = old.position and (new.text_encrypted is null or "
    "(old.text_encrypted is not null and substr(new.text_encrypted, 1, 1) <> substr(old.text_encrypted, 1, 1)))"
)
WAS_EMPTIED = "new.run_id = old.run_id and new.position = old.position and new.text = ''"
# In lines of these kinds a person's words stood, under these names; a reason of the program's own is none.
WORDS = {
    "note": ("text",), "assigned": ("note",), "planned": ("note",), "moved": ("why", "reason"), "reopened": ("reason",),
    "suspicion.set": ("note",),
}  # fmt: skip
MOVED = (("follow_up", ("id",), "note"), ("run_note", ("run_id", "position"), "text"))
NAMED = (
    "worse_review", "waited_7_days", "import_undone", "said_in_a_call", "nobody_reached", "complaint_rejected",
    "complaint_upheld",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        f"{PREFIX}case_text",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("text_encrypted", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f(f"pk_{PREFIX}case_text")),
        sa.ForeignKeyConstraint(
            ["event_id"], [f"{PREFIX}case_event.id"], name=op.f(f"fk_{PREFIX}case_text_event_id")
        ),
    )  # fmt: skip
    op.create_index(f"ix_{PREFIX}case_text_case", f"{PREFIX}case_text", ["case_id"])
    op.add_column(f"{PREFIX}follow_up", sa.Column("note_encrypted", sa.LargeBinary(), nullable=True))
    op.add_column(f"{PREFIX}run_note", sa.Column("text_encrypted", sa.LargeBinary(), nullable=True))
    _without_triggers(_seal)
    op.execute(f"alter table {PREFIX}follow_up drop column note")
    op.execute(f"alter table {PREFIX}run_note drop column text")
    _keep_notes(MAY_CHANGE)


def downgrade() -> None:
    op.add_column(f"{PREFIX}follow_up", sa.Column("note", sa.String(500), nullable=False, server_default=""))
    op.add_column(f"{PREFIX}run_note", sa.Column("text", sa.Text(), nullable=False, server_default=""))
    _without_triggers(_open)
    op.execute(f"alter table {PREFIX}follow_up drop column note_encrypted")
    op.execute(f"alter table {PREFIX}run_note drop column text_encrypted")
    op.drop_table(f"{PREFIX}case_text")
    _keep_notes(WAS_EMPTIED)


def _seal() -> None:
    connection = op.get_bind()
    for row in _lines(connection):
        words = next((row.data[name] for name in WORDS[row.code] if row.data.get(name)), "")
        if words in NAMED:
            continue
        if words:
            connection.execute(
                sa.text(
                    f"insert into {PREFIX}case_text (event_id, case_id, text_encrypted) values (:id, :case, :text)"
                ),
                {"id": row.id, "case": row.case_id, "text": _sealed("case_text.text", words)},
            )
        _write_data(connection, row.id, {name: it for name, it in row.data.items() if name not in WORDS[row.code]})
    codes = ", ".join(f"'{code}'" for code in ("", "erased", *NAMED))
    connection.execute(sa.text(f"update {PREFIX}case set reason = 'written' where reason not in ({codes})"))
    for table, key, column in MOVED:
        change = partial(_sealed, f"{table}.{column}")
        _move(connection, table, key, column, f"{column}_encrypted", change)


def _open() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text(f"select event_id, text_encrypted from {PREFIX}case_text")).all()
    texts = {row.event_id: _opened("case_text.text", row.text_encrypted) for row in rows}
    closed = {}
    for row in _lines(connection):
        is_end = row.code == "moved" and "outcome" in row.data
        if row.id in texts:
            name = "reason" if is_end else WORDS[row.code][0]
            _write_data(connection, row.id, row.data | {name: texts[row.id]})
        if is_end:
            closed[row.case_id] = texts.get(row.id, "erased")
    given_back = sa.text(f"update {PREFIX}case set reason = :words where id = :id and reason = 'written'")
    for case_id, words in closed.items():
        connection.execute(given_back, {"id": case_id, "words": words})
    for table, key, column in MOVED:
        change = partial(_opened, f"{table}.{column}")
        _move(connection, table, key, f"{column}_encrypted", column, change)


def _lines(connection: sa.Connection) -> Iterable[Any]:
    event = sa.table(
        f"{PREFIX}case_event",
        sa.column("id", sa.BigInteger), sa.column("case_id", sa.BigInteger), sa.column("code", sa.String),
        sa.column("data", sa.JSON),
    )  # fmt: skip
    return connection.execute(sa.select(event).where(event.c.code.in_(WORDS)).order_by(event.c.id)).all()


def _write_data(connection: sa.Connection, event_id: int, data: dict[str, Any]) -> None:
    value = "cast(:data as json)" if connection.dialect.name == "postgresql" else ":data"
    connection.execute(
        sa.text(f"update {PREFIX}case_event set data = {value} where id = :id"),
        {"id": event_id, "data": json.dumps(data)},
    )


def _move(
    connection: sa.Connection, table: str, key: tuple[str, ...], source: str, target: str, change: Callable[[Any], Any]
) -> None:
    names = ", ".join(key)
    found = connection.execute(sa.text(f"select {names}, {source} as value from {PREFIX}{table}")).all()
    same = " and ".join(f"{name} = :{name}" for name in key)
    for row in found:
        if row.value:
            values = {name: getattr(row, name) for name in key} | {"moved": change(row.value)}
            connection.execute(sa.text(f"update {PREFIX}{table} set {target} = :moved where {same}"), values)


def _sealed(purpose: str, text: str) -> bytes:
    sealed: bytes = current_app.extensions["shopadmin.keyring"].encrypt(text, f"{PREFIX}{purpose}".encode())
    return sealed


def _opened(purpose: str, sealed: bytes) -> str:
    opened: str = current_app.extensions["shopadmin.keyring"].decrypt(bytes(sealed), f"{PREFIX}{purpose}".encode())
    return opened


def _without_triggers(move: Callable[[], None]) -> None:
    """The timeline and the notes are kept by triggers, which know nothing of a move."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"drop trigger {PREFIX}case_event_stays")
        op.execute(f"drop trigger {PREFIX}run_note_update")
        move()
        op.execute(
            f"create trigger {PREFIX}case_event_stays before update on {PREFIX}case_event "
            f"begin select raise(abort, '{STAYS}'); end"
        )
        return
    op.execute(f"alter table {PREFIX}case_event disable trigger {PREFIX}case_event_stays")
    op.execute(f"alter table {PREFIX}run_note disable trigger {PREFIX}run_note_change")
    move()
    op.execute(f"alter table {PREFIX}case_event enable trigger {PREFIX}case_event_stays")
    op.execute(f"alter table {PREFIX}run_note enable always trigger {PREFIX}run_note_change")


def _keep_notes(rule: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"create trigger {PREFIX}run_note_update before update on {PREFIX}run_note for each row "
            f"begin select raise(abort, '{KEPT}') where not ({rule}); end"
        )
        return
    op.execute(
        f"create or replace function {PREFIX}note_kept() returns trigger language plpgsql security definer "
        "set search_path = pg_catalog, pg_temp as $body$ begin "
        f"if tg_op <> 'UPDATE' then raise exception '{KEPT}' using errcode = 'check_violation'; end if; "
        f"if not ({rule}) then raise exception '{KEPT}' using errcode = 'check_violation'; end if; "
        "return new; end $body$"
    )
