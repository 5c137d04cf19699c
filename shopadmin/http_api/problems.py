"""Refusals as RFC 9457 problem documents, in the caller's language, and those that every endpoint shares."""

import json
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, has_app_context
from flask_babel import force_locale
from flask_babel import lazy_gettext as _

from shopadmin.api_contract import ApiProblem, ApiRefusalError, ApiRendered
from shopadmin.contract import Text
from shopadmin.services.settings import LOCALES

AREA = "api"
CONTENT_TYPE = "application/problem+json"

BAD_REQUEST = ApiProblem("bad_request", 400, _("The request cannot be understood"))
INVALID_JSON = ApiProblem("invalid_json", 400, _("The body is not valid JSON"))
INVALID_CURSOR = ApiProblem(
    "invalid_cursor",
    404,
    _("This list has no page that begins there"),
    _("Take next_cursor from the page before, or leave cursor out to begin anew."),
)
KEY_MISSING = ApiProblem(
    "idempotency_key_missing",
    400,
    _("The header Idempotency-Key is missing"),
    _("Send a new random key with each new request, and the same one when you repeat it."),
)
KEY_INVALID = ApiProblem(
    "idempotency_key_invalid",
    400,
    _("The header Idempotency-Key cannot be used"),
    _("Use 1 to 255 visible ASCII characters, for example a UUID."),
)
UNAUTHENTICATED = ApiProblem(
    "unauthenticated",
    401,
    _("No valid token"),
    _("Send Authorization: Bearer with a token that is neither revoked nor out of date."),
)
FORBIDDEN = ApiProblem("forbidden", 403, _("This is not allowed"))
SCOPE_MISSING = ApiProblem("scope_missing", 403, _("The token has not the scope that this needs"))
BUYER_NEEDED = ApiProblem(
    "buyer_needed", 403, _("This needs a buyer's token"), _("Mint one with POST /api/v1/buyer-tokens.")
)
STOREFRONT_NEEDED = ApiProblem("storefront_needed", 403, _("This needs the storefront's own token"))
SERVER_ONLY = ApiProblem(
    "server_only",
    403,
    _("This may be called by the storefront's server alone"),
    _("A browser sent the request. Send it from your server, with a token that never leaves it."),
)
NOT_FOUND = ApiProblem("not_found", 404, _("There is no such thing here"))
METHOD_NOT_ALLOWED = ApiProblem("method_not_allowed", 405, _("This method is not allowed here"))
CONFLICT = ApiProblem("conflict", 409, _("It cannot be done as things stand"))
IN_FLIGHT = ApiProblem(
    "request_in_flight",
    409,
    _("A request with this Idempotency-Key is being worked on"),
    _("Repeat it in a moment to get its answer."),
)
TOO_LARGE = ApiProblem("too_large", 413, _("The body is too large"), _("A body has 65536 bytes at the most."))
UNSUPPORTED_TYPE = ApiProblem(
    "unsupported_media_type",
    415,
    _("The body is not plain JSON"),
    _("Send Content-Type: application/json in UTF-8, without a Content-Encoding."),
)
INVALID_REQUEST = ApiProblem("invalid_request", 422, _("Some values cannot be used"))
KEY_REUSED = ApiProblem(
    "idempotency_key_reused",
    422,
    _("This Idempotency-Key was used for another request"),
    _("Send a new key with each new request."),
)
TOO_MANY = ApiProblem("too_many_requests", 429, _("Too many requests"), _("Wait as long as Retry-After says."))
FAULT = ApiProblem(
    "internal_error",
    500,
    _("Something went wrong here"),
    _("Nothing was changed. The reference finds it in the shop's log."),
)
UNAVAILABLE = ApiProblem(
    "unavailable",
    503,
    _("The shop cannot answer just now"),
    _("Repeat the request with the same Idempotency-Key in a moment."),
)

SHARED = (
    BAD_REQUEST, INVALID_JSON, INVALID_CURSOR, KEY_MISSING, KEY_INVALID, UNAUTHENTICATED, FORBIDDEN, SCOPE_MISSING,
    BUYER_NEEDED, STOREFRONT_NEEDED, SERVER_ONLY, NOT_FOUND, METHOD_NOT_ALLOWED, CONFLICT, IN_FLIGHT, TOO_LARGE,
    UNSUPPORTED_TYPE, INVALID_REQUEST, KEY_REUSED, TOO_MANY, FAULT, UNAVAILABLE,
)  # fmt: skip
BY_STATUS: Mapping[int, ApiProblem] = {
    400: BAD_REQUEST, 401: UNAUTHENTICATED, 403: FORBIDDEN, 404: NOT_FOUND, 405: METHOD_NOT_ALLOWED, 409: CONFLICT,
    413: TOO_LARGE, 415: UNSUPPORTED_TYPE, 422: INVALID_REQUEST, 429: TOO_MANY, 500: FAULT, 503: UNAVAILABLE,
}  # fmt: skip
_SHARED_IDS = frozenset(map(id, SHARED))
_ENCODED = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class Place:
    """Where a refusal happens: the app, the plugin's name with dashes, the path, and the caller's language.

    Rendering needs no request, so that a thread that answers many callers can do it.
    """

    app: Flask
    area: str
    path: str
    language: str
    texts: dict[tuple[str, str], tuple[str, str]] = field(repr=False)


def render(place: Place, refusal: ApiRefusalError) -> ApiRendered:
    """The problem document."""
    problem = refusal.problem
    found = kind(place.area, problem)
    title, detail = _texts(place, found, problem)
    if refusal.detail:
        detail = in_language(place, refusal.detail)
    document: dict[str, Any] = {
        "type": f"/problems/{found}",
        "title": title,
        "status": problem.status,
        "detail": detail,
        "instance": place.path,
        "code": problem.code,
    }
    if refusal.reasons:
        document["reasons"] = list(refusal.reasons)
    return ApiRendered(problem.status, to_bytes(document | refusal.more))


def kind(area: str, problem: ApiProblem) -> str:
    """``<area>/<code>``: a shared problem is the API's, whoever refuses with it."""
    return f"{AREA if id(problem) in _SHARED_IDS else area}/{problem.code}"


def to_bytes(document: Mapping[str, Any]) -> bytes:
    """Compact JSON in UTF-8."""
    return _ENCODED(document).encode()


def in_language(place: Place, text: Text) -> str:
    """The text in the caller's language."""
    if isinstance(text, str):
        return text
    # In the context that is there, if one is: the end of another would write down what plugins did wrong, and wait for
    # the write lock that whoever renders inside of writing() holds.
    with nullcontext() if has_app_context() else place.app.app_context(), force_locale(LOCALES[place.language]):
        return str(text)


def _texts(place: Place, found: str, problem: ApiProblem) -> tuple[str, str]:
    """Title and detail, looked up once for each language."""
    texts = place.texts.get((found, place.language))
    if texts is None:
        title = in_language(place, problem.title)
        texts = place.texts[found, place.language] = title, in_language(place, problem.detail) or title
    return texts
