# ruff: noqa: S608 - every name in these statements is our own
"""PostgreSQL's triggers. Frozen with revision 0001.

``clock_timestamp()`` moves on during a transaction, ``now()`` would not. A constraint trigger looks again at the
commit; TRUNCATE has a trigger of its own; ENABLE ALWAYS keeps them firing in a replica session. The functions run as
the tables' owner with a search path of their own, so that no temporary table stands in for one of ours.
"""

from sqlalchemy import Connection

from shopadmin_red_envelope.triggers.texts import KEPT, MESSAGES, PREFIX, TABLES

OWN_CLOCK = "floor(extract(epoch from clock_timestamp()) * 1000)::bigint"
_IN_USE = (
    "exists (select 1 from {p}campaign c where {condition} and (c.state = 'scheduled' or c.lock_at <= moment))"
)  # fmt: skip


def _refuse(code: str, condition: str) -> str:
    return f"  if {condition} then raise exception '{MESSAGES[code]}' using errcode = 'check_violation'; end if;"


def _in_use(condition: str) -> str:
    return _IN_USE.format(p=PREFIX, condition=condition)


def _sealed(row: str) -> str:
    return f"exists (select 1 from {PREFIX}seal where campaign_id = {row}.id)"


_VERSION_IN_USE = _in_use("c.category = {row}.category and c.denomination_version = {row}.version")
_UNLISTED = (
    f"new.state = 'scheduled' and not exists (select 1 from {PREFIX}denomination d where d.category = new.category "
    "and d.version = new.denomination_version and d.amount = new.amount)"
)
_FIXED = (
    "old.state = 'scheduled' and (new.state = 'draft' or (new.state = 'withdrawn' and new.amount is distinct from "
    "old.amount) or " + " or ".join(f"new.{name} is distinct from old.{name}" for name in KEPT) + ")"
)
_BODIES: dict[str, list[str]] = {
    "campaign_changes": [
        "  if tg_op <> 'INSERT' then",
        _refuse("locked", f"old.lock_at <= moment or {_sealed('old')}"),
        "  end if;",
        "  if tg_op = 'DELETE' then",
        _refuse("not_a_draft", "old.state <> 'draft'"),
        "    return old;",
        "  end if;",
        _refuse("locked", f"new.lock_at <= moment or {_sealed('new')}"),
        "  if tg_op = 'UPDATE' then",
        _refuse("key", "new.id is distinct from old.id"),
        _refuse("withdrawn", "old.state = 'withdrawn' or (old.state = 'draft' and new.state = 'withdrawn')"),
        _refuse("fixed", _FIXED),
        "  end if;",
        _refuse("amount_not_listed", _UNLISTED),
        "  return new;",
    ],
    "campaign_commits": [
        "  if tg_op <> 'INSERT' then",
        _refuse("locked", "old.lock_at <= moment"),
        f"    update {PREFIX}guard set latest = greatest(latest, moment), late_changes = late_changes + "
        "(latest > moment and latest >= coalesce(old.lock_at, latest + 1))::int;",
        "  end if;",
        "  if tg_op <> 'DELETE' then",
        _refuse("locked", "new.lock_at <= moment"),
        "  end if;",
        "  return null;",
    ],
    "activity_changes": [
        "  if tg_op <> 'INSERT' then",
        _refuse("activity_locked", "old.starts_at <= moment"),
        _refuse("activity_in_use", _in_use("c.activity_id = old.id")),
        "  end if;",
        "  if tg_op = 'DELETE' then return old; end if;",
        _refuse("activity_locked", "new.starts_at <= moment"),
        "  if tg_op = 'UPDATE' then",
        _refuse("key", "new.id is distinct from old.id"),
        "  end if;",
        "  return new;",
    ],
    "activity_commits": [
        "  if tg_op <> 'INSERT' then",
        _refuse("activity_locked", "old.starts_at <= moment"),
        "  end if;",
        "  if tg_op <> 'DELETE' then",
        _refuse("activity_locked", "new.starts_at <= moment"),
        "  end if;",
        "  return null;",
    ],
    "denomination_changes": [
        "  if tg_op <> 'INSERT' then",
        _refuse("denomination_in_use", _VERSION_IN_USE.replace("{row}", "old")),
        "  end if;",
        "  if tg_op = 'DELETE' then return old; end if;",
        _refuse("denomination_in_use", _VERSION_IN_USE.replace("{row}", "new")),
        "  return new;",
    ],
    "seal_changes": [
        _refuse(
            "sealed",
            f"tg_op <> 'INSERT' or not exists (select 1 from {PREFIX}campaign c where c.id = new.campaign_id "
            "and c.state = 'scheduled' and c.lock_at <= moment)",
        ),
        "  return new;",
    ],
    "guard_changes": [
        _refuse(
            "guard",
            "tg_op <> 'UPDATE' or new.id is distinct from old.id or new.latest < old.latest "
            "or new.late_changes < old.late_changes",
        ),
        "  return new;",
    ],
    "truncate": [_refuse("locked", "true"), "  return null;"],
}
_HEAD = f"""
declare moment bigint;
begin
  perform set_config('search_path', 'pg_catalog, ' || quote_ident(tg_table_schema) || ', pg_temp', true);
  moment := {PREFIX}now();
"""


def _body(name: str) -> str:
    return _HEAD + "\n".join(_BODIES[name]) + "\nend"


def _function(name: str) -> str:
    return (
        f"create function {PREFIX}{name}() returns trigger language plpgsql security definer "
        f"set search_path = pg_catalog, pg_temp as $body${_body(name)}$body$"
    )


def _trigger(table: str, name: str, moment: str, function: str) -> list[str]:
    return [
        f"create {moment} execute function {PREFIX}{function}()",
        f"alter table {PREFIX}{table} enable always trigger {PREFIX}{name}",
    ]


def _triggers() -> dict[str, list[str]]:
    """Statements by trigger name."""
    found = {}
    for table in TABLES:
        on = f"on {PREFIX}{table}"
        change, truncate = f"{table}_change", f"{table}_truncate"
        found[change] = _trigger(
            table, change, f"trigger {PREFIX}{change} before insert or update or delete {on} for each row",
            f"{table}_changes",
        )  # fmt: skip
        found[truncate] = _trigger(
            table, truncate, f"trigger {PREFIX}{truncate} before truncate {on} for each statement", "truncate"
        )
    for table in ("activity", "campaign"):
        commit = f"{table}_commit"
        moment = (
            f"constraint trigger {PREFIX}{commit} after insert or update or delete on {PREFIX}{table} "
            "deferrable initially deferred for each row"
        )
        found[commit] = _trigger(table, commit, moment, f"{table}_commits")
    return found


class Engine:
    """How PostgreSQL is told, and asked."""

    READ_CLOCK = f"select {PREFIX}now()"
    CLOCK_TEXT = (
        f"select prosrc from pg_proc where pronamespace = current_schema()::regnamespace and proname = '{PREFIX}now'"
    )

    @staticmethod
    def expected() -> dict[str, str]:
        """Functions by their bodies; triggers by table, function, when they fire, and that they always do."""
        found = {f"{PREFIX}now": _clock_body(OWN_CLOCK)}
        found |= {f"{PREFIX}{name}": _body(name) for name in _BODIES}
        for name in _triggers():
            table, _, kind = name.partition("_")
            function = {"change": f"{table}_changes", "commit": f"{table}_commits", "truncate": "truncate"}[kind]
            # tgtype: 1 for each row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate.
            fires = {"change": 31, "commit": 29, "truncate": 34}[kind]
            deferred = str(kind == "commit").lower()
            found[f"{PREFIX}{name}"] = f"{PREFIX}{table} {PREFIX}{function} {fires} A {deferred}"
        return found

    @staticmethod
    def statements() -> list[str]:
        """The clock, the functions, the triggers."""
        made = [_clock(OWN_CLOCK), *map(_function, _BODIES)]
        return made + [statement for pair in _triggers().values() for statement in pair]

    @staticmethod
    def removal() -> list[str]:
        """Drop the functions, and every trigger with them."""
        names = [*_BODIES, "now"]
        return [f"drop function if exists {PREFIX}{name}() cascade" for name in names]

    @staticmethod
    def clock(clock_sql: str) -> list[str]:
        """Another clock in place of the own one."""
        return [_clock(clock_sql)]

    @staticmethod
    def found(connection: Connection) -> dict[str, str]:
        """What is there: the triggers on our tables, whatever their names, and our functions.

        A function that no longer runs with its owner's rights and search path, or whose answer PostgreSQL may keep,
        differs as one of another text does.
        """
        functions = connection.exec_driver_sql(
            "select p.proname, concat(p.prosrc, case when p.provolatile <> 'v' then ' not volatile' end, "
            "case when p.prosecdef is distinct from (l.lanname = 'plpgsql') then ' with other rights' end, "
            "case when l.lanname = 'plpgsql' and p.proconfig is distinct from array['search_path=pg_catalog, pg_temp'] "
            "then ' with another path' end) from pg_proc p join pg_language l on l.oid = p.prolang "
            "where p.pronamespace = current_schema()::regnamespace and p.proname like 'plugin\\_red\\_envelope\\_%%'"
        ).all()
        triggers = connection.exec_driver_sql(
            "select t.tgname, concat_ws(' ', c.relname, p.proname, t.tgtype, t.tgenabled, t.tginitdeferred::text) "
            "from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid "
            "where not t.tgisinternal and c.relnamespace = current_schema()::regnamespace "
            "and c.relname like 'plugin\\_red\\_envelope\\_%%'"
        ).all()
        return {str(name): str(text) for name, text in [*functions, *triggers]}


def _clock_body(clock_sql: str) -> str:
    return f"select {clock_sql}"


def _clock(clock_sql: str) -> str:
    return (
        f"create or replace function {PREFIX}now() returns bigint language sql volatile "
        f"as $body${_clock_body(clock_sql)}$body$"
    )
