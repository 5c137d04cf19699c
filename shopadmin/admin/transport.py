"""How a request may reach us: encrypted or from this machine, to a name of ours, from a page of ours."""

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, current_app, render_template, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import SecurityError

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# What a page that refuses plain HTTP needs itself, and what a load balancer asks.
OPEN_ENDPOINTS = ("static", "bootstrap.static", "icons.sprite", "healthz", "readyz")


class SessionCookie(SecureCookieSessionInterface):
    """``__Host-session``, Secure, where the connection is encrypted; plain ``session`` on loopback.

    A browser takes the first name only over TLS and only from this very host: nobody else can plant one. The storefront
    API is blind to cookies: it reads none and sets none.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the cookie holds; nothing for the API."""
        return self.session_class() if is_api(request) else super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie when something in it changed."""
        if not is_api(request):
            super().save_session(app, session, response)

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


def is_loopback(asked: Request | None = None) -> bool:
    """Whether the request, else the present one, is from this machine: a socket of its own, or a loopback address."""
    address = (asked or request).remote_addr
    return not address or _is_loopback(address)


@lru_cache(maxsize=256)
def _is_loopback(text: str) -> bool:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def is_forwarded() -> bool:
    """Whether somebody passed the request on: behind a proxy every peer looks local."""
    return any(name.lower().startswith(("x-forwarded", "forwarded", "x-real-ip", "via")) for name, _ in request.headers)


def is_exposed(asked: Request | None = None) -> bool:
    """Whether others on the way can read along."""
    asked = asked or request
    return not asked.is_secure and not is_loopback(asked)


def is_api(asked: Request | None = None) -> bool:
    """Whether the request, else the present one, is a program's: it gets no page, but a problem document."""
    path: str = request.path if asked is None else asked.path
    return path.startswith("/api/")


def _check() -> ResponseReturnValue | None:
    asked: Request = request._get_current_object()  # type: ignore[attr-defined]
    if isinstance(asked.routing_exception, SecurityError):
        if is_api(asked):
            abort(400)
        # No page: under a name that is not ours there are no addresses to link to.
        text = gettext("This server does not answer to that name. Whoever runs it adds it to TRUSTED_HOSTS.")
        return Response(text, status=400, content_type="text/plain; charset=utf-8")
    if is_exposed(asked) and not current_app.config["INSECURE_HTTP"] and asked.endpoint not in OPEN_ENDPOINTS:
        if is_api(asked):
            abort(403)
        return Response(render_template("errors/insecure.html", code=403, reference=""), status=403)
    if asked.method not in SAFE_METHODS and not _is_from_here(asked):
        abort(400)
    return None


def _is_from_here(asked: Request) -> bool:
    """Whether an unsafe request was sent by a page of ours, as far as the browser says.

    The token is the lock; this holds as well when a token has leaked.
    """
    if asked.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        return False
    origin = asked.headers.get("Origin")
    if origin is None:
        return True
    sent = urlsplit(origin)
    return (sent.scheme, sent.netloc) == (asked.scheme, asked.host)
