"""How a command says no."""

import json
from typing import IO, Any

import click

# Where a group that refuses for its commands, whose options are not read yet, notes what they will ask for.
AS_JSON = "shopadmin.as_json"


class RefusedError(click.ClickException):
    """What was asked for cannot be done as things stand: exit 2 and one clear line, with ``--json`` in an object.

    ``code``: stable, for programs; the line is for people and may be worded better some day.
    """

    exit_code = 2

    def __init__(self, message: str, code: str = "refused") -> None:
        super().__init__(message)
        self.code = code
        context = click.get_current_context(silent=True)
        self.as_json = context is not None and (
            bool(context.params.get("as_json")) or "--json" in context.args or bool(context.meta.get(AS_JSON))
        )

    def show(self, file: IO[Any] | None = None) -> None:
        """Say why: on standard output for a program, on standard error for a person."""
        if self.as_json:
            click.echo(json.dumps({"error": self.message, "code": self.code}, ensure_ascii=False))
        else:
            super().show(file)
