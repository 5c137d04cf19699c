"""``shopadmin keys``. Exit 0 done, 2 refused: the old keys stay, and a rotation that broke off goes on next time."""

import click

from shopadmin.cli.main import RefusedError, answer, json_option, with_shop
from shopadmin.keys import KeyringError
from shopadmin.services import occupancy, rotation


@click.group()
def keys() -> None:
    """The keys of what is encrypted."""


@keys.command()
@json_option
@with_shop
def rotate(as_json: bool) -> None:
    """Make a new key, seal everything under it, forget the old one. Stop the server first.

    Backups made before open with the old keys alone: where they matter, make one --with-keys first. Exit 0 done, 2
    refused: the old keys stay.
    """

    def show(done: int, total: int) -> None:
        if not as_json:
            click.echo(f"\r{done} of {total}", nl=False, err=True)

    try:
        values = rotation.rotate(show)
    except (occupancy.OccupiedError, KeyringError) as error:
        raise RefusedError(str(error), "not_rotated") from error
    notice = "Backups made before need the old keys: make a new backup now."
    answer({"values": values, "notice": notice}, as_json, f"\n{values} values are under the new key. {notice}")
