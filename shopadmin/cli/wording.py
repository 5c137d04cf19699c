"""``shopadmin wording check``: texts against the wording rules, for programs. No database, no shop."""

import json
import sys

import click

from shopadmin.cli.main import json_option
from shopadmin.domain.wording import CONTEXTS, check


@click.group()
def wording() -> None:
    """What a shop may write to its buyers."""


@wording.command("check")
@click.option(
    "--context",
    type=click.Choice(CONTEXTS),
    default="message",
    show_default=True,
    help="To one buyer, in public under a review, or the name of a campaign.",
)
@json_option
def check_lines(context: str, as_json: bool) -> None:
    """Look over each line of standard input, UTF-8; print one JSON object a line: line, blocked, warned, rules, lang.

    Exit 0 every line may go out, 1 at least one is blocked.
    """
    is_any_blocked = False
    for number, line in enumerate(sys.stdin.buffer, 1):
        found = check(line.decode("utf-8", "replace").rstrip("\r\n"), context)  # type: ignore[arg-type]
        is_any_blocked |= found.blocked
        shown = {"line": number, "blocked": found.blocked, "warned": found.warned, "rules": found.rules}
        click.echo(json.dumps(shown | {"lang": found.lang}))
    raise SystemExit(1 if is_any_blocked else 0)
