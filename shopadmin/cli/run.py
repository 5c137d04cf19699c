"""``shopadmin run``: serve the shop. Exit 0 stopped, 2 it refuses to start (one line says why)."""

import click

from shopadmin.cli import starting
from shopadmin.cli.contexts import inside
from shopadmin.cli.main import AppFactory
from shopadmin.services import accounts, settings, shops


@click.command()
@starting.port_option
@starting.safe_mode_option
@click.pass_obj
def run(app_factory: AppFactory, port: int | None, safe_mode: bool) -> None:
    """Upgrade the database, then serve the shop on 127.0.0.1 with its worker.

    Exit 0 stopped, 2 it refuses to start: one line says why.
    """
    listener = starting.listen(port)  # first: where the port is taken, nothing is made
    app = starting.open_app(app_factory, safe_mode)
    with inside(app):
        starting.upgrade()
    starting.serve(app, listener, _welcome)


def _welcome(url: str) -> str:
    if not shops.has_owner():
        link = accounts.make_setup_link()
        return (
            "Nobody owns this shop yet. Whoever opens this link within 30 minutes becomes its owner; it works once:\n"
            f"  {link.url(url)}"
        )
    notice = f"Sign in at {url}/admin/. A lost password: .venv/bin/shopadmin sign-in-link EMAIL"
    if settings.load().is_demo:
        notice = f"This folder holds the demo shop; SHOPADMIN_DATA=FOLDER starts one of your own.\n{notice}"
    return notice
