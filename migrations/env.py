"""The only Alembic environment: serves the core or exactly one plugin, each with a version table of its own."""

from alembic import context
from sqlalchemy import Connection

from shopadmin.models import Base
from shopadmin.models.base import UtcDateTime
from shopadmin.services import schema

config = context.config
owner: str = config.attributes["owner"]
connection: Connection = config.attributes["connection"]


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Compare the owner's tables alone: another owner's are none of its business."""
    if kind != "table" or name is None:
        return True
    if name.startswith("stage_"):
        return False  # not of the models: see shopadmin/models/staging.py, compared by a test of its own
    is_plugin_table = name.startswith("plugin_") and name not in ("plugin_state", "plugin_failure")
    return name.startswith(f"plugin_{owner}_") if owner != "core" else not is_plugin_table


def _is_object_ours(_item: object, name: str | None, kind: str, _is_reflected: bool, _other: object) -> bool:
    """The same of the models: every owner's tables stand in one metadata."""
    return _is_ours(name, kind, None)


def _render(kind: str, item: object, _context: object) -> str | bool:
    """Write plain types into revisions: a revision must not change when the code does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _run() -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table=config.attributes["version_table"],
        include_name=_is_ours,
        include_object=_is_object_ours,
        render_item=_render,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


if connection.dialect.name == "sqlite":
    # A batch migration drops and renames tables: with the pragma on, that deletes the rows that refer to them.
    # Through the driver, as SQLite ignores the pragma inside a transaction and SQLAlchemy would begin one.
    connection.rollback()
    connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
    with connection.execution_options(shopadmin_writes=True).begin() as transaction:
        _run()
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            transaction.rollback()
            raise RuntimeError(f"the migration leaves rows without their parent: {broken[:5]}")
else:
    with connection.begin():
        _run()
        schema.admit(connection)
