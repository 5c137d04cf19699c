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

    A line that is not UTF-8 is answered with line, error and code, and counts as one that may not go out.

    Exit 0 every line may go out, 1 at least one is blocked, 3 at least one is not UTF-8.
    """
    worst = 0
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            text = line.decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            shown = {"line": number, "error": f"the line is not UTF-8: byte {error.start + 1}", "code": "not_utf8"}
            worst = 3
        else:
            found = check(text, context)  # type: ignore[arg-type]
            worst = max(worst, int(found.blocked))
            shown = {"line": number, "blocked": found.blocked, "warned": found.warned, "rules": found.rules}
            shown["lang"] = found.lang
        click.echo(json.dumps(shown))
    raise SystemExit(worst)
