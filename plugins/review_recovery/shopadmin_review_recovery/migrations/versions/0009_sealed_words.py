# ruff: noqa: S608 - every name in these statements is our own
"""What is typed in calls, what compensation is for and whose phones hear of reviews is encrypted

Revision ID: 0009
Revises: 0008
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PREFIX = "plugin_review_recovery_"
STEP, COMPENSATION, EVENT = f"{PREFIX}run_step", f"{PREFIX}compensation", f"{PREFIX}case_event"
# A step is sealed again under another key, or emptied; nothing else of it changes.
GRANTS = {"run_step": "select, insert, update"}
CHUNK = 500
SAID = "review_recovery:kept: what was published or said is never changed"
ASKED = "review_recovery:compensation: what was asked for and decided never changes"
STAYS = "a line of a timeline never changes"
STEP_COLUMNS = ("run_id", "position", "node", "outcome", "ended", "at", "by")
WANTED = (
    "id", "case_id", "order_id", "buyer_id", "kind", "amount", "currency", "alone_up_to", "requested_at",
    "requested_by",
)  # fmt: skip
DECIDED = ("decided_at", "decided_by")
SETTLED = ("state", "settled_at", "settled_by")
# As the core seals personal settings of plugins.
PHONES = b"plugin_state.settings.review_recovery.alert_phones"


def upgrade() -> None:
    op.add_column(STEP, sa.Column("inputs_encrypted", sa.LargeBinary(), nullable=True))
    op.add_column(COMPENSATION, sa.Column("reason_encrypted", sa.LargeBinary(), nullable=True))
    op.add_column(COMPENSATION, sa.Column("decision_note_encrypted", sa.LargeBinary(), nullable=True))
    _without_triggers(_seal)
    for table, column in ((STEP, "inputs"), (COMPENSATION, "reason"), (COMPENSATION, "decision_note")):
        op.execute(f"alter table {table} drop column {column}")
    _keep_sealed()
    _change_phones(lambda kept: {"sealed": b64encode(_keys().encrypt(kept, PHONES)).decode()}, str)


def downgrade() -> None:
    """Everything stands plain again; what was forgotten meanwhile stays so. The activity log is not touched."""
    op.add_column(STEP, sa.Column("inputs", sa.JSON(), nullable=False, server_default="{}"))
    for column in ("reason", "decision_note"):
        op.add_column(COMPENSATION, sa.Column(column, sa.String(500), nullable=False, server_default=""))
    _without_triggers(_open)
    for table, column in ((STEP, "inputs"), (COMPENSATION, "reason"), (COMPENSATION, "decision_note")):
        op.execute(f"alter table {table} drop column {column}_encrypted")
    _keep_plain()
    _change_phones(lambda kept: _keys().decrypt(b64decode(kept["sealed"]), PHONES), dict)


def _seal() -> None:
    _move(STEP, ("run_id", "position"), "inputs", "inputs_encrypted", _sealed_inputs)
    for column in ("reason", "decision_note"):
        seal = _sealing(COMPENSATION, column)
        _move(COMPENSATION, ("id",), column, f"{column}_encrypted", seal)
    _seal_promises()


def _open() -> None:
    is_json = op.get_bind().dialect.name == "postgresql"
    opened = _opening(STEP, "inputs")
    _move(STEP, ("run_id", "position"), "inputs_encrypted", "inputs", opened, "cast(:moved as json)" * is_json)
    for column in ("reason", "decision_note"):
        _move(COMPENSATION, ("id",), f"{column}_encrypted", column, _opening(COMPENSATION, column))
    _open_promises()


def _move(
    table: str, key: tuple[str, ...], source: str, target: str, change: Callable[[Any], Any], value: str = ""
) -> None:
    """Fill one column from another, by the key, a chunk at a time."""
    connection, names = op.get_bind(), ", ".join(key)
    same = " and ".join(f"{name} = :{name}" for name in key)
    ahead = f"({names}) > ({', '.join(f':{name}' for name in key)})"
    last: dict[str, int] = dict.fromkeys(key, -1)
    query = sa.text(f"select {names}, {source} as value from {table} where {ahead} order by {names} limit {CHUNK}")
    filling = sa.text(f"update {table} set {target} = {value or ':moved'} where {same}")
    while rows := connection.execute(query, last).all():
        last = {name: getattr(rows[-1], name) for name in key}
        for row in rows:
            if row.value and (moved := change(row.value)):
                connection.execute(filling, {name: getattr(row, name) for name in key} | {"moved": moved})


def _sealed_inputs(kept: Any) -> bytes | None:
    inputs = json.loads(kept) if isinstance(kept, str) else kept
    return _sealing(STEP, "inputs")(json.dumps(inputs, ensure_ascii=False)) if inputs else None


def _promises() -> Iterator[Any]:
    """Lines of timelines that say what was promised."""
    event = sa.table(
        EVENT, sa.column("id", sa.BigInteger), sa.column("case_id", sa.BigInteger), sa.column("code", sa.String),
        sa.column("data", sa.JSON),
    )  # fmt: skip
    query, last = sa.select(event).where(event.c.code == "remedy.promised"), 0
    while rows := op.get_bind().execute(query.where(event.c.id > last).order_by(event.c.id).limit(CHUNK)).all():
        last = rows[-1].id
        yield from rows


def _seal_promises() -> None:
    adding = sa.text(f"insert into {PREFIX}case_text (event_id, case_id, text_encrypted) values (:id, :case, :text)")
    seal = _sealing(f"{PREFIX}case_text", "text")
    for row in _promises():
        if words := row.data.get("remedy.summary"):
            op.get_bind().execute(adding, {"id": row.id, "case": row.case_id, "text": seal(words)})
        _write_data(row.id, {name: it for name, it in row.data.items() if name not in ("remedy.summary", "remedy.due")})


def _open_promises() -> None:
    """The day that was promised stands with the step of the call alone by now, and stays there."""
    connection, opened = op.get_bind(), _opening(f"{PREFIX}case_text", "text")
    for row in _promises():
        found = connection.execute(
            sa.text(f"select text_encrypted from {PREFIX}case_text where event_id = :id"), {"id": row.id}
        ).scalar()
        if found:
            _write_data(row.id, row.data | {"remedy.summary": opened(found)})
            connection.execute(sa.text(f"delete from {PREFIX}case_text where event_id = :id"), {"id": row.id})


def _write_data(event_id: int, data: Mapping[str, Any]) -> None:
    value = "cast(:data as json)" if op.get_bind().dialect.name == "postgresql" else ":data"
    changing = sa.text(f"update {EVENT} set data = {value} where id = :id")
    op.get_bind().execute(changing, {"id": event_id, "data": json.dumps(data)})


def _change_phones(change: Callable[[Any], Any], before: type) -> None:
    """The phones that hear of new reviews stand in the core's row of the plugin."""
    row = sa.table("plugin_state", sa.column("name", sa.String), sa.column("settings", sa.JSON))
    mine = row.c.name == "review_recovery"
    kept = op.get_bind().execute(sa.select(row.c.settings).where(mine)).scalar() or {}
    phones = kept.get("alert_phones")
    if phones and isinstance(phones, before):
        op.get_bind().execute(sa.update(row).where(mine).values(settings=kept | {"alert_phones": change(phones)}))


def _keys() -> Any:
    return current_app.extensions["shopadmin.keyring"]


def _sealing(table: str, column: str) -> Callable[[str], bytes]:
    return lambda text: _keys().encrypt(text, f"{table}.{column}".encode())


def _opening(table: str, column: str) -> Callable[[bytes], str]:
    return lambda sealed: _keys().decrypt(bytes(sealed), f"{table}.{column}".encode())


def _without_triggers(move: Callable[[], None]) -> None:
    """Triggers keep these tables as they are, and know nothing of a move. Those that change are made anew after it."""
    if op.get_bind().dialect.name == "sqlite":
        for name in (f"{STEP}_update", f"{COMPENSATION}_next", f"{EVENT}_stays"):
            op.execute(f"drop trigger {name}")
        move()
        op.execute(f"create trigger {EVENT}_stays before update on {EVENT} begin select raise(abort, '{STAYS}'); end")
        return
    kept = ((STEP, f"{STEP}_change"), (COMPENSATION, f"{COMPENSATION}_next"))
    for table, trigger in (*kept, (EVENT, f"{EVENT}_stays")):
        op.execute(f"alter table {table} disable trigger {trigger}")
    move()
    for table, trigger in kept:
        op.execute(f"alter table {table} enable always trigger {trigger}")
    op.execute(f"alter table {EVENT} enable trigger {EVENT}_stays")


def _same(columns: tuple[str, ...]) -> str:
    is_same = "is" if op.get_bind().dialect.name == "sqlite" else "is not distinct from"
    return " and ".join(f'new."{name}" {is_same} old."{name}"' for name in columns)


def _kept(column: str) -> str:
    return _same((column,))


def _resealed(column: str) -> str:
    """Untouched, emptied, or sealed under another key, whose number is the first byte."""
    new, old = f"new.{column}", f"old.{column}"
    return f"({_kept(column)} or {new} is null or ({old} is not null and substr({new}, 1, 1) <> substr({old}, 1, 1)))"


def _keep_sealed() -> None:
    remarks = "cast(new.remarks as text) = cast(old.remarks as text)"
    _keep_step(f"{_same(STEP_COLUMNS)} and {remarks} and {_resealed('inputs_encrypted')}")
    words = f"{_resealed('reason_encrypted')} and {_resealed('decision_note_encrypted')}"
    rewritten = f"{_same(WANTED)} and {_same(DECIDED)} and {_same(SETTLED)} and {words}"
    _keep_compensation(f"({_decided('reason_encrypted', 'decision_note_encrypted')}) or ({rewritten})")


def _keep_plain() -> None:
    _keep_step("")
    _keep_compensation(_decided("reason", "decision_note"))


def _decided(reason: str, note: str) -> str:
    """A decision about what was asked for, or handing over what was approved."""
    return (
        f"{_same(WANTED)} and {_kept(reason)} and ((old.state = 'requested' and "
        "new.state in ('approved', 'declined', 'withdrawn')) or (old.state = 'approved' and new.state = 'settled' and "
        f"{_same(DECIDED)} and {_kept(note)}))"
    )


def _keep_step(rule: str) -> None:
    """``rule``: which change may be; none for the empty one."""
    if op.get_bind().dialect.name == "sqlite":
        _refuse(f"{STEP}_update", STEP, f"not ({rule or '0'})", SAID)
        return
    op.execute(f"drop trigger {STEP}_change on {STEP}")
    if rule:
        op.execute(_function(f"{STEP}_kept", SAID, "tg_op <> 'UPDATE'", f"not ({rule})"))
    function = f"{STEP}_kept" if rule else f"{PREFIX}kept"
    op.execute(
        f"create trigger {STEP}_change before update or delete on {STEP} for each row execute function {function}()"
    )
    op.execute(f"alter table {STEP} enable always trigger {STEP}_change")
    if not rule:
        op.execute(f"drop function {STEP}_kept()")


def _keep_compensation(rule: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        _refuse(f"{COMPENSATION}_next", COMPENSATION, f"not ({rule})", ASKED)
        return
    op.execute(_function(f"{COMPENSATION}_next", ASKED, f"not ({rule})"))


def _refuse(name: str, table: str, condition: str, message: str) -> None:
    op.execute(
        f"create trigger {name} before update on {table} for each row "
        f"begin select raise(abort, '{message}') where {condition}; end"
    )


def _function(name: str, message: str, *conditions: str) -> str:
    refuse = f"raise exception '{message}' using errcode = 'check_violation'"
    body = " ".join(f"if {condition} then {refuse}; end if;" for condition in conditions)
    return (
        f"create or replace function {name}() returns trigger language plpgsql "
        f"set search_path = pg_catalog, pg_temp as $body$ begin {body} return new; end $body$"
    )
