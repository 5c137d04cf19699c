"""The page that a form stands on, for whoever opens the address that only the form may be sent to.

A refused form is shown again under the address that it was sent to; loaded anew, or kept as a bookmark, that address is
asked for with GET, which it does not answer. The pages stand behind the gate as ever: nothing is shown here.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect

FormPage = Callable[[Mapping[str, Any]], str]
_AREA = "/admin/"


def declare(app: Flask, endpoint: str, page: FormPage) -> None:
    """Say what is asked for the page of the forms that are sent to the endpoint; an empty answer: the nearest above."""
    _declared(app)[endpoint] = page


def page_of(path: str) -> str:
    """Where a GET for this address of a form leads; empty where there is none, or it is no such address."""
    adapter = current_app.create_url_adapter(request)
    sent_to = _match(adapter, path, "POST") if adapter is not None and path.startswith(_AREA) else None
    if adapter is None or sent_to is None or sent_to[0] not in _declared(current_app):
        return ""
    endpoint, values = sent_to
    return _declared(current_app)[endpoint](values) or _above(adapter, path, values)


def _above(adapter: MapAdapter, path: str, values: Mapping[str, Any]) -> str:
    """The nearest address above with a page of the same row (under another name of its number it is another one); the
    first page of all at the last.
    """
    while path.startswith(_AREA) and path != _AREA:
        path = path.rstrip("/").rpartition("/")[0]
        for candidate in (path, f"{path}/"):
            shown = _match(adapter, candidate, "GET")
            if shown is not None and shown[1].items() <= values.items():
                return candidate
    return ""


def _match(adapter: MapAdapter, path: str, method: str) -> tuple[str, Mapping[str, Any]] | None:
    try:
        return cast("tuple[str, Mapping[str, Any]]", adapter.match(path, method))
    except (HTTPException, RequestRedirect):
        return None


def _declared(app: Flask) -> dict[str, FormPage]:
    return cast("dict[str, FormPage]", app.extensions.setdefault("shopadmin.form_pages", {}))
