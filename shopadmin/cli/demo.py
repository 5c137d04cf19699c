"""``shopadmin demo``: the demo shop. Exit 0 loaded or stopped, 2 refused: a real shop is here, or it cannot start."""

from datetime import UTC, datetime, timedelta

import click

from shopadmin.cli import starting
from shopadmin.cli.contexts import inside
from shopadmin.cli.main import AppFactory, RefusedError, answer, json_option
from shopadmin.services import accounts, occupancy
from shopadmin.services.demo import load
from shopadmin.services.demo.people import OWNER_EMAIL

STALE = timedelta(days=1)


@click.command()
@starting.port_option
@starting.safe_mode_option
@click.option("--data-only", is_flag=True, help="Load the demo shop and return.")
@click.option("--fresh", is_flag=True, help="Throw the demo shop away and load a new one, relative to today.")
@json_option
@click.pass_obj
def demo(
    app_factory: AppFactory, port: int | None, safe_mode: bool, data_only: bool, fresh: bool, as_json: bool
) -> None:
    """Load a made-up shop, once, and serve it. --json goes with --data-only.

    Exit 0 loaded or stopped, 2 refused: a real shop is here, or it cannot start.
    """
    # The port first: where it is taken, nothing is made.
    listener = None if data_only else starting.listen(port)
    app = starting.open_app(app_factory, safe_mode)
    with inside(app):
        starting.upgrade()
        loaded = _load(fresh)
    if listener is None:
        answer({"loaded": loaded}, as_json, "The demo shop is loaded." if loaded else "The demo shop is there already.")
        return
    starting.serve(app, listener, _welcome)


def _load(fresh: bool) -> bool:
    try:
        if fresh and load.age(datetime.now(UTC)) is not None:
            load.empty()
        return load.load(datetime.now(UTC))
    except occupancy.OccupiedError as error:
        raise RefusedError(str(error), "occupied") from error
    except load.RealShopError as error:
        raise RefusedError(
            "this folder holds a shop of your own, and the demo never touches one; "
            "SHOPADMIN_DATA=FOLDER names another folder for the demo",
            "real_shop",
        ) from error


def _welcome(url: str) -> str:
    link = accounts.sign_in_link(OWNER_EMAIL)
    lines = [
        "Sign in as the owner with this link; it works once, within 15 minutes:",
        f"  {link.url(url)}",
        f"A new one: .venv/bin/shopadmin sign-in-link {OWNER_EMAIL}",
    ]
    age = load.age(datetime.now(UTC))
    if age is not None and age > STALE:
        lines.append(f"This demo is {age.days} days old; a new one relative to today: .venv/bin/shopadmin demo --fresh")
    return "\n".join(lines)
