"""PostgreSQL's two roles: one owns the tables and migrates, another one may serve, which owns nothing.

The serving role gets what it needs and no more: rows of the tables, the counters of their keys, revisions to read.
What is there is compared with what should be, so that a role that comes later, or was given too much, is put right.
"""

import contextlib
import getpass
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flask import current_app
from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url, text

from shopadmin.models import Base, db
from shopadmin.models.staging import STAGE

Rights = frozenset[str]

CORE = "core"
CORE_VERSION_TABLE = "shopadmin_alembic_version"
EVERYTHING: Rights = frozenset({"select", "insert", "update", "delete"})
READING: Rights = frozenset({"select"})
_COUNTING: Rights = frozenset({"usage"})

# SQLSTATE of what a role may not do.
_INSUFFICIENT_PRIVILEGE = "42501"


def serving(config: Mapping[str, Any]) -> str | None:
    """The role that serves; None where it is the one that owns the tables, and on SQLite."""
    role = _role(str(config["DATABASE_URL"]))
    return None if role == _role(str(config["DATABASE_MIGRATE_URL"])) else role


def _role(address: str) -> str | None:
    """As libpq finds it: from the address, the environment, the system's user."""
    url = make_url(address)
    if url.get_backend_name() != "postgresql":
        return None
    return url.username or str(url.query.get("user") or os.environ.get("PGUSER") or getpass.getuser())


def owner_address(config: Mapping[str, Any]) -> str:
    """Where the role that owns the tables connects; ``postgresql://`` means psycopg 3."""
    return str(config["DATABASE_MIGRATE_URL"]).replace("postgresql://", "postgresql+psycopg://", 1)


def owner_engine(config: Mapping[str, Any]) -> Engine:
    """An engine of the role that owns the tables; it keeps no connection."""
    return create_engine(owner_address(config), poolclass=NullPool)


@contextlib.contextmanager
def as_owner() -> Iterator[None]:
    """Let the session write as the role that owns the tables; nothing changes where that is the one that serves."""
    if not serving(current_app.config):
        yield
        return
    session = db.session()
    session.rollback()
    session.info["engine"] = owner_engine(current_app.config)
    try:
        yield
    finally:
        session.rollback()
        del session.info["engine"]


def is_refusal(error: Any) -> bool:
    """Whether the database refused for want of a right: ``error`` is SQLAlchemy's."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) == _INSUFFICIENT_PRIVILEGE


def wanted(table: str, declared: Mapping[str, Mapping[str, str]]) -> Rights | None:
    """What a serving role needs on a table; None for one of a plugin that is not here, or of somebody else.

    ``declared``: by owner, the ``GRANTS`` of its revisions, which name tables without the plugin's prefix.
    """
    if not _is_ours(table):
        return None
    if table.endswith("_alembic_version"):
        return READING
    for owner, rights in declared.items():
        prefix = "" if owner == CORE else f"plugin_{owner}_"
        if table.startswith(prefix) and _is_of_plugin(table) == (owner != CORE):
            said = rights.get(table.removeprefix(prefix))
            return frozenset(said.replace(",", " ").split()) if said else EVERYTHING
    return None


def why_not_owner(connection: Connection) -> str | None:
    """Why this connection's role cannot migrate the schema it is in, None when it can."""
    me = connection.scalar(text("select current_user"))
    for name, owner, owns in connection.execute(_OWNERS):
        if _is_ours(name) and not owns:
            return (
                f"the role {me} does not own the table {name}, {owner} does: let DATABASE_MIGRATE_URL name the role "
                f"that owns the tables, or run as a superuser: reassign owned by {owner} to {me}"
            )
    place = connection.scalar(_PLACE)
    if place is None or not connection.scalar(text("select has_schema_privilege(current_schema(), 'create')")):
        return (
            f"the role {me} may not make tables in the schema {place or 'public'}: let DATABASE_MIGRATE_URL name the "
            "role that owns the database"
        )
    return None


def _is_ours(table: str) -> bool:
    return table in STAGE.tables or table in Base.metadata.tables or _is_of_plugin(table) or table == CORE_VERSION_TABLE


def _is_of_plugin(table: str) -> bool:
    return table.startswith("plugin_") and table not in ("plugin_state", "plugin_failure")


_OWNERS = text(
    "select relname, pg_get_userbyid(relowner), pg_has_role(relowner, 'usage') from pg_class "
    "where relkind = 'r' and relnamespace = current_schema()::regnamespace order by relname"
)


def is_known(connection: Connection, role: str) -> bool:
    """Whether PostgreSQL has such a role."""
    return bool(connection.scalar(text("select 1 from pg_roles where rolname = :role"), {"role": role}))


@dataclass(frozen=True, slots=True)
class Change:
    """Rights to give to a role or to take from it. ``kind``: table or sequence."""

    verb: Literal["grant", "revoke"]
    rights: Rights
    kind: str
    relation: str


def admit(connection: Connection, role: str, needed: Callable[[str], Rights | None]) -> None:
    """Give the role what it needs on the schema that the connection is in, and take away what it does not.

    ``needed``: the rights on a table by its name; None for one that nobody here knows: what was granted stays, and
    reading is added, as a backup reads everything.
    """
    quote = connection.dialect.identifier_preparer.quote
    place, to = quote(str(connection.scalar(_PLACE))), quote(role)
    connection.exec_driver_sql(f"grant usage on schema {place} to {to}")
    connection.exec_driver_sql(f"revoke create on schema {place} from {to}")
    for change in changes(connection, role, needed):
        link = "to" if change.verb == "grant" else "from"
        what = f"{', '.join(sorted(change.rights))} on {change.kind} {place}.{quote(change.relation)}"
        connection.exec_driver_sql(f"{change.verb} {what} {link} {to}")


def changes(connection: Connection, role: str, needed: Callable[[str], Rights | None]) -> Iterator[Change]:
    """What ``admit`` would change on tables and counters; another role's own, of which nobody here knows, are left."""
    for kind, relation, about, owns, granted in connection.execute(_HELD, {"role": role}).all():
        held, should = frozenset(granted), needed(about)
        if should is None and (kind == "sequence" or not owns):
            continue
        if kind == "sequence":
            should = _COUNTING
        should = held | READING if should is None else should
        if missing := should - held:
            yield Change("grant", missing, kind, relation)
        if superfluous := held - should:
            yield Change("revoke", superfluous, kind, relation)


_PLACE = text("select current_schema()")
# What the role was granted itself on each table, and on each counter with the table that it counts for.
_HELD = text(
    "select case c.relkind when 'S' then 'sequence' else 'table' end, c.relname, "
    "coalesce((select t.relname from pg_depend d join pg_class t on t.oid = d.refobjid where d.objid = c.oid "
    "and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i') limit 1), c.relname), "
    "pg_has_role(c.relowner, 'usage'), "
    "coalesce(array_agg(lower(a.privilege_type)) filter (where a.privilege_type is not null), '{}') "
    "from pg_class c left join lateral (select privilege_type from aclexplode(c.relacl) "
    "where grantee = (select oid from pg_roles where rolname = :role)) a on true "
    "where c.relkind in ('r', 'p', 'S') and c.relnamespace = current_schema()::regnamespace "
    "group by c.oid, c.relkind, c.relname, c.relowner order by c.relname"
)


def faults(connection: Connection) -> list[str]:
    """What a serving role can do but should not, each with the remedy; asked on its own connection."""
    found = connection.execute(_FAULTS).one()._mapping
    role = found["role"]
    if found["place"] is None:
        return ["it may not use the schema of the tables (shopadmin db upgrade)"]
    remedies = {
        "superuser": f"it is a superuser (alter role {role} nosuperuser)",
        "owned": f"it owns the table {found['owned']}, or is a member of the role that does",
        "create": f"it may make tables (revoke create on schema {found['place']} from public)",
        "truncate": f"it may empty the table {found['truncate']} (revoke truncate on it from public)",
    }
    return [remedies["superuser"]] if found["superuser"] else [said for key, said in remedies.items() if found[key]]


_FAULTS = text(
    "select current_user as role, current_schema() as place, rolsuper as superuser, "
    "coalesce(has_schema_privilege(current_schema(), 'create'), false) as create, "
    "(select min(relname) from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace "
    "and pg_has_role(relowner, 'member')) as owned, "
    "(select min(relname) from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace "
    "and has_table_privilege(oid, 'truncate')) as truncate "
    "from pg_roles where rolname = current_user"
)
