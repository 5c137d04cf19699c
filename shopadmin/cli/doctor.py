"""``shopadmin doctor``: is this machine fit to run the shop? Exit 0 it is, 1 something has to be done."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryFile

import click
from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

import config as environment
from shopadmin.cli import start_checks, starting
from shopadmin.cli.contexts import inside
from shopadmin.cli.main import AppFactory, RefusedError, answer, build_app, json_option
from shopadmin.models import db, engine
from shopadmin.services import database_roles, schema, schema_state

OLDEST, NEWEST = (3, 11), (3, 13)
ENOUGH_DISK = 500 * 2**20
# Seconds that the clock may differ from the database server's.
CLOCK_TOLERANCE = 5
# No clock may show a time before this version existed: 2026-01-01 UTC.
RELEASED = 1_767_225_600

# Connections of the worker: its loops and one job.
OF_WORKER = 6

Finding = tuple[str, bool, str]


@click.command()
@json_option
@click.pass_obj
def doctor(app_factory: AppFactory, as_json: bool) -> None:
    """Look over Python, disk, clock, database, keys and plugins; Chromium and PostgreSQL are not needed.

    Exit 0 the machine is fit to run the shop, 1 something has to be done.
    """
    findings = list(_findings(app_factory))
    is_well = all(ok for _, ok, _ in findings)
    text = "\n".join(f"{'ok ' if ok else 'BAD'}  {name}: {words}" for name, ok, words in findings)
    answer(
        {"ok": is_well, "checks": [{"name": name, "ok": ok, "text": words} for name, ok, words in findings]},
        as_json,
        text,
    )
    raise SystemExit(0 if is_well else 1)


def _findings(app_factory: AppFactory) -> Iterator[Finding]:
    config = environment.from_environment()
    folder = Path(str(config["DATA_FOLDER"]))
    yield _python()
    yield _writable(folder)
    yield _disk(folder)
    problems = list(start_checks.file_problems(config))
    yield "files", not problems, "; ".join(problems) or "database and keys are the owner's alone, on a local disk"
    try:
        app = build_app(app_factory)
    except RefusedError as error:
        yield "keys", False, error.message
        return
    yield "keys", True, "the signing key and the data keys are there"
    with inside(app):
        yield from _database()
        yield _plugins(app)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return "python", OLDEST <= sys.version_info[:2] <= NEWEST, f"{version} (3.11 to 3.13 will do)"


def _writable(folder: Path) -> Finding:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return "data folder", True, f"{folder} can be written"
    except OSError as error:
        return "data folder", False, f"{folder}: {error.strerror}"


def _disk(folder: Path) -> Finding:
    place = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(place).free
    return "disk", free > ENOUGH_DISK, f"{free // 2**20} MiB free (at least {ENOUGH_DISK // 2**20})"


def _database() -> Iterator[Finding]:
    checks: tuple[Callable[[], Finding], ...] = (_answers, _role, _schema, _clock)
    if db.engine.dialect.name == "postgresql":
        checks += (_connections,)
    for check in checks:
        try:
            yield check()
        except (SQLAlchemyError, schema_state.SchemaError) as error:
            yield "database", False, f"{type(error).__name__}: {str(error).splitlines()[0]}"
            return


def _answers() -> Finding:
    with db.engine.connect() as connection:
        connection.scalar(select(1))
        return "database", True, f"{connection.dialect.name} answers"


def _role() -> Finding:
    role = database_roles.serving(current_app.config)
    faults = schema.faults_of_serving_role()
    words = f"{role} serves and owns nothing" if role else "the role that serves owns the tables"
    return "role", not faults, f"{role} serves, but {'; '.join(faults)}" if faults else words


def _schema() -> Finding:
    schema_state.check_startable()
    pending = schema_state.pending()
    words = f"behind: {', '.join(pending)}; run: shopadmin db upgrade" if pending else "up to date"
    return "schema", not pending or schema_state.is_new(), "nothing there yet" if schema_state.is_new() else words


def _clock() -> Finding:
    now = time.time()
    if db.engine.dialect.name == "sqlite":
        return "clock", now > RELEASED, time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    with db.engine.connect() as connection:
        theirs = float(connection.exec_driver_sql("select extract(epoch from clock_timestamp())").scalar() or 0)
    return "clock", abs(now - theirs) < CLOCK_TOLERANCE, f"{abs(now - theirs):.1f} s off the database's"


def _connections() -> Finding:
    """What the server processes and the worker may take at once is free for them."""
    try:
        most = starting.wanted_processes() * engine.MOST_CONNECTIONS + OF_WORKER
    except RefusedError as error:
        return "connections", False, error.message
    with db.engine.connect() as connection:
        settings = "current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
        free = int(connection.exec_driver_sql(f"select {settings}").scalar() or 0)
    words = f"the shop takes up to {most}, PostgreSQL gives {free}"
    return "connections", most <= free, words if most <= free else f"{words}: raise max_connections"


def _plugins(app: Flask) -> Finding:
    plugins = app.extensions["shopadmin.hooks"].plugins
    wrong = [f"{found.name}: {found.reason}" for found in plugins.quarantined]
    return "plugins", not wrong, "; ".join(wrong) or (", ".join(plugins.names()) or "none installed")
