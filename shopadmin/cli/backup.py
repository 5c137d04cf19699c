"""``shopadmin backup`` and ``restore``. Exit 0 done, 2 refused: nothing was written, nothing was touched."""

from pathlib import Path

import click

from shopadmin.cli import starting
from shopadmin.cli.contexts import inside
from shopadmin.cli.main import AppFactory, RefusedError, answer, build_app, json_option, with_shop
from shopadmin.services import backups, occupancy, restores, schema_state
from shopadmin.services.backup_archives import BadArchiveError

KEYS_WARNING = (
    "This archive holds the keys as well: whoever has it reads every phone and address. Keep it like the keys."
)
NO_KEYS_NOTICE = "The keys are not in it: keep a copy of keys/ of the data folder somewhere else."


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-keys", is_flag=True, help="Put the keys into the archive too.")
@json_option
@with_shop
def backup(file: Path | None, with_keys: bool, as_json: bool) -> None:
    """Write database, attachments and uploads into one archive; FILE is new in backups/ when left out.

    Exit 0 written, 2 refused: nothing was.
    """
    try:
        made = backups.create(file, with_keys)
    except OSError as error:
        raise RefusedError(f"the backup could not be written: {error.strerror or error}", "not_written") from error
    notice = KEYS_WARNING if with_keys else NO_KEYS_NOTICE
    answer(
        {"file": str(made), "bytes": made.stat().st_size, "with_keys": with_keys}, as_json, f"Backup: {made}\n{notice}"
    )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_obj
def restore(app_factory: AppFactory, file: Path, yes: bool, as_json: bool) -> None:
    """Replace the shop by the backup FILE, after looking it over. Exit 0 done, 2 refused: nothing was touched."""
    app = build_app(app_factory)
    if not yes:
        click.confirm(f"Replace the shop in {app.config['DATA_FOLDER']} by {file.name}?", abort=True)
    with inside(app):
        try:
            found = restores.restore(file)
        except (BadArchiveError, occupancy.OccupiedError) as error:
            raise RefusedError(f"nothing was changed: {error}", "not_restored") from error
    with inside(build_app(app_factory)):  # with the keys and the database that have just come back
        starting.upgrade()
        restores.note(file.name, found)
        rows = sum(found.rows.values())
        text = (
            f"Restored: {rows} rows. What was here before is in {restores.where_replaced()}; "
            "it goes with the next restore."
        )
        answer(
            {"rows": found.rows, "schema": schema_state.heads(), "replaced": restores.where_replaced()}, as_json, text
        )
