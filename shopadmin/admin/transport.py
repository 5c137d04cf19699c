"""How a request may reach us: encrypted or from this machine, to a name of ours, from a page of ours."""

from flask import Flask, Request, Response, abort, current_app, render_template, request
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import SecurityError

from shopadmin.services import connections

# What a page that refuses plain HTTP needs itself, and what a load balancer asks.
OPEN_ENDPOINTS = ("static", "bootstrap.static", "icons.sprite", "healthz", "readyz")


class SessionCookie(SecureCookieSessionInterface):
    """``__Host-session``, Secure, where the connection is encrypted; plain ``session`` on loopback.

    A browser takes the first name only over TLS and only from this very host: nobody else can plant one.
    """

    def get_cookie_name(self, app: Flask) -> str:
        """The name on this connection."""
        return "__Host-session" if request.is_secure else "session"

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the browser may send it over TLS alone."""
        return request.is_secure

    def get_cookie_domain(self, app: Flask) -> str | None:
        """This host alone."""
        return None

    def get_cookie_path(self, app: Flask) -> str:
        """Every page: the prefix of the name asks for it."""
        return "/"


def init_app(app: Flask) -> None:
    """Put the checks before everything else."""
    app.session_interface = SessionCookie()
    app.before_request(_check)


def _check() -> ResponseReturnValue | None:
    asked: Request = request._get_current_object()  # type: ignore[attr-defined]
    if isinstance(asked.routing_exception, SecurityError):
        # No page: under a name that is not ours there are no addresses to link to.
        text = gettext("This server does not answer to that name. Whoever runs it adds it to TRUSTED_HOSTS.")
        return Response(text, status=400, content_type="text/plain; charset=utf-8")
    if (
        connections.is_exposed(asked)
        and not current_app.config["INSECURE_HTTP"]
        and asked.endpoint not in OPEN_ENDPOINTS
    ):
        return Response(render_template("errors/insecure.html", code=403, reference=""), status=403)
    if not connections.is_from_here(asked):
        abort(400)
    return None
