"""``shopadmin buyer-labels match``: which buyers of the shop somebody is, for programs."""

from typing import Any

import click

from shopadmin.plugin_api import BuyerIdentifier, IdentifierReading, identifier_reading, read_identifier, with_app
from shopadmin_buyer_labels import json_lines
from shopadmin_buyer_labels.domain.people import keys_of
from shopadmin_buyer_labels.json_lines import LineError, Row
from shopadmin_buyer_labels.normalise_command import FIELDS, identifier_of
from shopadmin_buyer_labels.services import indexing, matching

_KNOWN = frozenset(("id", "identifiers", "name", "address"))
MOST = 50
_LONGEST = 2000


@click.command("match")
@click.option("--json", is_flag=True, expose_value=False, help="Changes nothing: the answers are JSON anyway.")
@click.pass_context
@with_app
def match_command(ctx: click.Context) -> None:
    """Say which buyers of the shop somebody is.

    Reads one JSON object a line from standard input: id, identifiers (each with kind, value, region, scope), name,
    address. Prints one line each: id with matches, each with buyer, kind, score and reasons. An exact match rests on
    mobile numbers, personal e-mail addresses and platform ids, and may be acted on; a fuzzy one is for a person to look
    at. A bad line is answered with id and error. What the worker has not indexed yet is indexed first. Exit 0: all are
    answered; 3: a line was bad.
    """
    indexing.catch_up_all()
    json_lines.print_answers(ctx, _answer)


def _answer(row: Row) -> Row:
    json_lines.refuse_unknown(row, _KNOWN)
    name, address = json_lines.text_of(row, "name"), json_lines.text_of(row, "address")
    if len(name) > _LONGEST or len(address) > _LONGEST:
        raise LineError(f"name and address have {_LONGEST} characters at most")
    identifiers = _identifiers(row)
    keys = keys_of((each.kind, reading.value, reading.reason) for each, reading in identifiers)
    homes = [address, *(each.value for each, _reading in identifiers if each.kind == "address")]
    return {
        "matches": [
            {"buyer": each.buyer_id, "kind": each.kind, "score": each.score, "reasons": each.reasons}
            for each in matching.match(keys, name, homes)
        ]
    }


def _identifiers(row: Row) -> list[tuple[BuyerIdentifier, IdentifierReading]]:
    given: Any = row.get("identifiers")
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > MOST:
        raise LineError(f"identifiers is a list of {MOST} at most")
    return [_identifier(number, each) for number, each in enumerate(given, 1)]


def _identifier(number: int, given: Any) -> tuple[BuyerIdentifier, IdentifierReading]:
    try:
        if not isinstance(given, dict):
            raise LineError("not an object")
        json_lines.refuse_unknown(given, FIELDS)
        found, region = identifier_of(given)
    except LineError as error:
        raise LineError(f"identifier {number}: {error}") from None
    if region is None:
        return found, identifier_reading(found)
    return found, read_identifier(found.kind, found.value, region, found.scope)  # type: ignore[arg-type]
