# ruff: noqa: S608 - every name in these statements is our own
"""SQLite's triggers. Frozen with revision 0001.

``INSERT OR REPLACE`` deletes the old row without any DELETE trigger, so the INSERT triggers look for it; ``UPDATE OR
REPLACE`` would do the same by a change of key, so no key changes. Triggers see nothing but the main database: a
temporary table or view of the clock's name does not deceive them.
"""

from sqlalchemy import Connection

from shopadmin_red_envelope.triggers.texts import KEPT, MESSAGES, PREFIX

NOW = f"(select ms from {PREFIX}now)"
# julianday() keeps whole milliseconds; rounding takes away what the subtraction in floating point adds.
OWN_CLOCK = "cast(round((julianday('now') - 2440587.5) * 86400000.0) as integer)"
_CAMPAIGN, _SEAL, _ACTIVITY = f"{PREFIX}campaign", f"{PREFIX}seal", f"{PREFIX}activity"
_DENOMINATION, _GUARD = f"{PREFIX}denomination", f"{PREFIX}guard"


def _refuse(code: str, condition: str) -> str:
    return f"select raise(abort, '{MESSAGES[code]}') where {condition};"


def _sealed(row: str) -> str:
    return f"exists (select 1 from {_SEAL} where campaign_id = {row}.id)"


def _unlisted() -> str:
    return (
        f"new.state = 'scheduled' and not exists (select 1 from {_DENOMINATION} d where d.category = new.category "
        "and d.version = new.denomination_version and d.amount = new.amount)"
    )


def _live(condition: str) -> str:
    """Whether a campaign that fits the condition is scheduled or has begun."""
    return f"exists (select 1 from {_CAMPAIGN} c where {condition} and (c.state = 'scheduled' or c.lock_at <= {NOW}))"


def _noted(row: str) -> str:
    return (
        f"update {_GUARD} set latest = max(latest, {NOW}), "
        f"late_changes = late_changes + (latest > {NOW} and latest >= coalesce({row}.lock_at, latest + 1));"
    )


_IN_VERSION = "c.category = {row}.category and c.denomination_version = {row}.version"
_TRIGGERS: dict[str, tuple[str, list[str]]] = {
    "campaign_insert": (f"before insert on {_CAMPAIGN}", [
        _refuse("locked", f"new.lock_at <= {NOW} or {_sealed('new')}"),
        _refuse("key", f"exists (select 1 from {_CAMPAIGN} c where c.id = new.id "
                       f"and (c.state <> 'draft' or c.lock_at <= {NOW}))"),
        _refuse("amount_not_listed", _unlisted()),
    ]),
    "campaign_update": (f"before update on {_CAMPAIGN}", [
        _refuse("locked", f"old.lock_at <= {NOW} or new.lock_at <= {NOW} or {_sealed('old')} or {_sealed('new')}"),
        _refuse("key", "new.id is not old.id"),
        _refuse("withdrawn", "old.state = 'withdrawn' or (old.state = 'draft' and new.state = 'withdrawn')"),
        _refuse("fixed", "old.state = 'scheduled' and (new.state = 'draft' or "
                         "(new.state = 'withdrawn' and new.amount is not old.amount) or "
                         + " or ".join(f"new.{name} is not old.{name}" for name in KEPT) + ")"),
        _refuse("amount_not_listed", _unlisted()),
    ]),
    "campaign_delete": (f"before delete on {_CAMPAIGN}", [
        _refuse("locked", f"old.lock_at <= {NOW} or {_sealed('old')}"),
        _refuse("not_a_draft", "old.state <> 'draft'"),
    ]),
    "campaign_inserted": (f"after insert on {_CAMPAIGN}", [_noted("new")]),
    "campaign_updated": (f"after update on {_CAMPAIGN}", [_noted("old")]),
    "campaign_deleted": (f"after delete on {_CAMPAIGN}", [_noted("old")]),
    "activity_insert": (f"before insert on {_ACTIVITY}", [
        _refuse("activity_locked", f"new.starts_at <= {NOW} or exists "
                                   f"(select 1 from {_ACTIVITY} a where a.id = new.id and a.starts_at <= {NOW})"),
        _refuse("activity_in_use", _live("c.activity_id = new.id")),
    ]),
    "activity_update": (f"before update on {_ACTIVITY}", [
        _refuse("activity_locked", f"old.starts_at <= {NOW} or new.starts_at <= {NOW}"),
        _refuse("key", "new.id is not old.id"),
        _refuse("activity_in_use", _live("c.activity_id = old.id")),
    ]),
    "activity_delete": (f"before delete on {_ACTIVITY}", [
        _refuse("activity_locked", f"old.starts_at <= {NOW}"),
        _refuse("activity_in_use", _live("c.activity_id = old.id")),
    ]),
    "denomination_insert": (f"before insert on {_DENOMINATION}", [
        _refuse("denomination_in_use", _live(_IN_VERSION.format(row="new"))),
        _refuse("denomination_in_use", f"exists (select 1 from {_DENOMINATION} d where d.id = new.id and "
                                       + _live(_IN_VERSION.format(row="d")) + ")"),
    ]),
    "denomination_update": (f"before update on {_DENOMINATION}", [
        _refuse("key", "new.id is not old.id"),
        _refuse("denomination_in_use", _live(_IN_VERSION.format(row="old"))),
        _refuse("denomination_in_use", _live(_IN_VERSION.format(row="new"))),
    ]),
    "denomination_delete": (f"before delete on {_DENOMINATION}", [
        _refuse("denomination_in_use", _live(_IN_VERSION.format(row="old"))),
    ]),
    "seal_insert": (f"before insert on {_SEAL}", [
        _refuse("sealed", f"exists (select 1 from {_SEAL} s where s.campaign_id = new.campaign_id) or not exists "
                          f"(select 1 from {_CAMPAIGN} c where c.id = new.campaign_id and c.state = 'scheduled' "
                          f"and c.lock_at <= {NOW})"),
    ]),
    "seal_update": (f"before update on {_SEAL}", [_refuse("sealed", "1")]),
    "seal_delete": (f"before delete on {_SEAL}", [_refuse("sealed", "1")]),
    "guard_insert": (f"before insert on {_GUARD}", [_refuse("guard", "1")]),
    "guard_delete": (f"before delete on {_GUARD}", [_refuse("guard", "1")]),
    "guard_touch": (f"before update of lock_at on {_GUARD}", [_refuse("locked", f"new.lock_at <= {NOW}")]),
    "guard_update": (f"before update on {_GUARD}", [
        _refuse("guard", "new.id is not old.id or new.latest < old.latest or new.late_changes < old.late_changes"),
    ]),
}  # fmt: skip


class Engine:
    """How SQLite is told, and asked."""

    READ_CLOCK = f"select ms from {PREFIX}now"
    CLOCK_TEXT = f"select sql from sqlite_master where type = 'view' and name = '{PREFIX}now'"

    @staticmethod
    def expected() -> dict[str, str]:
        """Every object by its name, as SQLite keeps its text."""
        found = {f"{PREFIX}now": _view(OWN_CLOCK)}
        for name, (moment, body) in _TRIGGERS.items():
            found[f"{PREFIX}{name}"] = f"CREATE TRIGGER {PREFIX}{name} {moment} for each row begin {' '.join(body)} end"
        return found

    @staticmethod
    def statements() -> list[str]:
        """The clock first: the triggers ask it."""
        return list(Engine.expected().values())

    @staticmethod
    def removal() -> list[str]:
        """Drop all of it, what is missing already aside."""
        drops = [f"drop trigger if exists {PREFIX}{name}" for name in _TRIGGERS]
        return [*drops, f"drop view if exists {PREFIX}now"]

    @staticmethod
    def clock(clock_sql: str) -> list[str]:
        """Another clock in place of the own one."""
        return [f"drop view if exists {PREFIX}now", _view(clock_sql)]

    @staticmethod
    def found(connection: Connection) -> dict[str, str]:
        """What is there: the triggers on our tables, whatever their names, and the clock."""
        rows = connection.exec_driver_sql(
            "select name, sql from sqlite_master where (type = 'trigger' "
            "and tbl_name like 'plugin\\_red\\_envelope\\_%' "
            f"escape '\\') or (type = 'view' and name = '{PREFIX}now')"
        )
        return {str(name): str(sql) for name, sql in rows}


def _view(clock_sql: str) -> str:
    return f"CREATE VIEW {PREFIX}now as select {clock_sql} as ms"
