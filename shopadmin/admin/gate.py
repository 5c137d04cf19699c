"""The gate: every route names who may pass, and one that names nobody lets nobody pass.

A route is declared as ``public`` (anyone), ``self`` (anyone signed in, about themselves), ``bearer`` (a program
that shows a secret, at which the route looks itself; no cookie opens it) or with a permission code. The storefront API
does not come by here: it stands in front.
"""

from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, Request, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from shopadmin.contract import Actor
from shopadmin.services import access, audit, sessions
from shopadmin.services.connections import is_local_path
from shopadmin.services.transactions import writing

PUBLIC = "public"
SELF = "self"
BEARER = "bearer"
SESSION_KEY = "shopadmin_session"
# Ours, and what Flask-Login and Flask-Security keep.
SIGN_IN_KEYS = (SESSION_KEY, "_user_id", "_fresh", "_id", "fs_cc", "fs_paa", "fs_gexp", "identity.name")


def init_app(app: Flask) -> None:
    """Put the gate before every request."""
    app.extensions["shopadmin.routes"] = {}
    app.extensions["shopadmin.routes_also"] = {}
    app.before_request(_enter)


def declare(app: Flask, endpoint: str, point: str, also: str = "") -> None:
    """Say who may pass at the endpoint. Raises ValueError when it was said before.

    ``also``: a second permission that is needed, the one of the page that the route's answer shows again.
    """
    routes = declared(app)
    if endpoint in routes:
        raise ValueError(f"route {endpoint} is declared twice")
    routes[endpoint] = point
    if also not in ("", point):
        declared_also(app)[endpoint] = also


def declared(app: Flask) -> dict[str, str]:
    """Endpoint to ``public``, ``self``, ``bearer`` or permission code."""
    return cast(dict[str, str], app.extensions["shopadmin.routes"])


def declared_also(app: Flask) -> dict[str, str]:
    """Endpoint to the second permission that is needed, for routes that ask for two."""
    return cast(dict[str, str], app.extensions["shopadmin.routes_also"])


def actor() -> Actor:
    """Who is signed in; only behind the gate."""
    found = current_actor()
    if found is None:
        abort(403)
    return found


def current_actor() -> Actor | None:
    """Who is signed in, or nobody: the account is active and its session still open on the server."""
    if "actor" not in g:
        g.actor = _load_actor()
    return cast("Actor | None", g.actor)


def _load_actor() -> Actor | None:
    token = session.get(SESSION_KEY)
    return sessions.actor_of(token) if isinstance(token, str) else None


def _enter() -> ResponseReturnValue | None:
    asked: Request = request._get_current_object()  # type: ignore[attr-defined]
    audit.begin_request(asked.remote_addr or "")
    endpoint = asked.endpoint
    if endpoint is None:
        return None  # Flask answers 404 or 405 itself
    point = declared(current_app).get(endpoint)
    if point == BEARER:
        return None
    if point == PUBLIC:
        if endpoint == "security.login" and current_actor() is None:
            forget_sign_in()  # else the library takes the browser for signed in and sends it back here, for ever
        return None
    found = current_actor()
    if found is None:
        return _sign_in_first()
    check(point)
    if also := declared_also(current_app).get(endpoint):
        check(also)
    return None


def check(point: str | None) -> None:
    """403 unless the actor may pass; an undeclared route refuses everybody. Denials are logged."""
    found = actor()
    if point not in (None, SELF) and not access.is_switched_on(str(point)):
        abort(404)  # of a plugin that is off nothing is there, whatever was granted
    if point == SELF or (point is not None and point in access.all_permissions() and found.can(point)):
        return
    deny(found, point or "undeclared")


def deny(found: Actor, point: str) -> None:
    """Log a denial and answer 403."""
    log_denial(found, point)
    abort(403)


def log_denial(found: Actor, point: str) -> None:
    """Note who was refused what."""
    with writing():
        audit.record(found, "core.access.denied", "route", request.endpoint or "", after={"permission": point})


def forget_sign_in() -> None:
    """Take out of the cookie what a sign-in left in it; language and theme stay."""
    for key in SIGN_IN_KEYS:
        session.pop(key, None)


def _sign_in_first() -> ResponseReturnValue:
    forget_sign_in()
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("security.login", next=wanted))


def keep_redirects_here(response: Any) -> Any:
    """Turn a redirect to another host into one to the front page."""
    location = response.headers.get("Location")
    if location and not is_local_path(location) and not _is_own_address(location):
        response.headers["Location"] = "/"
    return response


def _is_own_address(location: str) -> bool:
    try:
        parts = urlsplit(location)
    except ValueError:
        return False
    is_here = (parts.scheme, parts.netloc) == (request.scheme, request.host)
    return is_here and is_local_path(parts.path or "/")
