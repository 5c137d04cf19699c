# ruff: noqa: S608 - every name in these statements is our own
"""Scripts, published versions that never change, and runs that are only added to

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PREFIX = "plugin_review_recovery_"
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# What is published or was said is added and never changed; the note of a call may be emptied when its time is over.
GRANTS = {
    "script_version": "select, insert",
    "run": "select, insert",
    "run_step": "select, insert",
    "run_note": "select, insert, update",
    "invitation": "select, insert",
}
EXITS = "'end', 'queue', 'booked', 'waiting_buyer', 'refused', 'on_hold', 'unreachable', 'new_request'"
KEPT = "review_recovery:kept: what was published or said is never changed"
NEXT = "review_recovery:next: a run goes on step by step, and not after its end"
# Table to the columns of its key, for SQLite: INSERT OR REPLACE fires no DELETE trigger.
KEPT_TABLES = {
    "script_version": ("id", "script_id, number"),
    "run": ("id",),
    "run_step": ("run_id, position",),
    "run_note": ("run_id, position",),
    "invitation": ("case_id",),
}
IS_NEXT = (
    f"new.position = (select count(*) from {PREFIX}run_step s where s.run_id = new.run_id) "
    f"and not exists (select 1 from {PREFIX}run_step s where s.run_id = new.run_id and s.ended <> '')"
)
IS_EMPTIED = "new.run_id = old.run_id and new.position = old.position and new.text = ''"


def upgrade() -> None:
    _create_script()
    _create_version()
    _create_run()
    _create_step()
    _create_note()
    _create_invitation()
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(statement)


def downgrade() -> None:
    for name in ("invitation", "run_note", "run_step", "run", "script_version", "script"):
        op.drop_table(f"{PREFIX}{name}")
    if op.get_bind().dialect.name != "sqlite":
        for name in ("kept", "note_kept", "next_step"):
            op.execute(f"drop function {PREFIX}{name}()")


def _sqlite() -> list[str]:
    made = []
    for table, keys in KEPT_TABLES.items():
        there = " or ".join(f"exists (select 1 from {PREFIX}{table} x where {_same(key)})" for key in keys)
        emptied = f" and not ({IS_EMPTIED})" if table == "run_note" else ""
        made += [
            _refusing(f"{table}_insert", f"before insert on {PREFIX}{table}", KEPT, there),
            _refusing(f"{table}_update", f"before update on {PREFIX}{table}", KEPT, f"1{emptied}"),
            _refusing(f"{table}_delete", f"before delete on {PREFIX}{table}", KEPT, "1"),
        ]
    return [*made, _refusing("run_step_next", f"before insert on {PREFIX}run_step", NEXT, f"not ({IS_NEXT})")]


def _same(key: str) -> str:
    return " and ".join(f"x.{column} = new.{column}" for column in key.split(", "))


def _refusing(name: str, moment: str, message: str, condition: str) -> str:
    return (
        f"create trigger {PREFIX}{name} {moment} for each row "
        f"begin select raise(abort, '{message}') where {condition}; end"
    )


def _postgresql() -> list[str]:
    made = [
        _function("kept", f"raise exception '{KEPT}' using errcode = 'check_violation';"),
        _function(
            "note_kept",
            f"if tg_op <> 'UPDATE' then raise exception '{KEPT}' using errcode = 'check_violation'; end if; "
            f"if not ({IS_EMPTIED}) then raise exception '{KEPT}' using errcode = 'check_violation'; end if; "
            "return new;",
        ),
        _function(
            "next_step",
            f"perform set_config('search_path', 'pg_catalog, ' || quote_ident(tg_table_schema) || ', pg_temp', true); "
            f"if not ({IS_NEXT}) then raise exception '{NEXT}' using errcode = 'check_violation'; end if; return new;",
        ),
        *_trigger("run_step", "run_step_next", "before insert", "row", "next_step"),
    ]
    for table in KEPT_TABLES:
        function = "note_kept" if table == "run_note" else "kept"
        made += _trigger(table, f"{table}_change", "before update or delete", "row", function)
        made += _trigger(table, f"{table}_truncate", "before truncate", "statement", "kept")
    return made


def _function(name: str, body: str) -> str:
    return (
        f"create function {PREFIX}{name}() returns trigger language plpgsql security definer "
        f"set search_path = pg_catalog, pg_temp as $body$ begin {body} end $body$"
    )


def _trigger(table: str, name: str, moment: str, each: str, function: str) -> list[str]:
    return [
        f"create trigger {PREFIX}{name} {moment} on {PREFIX}{table} for each {each} "
        f"execute function {PREFIX}{function}()",
        f"alter table {PREFIX}{table} enable always trigger {PREFIX}{name}",
    ]


def _check(table: str, text: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name=op.f(f"ck_{PREFIX}{table}_{name}"))


def _key(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names, name=op.f(f"pk_{PREFIX}{table}"))


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{PREFIX}{target}.id"], name=op.f(f"fk_{PREFIX}{table}_{column}"))


def _unique(table: str, *names: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*names, name=op.f(f"uq_{PREFIX}{table}_{'_'.join(names)}"))


def _id() -> sa.Column[int]:
    return sa.Column("id", BIG_ID, nullable=False)


def _big(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def _instant(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _create_script() -> None:
    op.create_table(
        f"{PREFIX}script",
        _id(), _text("name", 40), _text("text"), _instant("changed_at"), _big("changed_by", nullable=True),
        _big("version"),
        _key("script", "id"),
        _unique("script", "name"),
    )  # fmt: skip


def _create_version() -> None:
    op.create_table(
        f"{PREFIX}script_version",
        _id(), _big("script_id"), _big("number"), _text("canonical"), _text("sha256", 64), _instant("published_at"),
        _big("published_by", nullable=True),
        _key("script_version", "id"),
        _unique("script_version", "script_id", "number"),
        _refers("script_version", "script_id", "script"),
        _check("script_version", "number > 0", "number"),
        _check("script_version", "length(sha256) = 64", "sha256"),
    )  # fmt: skip


def _create_run() -> None:
    op.create_table(
        f"{PREFIX}run",
        _id(), _big("case_id"), _big("script_version_id"), _text("language", 2), _text("booked_at", 40),
        _instant("started_at"), _big("started_by", nullable=True),
        _key("run", "id"),
        _refers("run", "script_version_id", "script_version"),
        _check("run", "language in ('en', 'zh')", "language"),
    )  # fmt: skip
    op.create_index(f"ix_{PREFIX}run_case", f"{PREFIX}run", ["case_id", "id"])


def _create_step() -> None:
    op.create_table(
        f"{PREFIX}run_step",
        _big("run_id"), _big("position"), _text("node", 40), _text("outcome", 40),
        sa.Column("inputs", sa.JSON(), nullable=False), sa.Column("remarks", sa.JSON(), nullable=False),
        _text("ended", 20), _instant("at"), _big("by", nullable=True),
        _key("run_step", "run_id", "position"),
        _refers("run_step", "run_id", "run"),
        _check("run_step", "position >= 0", "position"),
        _check("run_step", "(node = '') = (ended <> '')", "place"),
        _check("run_step", f"ended in ('', {EXITS})", "ended"),
    )  # fmt: skip


def _create_note() -> None:
    op.create_table(
        f"{PREFIX}run_note",
        _big("run_id"), _big("position"), _text("text"),
        _key("run_note", "run_id", "position"),
        _refers("run_note", "run_id", "run"),
    )  # fmt: skip


def _create_invitation() -> None:
    op.create_table(
        f"{PREFIX}invitation",
        _big("case_id"), _big("run_id"), _instant("at"), _big("by", nullable=True),
        _key("invitation", "case_id"),
        _refers("invitation", "run_id", "run"),
    )  # fmt: skip
