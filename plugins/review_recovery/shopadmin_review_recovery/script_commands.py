"""``shopadmin review-recovery script …``: scripts as files, without a shop."""

from pathlib import Path

import click

from shopadmin.plugin_api import ShopFreeCommand, answer, json_option
from shopadmin_review_recovery import script_texts
from shopadmin_review_recovery.domain.scripts import yaml_text
from shopadmin_review_recovery.domain.scripts.findings import Finding
from shopadmin_review_recovery.script_findings import look


class _ScriptGroup(click.Group, ShopFreeCommand):
    """A group whose commands need no shop."""


@click.group("script", cls=_ScriptGroup)
def script() -> None:
    """Call scripts as YAML files."""


@script.command("validate", cls=ShopFreeCommand)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@json_option
def validate_file(file: Path, as_json: bool) -> None:
    """Say what keeps FILE from being published: each finding on a line, with node and remedy. No database.

    Exit 0 nothing does, 1 something does. - reads standard input.
    """
    found_here = _of_file(file)
    shown = [
        {"code": finding.code, "node": finding.node, "line": finding.line, "message": script_texts.sentence(finding)}
        for finding in found_here
    ]
    lines = [f"{file}:{script_texts.line(finding)}" for finding in found_here]
    answer({"valid": not found_here, "findings": shown}, as_json, "\n".join(lines) or f"{file} may be published.")
    raise SystemExit(1 if found_here else 0)


def _of_file(file: Path) -> tuple[Finding, ...]:
    with click.open_file(str(file), "rb") as stream:
        raw = stream.read(yaml_text.MOST_BYTES + 1)
    try:
        return look(yaml_text.decode(raw)).findings
    except yaml_text.YamlError as error:
        return (Finding(error.code, params=error.params),)
