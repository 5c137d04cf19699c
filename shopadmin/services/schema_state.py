"""How the schema stands: its owners (the core, each plugin), their revisions, and what the database says of them."""

from pathlib import Path

import alembic.command
import alembic.config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection, inspect

from shopadmin.models import Base, db
from shopadmin.services import database_roles

CORE = database_roles.CORE


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


def pending() -> list[str]:
    """Owners whose database is not at the head of their revisions."""
    with db.engine.connect() as connection:
        return pending_in(connection)


def pending_in(connection: Connection) -> list[str]:
    """As ``pending``, of the database of this connection."""
    return [
        owner
        for owner in owners()
        if not is_readable(owner) or set(current_heads(connection, owner)) != known_heads(owner)
    ]


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


def is_readable(owner: str) -> bool:
    """Whether the owner's revisions can be read: a plugin whose cannot is never up to date, and stays out."""
    try:
        known_heads(owner)
    except Exception:  # a plugin's revision may hold anything at all
        if owner == CORE:
            raise
        return False
    return True


def knows(owner: str, revision: str) -> bool:
    """Whether this installation has the owner's revision."""
    if owner not in owners():
        return False
    scripts = ScriptDirectory.from_config(configuration(owner))
    return revision in {script.revision for script in scripts.walk_revisions()}


def check_startable() -> None:
    """Raise SchemaError for a database that is newer than this version, or holds tables without a version."""
    with db.engine.connect() as connection:
        for owner in filter(is_readable, owners()):
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
