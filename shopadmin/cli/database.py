"""``shopadmin db …``: the schema. Exit 0 done or up to date, 1 something is pending (``db check``), 2 refused."""

import click
from alembic.util.exc import CommandError

from shopadmin.cli import starting
from shopadmin.cli.main import RefusedError, answer, json_option, with_app
from shopadmin.services import schema, schema_state

plugin_option = click.option("--plugin", help="Only this plugin's tables; the core's when left out.")


@click.group()
def db() -> None:
    """Upgrade and check the database."""


@db.command()
@click.option("--plugin", help="Only this plugin's tables; everybody's when left out.")
@json_option
@with_app
def upgrade(plugin: str | None, as_json: bool) -> None:
    """Bring the database to the newest schema. Exit 0 done or up to date, 2 refused."""
    moved = starting.upgrade(_owner(plugin) if plugin else None, needs_all=True)
    answer({"upgraded": moved}, as_json, f"Upgraded: {', '.join(moved)}" if moved else "The database is up to date.")


@db.command()
@json_option
@with_app
def check(as_json: bool) -> None:
    """Say whether the database is up to date. Exit 0 it is, 1 it is not."""
    pending = schema_state.pending()
    answer(
        {"ok": not pending, "pending": pending}, as_json, f"Pending: {', '.join(pending)}" if pending else "Up to date."
    )
    raise SystemExit(1 if pending else 0)


@db.command()
@click.argument("message")
@plugin_option
@json_option
@with_app
def revision(message: str, plugin: str | None, as_json: bool) -> None:
    """Write a new revision from the difference between the tables in the code and those in the database.

    Exit 0 written, 2 refused.
    """
    try:
        path = schema.revise(_owner(plugin), message)
    except (schema_state.SchemaError, CommandError) as error:
        remedy = "; shopadmin db upgrade, then again" if schema_state.pending() else ""
        raise RefusedError(f"{str(error).rstrip('.')}{remedy}", "schema") from error
    answer({"file": str(path)}, as_json, f"Written: {path}. Read it before you run it.")


@db.command()
@click.argument("target")
@plugin_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@with_app
def downgrade(target: str, plugin: str | None, yes: bool, as_json: bool) -> None:
    """Take the schema back to a revision ("base": nothing is left). Data that the older schema has no room for goes.

    Exit 0 done, 2 refused.
    """
    owner = _owner(plugin)
    if not yes:
        click.confirm(f"Take {owner} back to {target}? Newer tables and columns go, with what they hold", abort=True)
    try:
        schema.downgrade(owner, target)
    except CommandError as error:
        raise RefusedError(str(error), "schema") from error
    heads = schema_state.heads()
    answer({"owner": owner, "revision": heads.get(owner, "")}, as_json, f"{owner} is at {heads.get(owner, 'base')}.")


def _owner(plugin: str | None) -> str:
    if plugin is None:
        return schema_state.CORE
    if plugin not in schema_state.owners():
        raise RefusedError(f"no plugin {plugin} with tables is installed", "unknown_plugin")
    return plugin
