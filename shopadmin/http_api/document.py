"""The OpenAPI 3.1 document of all endpoints that are on, made from their declarations."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from flask_babel import force_locale
from pydantic import BaseModel, Field
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from shopadmin import hook_calls
from shopadmin.api_contract import STOREFRONT, ApiEndpoint, ApiModel, ApiProblem
from shopadmin.contract import API_VERSION
from shopadmin.http_api import admission, problems
from shopadmin.http_api.endpoints import ROOT, Registered
from shopadmin.plugin_manager import BUILT_IN
from shopadmin.services import api_scopes

PATH = f"{ROOT}openapi.json"
_REFERENCE = "#/components/schemas/{model}"
_STOREFRONT_TOKEN, _BUYER_TOKEN = "storefrontToken", "buyerToken"


class FieldError(ApiModel):
    """What is wrong with one field."""

    field: str
    code: str
    message: str


class Problem(BaseModel):
    """An RFC 9457 problem document; ``code`` never changes, the texts are in the caller's language."""

    type: str = Field(description="/problems/<area>/<code>")
    title: str
    status: int
    detail: str
    instance: str = Field(description="The path that was asked for")
    code: str
    reasons: list[str] = Field(default=[], description="Why, as stable codes, where there are several")
    missing: int | None = Field(default=None, description="How much is missing, in minor units")
    errors: list[FieldError] = Field(default=[], description="What is wrong with each field")
    reference: str = Field(default="", description="Finds the fault in the shop's log")


class Document:
    """The document of what is on by now; the same for everybody, no token needed."""

    def __init__(self, registered: Sequence[Registered]) -> None:
        self._registered = registered
        self._made: dict[tuple[str, ...], bytes] = {}

    def read(self) -> bytes:
        """As JSON. Call inside an app context."""
        here = [each for each in self._registered if each.plugin == BUILT_IN or hook_calls.is_on(each.plugin)]
        names = tuple(each.name for each in here)
        if names not in self._made:
            with force_locale("en"):
                self._made[names] = build(here)
        return self._made[names]


def build(registered: Sequence[Registered]) -> bytes:
    """The document as JSON. Raises pydantic's ValidationError for one that OpenAPI does not allow."""
    # Only here: whoever serves calls alone need not have it in memory.
    from openapi_pydantic import OpenAPI

    schemas, references = _schemas(registered)
    paths: dict[str, Any] = {PATH: {"get": _own_operation()}}
    for each in registered:
        paths.setdefault(each.endpoint.path, {})[each.endpoint.method.lower()] = _operation(each, references)
    document = OpenAPI.model_validate(
        {
            "openapi": "3.1.0",
            "info": {"title": "shopadmin storefront API", "version": str(API_VERSION), "description": _DESCRIPTION},
            "servers": [{"url": "/"}],
            "paths": paths,
            "components": {
                "schemas": schemas,
                "securitySchemes": _security_schemes(),
                "responses": {"Problem": _problem_response([])},
                "examples": _examples(registered),
            },
        }
    )
    return document.model_dump_json(by_alias=True, exclude_none=True).encode()


_DESCRIPTION = """\
For storefronts. A storefront's server holds a storefront token and mints a token for each buyer with
`POST /api/v1/buyer-tokens`; the buyer always comes from the token.

Whatever has an effect needs the header `Idempotency-Key`: a repeated request gets the same bytes again and
`Idempotent-Replayed: true`, for seven days. A key belongs to the route and to who calls: to the buyer, whichever of
the buyer's tokens is used, or to the shop's storefronts together, whichever storefront token is used, so that a request
may be repeated after a token was replaced. Amounts are integer minor units. Every error is a problem document
(RFC 9457) with a stable `code`. Texts are in English or Chinese, by `Accept-Language`.
"""


def _security_schemes() -> dict[str, Any]:
    scopes = "; ".join(f"{scope.code}: {scope.label}" for scope in api_scopes.declared().values())
    return {
        _STOREFRONT_TOKEN: {"type": "http", "scheme": "bearer", "description": f"A storefront's own. Scopes: {scopes}"},
        _BUYER_TOKEN: {"type": "http", "scheme": "bearer", "description": "Of one buyer, for fifteen minutes"},
    }


def _schemas(registered: Iterable[Registered]) -> tuple[dict[str, Any], dict[tuple[type, JsonSchemaMode], Any]]:
    """Every model's schema under a name of its own, and where each is found."""
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Problem, "serialization")]
    for each in registered:
        wanted.append((each.endpoint.answer, "serialization"))
        if each.endpoint.body is not None:
            wanted.append((each.endpoint.body, "validation"))
    references, definitions = models_json_schema(wanted, ref_template=_REFERENCE)
    return definitions.get("$defs", {}), dict(references)


def _operation(each: Registered, references: dict[tuple[type, JsonSchemaMode], Any]) -> dict[str, Any]:
    found = each.endpoint
    operation: dict[str, Any] = {
        "operationId": f"{found.method.lower()}_{found.path[len(ROOT) :]}".translate(_IDENTIFIER),
        "summary": found.summary,
        "tags": [each.area],
        "security": _security(found),
        "responses": {str(found.status): _success(found, references), **_refusals(each)},
    }
    if found.description:
        operation["description"] = found.description
    if parameters := _parameters(found):
        operation["parameters"] = parameters
    if found.body is not None:
        schema = references[found.body, "validation"]
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


_IDENTIFIER = str.maketrans({"/": "_", "-": "_", "{": None, "}": None})


def _security(found: ApiEndpoint) -> list[dict[str, list[str]]]:
    if found.scope_code == STOREFRONT:
        return [{_STOREFRONT_TOKEN: []}]
    kinds = [_BUYER_TOKEN] if found.needs_buyer else [_BUYER_TOKEN, _STOREFRONT_TOKEN]
    return [{kind: [found.scope_code]} for kind in kinds]


def _parameters(found: ApiEndpoint) -> list[dict[str, Any]]:
    parameters = [
        {"name": name, "in": place, "required": name in required, "schema": schema}
        | ({"description": schema["description"]} if "description" in schema else {})
        for place, model in (("path", found.params), ("query", found.query))
        if model is not None
        for name, schema, required in _fields(model)
    ]
    if found.effect != "none":
        parameters.append(_key_parameter())
    return parameters


def _fields(model: type[BaseModel]) -> list[tuple[str, dict[str, Any], list[str]]]:
    schema = model.model_json_schema()
    return [(name, each, schema.get("required", [])) for name, each in schema["properties"].items()]


@cache
def _key_parameter() -> dict[str, Any]:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "New with each request, the same when it is repeated, with a newer token too",
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": admission.MAX_KEY,
            "pattern": "^[!-~]+$",
            "examples": ["3f0c1c0e-8a57-4a0d-9d5d-1c1f6a6f2f0b"],
        },
    }


def _success(found: ApiEndpoint, references: dict[tuple[type, JsonSchemaMode], Any]) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": found.summary,
        "content": {"application/json": {"schema": references[found.answer, "serialization"]}},
    }
    if found.method == "GET":
        response["headers"] = {"ETag": {"schema": {"type": "string"}}}
    elif found.effect != "none":
        response["headers"] = {
            "Idempotent-Replayed": {
                "description": "true: the request was answered before, and this is that answer",
                "schema": {"type": "string", "enum": ["true"]},
            }
        }
    if found.links:
        response["links"] = {
            name: {"operationRef": _pointer(link.method, link.path), "parameters": dict(link.parameters)}
            for name, link in found.links.items()
        }
    return response


def _pointer(method: str, path: str) -> str:
    return f"#/paths/{path.replace('~', '~0').replace('/', '~1')}/{method.lower()}"


def _refusals(each: Registered) -> dict[str, Any]:
    """What can be refused, by status, with an example of each code; whatever else comes is a problem as well."""
    by_status: dict[int, list[str]] = {}
    for problem in dict.fromkeys([*_shared(each.endpoint), *each.endpoint.problems]):
        by_status.setdefault(problem.status, []).append(problems.kind(each.area, problem))
    listed = {str(status): _problem_response(by_status[status]) for status in sorted(by_status)}
    return {**listed, "default": {"$ref": "#/components/responses/Problem"}}


def _shared(found: ApiEndpoint) -> list[ApiProblem]:
    possible = [problems.UNAUTHENTICATED, problems.FORBIDDEN, problems.NOT_FOUND, problems.INVALID_REQUEST,
                problems.TOO_MANY, problems.FAULT, problems.UNAVAILABLE]  # fmt: skip
    if found.method != "GET":
        possible += [problems.INVALID_JSON, problems.TOO_LARGE, problems.UNSUPPORTED_TYPE]
    if found.effect != "none":
        possible += [problems.KEY_MISSING, problems.KEY_INVALID, problems.KEY_REUSED, problems.IN_FLIGHT]
    if found.query is not None and "cursor" in found.query.model_fields:
        possible.append(problems.INVALID_CURSOR)
    if found.scope_code == STOREFRONT:
        possible.append(problems.STOREFRONT_NEEDED)
    else:
        possible.append(problems.SCOPE_MISSING)
        if found.needs_buyer:
            possible.append(problems.BUYER_NEEDED)
        if api_scopes.declared()[found.scope_code].server_only:
            possible.append(problems.SERVER_ONLY)
    return possible


def _problem_response(kinds: Sequence[str]) -> dict[str, Any]:
    """``kinds``: ``<area>/<code>`` each."""
    names = ", ".join(f"`{kind.partition('/')[2]}`" for kind in kinds)
    media: dict[str, Any] = {"schema": {"$ref": _REFERENCE.format(model="Problem")}}
    if kinds:
        media["examples"] = {
            kind.partition("/")[2]: {"$ref": f"#/components/examples/{kind.replace('/', '.')}"} for kind in kinds
        }
    return {"description": names or "Any other refusal", "content": {problems.CONTENT_TYPE: media}}


def _examples(registered: Iterable[Registered]) -> dict[str, Any]:
    """A document of each kind of problem."""
    kinds = {problems.kind(problems.AREA, problem): problem for problem in problems.SHARED}
    for each in registered:
        kinds |= {problems.kind(each.area, problem): problem for problem in each.endpoint.problems}
    return {
        kind.replace("/", "."): {
            "summary": str(problem.title),
            "value": {
                "type": f"/problems/{kind}",
                "title": str(problem.title),
                "status": problem.status,
                "detail": str(problem.detail or problem.title),
                "instance": ROOT,
                "code": problem.code,
            },
        }
        for kind, problem in kinds.items()
    }


def _own_operation() -> dict[str, Any]:
    return {
        "operationId": "get_openapi_json",
        "summary": "This document",
        "tags": ["api"],
        "security": [],
        "responses": {
            "200": {"description": "OpenAPI 3.1", "content": {"application/json": {"schema": {"type": "object"}}}},
            "default": {"$ref": "#/components/responses/Problem"},
        },
    }
