"""``shopadmin check``: the shop's data against everything that must hold. Exit 0 nothing is wrong, 1 something is."""

import click

from shopadmin.cli.main import answer, json_option, with_shop
from shopadmin.services import integrity


@click.command()
@json_option
@with_shop
def check(as_json: bool) -> None:
    """Look over database, files, activity log, keys and plugins. Exit 0 nothing is wrong, 1 something is."""
    problems = integrity.problems()
    lines = [f"{problem.code}: {problem.message}" for problem in problems]
    answer(
        {"ok": not problems, "problems": [{"code": found.code, "message": str(found.message)} for found in problems]},
        as_json,
        "\n".join(lines) or "Nothing is wrong.",
    )
    raise SystemExit(1 if problems else 0)
