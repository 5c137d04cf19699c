"""Filling in forms as a browser does: with the token that the page carries."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "plum orchard 7 ladders"


def token_in(response: TestResponse) -> str:
    """The page's token."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', response.get_data(as_text=True))
    assert found, "the page has no form with a token"
    return found.group(1)


def send(client: FlaskClient, page: str, to: str = "", **fields: object) -> TestResponse:
    """Open a page, take its token and post the fields to it, or to another address."""
    return client.post(to or page, data={"csrf_token": token_in(client.get(page)), **fields})


def text_of(response: TestResponse) -> str:
    """The page without the token, which differs every time."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", response.get_data(as_text=True))
