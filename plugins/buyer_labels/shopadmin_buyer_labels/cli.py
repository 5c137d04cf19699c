"""``shopadmin buyer-labels …``: labels for programs."""

import json
from datetime import UTC, datetime
from typing import IO, Any

import click

from shopadmin.plugin_api import CommandRefusedError, RefusedError, answer, json_option, with_app
from shopadmin_buyer_labels import dossier_command
from shopadmin_buyer_labels.match_command import match_command
from shopadmin_buyer_labels.messages import problem
from shopadmin_buyer_labels.normalise_command import normalise_command
from shopadmin_buyer_labels.services import bringing_in, reading
from shopadmin_buyer_labels.services.bringing_in import Outcome, Row

_NAMES = ("identifiers", "code", "tier", "severity", "happened_on", "note", "name", "ends_on")


@click.group("buyer-labels")
def buyer_labels() -> None:
    """Labels of buyers, and who is who."""


buyer_labels.add_command(normalise_command)
buyer_labels.add_command(match_command)


buyer_labels.add_command(dossier_command.dossier_command)


@buyer_labels.command("labels")
@json_option
@with_app
def list_labels(as_json: bool) -> None:
    """Print every label with its status of this moment: no name, no phone. Exit 0.

    The tier is what the label is said to rest on, as import took it; of a draft less may be attached, which the lines
    name. What has left the draft rests on evidence of its tier.
    """
    every = reading.every(datetime.now(UTC))
    found = [
        {
            "id": label.id, "buyer": label.buyer_id, "code": label.code, "tier": label.said_tier,
            "severity": label.severity, "status": label.status, "expires_at": label.expires_at.isoformat(),
        }
        for label in every
    ]  # fmt: skip
    lines = [
        f"{label.id:>6} {label.status:14} {label.code:36} E{label.said_tier} {label.severity}"
        + (f" (attached: E{label.tier})" if label.tier != label.said_tier else "")
        for label in every
    ]
    answer({"labels": found}, as_json, "\n".join(lines) or "No labels yet.")


@buyer_labels.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@json_option
@with_app
def bring_in(file: IO[str], as_json: bool) -> None:
    """Make drafts of FILE, a JSON object a line: identifiers, code, tier, severity, happened_on, note.

    Identifiers are objects with kind, value, of phones region (the country that a number without country code is
    dialled in, else the shop's own), of platforms scope. Exit 0 all lines became drafts, 1 some did not
    and are named; 2 the file cannot be read, and nothing was changed then.
    """
    rows, refused = _read(file)
    try:
        outcomes = sorted([*bringing_in.bring_in(None, rows, "import"), *refused], key=lambda outcome: outcome.number)
    except RefusedError as error:
        raise CommandRefusedError(str(error.problems[0].message), "too_many") from error
    made = [outcome for outcome in outcomes if outcome.label_id is not None]
    missed = [_shown(outcome) for outcome in outcomes if outcome.label_id is None]
    lines = [f"line {row['line']}: {found['message']}" for row in missed for found in row["problems"]]
    result = {
        "drafts": [{"line": outcome.number, "id": outcome.label_id} for outcome in made],
        "duplicates": [row for row in missed if row["is_duplicate"]],
        "refused": [row for row in missed if not row["is_duplicate"]],
    }
    answer(result, as_json, "\n".join([f"{len(made)} drafts", *lines]))
    if missed:
        click.get_current_context().exit(1)


def _read(file: IO[str]) -> tuple[list[Row], list[Outcome]]:
    """Lines that are objects, and what is wrong with the others. Raises CommandRefusedError for no text at all."""
    rows, wrong = [], []
    try:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            values = _object(line)
            if values is None:
                wrong.append(Outcome(number, problems=(problem("line", "line", names=", ".join(_NAMES)),)))
            else:
                rows.append(Row(number, values))
    except UnicodeDecodeError as error:
        raise CommandRefusedError("the file is no UTF-8 text", "file") from error
    return rows, wrong


def _object(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and set(found) <= set(_NAMES) else None


def _shown(outcome: Outcome) -> dict[str, Any]:
    problems = [{"code": found.code, "field": found.field, "message": str(found.message)} for found in outcome.problems]
    return {"line": outcome.number, "is_duplicate": outcome.is_duplicate, "problems": problems}
