"""What a request brings, checked against the endpoint's models; what is wrong is named by field, never shown again."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from flask_babel import lazy_gettext as _
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from werkzeug import Request
from werkzeug.http import parse_options_header

from shopadmin.api_contract import ApiEndpoint, ApiRefusalError
from shopadmin.contract import Text
from shopadmin.http_api import bodies, problems

_JSON_REASONS: dict[str, Text] = {
    "not_utf8": _("It is not UTF-8."),
    "syntax": _("It is not JSON."),
    "too_deep": _("It is nested more than 32 levels deep."),
    "duplicate_name": _("A name stands twice in one object."),
    "not_a_number": _("NaN and Infinity are no numbers."),
    "number_too_large": _("A number is too large."),
    "nul": _("A text holds the character NUL."),
    "half_a_character": _("A text holds half a character (a lone surrogate)."),
}
_MESSAGES: dict[str, Text] = {
    "missing": _("is missing"),
    "extra_forbidden": _("is not known here"),
    "literal_error": _("is none of the allowed values"),
    "enum": _("is none of the allowed values"),
    "string_too_short": _("is too short"),
    "string_too_long": _("is too long"),
    "too_short": _("has too few entries"),
    "too_long": _("has too many entries"),
    "greater_than": _("is too small"),
    "greater_than_equal": _("is too small"),
    "less_than": _("is too large"),
    "less_than_equal": _("is too large"),
    "string_pattern_mismatch": _("has not the right form"),
}
_WRONG_TYPE = _("has the wrong type")
_WRONG = _("cannot be used")
MAX_ERRORS = 20


def read_params(endpoint: ApiEndpoint, values: Mapping[str, Any]) -> BaseModel | None:
    """The parts of the path. What cannot be an id names nothing: refused as not found."""
    if endpoint.params is None:
        return None
    try:
        return endpoint.params.model_validate_strings(values)
    except (ValidationError, ValueError):
        raise ApiRefusalError(problems.NOT_FOUND) from None


def read_query(endpoint: ApiEndpoint, asked: Request, place: problems.Place) -> BaseModel | None:
    """The query string; a name that stands twice, or that the endpoint does not know, is refused."""
    if not asked.query_string and endpoint.query is None:
        return None
    pairs = list(asked.args.items(multi=True))
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ApiRefusalError(problems.INVALID_REQUEST, _("A parameter stands twice in the address."))
    if endpoint.query is None:
        if values:
            raise refusal(place, [(name, "extra_forbidden", _message("extra_forbidden")) for name in values])
        return None
    if any("\0" in value or "�" in value for value in values.values()):
        raise ApiRefusalError(problems.INVALID_REQUEST, _("The address holds characters that are none."))
    try:
        return endpoint.query.model_validate_strings(values)
    except ValidationError as error:
        raise refusal(place, map(_named, error.errors(include_url=False, include_input=False))) from None


def read_body(endpoint: ApiEndpoint, asked: Request, place: problems.Place) -> tuple[BaseModel | None, bytes]:
    """The body, and its canonical spelling. Raises ApiRefusalError; 413 comes from Werkzeug while it reads."""
    if endpoint.method == "GET":
        return None, b""
    if asked.environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise ApiRefusalError(problems.UNSUPPORTED_TYPE)
    asked.max_content_length = bodies.MAX_BYTES
    data = asked.get_data(cache=False)
    if not data and endpoint.body is None:
        return None, b"{}"
    if not _is_plain_json(asked.environ.get("CONTENT_TYPE", "")):
        raise ApiRefusalError(problems.UNSUPPORTED_TYPE)
    try:
        value = bodies.parse(data)
    except bodies.BadJsonError as error:
        raise ApiRefusalError(problems.INVALID_JSON, _JSON_REASONS[error.reason], reasons=[error.reason]) from None
    if endpoint.body is None:
        if value != {} or not isinstance(value, dict):
            raise ApiRefusalError(problems.INVALID_REQUEST, _("This takes no body, or an empty object."))
        return None, b"{}"
    canonical = bodies.canonical(value)
    try:
        # From JSON: only then dates and the like may be written as JSON writes them.
        model = endpoint.body.model_validate_json(canonical)
    except ValidationError as error:
        raise refusal(place, map(_named, error.errors(include_url=False, include_input=False))) from None
    return model, canonical


@lru_cache(maxsize=64)
def _is_plain_json(content_type: str) -> bool:
    kind, options = parse_options_header(content_type)
    return kind.lower() == "application/json" and options.get("charset", "utf-8").lower() in ("utf-8", "utf8")


def _named(error: ErrorDetails) -> tuple[str, str, Text]:
    return ".".join(map(str, error["loc"])), error["type"], _message(error["type"])


def _message(code: str) -> Text:
    return _MESSAGES.get(code) or (_WRONG_TYPE if code.endswith(("_type", "_parsing")) else _WRONG)


def refusal(place: problems.Place, errors: Iterable[tuple[str, str, Text]]) -> ApiRefusalError:
    """422 that names field, stable code and what is wrong, for the first of them."""
    found = [
        {"field": field[:200], "code": code, "message": problems.in_language(place, message)}
        for field, code, message in islice(errors, MAX_ERRORS)
    ]
    detail = "; ".join(f"{each['field'] or 'body'}: {each['message']}" for each in found[:3])
    return ApiRefusalError(problems.INVALID_REQUEST, detail, more={"errors": found})
