"""The endpoints of the app: gathered from the core and the plugins, looked over, those of a wrong plugin left out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask import Flask
from pydantic import BaseModel

from shopadmin import hook_calls
from shopadmin.api_contract import STOREFRONT, ApiEndpoint, ApiModel, ApiProblem, ApiQuery, ApiScope
from shopadmin.plugin_manager import BUILT_IN
from shopadmin.services import api_scopes

ROOT = "/api/v1/"
_PART = re.compile(r"[a-z0-9][a-z0-9-]*|\{[a-z][a-z0-9_]*\}")
_CODE = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Registered:
    """An endpoint with whose it is. ``area``: the plugin's name with dashes, as in the path."""

    plugin: str
    endpoint: ApiEndpoint

    @property
    def area(self) -> str:
        """The part of the path that is the plugin's; ``api`` for the core."""
        return "api" if self.plugin == BUILT_IN else self.plugin.replace("_", "-")

    @property
    def rule(self) -> str:
        """The path as Werkzeug writes it."""
        return self.endpoint.path.replace("{", "<").replace("}", ">")

    @property
    def name(self) -> str:
        """Unique among the endpoints: method and path."""
        return f"{self.endpoint.method} {self.endpoint.path}"


def gather(app: Flask) -> list[Registered]:
    """What the core and the plugins declare; call inside an app context. Declares the scopes as well.

    A plugin with an endpoint that is not as it must be is left out as a whole; the core's own raises ValueError.
    """
    plugins = app.extensions["shopadmin.hooks"].plugins
    by_plugin: dict[str, list[ApiEndpoint]] = {}
    for plugin, endpoint in hook_calls.api_endpoints():
        by_plugin.setdefault(plugin, []).append(endpoint)
    scopes = {scope.code: scope for scope in api_scopes.CORE_SCOPES}
    found: list[Registered] = []
    for plugin, endpoints in by_plugin.items():
        if plugin != BUILT_IN and plugin not in plugins.manifests:
            continue
        registered = [Registered(plugin, endpoint) for endpoint in endpoints]
        try:
            own = _own_scopes(plugin, endpoints)
            for each in registered:
                _check(each, scopes.keys() | own.keys())
            _check_unique([*found, *registered])
        except ValueError as error:
            if plugin == BUILT_IN:
                raise
            plugins.quarantine(plugin, f"API {error}")
            continue
        scopes |= own
        found += registered
    app.extensions["shopadmin.api_scopes"] = scopes
    return found


def _own_scopes(plugin: str, endpoints: Iterable[ApiEndpoint]) -> dict[str, ApiScope]:
    own: dict[str, ApiScope] = {}
    for endpoint in endpoints:
        if isinstance(endpoint.scope, ApiScope) and endpoint.scope not in api_scopes.CORE_SCOPES:
            code = endpoint.scope.code
            if not code.startswith(f"{plugin}.") or any(c.isspace() for c in code):
                raise ValueError(f"scope {code} does not start with {plugin}.")
            if own.setdefault(code, endpoint.scope) != endpoint.scope:
                raise ValueError(f"scope {code} is declared twice")
    return own


def _check(registered: Registered, scopes: Iterable[str]) -> None:
    """Raise ValueError for a declaration that says too little, or what is not the plugin's to say."""
    found, is_core = registered.endpoint, registered.plugin == BUILT_IN
    prefix = ROOT if is_core else f"{ROOT}{registered.area}/"
    if not found.path.startswith(prefix) or not all(map(_PART.fullmatch, found.path[len(ROOT) :].split("/"))):
        raise ValueError(f"{registered.name}: the path must lie under {prefix} and be made of plain names")
    if found.method not in ("GET", "POST", "PUT", "DELETE"):
        raise ValueError(f"{registered.name}: method {found.method}")
    if found.scope_code not in scopes and not (is_core and found.scope_code == STOREFRONT):
        raise ValueError(f"{registered.name}: unknown scope {found.scope_code}")
    if found.effect not in ("none", "transaction", "own") or (found.method == "GET" and found.effect != "none"):
        raise ValueError(f"{registered.name}: effect {found.effect}")
    if found.method == "GET" and found.body is not None:
        raise ValueError(f"{registered.name}: a GET has no body")
    if not callable(found.run) or not found.summary or not 200 <= found.status < 300:
        raise ValueError(f"{registered.name}: run, summary or status is missing")
    _check_models(registered)


def _check_models(registered: Registered) -> None:
    found = registered.endpoint
    for model, base in (
        (found.answer, BaseModel), (found.body, ApiModel), (found.query, ApiQuery), (found.params, ApiQuery),
    ):  # fmt: skip
        if model is not None and not (isinstance(model, type) and issubclass(model, base)):
            raise ValueError(f"{registered.name}: {model!r} is not a {base.__name__}")
    in_path = set(re.findall(r"\{(\w+)\}", found.path))
    declared = set(found.params.model_fields) if found.params else set()
    if in_path != declared:
        raise ValueError(f"{registered.name}: params must declare {', '.join(sorted(in_path)) or 'nothing'}")
    for problem in found.problems:
        if not isinstance(problem, ApiProblem) or not _CODE.fullmatch(problem.code) or not 400 <= problem.status < 600:
            raise ValueError(f"{registered.name}: problem {problem!r}")


def _check_unique(registered: Iterable[Registered]) -> None:
    seen: set[tuple[str, str]] = set()
    for each in registered:
        shape = (each.endpoint.method, re.sub(r"\{\w+\}", "{}", each.endpoint.path))
        if shape in seen:
            raise ValueError(f"{each.name} is declared twice")
        seen.add(shape)
