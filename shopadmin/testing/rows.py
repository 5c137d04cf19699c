"""An order, a buyer, a review: one row each, what is not said filled with invented values."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from shopadmin.domain.reviews import is_bad
from shopadmin.models.buyers import Buyer, BuyerIdentifier
from shopadmin.models.orders import Order
from shopadmin.models.reviews import Review
from shopadmin.services import contacts
from shopadmin.services.transactions import writing


def make_order(number: int = 1, **changes: Any) -> int:
    """Add a paid order worth 100.00 CNY; call inside an app context. Returns its id."""
    fields: dict[str, Any] = {
        "platform": "test",
        "order_no": f"T{number:06}",
        "buyer_name": f"Sample buyer {number}",
        "status": "paid",
        "status_raw": "paid",
        "created_at": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number),
        "currency": "CNY",
        "total": 10_000,
        "paid": 10_000,
    }
    with writing() as session:
        order = Order(**(fields | changes))
        session.add(order)
        session.flush()
        return order.id


def make_buyer(name: str = "Sample Buyer", phone: str = "", email: str = "", platform: str = "test") -> int:
    """Add a buyer with these identifiers, sealed as by an import; call inside an app context. Returns its id."""
    keys = contacts.keyring()
    with writing() as session:
        buyer = Buyer(platform=platform, ref=f"{platform}:{uuid.uuid4().hex}", name=name, created_at=datetime.now(UTC))
        session.add(buyer)
        session.flush()
        known: tuple[tuple[contacts.IdentifierKind, str], ...] = (("phone", phone), ("email", email))
        for kind, value in known:
            if value:
                session.add(
                    BuyerIdentifier(
                        buyer_id=buyer.id,
                        kind=kind,
                        value_hash=contacts.identifier_hash(keys, kind, value),
                        value_encrypted=contacts.seal_identifier(keys, value),
                        tail_hash=contacts.tail_hash(keys, value) if kind == "phone" else None,
                    )
                )
        return buyer.id


def make_review(number: int = 1, **changes: Any) -> int:
    """Add an unanswered review of two stars; call inside an app context. Returns its id."""
    fields: dict[str, Any] = {
        "platform": "test",
        "key": f"R{number:06}",
        "stars": 2,
        "body": f"Sample text {number}",
        "created_at": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number),
    }
    fields |= changes
    fields.setdefault("inbox_rank", 0 if is_bad(fields["stars"], fields.get("grade")) else 1)
    with writing() as session:
        review = Review(**fields)
        session.add(review)
        session.flush()
        return review.id
