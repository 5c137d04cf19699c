"""``shopadmin accounts …``, ``invite``, ``sign-in-link``, ``routes``: what the shell may do about people and rights."""

import difflib
import os
from typing import Any

import click
from flask import current_app

from shopadmin.admin import gate
from shopadmin.cli.main import RefusedError, answer, json_option, with_app, with_shop
from shopadmin.contract import Actor
from shopadmin.services import access, accounts, invitations, links, server_address
from shopadmin.services.refusals import ConflictError, ForbiddenError

base_url_option = click.option(
    "--base-url",
    help="Where browsers reach the shop; without it the running server's address, else 127.0.0.1 and PORT, or 8000.",
)


def _answer_link(issued: links.IssuedLink, given: str | None, as_json: bool, **more: Any) -> None:
    known = given or server_address.running(current_app.config["DATA_FOLDER"])
    base_url = known or f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
    url = issued.url(base_url)
    if not known and not as_json:
        click.echo(f"No server runs here, {base_url} is assumed: --base-url names another address.", err=True)
    answer(
        {
            "url": url,
            "email": issued.email,
            "expires_at": issued.expires_at.isoformat(),
            "address_is_assumed": not known,
            **more,
        },
        as_json,
        url,
    )


@click.command("sign-in-link")
@click.argument("email")
@base_url_option
@json_option
@with_shop
def sign_in_link(email: str, base_url: str | None, as_json: bool) -> None:
    """Print a link that signs EMAIL in once, within 15 minutes. Exit 0 printed, 2 no such active account."""
    try:
        issued = accounts.sign_in_link(email)
    except LookupError:
        raise RefusedError(f"no active account has the address {email}", "no_account") from None
    _answer_link(issued, base_url, as_json)


@click.command()
@click.argument("email")
@click.option("--name", default="", help="Whom to greet; without it the part before the @.")
@click.argument("more_points", nargs=-1, metavar="")
@click.option("--grant", "points", multiple=True, metavar="POINT…", help="Permissions, such as core.orders:read.")
@base_url_option
@json_option
@with_shop
def invite(
    email: str, more_points: tuple[str, ...], name: str, points: tuple[str, ...], base_url: str | None, as_json: bool
) -> None:
    """Print an invitation for EMAIL, in the owner's name: single use, 72 hours.

    Exit 0 printed, 2 refused: unknown or not grantable POINT, bad EMAIL, somebody has it, nobody owns the shop yet.
    """
    owner = _owner()
    points += more_points  # all that follow one --grant
    for point in points:
        _check_point(point)
    try:
        issued = invitations.invite(owner, email, name or email.partition("@")[0][:80], points)
    except ConflictError as error:
        raise RefusedError(str(error.message), "conflict") from error
    except ForbiddenError:
        raise RefusedError("one of these permissions is the owner's alone", "forbidden") from None
    except ValueError as error:
        raise RefusedError(f"this cannot be the {error} of an account", "bad_value") from error
    _answer_link(issued, base_url, as_json, permissions=sorted(points))


def _owner() -> Actor:
    found = accounts.owner()
    actor = access.load_actor(found.id) if found else None
    if actor is None:
        raise RefusedError("nobody owns this shop yet; open the link that shopadmin run prints first", "no_owner")
    return actor


def _check_point(point: str) -> None:
    known = access.all_permissions()
    if point not in known:
        closest = difflib.get_close_matches(point, known, n=1)
        hint = f"; did you mean {closest[0]}?" if closest else ""
        raise RefusedError(f"no permission is called {point}{hint}", "unknown_permission")


@click.command()
@json_option
@with_app
def routes(as_json: bool) -> None:
    """Print every route with its methods and the permission that it declares; ``also``: a second one. Exit 0."""
    declared, also = gate.declared(current_app), gate.declared_also(current_app)
    pages = [
        {
            "rule": rule.rule,
            "endpoint": rule.endpoint,
            "methods": sorted(rule.methods or ()),
            "permission": declared.get(rule.endpoint),
            "also": also.get(rule.endpoint),
        }
        for rule in current_app.url_map.iter_rules()
    ]
    calls = [
        {"rule": path, "endpoint": "api", "methods": [method], "permission": point, "also": None}
        for method, path, point in current_app.extensions["shopadmin.api"].routes()
    ]
    found = sorted(pages + calls, key=lambda route: (str(route["rule"]), str(route["endpoint"])))
    lines = [
        f"{','.join(m for m in route['methods'] or () if m not in ('HEAD', 'OPTIONS')):10} "
        f"{route['permission'] or 'UNDECLARED':28} {route['rule']}"
        for route in found
    ]
    answer({"routes": found}, as_json, "\n".join(lines))


@click.group("accounts")
def accounts_group() -> None:
    """See who has an account, lock somebody out, give the owner a new password."""


@accounts_group.command("list")
@json_option
@with_shop
def list_accounts(as_json: bool) -> None:
    """Print every account. Exit 0."""
    people = [
        {
            "email": found.email,
            "name": found.name,
            "owner": found.is_owner,
            "active": found.active,
            "last_seen_at": found.last_seen_at.isoformat() if found.last_seen_at else None,
            "permissions": sorted(actor.permissions) if (actor := access.load_actor(found.id)) else [],
        }
        for found in accounts.team()
    ]
    lines = [
        f"{'owner' if found['owner'] else 'active' if found['active'] else 'locked out':10} {found['email']}"
        for found in people
    ]
    answer({"accounts": people}, as_json, "\n".join(lines) or "Nobody yet.")


@accounts_group.command()
@click.argument("email")
@json_option
@with_shop
def deactivate(email: str, as_json: bool) -> None:
    """Lock EMAIL out at once. Exit 0 done, 2 no such account, or the owner's."""
    found = accounts.find_by_email(email)
    if found is None:
        raise RefusedError(f"no account has the address {email}", "no_account")
    try:
        stopped = accounts.deactivate(None, found.id)
    except ForbiddenError:
        raise RefusedError("the owner cannot be locked out: a shop always has one", "owner") from None
    emails = [invitation.email for invitation in stopped]
    text = f"{found.email} is locked out." + "".join(f"\nThe invitation of {other} has stopped." for other in emails)
    answer({"email": found.email, "active": False, "stopped_invitations": emails}, as_json, text)


@accounts_group.command("reset-owner-link")
@base_url_option
@json_option
@with_shop
def reset_owner_link(base_url: str | None, as_json: bool) -> None:
    """Print a link with which the owner sets a new password: single use, 30 minutes. Exit 0."""
    _answer_link(accounts.make_setup_link(), base_url, as_json)


commands: tuple[click.Command, ...] = (sign_in_link, invite, routes, accounts_group)
