"""Calls of the storefront API, with a token of its own."""

import uuid
from typing import TYPE_CHECKING, Any

from flask import Flask

from shopadmin.services import api_tokens
from shopadmin.services.api_scopes import CORE_SCOPES

if TYPE_CHECKING:
    from werkzeug.test import TestResponse


def make_token(app: Flask, *scopes: str, label: str = "Sample storefront") -> str:
    """Make a storefront token with these scopes, without any the core's own; returns its text."""
    with app.app_context():
        return api_tokens.create(None, label, scopes or [scope.code for scope in CORE_SCOPES], None).text


class ApiClient:
    """Calls the storefront API with one token; every POST has a new idempotency key unless one is given."""

    def __init__(self, app: Flask, token: str) -> None:
        self._client, self.token = app.test_client(), token

    def get(self, path: str, **options: Any) -> "TestResponse":
        """GET ``/api/v1`` + ``path``."""
        return self._open("GET", path, {}, options)

    def post(self, path: str, json: Any = None, key: str | None = None, **options: Any) -> "TestResponse":
        """POST ``json`` to ``/api/v1`` + ``path``; ``key``: empty for none."""
        headers = {"Idempotency-Key": uuid.uuid4().hex if key is None else key} if key != "" else {}
        if json is not None:
            options["json"] = json
        return self._open("POST", path, headers, options)

    def for_buyer(self, ref: str = "sample_buyer", *scopes: str, platform: str = "test") -> "ApiClient":
        """A client with a token that this storefront's mints for the buyer."""
        body = {"platform": platform, "buyer_ref": ref} | ({"scopes": list(scopes)} if scopes else {})
        answer = self.post("/buyer-tokens", body)
        assert answer.status_code == 201, answer.text
        return ApiClient(self._client.application, answer.get_json()["token"])

    def _open(self, method: str, path: str, headers: dict[str, str], options: dict[str, Any]) -> "TestResponse":
        headers = {"Authorization": f"Bearer {self.token}"} | headers | options.pop("headers", {})
        return self._client.open(f"/api/v1{path}", method=method, headers=headers, **options)


def api_client(app: Flask, *scopes: str) -> ApiClient:
    """A client with a new storefront token; ``.for_buyer(…)`` gives one of a buyer."""
    return ApiClient(app, make_token(app, *scopes))


def check_problem(answer: "TestResponse", status: int, code: str) -> dict[str, Any]:
    """Assert that the answer is a problem document of this kind, whole; returns it."""
    found: dict[str, Any] = answer.get_json()
    assert (answer.status_code, found["code"]) == (status, code), answer.text
    assert answer.content_type == "application/problem+json"
    assert found["status"] == status
    assert found["type"].startswith("/problems/")
    assert found["type"].endswith(f"/{code}")
    assert found["instance"] == answer.request.path
    assert found["title"]
    assert found["detail"]
    return found
