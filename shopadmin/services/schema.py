"""The schema: one Alembic environment, a version table per owner (the core, or one plugin)."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import alembic.command
import alembic.config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection, Engine, MetaData, func, inspect, select

from shopadmin.models import Base, db, engine
from shopadmin.services import database_roles
from shopadmin.services.database_roles import Rights
from shopadmin.services.transactions import write_lock

CORE = database_roles.CORE
# Any constant: all migrations of one PostgreSQL database ask for the same one.
_MIGRATION_LOCK = 7_310_002


def version_table(owner: str) -> str:
    """The owner's version table."""
    return database_roles.CORE_VERSION_TABLE if owner == CORE else f"plugin_{owner}_alembic_version"


def owners() -> dict[str, Path]:
    """Every owner with its folder of revisions: the core first, then the plugins that have one."""
    found = {CORE: migrations_folder() / "versions"}
    plugins = current_app.extensions["shopadmin.hooks"].plugins
    for name in plugins.names():
        module = plugins.manager.get_plugin(name)
        source = getattr(module, "__file__", None)
        folder = Path(source).parent / "migrations" / "versions" if source else None
        if folder and folder.is_dir():
            found[name] = folder
    return found


def migrations_folder() -> Path:
    """``migrations/`` of the checkout, or the copy that an installed wheel carries."""
    package = Path(__file__).resolve().parent.parent
    checkout = package.parent / "migrations"
    return checkout if checkout.is_dir() else package / "_migrations"


def configuration(owner: str) -> alembic.config.Config:
    """Alembic's configuration for one owner; there is no ini file."""
    found = alembic.config.Config()
    found.set_main_option("script_location", str(migrations_folder()))
    found.set_main_option("version_locations", str(owners()[owner]))
    found.set_main_option("path_separator", "newline")
    found.attributes["owner"] = owner
    found.attributes["version_table"] = version_table(owner)
    return found


class SchemaError(Exception):
    """No upgrade starts from here: written by a newer version, half of it missing, or owned by another role."""


class OwnershipError(SchemaError):
    """The role that ``DATABASE_MIGRATE_URL`` names cannot migrate here."""


def pending() -> list[str]:
    """Owners whose database is not at the head of their revisions."""
    with db.engine.connect() as connection:
        return _pending(connection)


def _pending(connection: Connection) -> list[str]:
    return [owner for owner in owners() if set(current_heads(connection, owner)) != known_heads(owner)]


def is_new() -> bool:
    """Whether the database holds nothing yet."""
    with db.engine.connect() as connection:
        return not current_heads(connection, CORE)


def heads() -> dict[str, str]:
    """Every owner's revision as the database stands, owners that are not installed included."""
    with db.engine.connect() as connection:
        return heads_of(connection)


def heads_of(connection: Connection) -> dict[str, str]:
    """As ``heads``, of any database."""
    names = inspect(connection).get_table_names()
    found = {owner: current_heads(connection, owner) for owner in filter(None, map(_owner_of, names))}
    return {owner: ",".join(sorted(revisions)) for owner, revisions in sorted(found.items()) if revisions}


def _owner_of(table: str) -> str | None:
    """Whose version table this is, None for any other table."""
    if table == version_table(CORE):
        return CORE
    name = table.removeprefix("plugin_").removesuffix("_alembic_version")
    return name if version_table(name) == table else None


def current_heads(connection: Connection, owner: str) -> tuple[str, ...]:
    """The revisions that the owner's version table names."""
    context = MigrationContext.configure(connection, opts={"version_table": version_table(owner)})
    return context.get_current_heads()


def known_heads(owner: str) -> set[str]:
    """The newest revisions that this version of the owner brings along."""
    return set(ScriptDirectory.from_config(configuration(owner)).get_heads())


def knows(owner: str, revision: str) -> bool:
    """Whether this installation has the owner's revision."""
    if owner not in owners():
        return False
    scripts = ScriptDirectory.from_config(configuration(owner))
    return revision in {script.revision for script in scripts.walk_revisions()}


def check_startable() -> None:
    """Raise SchemaError for a database that is newer than this version, or holds tables without a version."""
    with db.engine.connect() as connection:
        for owner in owners():
            found = current_heads(connection, owner)
            newer = [revision for revision in found if not knows(owner, revision)]
            if newer:
                raise SchemaError(f"the database is newer than this version: {owner} is at {', '.join(newer)}")
            if not found and _has_tables(connection, owner):
                raise SchemaError(
                    f"half a schema: tables of {owner} without a version, left by a migration that broke off; "
                    "restore the backup made before it"
                )


def _has_tables(connection: Connection, owner: str) -> bool:
    names = [name for name in inspect(connection).get_table_names() if name != version_table(owner)]
    if owner == CORE:
        return any(name in Base.metadata.tables and not name.startswith("plugin_") for name in names)
    return any(name.startswith(f"plugin_{owner}_") for name in names)


def upgrade(owner: str | None = None) -> list[str]:
    """Bring the database to the newest schema; returns the owners that moved. Raises SchemaError.

    One process at a time: the others wait, find nothing left to do, and go on.
    """
    let_serve()
    check_startable()
    moved = []
    for name in pending():
        if owner in (None, name):
            with _migrating(name) as config:
                if name in _pending(config.attributes["connection"]):
                    config.attributes["connection"].rollback()
                    alembic.command.upgrade(config, "head")
                    moved.append(name)
    return moved


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
    for owner in owners():
        scripts = ScriptDirectory.from_config(configuration(owner))
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
    if owner in owners():
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
        script = alembic.command.revision(config, message, autogenerate=True, version_path=str(owners()[owner]))
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
    config = configuration(owner)
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
