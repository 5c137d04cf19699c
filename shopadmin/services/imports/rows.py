"""From records to rows of the staging tables.

Empty text becomes NULL, "the file does not say". A million records pass through: rows are plain tuples in the order
of ``LOADED``, and nothing is looked up twice.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from shopadmin.domain import records, reviews
from shopadmin.domain.orders import status_taken
from shopadmin.domain.records import Record
from shopadmin.keys import Keyring
from shopadmin.services import contacts
from shopadmin.services.imports import people
from shopadmin.services.imports.limits import LIMITS, TooLongError
from shopadmin.services.imports.people import Identifier
from shopadmin.services.imports.recent import Recent

_BASE = ("run_id", "seq", "file_id", "row", "derived")
LOADED: dict[str, tuple[str, ...]] = {
    "categories": (*_BASE, "platform", "ref", "name"),
    "sellers": (*_BASE, "platform", "ref", "name", "city", "region", "postcode"),
    "products": (*_BASE, "platform", "ref", "sku", "title", "category_ref", "supplier_ref", "stock"),
    "buyers": (
        *_BASE, "platform", "ref", "name", "city", "region", "postcode", "accepts_marketing", "created_at", "order_no",
    ),
    "identifiers": (*_BASE, "buyer_ref", "kind", "value_hash", "value_encrypted", "tail_hash", "expires_at"),
    "orders": (
        *_BASE, "platform", "order_no", "shop_ref", "buyer_ref", "buyer_name", "status", "status_raw", "created_at",
        "paid_at", "shipped_at", "promised_at", "delivered_at", "confirmed_at", "close_reason", "currency", "goods",
        "shipping", "total", "paid", "refunded", "item_count", "buyer_note", "shop_note", "payment_method",
        "contact_encrypted", "contact_hash", "person_ref", "person_rank", "account_hash",
    ),
    "order_lines": (
        *_BASE, "platform", "order_no", "line_no", "product_ref", "sku", "title", "spec", "qty", "price", "paid",
        "shipping", "status", "refund_status", "refunded", "seller_ref",
    ),
    "payments": (*_BASE, "platform", "order_no", "sequence", "method", "amount", "instalments"),
    "shipments": (*_BASE, "platform", "order_no", "tracking_no", "carrier", "shipped_at", "delivered_at"),
    "reviews": (
        *_BASE, "platform", "key", "order_no", "line_no", "buyer_name", "product_ref", "product_title", "spec",
        "stars", "grade", "inbox_rank", "title", "body", "followup_body", "followup_at", "platform_reply",
        "platform_reply_at", "state", "verified", "photos", "answer", "created_at", "person_ref",
    ),
    "incidents": (*_BASE, "incident_no", "kind", "order_no", "note", "cost", "currency", "occurred_at"),
}  # fmt: skip

# How many buyers (and suppliers), and how many identifiers, are remembered as staged already.
_PERSONS, _IDENTIFIERS = 60_000, 10_000

Rows = dict[str, list[tuple[Any, ...]]]


class RowMaker:
    """Makes the records of one run into staged rows, gathered in ``rows`` until someone takes them away.

    ``moment``: how the database takes a time; ``now``: when the run began, as its first sight of a buyer.
    """

    def __init__(self, run_id: int, now: datetime, keys: Keyring, moment: Callable[[datetime], Any]) -> None:
        self.run_id, self.now, self.keys, self.moment = run_id, now, keys, moment
        self.rows: Rows = {name: [] for name in LOADED}
        self.seqs = dict.fromkeys(LOADED, 0)
        self.file_id, self.platform = 0, ""
        self._persons, self._identifiers = Recent(_PERSONS), Recent(_IDENTIFIERS)
        self._tails: dict[str, bytes | None] = {}
        self._makers: dict[type, Callable[[Any, int], None]] = {
            records.CategoryRecord: self._category,
            records.SellerRecord: self._seller,
            records.ProductRecord: self._product,
            records.BuyerRecord: self._buyer,
            records.OrderRecord: self._order,
            records.LineRecord: self._line,
            records.PaymentRecord: self._payment,
            records.ReviewRecord: self._review,
            records.IncidentRecord: self._incident,
        }

    def begin_file(self, file_id: int, platform: str) -> None:
        """The records that follow are of this file."""
        self.file_id, self.platform = file_id, platform
        self._persons.forget()
        self._identifiers.forget()

    def add(self, record: Record, row: int) -> None:
        """Stage one record and what it says of others (its buyer, their identifiers, its parcel).

        Raises TooLongError.
        """
        kind = type(record)
        for name, limit in LIMITS[kind]:
            if len(getattr(record, name)) > limit:
                raise TooLongError(name, getattr(record, name), limit)
        self._makers[kind](record, row)

    def _put(self, name: str, row: int, derived: bool, *values: Any) -> None:
        self.seqs[name] = seq = self.seqs[name] + 1
        self.rows[name].append((self.run_id, seq, self.file_id, row, derived, *values))

    def _time(self, at: datetime | None) -> Any:
        return None if at is None else self.moment(at)

    def _category(self, record: records.CategoryRecord, row: int) -> None:
        self._put("categories", row, False, self.platform, record.ref, record.name or None)

    def _seller(self, record: records.SellerRecord, row: int) -> None:
        self._put(
            "sellers", row, False, self.platform, record.ref, record.name or None, record.city or None,
            record.region or None, record.postcode or None,
        )  # fmt: skip

    def _product(self, record: records.ProductRecord, row: int) -> None:
        if record.supplier_ref and self._persons.is_fresh(f"supplier {record.supplier_ref}"):
            self._put("sellers", row, True, self.platform, record.supplier_ref, record.supplier_ref, None, None, None)
        self._put(
            "products", row, False, self.platform, record.ref, record.sku or None, record.title or None,
            record.category_ref or None, record.supplier_ref or None, record.stock,
        )  # fmt: skip

    def _buyer(self, record: records.BuyerRecord, row: int) -> None:
        ref = people.platform_ref(self.platform, record.ref)
        self._put(
            "buyers", row, False, self.platform, ref, record.name or None, record.city or None, record.region or None,
            record.postcode or None, None, self.moment(self.now), None,
        )  # fmt: skip
        if record.account:
            self._identifier(row, ref, people.account_identifier(self.keys, self.platform, record.account))
        self._identifier(row, ref, people.email_identifier(self.keys, record.email))
        self._identifier(row, ref, people.phone_identifier(self.keys, record.phone), record.phone)

    def _order(self, record: records.OrderRecord, row: int) -> None:
        email = people.email_identifier(self.keys, record.email) if record.email else None
        phone = people.phone_identifier(self.keys, record.phone)
        person_ref = account_hash = None
        rank = people.RANK_PLATFORM
        if self.platform in people.ACCOUNT_PLATFORMS and record.buyer_ref:
            account_hash = people.account_identifier(self.keys, self.platform, record.buyer_ref).value_hash
        else:
            person_ref, rank = self._person(record, row, email, phone)
        text = contacts.contact_json(record.recipient, record.phone, record.address)
        sealed, contact_hash = contacts.seal_contact(self.keys, text) if text else (None, None)
        time, status = self._time, status_taken(record.status, record.payment_method)
        self._put(
            "orders", row, False, self.platform, record.order_no, record.shop_ref or None, record.buyer_ref or None,
            record.buyer_name or None, status and status.value, record.status_raw or None,
            self.moment(record.created_at), time(record.paid_at), time(record.shipped_at),
            time(record.promised_at), time(record.delivered_at),
            time(record.confirmed_at), record.close_reason or None, record.currency, record.goods, record.shipping,
            record.total, record.paid, record.refunded, record.item_count, record.buyer_note or None,
            record.shop_note or None, record.payment_method or None, sealed, contact_hash, person_ref, rank,
            account_hash,
        )  # fmt: skip
        if record.tracking_no:
            self._put(
                "shipments", row, True, self.platform, record.order_no, record.tracking_no, record.carrier or None,
                time(record.shipped_at), time(record.delivered_at),
            )  # fmt: skip

    def _person(
        self, record: records.OrderRecord, row: int, email: Identifier | None, phone: Identifier | None
    ) -> tuple[str, int]:
        """Stage the order's buyer; where nothing tells who it is, one of the order's own."""
        is_virtual = record.phone is not None and bool(record.phone.extension)
        found = people.reference(self.platform, record.buyer_ref, email, phone, is_virtual)
        ref, rank = found or (f"order:{self.platform}/{record.order_no}", people.RANK_ORDER)
        if self._persons.is_fresh(f"{record.accepts_marketing} {ref}"):
            order_no = None if found else record.order_no
            self._put(
                "buyers", row, True, self.platform, ref, record.buyer_name or record.recipient or None, None, None,
                None, record.accepts_marketing, self.moment(record.created_at), order_no,
            )  # fmt: skip
        self._identifier(row, ref, email)
        self._identifier(row, ref, phone, record.phone)
        return ref, rank

    def _identifier(self, row: int, ref: str, found: Identifier | None, phone: records.Phone | None = None) -> None:
        if found is None or not self._identifiers.is_fresh(f"{found.value_hash.hex()} {ref}"):
            return
        tail = self._tail_hash(found.value) if found.kind == "phone" else None
        expires_at = phone.expires_at if phone and phone.expires_at else None
        self._put(
            "identifiers", row, True, ref, found.kind, found.value_hash,
            contacts.seal_identifier(self.keys, found.value), tail, self._time(expires_at),
        )  # fmt: skip

    def _tail_hash(self, phone: str) -> bytes | None:
        """There are ten thousand tails, and a million phones."""
        tail = phone[-4:]
        if tail not in self._tails:
            self._tails[tail] = contacts.tail_hash(self.keys, phone)
        return self._tails[tail]

    def _line(self, record: records.LineRecord, row: int) -> None:
        self._put(
            "order_lines", row, False, self.platform, record.order_no, record.line_no, record.product_ref or None,
            record.sku or None, record.title or None, record.spec or None, record.qty, record.price, record.paid,
            record.shipping, record.status or None, record.refund_status or None, record.refunded,
            record.seller_ref or None,
        )  # fmt: skip

    def _payment(self, record: records.PaymentRecord, row: int) -> None:
        self._put(
            "payments", row, False, self.platform, record.order_no, record.sequence, record.method or None,
            record.amount, record.instalments,
        )  # fmt: skip

    def _review(self, record: records.ReviewRecord, row: int) -> None:
        email = people.email_identifier(self.keys, record.email) if record.email else None
        person = people.reference(self.platform, record.buyer_ref, email, None, False)
        if person and self._persons.is_fresh(f"None {person[0]}"):
            self._put(
                "buyers", row, True, self.platform, person[0], record.buyer_name or None, None, None, None, None,
                self.moment(record.created_at), None,
            )  # fmt: skip
            self._identifier(row, person[0], email)
        rated = record.stars is not None or bool(record.grade)
        rank = (0 if reviews.is_bad(record.stars, record.grade) else 1) if rated else None
        self._put(
            "reviews", row, False, self.platform, self._review_key(record), record.order_no or None,
            record.line_no or None, record.buyer_name or None, record.product_ref or None,
            record.product_title or None, record.spec or None, record.stars, str(record.grade) or None, rank,
            record.title or None, record.body or None, record.followup_body or None, self._time(record.followup_at),
            record.reply or None, self._time(record.reply_at), record.state or None, record.verified,
            json.dumps(list(record.photos)) if record.photos else None,
            str(reviews.ReplyState.CONFIRMED) if record.reply else None, self.moment(record.created_at),
            person[0] if person else None,
        )  # fmt: skip

    def _review_key(self, record: records.ReviewRecord) -> str:
        """The platform's id, with the order's number where there is one; else a hash of what does not change."""
        if record.review_ref:
            return f"{record.review_ref}/{record.order_no}" if record.order_no else record.review_ref
        product = record.product_ref or record.product_title
        thing = (record.order_no, record.line_no or f"{product}\n{record.spec}") if record.order_no else ("", product)
        buyer = record.buyer_ref or record.email.lower() or record.buyer_name
        facts = "\n".join((self.platform, *thing, buyer, record.created_at.isoformat()))
        return f"#{self.keys.hash(facts, b'review.key').hex()}"

    def _incident(self, record: records.IncidentRecord, row: int) -> None:
        self._put(
            "incidents", row, False, record.incident_ref, record.kind, record.order_no or None, record.note or None,
            record.cost, record.currency or None, self.moment(record.occurred_at),
        )  # fmt: skip
