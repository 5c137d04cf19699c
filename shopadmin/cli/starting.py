"""The steps that ``run`` and ``demo`` share: refuse, prepare the database, hold the shop, serve."""

import logging
import os
import socket
from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import make_url

import config as environment
from shopadmin.cli import serving, start_checks
from shopadmin.cli.children import Child
from shopadmin.cli.contexts import inside
from shopadmin.cli.main import AppFactory, RefusedError, build_app
from shopadmin.services import backups, occupancy, plugins, schema, schema_state, server_address

log = logging.getLogger(__name__)
LOOPBACK = "127.0.0.1"
MOST_PROCESSES = 64


def refuse_bad_files() -> None:
    """Raise RefusedError for files that others can read and disks that cannot lock."""
    for problem in start_checks.file_problems(environment.from_environment()):
        raise RefusedError(problem, "files")


def look_for_shop() -> None:
    """Raise RefusedError where the folder that the environment names holds no shop; nothing is made there."""
    config = environment.from_environment()
    folder, url = config["DATA_FOLDER"], make_url(str(config["DATABASE_URL"]))
    database = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
    if not (Path(str(folder)) / "keys" / "data-keys.json").exists() or (database and not database.exists()):
        raise RefusedError(
            f"there is no shop in {folder}; SHOPADMIN_DATA names another folder, shopadmin run makes one", "no_shop"
        )


def open_app(app_factory: AppFactory, safe_mode: bool) -> Flask:
    """The app, once nothing speaks against starting it. Raises RefusedError."""
    refuse_bad_files()
    if safe_mode:
        os.environ["SHOPADMIN_SAFE_MODE"] = "1"  # the worker reads it too
    app = build_app(app_factory)
    for problem in start_checks.app_problems(app):
        raise RefusedError(problem, "configuration")
    return app


def upgrade(owner: str | None = None, *, needs_all: bool = False) -> list[str]:
    """Bring the schema up to date, after a backup when there is something to lose; returns who moved.

    A plugin whose revisions fail is left out, and that is said. Raises RefusedError; with ``needs_all`` then as well.
    """
    try:
        schema.let_serve()
        schema_state.check_startable()
        was_new = schema_state.is_new()
        if schema_state.pending() and not was_new:
            click.echo(f"Backup before the upgrade: {backups.before_upgrade()}", err=True)
        try:
            moved, failed = schema.upgrade(owner), None
        except schema.PluginRevisionError as error:
            moved, failed = error.moved, error
            plugins.note_failed_revisions(error)
        plugins.look_again()
        if was_new:
            plugins.switch_on_installed()
        if failed and needs_all:
            raise failed
        return moved
    except schema_state.SchemaError as error:
        raise RefusedError(str(error), "schema") from error


def wanted_port(option: int | None) -> int | None:
    """The port that was asked for, by option or ``PORT``; None: any from 8000 on. Raises RefusedError."""
    text = os.environ.get("PORT", "")
    if option is not None or not text:
        return option
    if not text.isdigit() or int(text) > 65535:
        raise RefusedError(f"PORT={text} is no port number", "bad_port")
    return int(text)


def wanted_processes() -> int:
    """How many server processes ``PROCESSES`` asks for; one by itself. Raises RefusedError."""
    text = os.environ.get("PROCESSES") or "1"
    if not text.isdigit() or not 1 <= int(text) <= MOST_PROCESSES:
        raise RefusedError(f"PROCESSES={text} is no number from 1 to {MOST_PROCESSES}", "bad_processes")
    if int(text) > 1 and not serving.can_share():
        raise RefusedError("PROCESSES= asks for more than one, and that needs Linux", "bad_processes")
    return int(text)


def listen(option: int | None) -> socket.socket:
    """A socket on loopback. Raises RefusedError when the port that was asked for is taken."""
    try:
        return serving.listen(LOOPBACK, wanted_port(option), shares=wanted_processes() > 1)
    except serving.PortTakenError as error:
        raise RefusedError(f"{error}; PORT= names another one", "port_taken") from error


def serve(app: Flask, listener: socket.socket, welcome: Callable[[str], str]) -> None:
    """Serve the prepared shop until it is stopped. ``welcome(url)`` gives what people read besides the address."""
    url = serving.address(listener)

    def announce() -> None:
        name_left_out(app)
        click.echo(f"Listening on {url}")
        with inside(app):
            click.echo(welcome(url))
        click.echo("Ctrl-C stops it.")

    try:
        folder = app.config["DATA_FOLDER"]
        with occupancy.shared(folder), server_address.announced(folder, url):
            serving.serve(app, listener, announce, _children(listener))
    except occupancy.OccupiedError as error:
        raise RefusedError(str(error), "occupied") from error
    click.echo("Stopped.")


def _children(listener: socket.socket) -> list[Child]:
    """The worker, and the server processes beside the first."""
    along = ("serve-along", "--port", str(listener.getsockname()[1]))
    return [Child("worker"), *(Child(*along) for _ in range(wanted_processes() - 1))]


def name_left_out(app: Flask) -> None:
    """A line for each plugin that the shop does without, in the words of ``plugins list``."""
    with inside(app):
        for card in plugins.cards():
            if card.state == "quarantined":
                log.error("plugin %s is left out: %s", card.name, card.reason)


port_option = click.option("--port", type=click.IntRange(0, 65535), help="Instead of PORT.")
safe_mode_option = click.option("--safe-mode", is_flag=True, help="Start without any plugin.")
