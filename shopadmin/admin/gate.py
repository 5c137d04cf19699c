"""The gate: every route names who may pass, and one that names nobody lets nobody pass.

A route is declared as ``public`` (anyone), ``self`` (anyone signed in, about themselves) or with a permission code.
"""

import uuid
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from shopadmin.contract import Actor
from shopadmin.services import access, audit, sessions
from shopadmin.services.transactions import writing

PUBLIC = "public"
SELF = "self"
SESSION_KEY = "shopadmin_session"


def init_app(app: Flask) -> None:
    """Put the gate before every request."""
    app.extensions["shopadmin.routes"] = {}
    app.before_request(_enter)


def declare(app: Flask, endpoint: str, point: str) -> None:
    """Say who may pass at the endpoint. Raises ValueError when it was said before."""
    routes = declared(app)
    if endpoint in routes:
        raise ValueError(f"route {endpoint} is declared twice")
    routes[endpoint] = point


def declared(app: Flask) -> dict[str, str]:
    """Endpoint to ``public``, ``self`` or permission code."""
    return cast(dict[str, str], app.extensions["shopadmin.routes"])


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
    account: Any = current_user
    if not token or not account.is_authenticated:
        return None
    account_id = int(account.id)
    return access.load_actor(account_id) if sessions.is_alive(token, account_id) else None


def _enter() -> ResponseReturnValue | None:
    request_id = uuid.uuid4().hex
    request.environ["shopadmin.request_id"] = request_id
    audit.current_request.set(audit.Request(ip=request.remote_addr or "", request_id=request_id))
    if request.endpoint is None:
        return None  # Flask answers 404 or 405 itself
    point = declared(current_app).get(request.endpoint)
    if point == PUBLIC:
        return None
    found = current_actor()
    if found is None:
        return _sign_in_first()
    check(point)
    return None


def check(point: str | None) -> None:
    """403 unless the actor may pass; an undeclared route refuses everybody. Denials are logged."""
    found = actor()
    if point == SELF or (point is not None and point in access.all_permissions() and found.can(point)):
        return
    deny(found, point or "undeclared")


def deny(found: Actor, point: str) -> None:
    """Log a denial and answer 403."""
    with writing():
        audit.record(found, "core.access.denied", "route", request.endpoint or "", after={"permission": point})
    abort(403)


def _sign_in_first() -> ResponseReturnValue:
    if request.path.startswith("/api/"):
        abort(401)
    session.pop(SESSION_KEY, None)
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("security.login", next=wanted))


def is_local_path(target: str) -> bool:
    """Whether a redirect target stays here: one leading slash, no backslash, no control characters."""
    if not target.startswith("/") or target.startswith("//") or "\\" in target:
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc and all(" " <= character != "\x7f" for character in target)


def keep_redirects_here(response: Any) -> Any:
    """Turn a redirect to another host into one to the front page."""
    location = response.headers.get("Location")
    if location and not is_local_path(location):
        parts = urlsplit(location)
        if parts.netloc != request.host or parts.scheme not in ("http", "https"):
            response.headers["Location"] = "/"
    return response
