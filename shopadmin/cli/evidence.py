"""``shopadmin evidence verify``: a pack against its own manifest. No database, no shop, no keys."""

import json
from pathlib import Path

import click

from shopadmin.cli.main import RefusedError, json_option
from shopadmin.services.evidence import archives


@click.group()
def evidence() -> None:
    """Packs of evidence."""


@evidence.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def verify(file: Path, as_json: bool) -> None:
    """Look over an evidence pack: what was changed, what is missing, what is not of it. Needs no shop.

    Exit 0 every byte is as it was packed, 1 something is not, 2 it is no pack.
    """
    try:
        with file.open("rb") as opened:
            report = archives.verify(opened)
    except OSError as error:
        raise RefusedError(f"{file}: {error.strerror}", "file") from error
    except archives.NotAPackError as error:
        raise RefusedError(f"{file}: {error}", "not_a_pack") from error
    found = {"changed": report.changed, "missing": report.missing, "extra": report.extra}
    if as_json:
        click.echo(json.dumps({"ok": report.is_whole, "files": report.files, **found}, ensure_ascii=False))
    else:
        for what, names in found.items():
            for name in names:
                click.echo(f"{what}: {name}")
        if report.is_whole:
            click.echo(f"Nothing was changed: {report.files} files are as they were packed.")
    raise SystemExit(0 if report.is_whole else 1)
