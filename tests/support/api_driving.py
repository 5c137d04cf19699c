"""schemathesis drives an app by its own OpenAPI document: whatever fits it is answered as it says, or refused."""

import contextlib
import os

import new_keys  # noqa: F401 - registers its hooks
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.specs.openapi.checks import ignored_auth

from shopadmin import testing
from shopadmin.services.api_scopes import CORE_SCOPES

# So many of each endpoint in the suite; `make contract` asks for 1,500.
EXAMPLES = int(os.environ.get("API_EXAMPLES", "20"))
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


def drive(app: Flask, examples: int, path: str = "", buyer: str = "someone") -> int:
    """Send valid and invalid requests, ``examples`` of both to each endpoint whose path begins so.

    ``buyer``: in whose name. Returns how many were sent. Raises what schemathesis finds.
    """
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    shop = testing.api_client(app)
    scopes = [scope.code for scope in CORE_SCOPES]
    tokens = {"storefrontToken": shop.token, "buyerToken": shop.for_buyer(buyer, *scopes).token}
    sent = []
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path.startswith(path):
            kinds = [name for each in operation.definition.raw.get("security", []) for name in each]
            headers = {"Authorization": f"Bearer {tokens[kinds[0]]}"} if kinds else {}
            for mode in MODES:
                with contextlib.suppress(Unsatisfiable):  # an endpoint that takes nothing takes nothing wrong
                    send_all(operation.as_strategy(generation_mode=mode), headers, examples // 2, sent)
    return len(sent)


def send_all(strategy, headers, examples, sent):
    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=strategy)
    def send(case):
        sent.append(case.method)
        case.call_and_validate(headers=headers, excluded_checks=[ignored_auth])

    send()
