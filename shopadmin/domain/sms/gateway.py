"""An HTTP gateway for text messages as its owner describes it: where, with which headers and body, what counts as sent.

The body is a template whose places are filled after it was taken apart, so that no text can add a field to it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

BodyKind = Literal["json", "form"]
BODY_KINDS: tuple[BodyKind, ...] = ("json", "form")
CONTENT_TYPES: Mapping[str, str] = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded; charset=utf-8",
}
# ``to``: +8613900139001; ``to_digits``: without the plus; ``to_national``: as it is dialled inside of its country.
PLACES = frozenset(("to", "to_digits", "to_national", "text", "reference", "secret"))
_TO = frozenset(("to", "to_digits", "to_national"))
_IN_HEADERS = frozenset(("reference", "secret"))
LONGEST = 4_000

_PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,60}")
# What the connection itself writes.
_OURS = frozenset((
    "host", "connection", "content-length", "content-type", "transfer-encoding", "te", "trailer", "upgrade",
    "expect", "accept-encoding", "idempotency-key", "user-agent",
))  # fmt: skip
_CREDENTIAL = re.compile(r"(?i)auth|key|token|secret|password|credential")
_STATUS = re.compile(r"2[0-9][0-9]")
_PATH = re.compile(r"(?:\$\.?)?[^.\s]{1,60}(?:\.[^.\s]{1,60}){0,9}")


@dataclass(frozen=True, slots=True)
class Gateway:
    """How to ask and how to understand. Lists of values hold words with blanks or commas between them; paths lead into
    JSON by names and numbers with dots between them (``messages.0.id``).

    ``is_idempotent``: the gateway promises to send a message once, however often its reference comes; only then may a
    request be sent again whose answer was lost.
    """

    url: str = ""
    headers: str = ""
    body_kind: BodyKind = "json"
    body: str = ""
    success_status: str = "200"
    success_path: str = ""
    success_values: str = ""
    bad_number_values: str = ""
    duplicate_values: str = ""
    retry_values: str = ""
    id_path: str = ""
    is_idempotent: bool = False
    receipt_id_path: str = ""
    receipt_path: str = ""
    receipt_delivered: str = ""
    receipt_failed: str = ""
    receipt_bad_number: str = ""
    receipt_duplicate: str = ""

    @property
    def host(self) -> str:
        """The server's name or address, without brackets."""
        return urlsplit(self.url).hostname or ""

    @property
    def takes_receipts(self) -> bool:
        """Whether the gateway says afterwards what became of a message."""
        return bool(self.receipt_path)


def values(text: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(text.replace(",", " ").split())


@dataclass(frozen=True, slots=True)
class Fault:
    """What cannot be: ``code`` for the sentence, ``field`` where it stands, ``text`` what is meant by it."""

    code: str
    field: str
    text: str = ""


def faults(gateway: Gateway) -> Iterator[Fault]:
    """All that keeps the description from being used; nothing for an empty address, which means no gateway."""
    yield from _lengths(gateway)
    if gateway.url:
        yield from _of_url(gateway.url)
        yield from _of_headers(gateway.headers)
        yield from _of_body(gateway)
        yield from _of_answers(gateway)
        yield from _of_receipts(gateway)


def _lengths(gateway: Gateway) -> Iterator[Fault]:
    for name in gateway.__dataclass_fields__:
        value = getattr(gateway, name)
        if isinstance(value, str) and (len(value) > LONGEST or "\0" in value):
            yield Fault("long", name)


def _of_url(url: str) -> Iterator[Fault]:
    if not url.isascii() or not url.isprintable() or " " in url:
        yield Fault("url", "url")
        return
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        yield Fault("url", "url")
        return
    if parts.scheme != "https":
        yield Fault("https", "url")
    elif parts.username is not None or parts.fragment or port == 0 or not _HOST.fullmatch(_host(parts.netloc)):
        yield Fault("url", "url")


def _host(netloc: str) -> str:
    return netloc if netloc.endswith("]") else re.sub(r":\d*$", "", netloc)


def _of_headers(text: str) -> Iterator[Fault]:
    seen = set[str]()
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or not _HEADER_NAME.fullmatch(name) or not value.isascii() or not value.isprintable():
            yield Fault("header", "headers", line[:40])
        elif name.lower() in _OURS or name.lower() in seen:
            yield Fault("header_ours", "headers", name)
        elif _CREDENTIAL.search(name) and not _IN_HEADERS & set(_places(value)):
            yield Fault("header_secret", "headers", name)
        seen.add(name.lower())
        yield from (Fault("place", "headers", place) for place in _places(value) if place not in _IN_HEADERS)


def _places(text: str) -> list[str]:
    return [found[1] for found in _PLACE.finditer(text)]


def _of_body(gateway: Gateway) -> Iterator[Fault]:
    if gateway.body_kind not in BODY_KINDS:
        yield Fault("choice", "body_kind")
        return
    try:
        template = parse(gateway)
    except ValueError:
        yield Fault(f"body_{gateway.body_kind}", "body")
        return
    there = set(_places(" ".join(_texts(template))))
    yield from (Fault("place", "body", place[:40]) for place in sorted(there - PLACES))
    if "text" not in there or not there & _TO:
        yield Fault("body_lacks", "body")


def _of_answers(gateway: Gateway) -> Iterator[Fault]:
    statuses = values(gateway.success_status)
    if not statuses or not all(map(_STATUS.fullmatch, statuses)):
        yield Fault("status", "success_status")
    for name in ("success_path", "id_path", "receipt_id_path", "receipt_path"):
        if getattr(gateway, name) and not _PATH.fullmatch(getattr(gateway, name)):
            yield Fault("path", name)
    if bool(gateway.success_path) != bool(values(gateway.success_values)):
        yield Fault("success", "success_values" if gateway.success_path else "success_path")


def _of_receipts(gateway: Gateway) -> Iterator[Fault]:
    if gateway.takes_receipts and not gateway.receipt_id_path:
        yield Fault("receipt_id", "receipt_id_path")
    if gateway.takes_receipts and not values(gateway.receipt_delivered):
        yield Fault("receipt_delivered", "receipt_delivered")


def parse(gateway: Gateway) -> Any:
    """The body's template taken apart: an object of JSON, or names and values. Raises ValueError."""
    if gateway.body_kind == "json":
        found = json.loads(gateway.body)
        if not isinstance(found, dict):
            raise ValueError("no object")
        return found
    pairs = [line.partition("=") for line in map(str.strip, gateway.body.splitlines()) if line]
    if not pairs or not all(name.strip() and equals for name, equals, _value in pairs):
        raise ValueError("no name=value")
    return {name.strip(): value.strip() for name, _equals, value in pairs}


def _texts(template: Any) -> Iterator[str]:
    if isinstance(template, str):
        yield template
    elif isinstance(template, dict):
        for value in template.values():
            yield from _texts(value)
    elif isinstance(template, list):
        for value in template:
            yield from _texts(value)


def headers(gateway: Gateway, filled: Mapping[str, str]) -> dict[str, str]:
    """The headers of a request. ``filled``: each place's value, ``reference`` and ``secret`` among them."""
    lines = [line.partition(":") for line in gateway.headers.splitlines() if line.strip()]
    return {
        "Accept": "application/json",
        **{name.strip(): _fill(value.strip(), filled) for name, _colon, value in lines},
        "Content-Type": CONTENT_TYPES[gateway.body_kind],
        "Idempotency-Key": filled["reference"],
    }


def body(gateway: Gateway, filled: Mapping[str, str]) -> bytes:
    """The body of a request, with each place filled inside the value that it stands in."""
    template = _filled(parse(gateway), filled)
    return (json.dumps(template) if gateway.body_kind == "json" else urlencode(template)).encode()


def _filled(template: Any, filled: Mapping[str, str]) -> Any:
    if isinstance(template, str):
        return _fill(template, filled)
    if isinstance(template, dict):
        return {name: _filled(value, filled) for name, value in template.items()}
    return [_filled(value, filled) for value in template] if isinstance(template, list) else template


def _fill(text: str, filled: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: filled.get(found[1], ""), text)
