"""One call from its arrival to its answer: admit, read, look for a stored answer, run, render."""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Request, Response, current_app, request
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header
from werkzeug.wsgi import ClosingIterator

from shopadmin import hook_guard
from shopadmin.api_contract import ApiAnswer, ApiCall, ApiEndpoint, ApiKey, ApiRefusalError, ApiRendered
from shopadmin.http_api import admission, cursors, document, effects, endpoints, inputs, problems
from shopadmin.http_api.endpoints import Registered
from shopadmin.models import db
from shopadmin.services import idempotency
from shopadmin.services.conflicts import MissingError, ObjectionsError, RefusedError
from shopadmin.services.refusals import ConflictError, ForbiddenError
from shopadmin.services.settings import LOCALES

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# A path that stands in a header as it is; another is written by Werkzeug.
_PLAIN = re.compile(r"[A-Za-z0-9/_.~-]*")


def init_app(app: Flask) -> Blueprint:
    """Make the routes of every endpoint; call inside an app context. Returns the blueprint, not yet registered."""
    registered = endpoints.gather(app)
    app.extensions["shopadmin.api"] = registered
    app.extensions["shopadmin.api_admission"] = admission.Admission(app)
    app.extensions["shopadmin.api_texts"] = {}
    blueprint = Blueprint("api", __name__)
    # An address is there or it is not: a program that is sent on would get a page, and might not follow with its body.
    exactly: dict[str, Any] = {"provide_automatic_options": False, "merge_slashes": False, "strict_slashes": True}
    for number, each in enumerate(registered):
        blueprint.add_url_rule(each.rule, f"call_{number}", _view(each), methods=[each.endpoint.method], **exactly)
    blueprint.add_url_rule(document.PATH, "document", document.serve, **exactly)
    return blueprint


@lru_cache(maxsize=256)
def _language(accepted: str) -> str:
    """The caller's: what it accepts, else English. No cookie is read here."""
    return parse_accept_header(accepted, LanguageAccept).best_match(list(LOCALES), default="en") or "en"


def place(area: str) -> problems.Place:
    """Where the present request is."""
    return _place(area, _present())


def _present() -> Request:
    """The request itself: what stands for it looks for it each time that it is asked something."""
    found: Request = request._get_current_object()  # type: ignore[attr-defined]
    return found


def _place(area: str, asked: Request) -> problems.Place:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    language = _language(asked.environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    return problems.Place(app, area, asked.path, language, app.extensions["shopadmin.api_texts"])


def _view(registered: Registered) -> Callable[..., Response]:
    def call(**values: Any) -> Response:
        asked = _present()
        here = _place(registered.area, asked)
        try:
            return _respond(here, _answer(registered, asked, here, values), asked)
        except ApiRefusalError as refusal:
            return refuse(here, refusal)

    return call


def _answer(registered: Registered, asked: Request, here: problems.Place, values: dict[str, Any]) -> ApiRendered:
    endpoint = registered.endpoint
    admitted = admission.of_app(here.app).admit(registered, asked)
    params = inputs.read_params(endpoint, values)
    query = inputs.read_query(endpoint, asked, here)
    body, canonical = inputs.read_body(endpoint, asked, here)
    key = None
    if admitted.key_hash is not None:
        key = ApiKey(admitted.key_hash, idempotency.fingerprint(endpoint.method, asked.full_path, canonical))
        if admitted.row.fingerprint is not None:
            return effects.replay(admitted.row, key)
    call = ApiCall(
        endpoint=endpoint,
        caller=admitted.caller,
        params=params,
        query=query,
        body=body,
        language=here.language,
        key=key,
        render=_Renderer(here, endpoint.status),
        cursor=lambda cells: cursors.write(registered.name, cells),
        after=lambda text: cursors.read(registered.name, text),
    )
    return effects.settle(call, lambda: _run(registered, here, call))


@dataclass(frozen=True, slots=True)
class _Renderer:
    """Answers and refusals as bytes; asks for no request, so it serves any thread."""

    here: problems.Place
    status: int

    def __call__(self, found: ApiAnswer | ApiRefusalError) -> ApiRendered:
        if isinstance(found, ApiRefusalError):
            return problems.render(self.here, found)
        body = found.body
        data = body.model_dump_json(by_alias=True).encode() if isinstance(body, BaseModel) else problems.to_bytes(body)
        return ApiRendered(found.status or self.status, data, found.location)


def _run(registered: Registered, here: problems.Place, call: ApiCall) -> ApiAnswer | ApiRendered:
    """Under the watch that every hook is under: a fault is noted, and five of them pause the plugin.

    A refusal is no fault, nor is a key used twice or a database that does not answer; they leave the watch as values.
    """
    hook, reads = f"API {registered.name}", registered.endpoint.effect == "none"
    try:
        with hook_guard.calling(registered.plugin, hook, reads=reads):
            outcome = _outcome(registered.endpoint, here, call)
    except Exception:  # a plugin may raise anything at all; it has been noted
        if reads:
            db.session.rollback()
        raise ApiRefusalError(problems.FAULT, more={"reference": hook_guard.reference()}) from None
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _outcome(endpoint: ApiEndpoint, here: problems.Place, call: ApiCall) -> ApiAnswer | ApiRendered | Exception:
    try:
        return endpoint.run(call)
    except (ApiRefusalError, OperationalError, PoolTimeoutError, idempotency.KeyReusedError) as error:
        return error
    except MissingError:
        return ApiRefusalError(problems.NOT_FOUND)
    except ForbiddenError:
        return ApiRefusalError(problems.FORBIDDEN)
    except ObjectionsError as error:
        return ApiRefusalError(problems.CONFLICT, error.message, reasons=[found.code for found in error.problems])
    except ConflictError as error:
        return ApiRefusalError(problems.CONFLICT, error.message)
    except RefusedError as error:
        return inputs.refusal(here, [(found.field, found.code, found.message) for found in error.problems])


def _respond(here: problems.Place, rendered: ApiRendered, asked: Request) -> Response:
    """The answer as Flask sends it. A GET gets an ETag, and 304 to who has that one already."""
    kind = problems.CONTENT_TYPE if rendered.status >= 400 else "application/json"
    headers = [
        ("Content-Language", "zh-Hans" if here.language == "zh" else "en"),
        ("Vary", "Accept-Language, Authorization"),
    ]
    if rendered.location:
        headers.append(("Location", rendered.location))
    if rendered.replayed:
        headers.append(("Idempotent-Replayed", "true"))
    made = _Answer if _PLAIN.fullmatch(rendered.location) else Response
    response = made(rendered.body, rendered.status, headers, content_type=kind)
    if asked.method in ("GET", "HEAD") and rendered.status == 200:
        response.set_etag(hashlib.sha256(rendered.body).hexdigest()[:32])
        response.make_conditional(asked)
    return response


class _Answer(Response):
    """Bytes and headers that go out as they are: Werkzeug copies headers one by one, to look what they lack."""

    def get_wsgi_response(self, environ: "WSGIEnvironment") -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        """Body, status and headers; what goes without its body as Werkzeug does it."""
        if environ["REQUEST_METHOD"] == "HEAD" or self.status_code in (204, 304):
            return super().get_wsgi_response(environ)
        return ClosingIterator(self.iter_encoded(), self.close), self.status, list(self.headers)


def refuse(here: problems.Place, refusal: ApiRefusalError) -> Response:
    """The refusal as Flask sends it."""
    response = _respond(here, problems.render(here, refusal), _present())
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    if refusal.problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="shopadmin"'
    return response
