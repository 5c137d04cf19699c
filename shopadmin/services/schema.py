"""Migrating the schema: one Alembic environment, a version table per owner (the core, or one plugin)."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import alembic.command
import alembic.config
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection, Engine, MetaData, func, inspect, select

from shopadmin.models import db, engine
from shopadmin.services import database_roles, schema_state
from shopadmin.services.database_roles import Rights
from shopadmin.services.schema_state import SchemaError
from shopadmin.services.transactions import write_lock

# Any constant: all migrations of one PostgreSQL database ask for the same one.
_MIGRATION_LOCK = 7_310_002


class OwnershipError(SchemaError):
    """The role that ``DATABASE_MIGRATE_URL`` names cannot migrate here."""


class PluginRevisionError(SchemaError):
    """Revisions of plugins failed: what they did is undone. All others have ``moved``, and the shop can do without."""

    def __init__(self, failed: Mapping[str, Exception], moved: list[str]) -> None:
        said = (f"{name} ({_first_line(error)})" for name, error in failed.items())
        super().__init__(
            "the revisions of these plugins failed and are undone, so that the shop goes without them until their"
            f" authors have mended them: {', '.join(said)}"
        )
        self.failed, self.moved = failed, moved


def _first_line(error: Exception) -> str:
    """What it says without the statement that SQLAlchemy adds below."""
    return f"{type(error).__name__}: {error}".splitlines()[0]


def upgrade(owner: str | None = None) -> list[str]:
    """Bring the database to the newest schema; returns the owners that moved. Raises SchemaError.

    One process at a time: the others wait, find nothing left to do, and go on. A plugin whose revision fails is passed
    by, and named at the end by PluginRevisionError.
    """
    let_serve()
    schema_state.check_startable()
    moved, failed = [], dict[str, Exception]()
    for name in schema_state.pending():
        if owner in (None, name):
            try:
                moved += _upgrade_one(name)
            except Exception as error:  # a revision of a plugin may raise anything
                is_lost = getattr(error, "connection_invalidated", False)
                if name == schema_state.CORE or isinstance(error, SchemaError) or is_lost:
                    raise
                failed[name] = error
    if failed:
        raise PluginRevisionError(failed, moved) from next(iter(failed.values()))
    return moved


def _upgrade_one(owner: str) -> list[str]:
    """The owner, where it was not up to date."""
    with _migrating(owner) as config:
        if owner not in schema_state.pending_in(config.attributes["connection"]):
            return []
        config.attributes["connection"].rollback()
        alembic.command.upgrade(config, "head")
        return [owner]


def let_serve() -> None:
    """Where another role serves than owns the tables, give it what it needs, whoever made them. Raises SchemaError.

    Comes before the first look at the database: a role that was named just now may not even read the revisions.
    """
    if database_roles.serving(current_app.config):
        with _connected() as connection, connection.begin():
            admit(connection)


def admit(connection: Connection) -> None:
    """As ``let_serve``, in the owner's transaction around: a new table is never there without its rights."""
    role = database_roles.serving(current_app.config)
    if role is None:
        return
    if not database_roles.is_known(connection, role):
        raise SchemaError(f"PostgreSQL has no role {role}, which DATABASE_URL names: create role {role} login")
    database_roles.admit(connection, role, _wanted_rights())


def faults_of_serving_role() -> list[str]:
    """What is wrong with the rights of the role that serves, with remedies; empty where it owns the tables as well."""
    role = database_roles.serving(current_app.config)
    if role is None:
        return []
    with db.engine.connect() as connection:
        found = database_roles.faults(connection)
        changes = database_roles.changes(connection, role, _wanted_rights())
        off = sorted({change.relation for change in changes})
    return [*found, f"its rights on {off[0]} are not what they should be (shopadmin db upgrade)"] if off else found


def _wanted_rights() -> Callable[[str], Rights | None]:
    """What the serving role needs on a table, by what the owners' revisions say."""
    declared: dict[str, dict[str, str]] = {}
    for owner in filter(schema_state.is_readable, schema_state.owners()):
        scripts = ScriptDirectory.from_config(schema_state.configuration(owner))
        declared[owner] = {}
        for script in reversed(list(scripts.walk_revisions())):
            declared[owner] |= getattr(script.module, "GRANTS", {})
    return lambda table: database_roles.wanted(table, declared)


def downgrade(owner: str, revision: str) -> None:
    """Take one owner's schema back to a revision."""
    with _migrating(owner) as config:
        alembic.command.downgrade(config, revision)


def drop(owner: str) -> None:
    """Take a plugin's tables away: by its own revisions, or as they stand when the plugin is gone."""
    if owner in schema_state.owners():
        downgrade(owner, "base")
    with _connected() as connection:
        names = inspect(connection).get_table_names()
        mine = [name for name in names if name.startswith(f"plugin_{owner}_")]
        found = MetaData()
        found.reflect(connection, only=mine)
        connection.rollback()
        with connection.execution_options(shopadmin_writes=True).begin():
            found.drop_all(connection)


def revise(owner: str, message: str) -> Path:
    """Write a new revision of the owner from the difference between its tables and the database."""
    with _migrating(owner) as config:
        script = alembic.command.revision(
            config, message, autogenerate=True, version_path=str(schema_state.owners()[owner])
        )
    if script is None or isinstance(script, list):
        raise SchemaError("no revision was written")
    return Path(script.path)


def differences(owner: str) -> list[object]:
    """What autogenerate would change: empty when models and revisions agree."""
    found: list[object] = []

    def keep(_context: object, _revision: object, directives: list[object]) -> None:
        found.extend(directives[0].upgrade_ops.as_diffs())  # type: ignore[attr-defined]
        directives.clear()

    with _migrating(owner) as config:
        alembic.command.revision(config, autogenerate=True, process_revision_directives=keep)  # type: ignore[arg-type]
    return found


def build(target: Engine, revisions: Mapping[str, str]) -> None:
    """Bring an empty database to these revisions, owner by owner."""
    for owner, revision in revisions.items():
        with _migrating(owner, target) as config:
            alembic.command.upgrade(config, revision)


@contextlib.contextmanager
def _migrating(owner: str, target: Engine | None = None) -> Iterator[alembic.config.Config]:
    """Configuration with a connection that nobody else migrates on."""
    config = schema_state.configuration(owner)
    with _connected(target) as connection:
        config.attributes["connection"] = connection
        yield config


@contextlib.contextmanager
def _connected(target: Engine | None = None) -> Iterator[Connection]:
    """A connection of the role that owns the tables, while nobody else migrates."""
    own_engine = target
    if own_engine is None:
        own_engine = database_roles.owner_engine(current_app.config)
        engine.prepare(own_engine)
    with write_lock(), own_engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            # The session's own, so that it outlasts the migration's transaction; the end of the connection frees it.
            connection.execute(select(func.pg_advisory_lock(_MIGRATION_LOCK)))
            why_not = database_roles.why_not_owner(connection)
            connection.commit()
            if why_not:
                raise OwnershipError(why_not)
        yield connection
