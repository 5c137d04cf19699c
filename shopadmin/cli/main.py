"""The command group. It is handed the app factory, so that commands need not import the app."""

import contextlib
import functools
import json
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import click
from flask import Flask, current_app, has_app_context
from sqlalchemy.exc import OperationalError, ProgrammingError

from shopadmin.cli import plugin_commands
from shopadmin.cli.contexts import inside
from shopadmin.cli.refusals import AS_JSON
from shopadmin.cli.refusals import RefusedError as RefusedError
from shopadmin.keys import KeyringError
from shopadmin.models import db
from shopadmin.services import database_roles, occupancy, schema, schema_state

AppFactory = Callable[..., Flask]
F = TypeVar("F", bound=Callable[..., Any])


class _CommandLine(click.Group):
    """The core's commands; for a name that is none of them the plugins are asked.

    ``look_for_shop``: raises RefusedError where commands would look after a shop that is not there.
    """

    look_for_shop: Callable[[], None] = staticmethod(lambda: None)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or plugin_commands.group(cmd_name, lambda: _open_shop(ctx.obj))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[AS_JSON] = "--json" in args  # of the command's options, which are read later or cannot be read
        with _for_programs(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        with _for_programs(ctx):
            return super().invoke(ctx)


@contextlib.contextmanager
def _for_programs(ctx: click.Context) -> Iterator[None]:
    """What click has against the arguments, as an object where one was asked for."""
    try:
        yield
    except click.UsageError as error:
        if not ctx.meta[AS_JSON]:
            raise
        refused = RefusedError(error.format_message(), "usage")
        refused.as_json = True
        raise refused from error


def build(
    app_factory: AppFactory, commands: tuple[click.Command, ...], look_for_shop: Callable[[], None] = lambda: None
) -> click.Group:
    """The whole command line over one app factory. ``look_for_shop``: raises RefusedError where there is none."""
    group = _CommandLine(
        "shopadmin",
        help="An admin for a small shop.",
        epilog="Plugins bring commands of their own: 'plugins list' names them, 'red-envelope --help' shows one's.",
        context_settings={"obj": app_factory},
    )
    group.look_for_shop = look_for_shop
    for command in commands:
        group.add_command(command)
    return group


def build_app(app_factory: AppFactory) -> Flask:
    """The app. Damaged or short keys, and a database that does not answer, are refusals, not tracebacks."""
    try:
        return app_factory()
    except KeyringError as error:
        raise RefusedError(str(error), "keys") from error


def _open_shop(app_factory: AppFactory) -> Flask:
    """The app of a shop that is there: nothing is made for one that is not. Raises RefusedError."""
    root = click.get_current_context().find_root().command
    if isinstance(root, _CommandLine):
        root.look_for_shop()
    return build_app(app_factory)


def with_shop(command: F) -> F:
    """Run a command inside the app's context, in a folder that holds a shop; else it is refused and makes none."""
    return _inside(command, _open_shop)


def with_app(command: F) -> F:
    """The same for a command that may be the first one in its folder."""
    return _inside(command, build_app)


def _inside(command: F, opened: Callable[[AppFactory], Flask]) -> F:
    @click.pass_obj
    @functools.wraps(command)
    def run(app_factory: AppFactory, *args: Any, **kwargs: Any) -> Any:
        with inside(current_app if has_app_context() else opened(app_factory)):
            try:
                return command(*args, **kwargs)
            except occupancy.OccupiedError as error:
                raise RefusedError(str(error), "occupied") from error
            except OperationalError as error:
                _refuse_late(error)
                raise RefusedError(f"the database does not answer: {error.orig}".strip(), "database") from error
            except schema.OwnershipError as error:
                raise RefusedError(str(error), "not_owner") from error
            except ProgrammingError as error:
                _refuse_late(error)
                if not database_roles.is_refusal(error):
                    raise
                raise RefusedError(
                    f"{error.orig}; shopadmin db upgrade gives the role that serves its rights", "database_rights"
                ) from error

    return run  # type: ignore[return-value]


def _refuse_late(error: Exception) -> None:
    """Raise RefusedError where the statement failed because the core's tables are not up to date."""
    db.session.rollback()
    try:
        is_late = schema_state.CORE in schema_state.pending()
    except Exception:  # there is no database that could say
        return
    if is_late:
        raise RefusedError("the database is not up to date; shopadmin db upgrade", "pending") from error


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")


def answer(result: dict[str, Any], as_json: bool, text: str) -> None:
    """Print the result for a program or for a person."""
    click.echo(json.dumps(result, ensure_ascii=False, default=str) if as_json else text)
