"""How revisions from 0004 on write their triggers: one description of both engines' statements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shopadmin_red_envelope.triggers.texts import PREFIX

_HEAD = f"""
declare moment bigint;
begin
  perform set_config('search_path', 'pg_catalog, ' || quote_ident(tg_table_schema) || ', pg_temp', true);
  moment := {PREFIX}now();
"""
# pg_trigger's tgtype for "before … for each row": insert, update and delete, and for "before truncate".
CHANGE, TRUNCATE = 31, 34


@dataclass(frozen=True, slots=True)
class Revision:
    """The triggers of one revision. A name that an earlier one has takes its place.

    ``sqlite``: by name, when it fires and its statements. ``bodies``: PostgreSQL's functions by name, line by line;
    ``moment`` is the time. ``fires``: PostgreSQL's triggers by name, each with table, function and tgtype; none for a
    function whose triggers are there already.
    """

    sqlite: Mapping[str, tuple[str, list[str]]]
    bodies: Mapping[str, list[str]]
    fires: Mapping[str, tuple[str, str, int]] = field(default_factory=dict)

    def expected(self, dialect: str) -> dict[str, str]:
        """Every object by its name, as the engine keeps it: see ``Engine.expected`` of the first revisions."""
        if dialect == "sqlite":
            return {
                f"{PREFIX}{name}": f"CREATE TRIGGER {PREFIX}{name} {moment} for each row begin {' '.join(body)} end"
                for name, (moment, body) in self.sqlite.items()
            }
        return {f"{PREFIX}{name}": _body(lines) for name, lines in self.bodies.items()} | {
            f"{PREFIX}{name}": f"{PREFIX}{table} {PREFIX}{function} {kind} A false"
            for name, (table, function, kind) in self.fires.items()
        }

    def statements(self, dialect: str) -> Iterable[str]:
        """What creates them, and takes away what stood in their place."""
        if dialect == "sqlite":
            for name, text in self.expected(dialect).items():
                yield f"drop trigger if exists {name}"
                yield text
            return
        yield from (_function(name, lines) for name, lines in self.bodies.items())
        for name, (table, function, kind) in self.fires.items():
            when = "insert or update or delete" if kind == CHANGE else "truncate"
            each = "row" if kind == CHANGE else "statement"
            yield (
                f"create trigger {PREFIX}{name} before {when} on {PREFIX}{table} for each {each} "
                f"execute function {PREFIX}{function}()"
            )
            yield f"alter table {PREFIX}{table} enable always trigger {PREFIX}{name}"

    def removal(self, dialect: str) -> Iterable[str]:
        """Drop all of them, what is missing already aside."""
        if dialect == "sqlite":
            return [f"drop trigger if exists {PREFIX}{name}" for name in self.sqlite]
        return [f"drop function if exists {PREFIX}{name}() cascade" for name in self.bodies]


def _body(lines: Iterable[str]) -> str:
    return _HEAD + "\n".join(lines) + "\nend"


def _function(name: str, lines: Iterable[str]) -> str:
    return (
        f"create or replace function {PREFIX}{name}() returns trigger language plpgsql security definer "
        f"set search_path = pg_catalog, pg_temp as $body${_body(lines)}$body$"
    )


def abort_where(message: str, condition: str) -> str:
    """SQLite: refuse where the condition holds."""
    return f"select raise(abort, '{message}') where {condition};"


def raise_if(message: str, condition: str) -> str:
    """PostgreSQL: the same."""
    return f"  if {condition} then raise exception '{message}' using errcode = 'check_violation'; end if;"
