"""schemathesis drives the app by its own OpenAPI document: whatever fits it is answered as it says, or refused."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from api_driving import EXAMPLES, drive
from flask import Flask
from parcels import ENDPOINTS, ROOT, Parcel, plugin
from schemathesis.core.failures import Failure, FailureGroup

from shopadmin.api_contract import ApiAnswer, ApiEndpoint
from shopadmin.contract import Problem
from shopadmin.services import plugins
from shopadmin.services.conflicts import RefusedError


@pytest.fixture
def make_shop(make_app: Callable[..., Flask]) -> Callable[..., Flask]:
    """``make_shop(*endpoints)``: a shop with the sample plugin, without a limit on calls."""

    def make(*endpoints: ApiEndpoint) -> Flask:
        return make_app({"parcels": plugin(*endpoints)}, API_CALLS_PER_BUYER=10**6, API_CALLS_PER_TOKEN=10**6)

    return make


def test_every_endpoint_answers_as_the_document_says(make_shop):
    assert drive(make_shop(), EXAMPLES) >= EXAMPLES


def wrong_type(call):
    return ApiAnswer({"id": 5, "buyer": "someone", "weight": "heavy"})


def wrong_status(call):
    return ApiAnswer(Parcel(id="1", buyer="", weight=1), status=218)


def a_fault(call):
    raise RuntimeError("on purpose")


def refuses_what_is_right(call):
    raise RefusedError(Problem("weight", "No weight is good enough", "weight"))


@pytest.mark.parametrize("wrong", [wrong_type, wrong_status, a_fault, refuses_what_is_right])
def test_a_broken_twin_of_an_endpoint_is_caught(make_shop, wrong):
    path = "/api/v1/parcels/weights"
    twin = [replace(found, run=wrong) if found.path == path else found for found in ENDPOINTS]

    with pytest.raises((FailureGroup, Failure)):
        drive(make_shop(*twin), 10, path)


def documented(app):
    found = app.test_client().get("/api/v1/openapi.json").get_json()
    return {(method.upper(), path) for path, methods in found["paths"].items() for method in methods}


def test_every_route_is_in_the_document_and_the_other_way_round(make_shop):
    app = make_shop()

    routes = {
        (method, rule.replace("<", "{").replace(">", "}"))
        for method, rule, _scope in app.extensions["shopadmin.api"].routes()
    }

    assert documented(app) == routes
    assert ("POST", "/api/v1/buyer-tokens") in routes


def test_a_plugin_that_is_off_is_not_in_the_document(make_shop):
    app = make_shop()
    with app.app_context():
        plugins.disable(None, "parcels")

    assert documented(app) == {("GET", "/api/v1/openapi.json"), ("POST", "/api/v1/buyer-tokens")}


def test_the_document_names_schemes_scopes_links_and_codes(make_shop):
    found = make_shop().test_client().get("/api/v1/openapi.json").get_json()

    send = found["paths"][ROOT]["post"]
    assert found["openapi"].startswith("3.1")
    assert found["components"]["securitySchemes"].keys() == {"storefrontToken", "buyerToken"}
    assert send["security"] == [{"buyerToken": ["claims"]}]
    assert "sold_out" in send["responses"]["409"]["content"]["application/problem+json"]["examples"]
    assert send["responses"]["201"]["links"]["show"]["parameters"] == {"parcel_id": "$response.body#/id"}
    assert "Idempotency-Key" in {each["name"] for each in send["parameters"]}
    assert found["components"]["examples"]["parcels.sold_out"]["value"]["type"] == "/problems/parcels/sold_out"
