"""``shopadmin init``: the shop's name, currency, time zone and language. Exit 0 done, 2 a value cannot be."""

from dataclasses import asdict

import click

from shopadmin.cli import starting
from shopadmin.cli.main import RefusedError, answer, json_option, with_app
from shopadmin.services import shops


@click.command()
@click.option("--name", help="What the shop is called.")
@click.option("--currency", help="ISO 4217 code of its money, such as CNY.")
@click.option("--timezone", help="IANA name of its time zone, such as Asia/Shanghai.")
@click.option("--language", help="en or zh: what people see who have not chosen.")
@json_option
@with_app
def init(name: str | None, currency: str | None, timezone: str | None, language: str | None, as_json: bool) -> None:
    """Prepare the database and write the shop's settings down; what is left out stays as it is.

    Exit 0 done, 2 a value cannot be.
    """
    starting.upgrade()
    try:
        found = shops.set_up(name, currency, timezone, language)
    except shops.BadSettingError as error:
        raise RefusedError(f"--{error.field}: {error}", f"bad_{error.field}") from error
    text = f"{found.name}: {found.currency}, {found.timezone}, {found.language}. Next: shopadmin run"
    answer({"shop": asdict(found)}, as_json, text)
