"""``shopadmin db …``: the schema. Exit 0 done or up to date, 1 something is pending (``db check``)."""

import click

from shopadmin.cli.main import answer, json_option, with_app
from shopadmin.services import schema


@click.group()
def db() -> None:
    """Upgrade and check the database."""


@db.command()
@json_option
@with_app
def upgrade(as_json: bool) -> None:
    """Bring the database to the newest schema. Exit 0."""
    moved = schema.upgrade()
    answer({"upgraded": moved}, as_json, f"Upgraded: {', '.join(moved)}" if moved else "The database is up to date.")


@db.command()
@json_option
@with_app
def check(as_json: bool) -> None:
    """Say whether the database is up to date. Exit 0 it is, 1 it is not."""
    pending = schema.pending()
    answer(
        {"ok": not pending, "pending": pending}, as_json, f"Pending: {', '.join(pending)}" if pending else "Up to date."
    )
    raise SystemExit(1 if pending else 0)
