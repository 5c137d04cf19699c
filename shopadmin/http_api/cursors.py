"""Where the next page of a list begins: signed, so that nothing but what was given out is ever read back."""

from collections.abc import Sequence
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from shopadmin.api_contract import ApiRefusalError
from shopadmin.http_api import problems


def write(route: str, cells: Sequence[Any]) -> str:
    """A cursor of one list; ``cells``: plain JSON values."""
    signed = _signer(route).dumps(list(cells))
    return signed if isinstance(signed, str) else signed.decode()


def read(route: str, text: str) -> list[Any]:
    """The cells; none for the first page. Raises ApiRefusalError for anything that this list did not give out."""
    if not text:
        return []
    try:
        found = _signer(route).loads(text)
    except (BadData, ValueError):
        raise ApiRefusalError(problems.INVALID_CURSOR) from None
    return list(found)


def _signer(route: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=f"shopadmin.api-cursor.1:{route}")
