"""The storefront API as a WSGI application of its own, in front of Flask's: no page, cookie, session or form here.

A call finds Flask's application context, and in it all that services and plugins need. There is no request of Flask's:
what an endpoint may know of the call is in its ``ApiCall``.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import Flask, current_app, g, has_app_context
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug import Request, Response
from werkzeug.datastructures import LanguageAccept
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES, parse_accept_header
from werkzeug.routing import Map, Rule
from werkzeug.sansio.utils import get_host

from shopadmin import hook_guard
from shopadmin.api_contract import ApiRefusalError, ApiRendered
from shopadmin.http_api import document, endpoints, problems, serving
from shopadmin.http_api.admission import Admission
from shopadmin.models import db
from shopadmin.services import audit, connections, plugin_health, settings
from shopadmin.services.connections import is_local_path

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Every address below is the API's: what is not there is a problem document, too.
BELOW = "/api/"
# A path that stands in a header as it is; another is written by Werkzeug.
_PLAIN = re.compile(r"[A-Za-z0-9/_.~-]*")
# What differs in the path of an endpoint.
_PART = re.compile(r"\{\w+\}")
# What has neither body nor length.
_BODILESS = (204, 304)


class StorefrontApi:
    """All endpoints of the app, what it remembers of callers, and Flask's pages behind."""

    def __init__(self, app: Flask, headers: Mapping[str, str]) -> None:
        """Call inside an app context. ``headers``: what every answer of the app carries."""
        self._app, self._pages = app, app.wsgi_app
        self.registered = endpoints.gather(app)
        self.admission = Admission(app)
        self._document = document.Document(self.registered)
        self._texts: dict[tuple[str, str], tuple[str, str]] = {}
        self._headers = [*headers.items(), ("Cache-Control", "no-store")]
        # An address is there or it is not: a program that is sent on would get a page, and might not follow with its
        # body.
        self._routed = dict(enumerate(self.registered))
        rules = [Rule(each.rule, endpoint=at, methods=[each.endpoint.method]) for at, each in self._routed.items()]
        routes = Map([*rules, Rule(document.PATH, endpoint=document.PATH, methods=["GET"])], merge_slashes=False)
        self._routes = routes.bind("")
        self._together = {
            (each.endpoint.method, re.compile(_PART.sub("[^/]+", each.endpoint.path)))
            for each in self.registered
            if each.endpoint.together
        }

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer what is the API's, and leave the rest to Flask."""
        if not environ.get("PATH_INFO", "").startswith(BELOW):
            return self._pages(environ, start_response)
        asked = Request(environ)
        # As Flask does it: a context of the app that is there already is taken.
        if has_app_context() and current_app == self._app:
            answer = self._answer_one(asked)
        else:
            with self._app.app_context():
                answer = self._answer_one(asked)
        return answer(environ, start_response)

    def goes_together(self, method: str, path: str) -> bool:
        """Whether the call is one that shares a thread with others that came with it."""
        return any(method == each and pattern.fullmatch(path) for each, pattern in self._together)

    def routes(self) -> list[tuple[str, str, str]]:
        """Method and path of each address, and what opens it: a token's scope, or nothing at all (``public``)."""
        found = [(each.endpoint.method, each.rule, each.endpoint.scope_code) for each in self.registered]
        return [*found, ("GET", document.PATH, "public")]

    def place(self, asked: Request, area: str = problems.AREA) -> problems.Place:
        """Where a refusal of the request happens."""
        language = _language(asked.environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        return problems.Place(self._app, area, asked.path, language, self._texts)

    def _answer_one(self, asked: Request) -> "WSGIApplication":
        with settings.kept_for_a_call():
            return self._answer(asked)

    def _answer(self, asked: Request) -> "WSGIApplication":
        audit.begin_request(asked.remote_addr or "")
        plugin_health.watch(self._app)
        here = self.place(asked)
        g.language = here.language
        try:
            self._check(asked)
            endpoint, values = self._routes.match(asked.path, asked.method)
            registered = self._routed.get(endpoint)
            if registered is None:
                # In English, whoever asks: it is made once.
                return self._send(asked, replace(here, language="en"), ApiRendered(200, self._document.read()))
            here = self.place(asked, registered.area)
            return self._send(asked, here, serving.answer(self.admission, registered, asked, here, values))
        except ApiRefusalError as refusal:
            return self._refuse(asked, here, refusal)
        except HTTPException as error:
            return self._refuse(asked, here, *_of_http(error))
        except (OperationalError, PoolTimeoutError) as error:
            self._note(asked, error)
            return self._refuse(asked, here, ApiRefusalError(problems.UNAVAILABLE, retry_after=5, more=_reference()))
        except Exception as error:  # whatever it is, a program gets a problem document
            self._note(asked, error)
            return self._refuse(asked, here, ApiRefusalError(problems.FAULT, more=_reference()))

    def _check(self, asked: Request) -> None:
        """How the request may reach us: as of pages, but that there is nothing to read for anybody."""
        hosts = tuple(self._app.config["TRUSTED_HOSTS"])
        _check_host(asked.scheme, asked.environ.get("HTTP_HOST"), asked.server, hosts)
        if connections.is_exposed(asked) and not self._app.config["INSECURE_HTTP"]:
            raise ApiRefusalError(problems.FORBIDDEN)
        if not connections.is_from_here(asked):
            raise ApiRefusalError(problems.BAD_REQUEST)

    def _note(self, asked: Request, error: Exception) -> None:
        db.session.rollback()
        self._app.logger.error("%s [%s]", asked.path, hook_guard.reference(), exc_info=error)

    def _refuse(
        self, asked: Request, here: problems.Place, refusal: ApiRefusalError, more: Iterable[tuple[str, str]] = ()
    ) -> "WSGIApplication":
        headers = list(more)
        if refusal.retry_after is not None:
            headers.append(("Retry-After", str(refusal.retry_after)))
        if refusal.problem.status == 401:
            headers.append(("WWW-Authenticate", 'Bearer realm="shopadmin"'))
        return self._send(asked, here, problems.render(here, refusal), headers)

    def _send(
        self, asked: Request, here: problems.Place, rendered: ApiRendered, more: Iterable[tuple[str, str]] = ()
    ) -> "WSGIApplication":
        """The answer as it goes out. What is read gets an ETag, and 304 to who has that one already."""
        kind = problems.CONTENT_TYPE if rendered.status >= 400 else "application/json"
        headers = [
            ("Content-Type", kind),
            ("Content-Language", "zh-Hans" if here.language == "zh" else "en"),
            ("Vary", "Accept-Language, Authorization"),
            *self._headers,
            *more,
        ]
        if asked.is_secure:
            headers.append(("Strict-Transport-Security", "max-age=31536000"))
        if is_local_path(rendered.location):  # nobody is sent to another host
            headers.append(("Location", rendered.location))
        if rendered.replayed:
            headers.append(("Idempotent-Replayed", "true"))
        reads = asked.method in ("GET", "HEAD")
        if not reads and rendered.status not in _BODILESS and _PLAIN.fullmatch(rendered.location):
            return _Plain(rendered.status, headers, rendered.body)
        response = Response(rendered.body, rendered.status, headers)
        if reads and rendered.status == 200:
            response.set_etag(hashlib.sha256(rendered.body).hexdigest()[:32])
            response.make_conditional(asked)
        return response


@dataclass(frozen=True, slots=True)
class _Plain:
    """An answer that goes out as it is: Werkzeug copies headers one by one, to look what they lack."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def __call__(self, _environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        length = ("Content-Length", str(len(self.body)))
        start_response(
            f"{self.status} {HTTP_STATUS_CODES.get(self.status, 'Unknown').upper()}", [*self.headers, length]
        )
        return [self.body]


@lru_cache(maxsize=256)
def _check_host(scheme: str, host: str | None, server: tuple[str, int | None] | None, ours: tuple[str, ...]) -> None:
    """Raise SecurityError for a name that is not ours."""
    get_host(scheme, host, server, ours)


@lru_cache(maxsize=256)
def _language(accepted: str) -> str:
    """The caller's: what it accepts, else English."""
    return parse_accept_header(accepted, LanguageAccept).best_match(list(settings.LOCALES), default="en") or "en"


def _reference() -> dict[str, str]:
    return {"reference": hook_guard.reference()}


def _of_http(error: HTTPException) -> tuple[ApiRefusalError, list[tuple[str, str]]]:
    """The refusal that says the same, and the headers that it goes with."""
    status = error.code or 500
    problem = problems.BY_STATUS.get(status) or problems.BY_STATUS[500 if status >= 500 else 400]
    kept = [(name, value) for name, value in error.get_headers() if name == "Allow" and status == 405]
    return ApiRefusalError(problem, more=_reference() if status >= 500 else None), kept
