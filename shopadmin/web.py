"""What every answer carries and every error looks like; the two health routes."""

from http import HTTPStatus
from typing import Any

from flask import Flask, Request, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from shopadmin import hook_guard
from shopadmin.admin import form_pages, gate
from shopadmin.contract import Text
from shopadmin.models import db
from shopadmin.services.lists import BadListArgumentError
from shopadmin.services.refusals import ConflictError, ForbiddenError
from shopadmin.services.sign_ins import TooManyTriesError

CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
_HEADERS = [(name, name.lower(), value) for name, value in HEADERS.items()]
SHOWN_ERRORS = (400, 403, 404, 405, 409, 413, 429, 500, 503)


# Files that change their address with their content, the same for everybody.
CACHED_ENDPOINTS = ("static", "bootstrap.static", "icons.sprite")
# What an error says beyond its page.
KEPT_HEADERS = ("Allow", "Retry-After")


def init_app(app: Flask) -> None:
    """Attach headers, error pages and the health routes."""
    app.after_request(_add_headers)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(CSRFError, _show_http_error)
    app.register_error_handler(BadListArgumentError, lambda _error: _page(400))
    app.register_error_handler(StaleDataError, lambda _error: _page(409))
    app.register_error_handler(ConflictError, _show_conflict)
    app.register_error_handler(ForbiddenError, _show_forbidden)
    app.register_error_handler(TooManyTriesError, _show_too_many)
    app.register_error_handler(OperationalError, _show_database_error)
    app.register_error_handler(PoolTimeoutError, _show_database_error)
    app.register_error_handler(Exception, _show_fault)
    for rule, endpoint, view in (
        ("/healthz", "healthz", _healthz),
        ("/readyz", "readyz", _readyz),
        ("/", "front", _front),
    ):
        app.add_url_rule(rule, endpoint, view)
        gate.declare(app, endpoint, gate.PUBLIC)


def _add_headers(response: Response) -> Response:
    asked: Request = request._get_current_object()  # type: ignore[attr-defined]
    # Looked through once: each setdefault would look through all of them.
    there = {name.lower() for name, _value in response.headers}
    if "location" in there:
        gate.keep_redirects_here(response)
    for name, lower, value in _HEADERS:
        if lower not in there:
            response.headers.add(name, value)
    if asked.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if asked.endpoint not in CACHED_ENDPOINTS or g.get("actor") is not None:
        response.headers["Cache-Control"] = "no-store"
    return response


def _show_http_error(error: Any) -> ResponseReturnValue:
    if error.response is not None:
        return error.response  # type: ignore[no-any-return]
    if (fault := getattr(error, "original_exception", None)) is not None:  # such as a view that answers nothing
        return _show_fault(fault)
    if error.code == 405 and request.method in ("GET", "HEAD") and (page := form_pages.page_of(request.path)):
        return redirect(page)
    answer = _page(error.code or 500)
    answer.headers.extend((name, value) for name, value in error.get_headers() if name in KEPT_HEADERS)
    return answer


def _show_conflict(error: ConflictError) -> ResponseReturnValue:
    return _page(409, error.message)


def _show_forbidden(error: ForbiddenError) -> ResponseReturnValue:
    found = gate.current_actor()
    if found is not None:
        gate.log_denial(found, error.point)
    return _page(403)


def _show_too_many(error: TooManyTriesError) -> ResponseReturnValue:
    answer = _page(429)
    answer.headers["Retry-After"] = str(error.seconds)
    return answer


def _show_database_error(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    _log(error)
    answer = _page(503)
    answer.headers["Retry-After"] = "5"
    return answer


def _show_fault(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    if plugin := _plugin_of_page():
        hook_guard.fail(plugin, f"{hook_guard.PAGE}{request.path}", error)
    else:
        _log(error)
    return _page(500)


def _plugin_of_page() -> str:
    """The plugin whose page was asked for; empty for the core's own."""
    views = getattr(current_app.extensions.get("shopadmin.admin"), "_views", ())
    return next((getattr(view, "plugin", "") for view in views if view.endpoint == request.blueprint), "")


def _log(error: Exception) -> None:
    current_app.logger.error("%s [%s]", request.path, hook_guard.reference(), exc_info=error)


def _page(code: int, reason: Text = "") -> Response:
    """A page that says what happened and what to do, with the reference to find it in the log; nothing else."""
    shown = code if code in SHOWN_ERRORS else 500 if code >= 500 else 400
    context = {"code": code, "phrase": HTTPStatus(code).phrase, "reference": hook_guard.reference(), "reason": reason}
    try:
        body = render_template(f"errors/{shown}.html", **context)
    except Exception as error:  # without a database there is neither shop name nor language
        db.session.rollback()
        _log(error)
        g.language = "en"
        body = current_app.jinja_env.get_template(f"errors/{shown}.html").render(shell={}, **context)
    return Response(body, status=code)


def _healthz() -> ResponseReturnValue:
    return {"ok": True}


def _readyz() -> ResponseReturnValue:
    """200 once the database answers with the schema that this version needs; a plugin that is behind stays out."""
    from shopadmin.services import schema_state

    db.session.execute(text("select 1"))
    pending = [owner for owner in schema_state.pending() if owner == schema_state.CORE]
    return {"ok": not pending, "pending": pending}, 503 if pending else 200


def _front() -> ResponseReturnValue:
    return redirect(url_for("admin.index_view"))
