"""``shopadmin buyer-labels dossier``: all that is held on a person, in one command."""

import os
from pathlib import Path

import click

from shopadmin.plugin_api import CommandRefusedError, MissingError, answer, json_option, with_app
from shopadmin_buyer_labels.services import dossiers


@click.command("dossier")
@click.argument("buyer", type=int)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The zip file to write.")
@json_option
@with_app
def dossier_command(buyer: int, out: Path, as_json: bool) -> None:
    """Write all that is held on BUYER (a number) to a zip that this user alone may read: JSON, and a page to read.

    Exit 0 it is written, 2 there is no such buyer, or the file cannot be written. Nothing is overwritten.
    """
    try:
        content = dossiers.export(None, buyer).read()
    except MissingError:
        raise CommandRefusedError(f"there is no buyer {buyer}", "buyer") from None
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError as error:
        raise CommandRefusedError(f"{out}: {error.strerror}", "file") from error
    answer(
        {"buyer": buyer, "file": str(out), "bytes": len(content)}, as_json, f"All that is held on buyer {buyer}: {out}"
    )
