"""``shopadmin buyer-labels normalise``: identifiers in their canonical form, without a shop."""

import click

from shopadmin.plugin_api import IDENTIFIER_KINDS, BuyerIdentifier, ShopFreeCommand, read_identifier
from shopadmin_buyer_labels import json_lines
from shopadmin_buyer_labels.json_lines import LineError, Row

FIELDS = frozenset(("kind", "value", "region", "scope"))
_LONGEST = 2000


@click.command("normalise", cls=ShopFreeCommand)
@click.option("--json", is_flag=True, expose_value=False, help="Changes nothing: the answers are JSON anyway.")
@click.pass_context
def normalise_command(ctx: click.Context) -> None:
    """Say what an identifier is compared by, or why it is compared by nothing.

    Reads one JSON object a line from standard input: kind (phone, email, platform_uid, nick, address), value, region
    (ISO country that a phone without country code is dialled in) and scope (app key or platform of the last two; both
    optional). Prints one line each: kind, value, key (null where it tells no person) and reason (null where it does):
    masked, privacy_number, not_mobile, invalid, role, disposable, not_a_key, weak. A bad line is answered with error.
    Exit 0: all are answered; 3: a line was bad.
    """
    json_lines.print_answers(ctx, _answer)


def _answer(row: Row) -> Row:
    json_lines.refuse_unknown(row, FIELDS | {"id"})
    found, region = identifier_of(row)
    reading = read_identifier(found.kind, found.value, region, found.scope)  # type: ignore[arg-type]
    return {"kind": found.kind, "value": found.value, "key": reading.key or None, "reason": reading.reason or None}


def identifier_of(row: Row) -> tuple[BuyerIdentifier, str | None]:
    """The identifier that a line or a part of it holds, and the country of a phone. Raises LineError."""
    kind = row.get("kind")
    if kind not in IDENTIFIER_KINDS:
        raise LineError(f"kind is one of {', '.join(IDENTIFIER_KINDS)}")
    value, scope, region = (
        json_lines.text_of(row, name, needed=name == "value") for name in ("value", "scope", "region")
    )
    if len(value) > _LONGEST or len(scope) > _LONGEST:
        raise LineError(f"value and scope have {_LONGEST} characters at most")
    if region and not (len(region) == 2 and region.isascii() and region.isalpha()):
        raise LineError("region is a country's two letters, such as CN")
    return BuyerIdentifier(kind, value, scope), region.upper() or None
