"""``shopadmin token …``: make, list and revoke storefront tokens from the server's shell."""

import click

from shopadmin.cli.main import RefusedError, answer, json_option, with_shop
from shopadmin.services import api_tokens
from shopadmin.services.conflicts import MissingError
from shopadmin.services.conflicts import RefusedError as ValueRefusedError


@click.group()
def token() -> None:
    """Make, list and revoke tokens of the storefront API."""


@token.command("create")
@click.argument("more_scopes", nargs=-1, metavar="")
@click.option("--scope", "scopes", multiple=True, metavar="SCOPE…", help="claims, wallet, orders, payments.")
@click.option("--label", default="Storefront", show_default=True, help="What the token is for.")
@click.option("--days", type=int, help="How long it is good for; without it until it is revoked.")
@json_option
@with_shop
def create_token(
    more_scopes: tuple[str, ...], scopes: tuple[str, ...], label: str, days: int | None, as_json: bool
) -> None:
    """Print a new token, this once. Exit 0 made, 2 refused: unknown scope, bad label or days."""
    wanted = [code for text in scopes + more_scopes for code in text.split(",") if code]
    try:
        issued = api_tokens.create(None, label, wanted, days)
    except ValueRefusedError as error:
        raise RefusedError(
            "; ".join(f"{found.field}: {found.message}" for found in error.problems), error.problems[0].code
        ) from error
    result = {
        "id": issued.id,
        "token": issued.text,
        "label": issued.label,
        "scopes": list(issued.scopes),
        "expires_at": issued.expires_at.isoformat() if issued.expires_at else None,
    }
    answer(result, as_json, issued.text)


@token.command("list")
@json_option
@with_shop
def list_tokens(as_json: bool) -> None:
    """Print every token, never its text. Exit 0."""
    rows = [
        {
            "id": found.id,
            "label": found.label,
            "scopes": list(found.scopes),
            "created_by": found.created_by or None,
            "created_at": found.created_at.isoformat(),
            "expires_at": found.expires_at.isoformat() if found.expires_at else None,
            "last_used_at": found.last_used_at.isoformat() if found.last_used_at else None,
            "revoked_at": found.revoked_at.isoformat() if found.revoked_at else None,
            "active": found.is_active,
        }
        for found in api_tokens.all_tokens()
    ]
    lines = [f"{row['id']:>4}  {'active' if row['active'] else 'ended':7} {row['label']}" for row in rows]
    answer({"tokens": rows}, as_json, "\n".join(lines) or "No token yet.")


@token.command("revoke")
@click.argument("token_id", type=int)
@json_option
@with_shop
def revoke_token(token_id: int, as_json: bool) -> None:
    """End the token with the number TOKEN_ID, at once. Exit 0 it has ended, 2 there is none with that number."""
    try:
        api_tokens.revoke(None, token_id)
    except MissingError:
        raise RefusedError(f"there is no token {token_id}", "unknown_token") from None
    answer({"id": token_id, "active": False}, as_json, f"Token {token_id} is revoked.")
