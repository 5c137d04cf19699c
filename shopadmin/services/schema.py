"""The schema: one Alembic environment, a version table per owner (the core, or one plugin)."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import alembic.command
import alembic.config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import create_engine

from shopadmin.models import db, engine
from shopadmin.services.transactions import write_lock

CORE = "core"


def version_table(owner: str) -> str:
    """The owner's version table."""
    return "shopadmin_alembic_version" if owner == CORE else f"plugin_{owner}_alembic_version"


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


def pending() -> list[str]:
    """Owners whose database is not at the head of their revisions."""
    with db.engine.connect() as connection:
        return [owner for owner in owners() if not _is_current(connection, owner)]


def _is_current(connection: object, owner: str) -> bool:
    context = MigrationContext.configure(connection, opts={"version_table": version_table(owner)})  # type: ignore[arg-type]
    heads = ScriptDirectory.from_config(configuration(owner)).get_heads()
    return set(context.get_current_heads()) == set(heads)


def upgrade(owner: str | None = None) -> list[str]:
    """Bring the database to the newest schema; returns the owners that moved. One process at a time on SQLite."""
    moved = [name for name in pending() if owner in (None, name)]
    for name in moved:
        with _migrating(name) as config:
            alembic.command.upgrade(config, "head")
    return moved


def downgrade(owner: str, revision: str) -> None:
    """Take one owner's schema back to a revision."""
    with _migrating(owner) as config:
        alembic.command.downgrade(config, revision)


@contextlib.contextmanager
def _migrating(owner: str) -> Iterator[alembic.config.Config]:
    """Configuration with a connection of the role that owns the tables."""
    config = configuration(owner)
    url = current_app.config["DATABASE_MIGRATE_URL"].replace("postgresql://", "postgresql+psycopg://", 1)
    own_engine = create_engine(url)
    engine.prepare(own_engine)
    try:
        with write_lock(), own_engine.connect() as connection:
            config.attributes["connection"] = connection
            yield config
    finally:
        own_engine.dispose()
