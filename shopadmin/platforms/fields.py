"""The fields of each kind of record, and how a cell becomes the value of one."""

from collections.abc import Callable, Mapping
from typing import Any

from shopadmin.contract import ReadContext
from shopadmin.domain.identifiers import is_masked
from shopadmin.domain.orders import OrderStatus
from shopadmin.domain.records import Kind
from shopadmin.platforms.cells import (
    clean_text,
    parse_currency,
    parse_flag,
    parse_id,
    parse_phone,
    parse_stars,
    parse_whole,
    plain_text,
)
from shopadmin.platforms.headings import normal_heading
from shopadmin.platforms.refusals import BadCell
from shopadmin.platforms.times import time_parser

# What is kept of a column's distinct texts, so that ``0.00`` is parsed once and a million ids do not pile up.
_MEMORY = 2_000

Parse = Callable[[str], Any]
ParserOf = Callable[[ReadContext], Parse]

# Field to type of value. ``rating`` and ``phone_expires_at`` are parts of other fields of a record.
FIELDS: Mapping[Kind, Mapping[str, str]] = {
    "orders": {
        "order_no": "id", "status": "status", "status_raw": "word", "created_at": "time", "currency": "currency",
        "buyer_ref": "unmasked", "buyer_name": "text", "email": "word", "phone": "phone",
        "phone_expires_at": "time", "recipient": "text", "address": "text", "paid_at": "time",
        "shipped_at": "time", "promised_at": "time", "delivered_at": "time", "confirmed_at": "time",
        "close_reason": "text", "goods": "amount", "shipping": "amount", "total": "amount", "paid": "amount",
        "refunded": "amount", "carrier": "text", "tracking_no": "word", "buyer_note": "text", "shop_note": "text",
        "accepts_marketing": "flag", "payment_method": "text", "shop_ref": "word", "item_count": "whole",
    },
    "order_lines": {
        "order_no": "id", "line_no": "id", "qty": "whole", "price": "amount", "currency": "currency",
        "product_ref": "id", "sku": "word", "title": "text", "spec": "text", "paid": "amount",
        "shipping": "amount", "status": "text", "refund_status": "text", "refunded": "amount", "seller_ref": "id",
    },
    "payments": {
        "order_no": "id", "sequence": "id", "method": "text", "amount": "amount", "currency": "currency",
        "instalments": "whole",
    },
    "buyers": {
        "ref": "id", "account": "id", "name": "text", "email": "word", "phone": "phone", "city": "text",
        "region": "text", "postcode": "word",
    },
    "products": {
        "ref": "id", "sku": "word", "title": "text", "category_ref": "text", "supplier_ref": "text", "stock": "signed",
    },
    "sellers": {"ref": "id", "name": "text", "city": "text", "region": "text", "postcode": "word"},
    "categories": {"ref": "text", "name": "text"},
    "reviews": {
        "review_ref": "id", "created_at": "time", "order_no": "id", "line_no": "id", "product_ref": "id",
        "product_title": "text", "spec": "text", "buyer_ref": "unmasked", "buyer_name": "text", "email": "word",
        "rating": "rating", "title": "text", "body": "text", "followup_body": "text", "followup_at": "time",
        "reply": "text", "reply_at": "time", "state": "state", "verified": "flag", "photos": "photos",
    },
    "incidents": {
        "incident_ref": "id", "kind": "text", "occurred_at": "time", "order_no": "id", "note": "text",
        "cost": "amount", "currency": "currency",
    },
}  # fmt: skip

# What no record can do without; also what the mapping step asks for.
REQUIRED: Mapping[Kind, tuple[str, ...]] = {
    "orders": ("order_no", "status", "created_at"),
    "order_lines": ("order_no", "qty", "price"),
    "payments": ("order_no", "sequence", "method", "amount"),
    "buyers": ("ref",),
    "products": ("ref",),
    "sellers": ("ref",),
    "categories": ("ref", "name"),
    "reviews": ("created_at", "rating"),
    "incidents": ("incident_ref", "kind", "occurred_at"),
}

# The platforms' words for a review that is not on show, beside those that are.
_STATES = {
    "published": "published", "approved": "published", "active": "published", "ok": "published", "1": "published",
    "unpublished": "hidden", "hidden": "hidden", "hold": "hidden", "not-yet": "hidden", "0": "hidden",
    "spam": "spam", "trash": "trash",
}  # fmt: skip


class Memory(dict[str, Any]):
    """A parser that remembers: ``memory[text]`` parses a text once."""

    def __init__(self, parse: Parse) -> None:
        super().__init__()
        self.parse = parse

    def __missing__(self, text: str) -> Any:
        value = self.parse(text)
        if len(self) < _MEMORY and len(text) < 64:
            self[text] = value
        return value


def parsers(ctx: ReadContext, statuses: Mapping[str, OrderStatus]) -> dict[str, Parse]:
    """A parser for each type of value, for one file. Each gives None for a cell with nothing in it."""
    return {
        "id": lambda text: parse_id(text) or None,
        "word": lambda text: clean_text(text) or None,
        "text": lambda text: plain_text(text) or None,
        "unmasked": _unmasked,
        "time": time_parser(ctx),
        "whole": Memory(_filled(_count)).__getitem__,
        "signed": Memory(_filled(parse_whole)).__getitem__,
        "flag": Memory(_filled(parse_flag)).__getitem__,
        "rating": Memory(_filled(parse_stars)).__getitem__,
        "state": Memory(_filled(_state)).__getitem__,
        "currency": Memory(_filled(parse_currency)).__getitem__,
        "status": Memory(_filled(status_parser(ctx, statuses))).__getitem__,
        "phone": parse_phone,
        "photos": _photos,
    }


def _filled(parse: Parse) -> Parse:
    """None for a blank cell, before the parser can object to it."""
    return lambda text: parse(text) if clean_text(text) else None


def status_parser(ctx: ReadContext, statuses: Mapping[str, OrderStatus]) -> Callable[[str], OrderStatus]:
    """A platform's status text as ours: what the shop answered for this file, else the platform's table.

    Full-width and half-width commas are the same. Raises BadCell ``unknown_status``: there is no default (rule 11).
    """
    known: dict[str, str] = {normal_heading(text): status for text, status in statuses.items()}
    known |= {normal_heading(text): status for text, status in ctx.statuses.items()}

    def parse(text: str) -> OrderStatus:
        try:
            return OrderStatus(known[normal_heading(text)])
        except (KeyError, ValueError):
            raise BadCell("unknown_status", value=text) from None

    return parse


def _unmasked(text: str) -> str | None:
    """A nick that names someone: a masked one (``测**01``) is for display only."""
    ref = parse_id(text)
    return None if not ref or is_masked(ref) else ref


def _count(text: str) -> int:
    count = parse_whole(text)
    if count < 0:
        raise BadCell("bad_number", value=text)
    return count


def _state(text: str) -> str:
    try:
        return _STATES[clean_text(text).casefold()]
    except KeyError:
        raise BadCell("unknown_status", value=text) from None


def _photos(text: str) -> tuple[str, ...] | None:
    """Addresses between commas or blanks; only those of the web."""
    found = (part.strip() for part in text.replace(",", " ").replace(";", " ").split())
    return tuple(part for part in found if part.startswith(("https://", "http://"))) or None
