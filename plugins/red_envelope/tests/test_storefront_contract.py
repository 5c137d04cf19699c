"""schemathesis drives the plugin's endpoints by the OpenAPI document, in the name of a buyer who has an envelope."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import shopadmin_red_envelope
from api_driving import EXAMPLES, drive
from flask import Flask
from red_envelope_api import Buyer
from red_envelope_shop import Clock, begun
from schemathesis.core.failures import Failure, FailureGroup
from shopadmin_red_envelope import http_api

from shopadmin import testing
from shopadmin.plugin_api import ApiAnswer, ApiCall

PATH = "/api/v1/red-envelope/"


def test_every_endpoint_answers_as_the_document_says(shop: Flask, clock: Clock) -> None:
    campaign = begun(clock)
    someone = Buyer(shop, testing.api_client(shop).for_buyer("someone").token)
    someone.claimed(campaign)

    sent = drive(shop, EXAMPLES, PATH)

    assert sent >= EXAMPLES * len(http_api.ENDPOINTS) // 2


def of_anybody(call: ApiCall) -> ApiAnswer:
    """A broken twin: an amount as text."""
    return ApiAnswer({"items": [{"envelope_id": 1, "amount": "10.00"}]})


def test_a_broken_twin_of_quotes_is_caught(
    make_app: Callable[..., Flask], shop: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{PATH}quotes"
    twin: list[Any] = [
        replace(each, run=of_anybody) if each.path == path else each for each in http_api.ENDPOINTS
    ]  # fmt: skip
    monkeypatch.setattr(http_api, "ENDPOINTS", twin)
    broken = make_app(plugins={"red_envelope": shopadmin_red_envelope}, shop_of=shop, API_CALLS_PER_BUYER=10**6)

    with pytest.raises((FailureGroup, Failure)):
        drive(broken, 10, path)
