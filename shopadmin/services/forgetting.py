"""Personal data whose time is over: phones of buyers with whom nothing goes on, texts of messages of a closed case.

Safe to repeat, each call one transaction. Who must not be contacted stays so, by the keyed hash of the buyer's
reference, when no phone is left to tell it by.
"""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.orm import Session

from shopadmin.domain.orders import OrderStatus
from shopadmin.models import db
from shopadmin.models.buyers import BuyerIdentifier
from shopadmin.models.imports import ImportChange
from shopadmin.models.messages import OutboxMessage
from shopadmin.models.orders import Order
from shopadmin.services import contacts
from shopadmin.services.messages import blocks, contents
from shopadmin.services.transactions import writing

# Of an order that is still on its way somebody may have to be rung.
_UNDER_WAY = (OrderStatus.PENDING_PAYMENT, OrderStatus.PAID, OrderStatus.SHIPPED)
_CHUNK = 500
_OF_PHONE = ("phone", "extension", "masked", "expires_at")
# In a message: it is not waiting and nobody is handing it over.
_OVER = OutboxMessage.state.not_in(("queued", "sending"))


def database_now() -> datetime:
    """The database's clock, aware UTC: what is deleted for good does not hang on the clock of one process."""
    said = db.session().scalar(select(func.current_timestamp()))
    found = said if isinstance(said, datetime) else datetime.fromisoformat(str(said))
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def forget_phones(buyer_ids: Collection[int], since: datetime) -> int:
    """Take away every phone of these buyers, but of those who ordered after ``since`` or have an order on its way.

    Phones stand with the buyer, in the address of orders, and as where messages went. Returns of how many buyers
    something was taken. ``since``: aware UTC.
    """
    with writing() as session:
        busy = select(Order.buyer_id).where(
            Order.buyer_id.in_(buyer_ids), (Order.created_at > since) | Order.status.in_(_UNDER_WAY)
        )
        ids = sorted({*buyer_ids} - {*session.scalars(busy)})
        return len(_phones_of_buyers(session, ids) | _phones_of_orders(session, ids) | _destinations(session, ids))


def expire_virtual_numbers() -> int:
    """Take away the numbers that a platform lent for an order, which may be somebody else's by now (G12): from the
    buyer and from the address of orders. Returns how many of buyers' went.
    """
    now = database_now()
    due = select(BuyerIdentifier.id, BuyerIdentifier.buyer_id).where(BuyerIdentifier.expires_at <= now)
    if not (rows := db.session().execute(due.limit(_CHUNK)).all()):
        return 0
    with writing() as session:
        buyers = {row.buyer_id for row in rows}
        blocks.keep_blocked(session, buyers)
        _drop_identifiers(session, [row.id for row in rows])
        _phones_of_orders(session, buyers, now)
    return len(rows)


def forget_messages(cases: Collection[str]) -> int:
    """Empty the texts of messages that belonged to these cases and are over; returns how many. What was decided about
    them, and when they went, stays for the caps.
    """
    held = (OutboxMessage.case_ref.in_(cases), _OVER, OutboxMessage.content_encrypted != contents.FORGOTTEN)
    with writing() as session:
        emptied = update(OutboxMessage).where(*held).values(content_encrypted=contents.FORGOTTEN, result="")
        return int(session.connection().execute(emptied).rowcount)


def _phones_of_buyers(session: Session, ids: Collection[int]) -> set[int]:
    rows = session.execute(
        select(BuyerIdentifier.id, BuyerIdentifier.buyer_id).where(
            BuyerIdentifier.buyer_id.in_(ids), BuyerIdentifier.kind == "phone"
        )
    ).all()
    with_phone = {row.buyer_id for row in rows}
    blocks.keep_blocked(session, with_phone)
    _drop_identifiers(session, [row.id for row in rows])
    return with_phone


def _drop_identifiers(session: Session, ids: Collection[int]) -> None:
    session.connection().execute(delete(BuyerIdentifier).where(BuyerIdentifier.id.in_(ids)))
    forget_images(session.connection(), "buyer_identifier", ids)


def _phones_of_orders(session: Session, ids: Collection[int], expired: datetime | None = None) -> set[int]:
    """``expired``: those alone that were lent until then, aware UTC."""
    keys, found = contacts.keyring(), set()
    query = select(Order.id, Order.buyer_id, Order.contact_encrypted)
    rows = session.execute(query.where(Order.buyer_id.in_(ids), Order.contact_encrypted.is_not(None))).all()
    for row in rows:
        parts = json.loads(keys.decrypt(row.contact_encrypted, contacts.CONTACT_PURPOSE))
        if "phone" in parts and (expired is None or _is_over(parts, expired)):
            left = {name: value for name, value in parts.items() if name not in _OF_PHONE}
            sealed, mark = contacts.seal_contact(keys, contacts.canonical(left)) if left else (None, None)
            values = {"contact_encrypted": sealed, "contact_hash": mark, "revision": Order.revision + 1}
            session.connection().execute(update(Order).where(Order.id == row.id).values(values))
            forget_images(session.connection(), "shop_order", [row.id])
            found.add(row.buyer_id)
    return found


def _is_over(parts: Mapping[str, str], now: datetime) -> bool:
    return "expires_at" in parts and datetime.fromisoformat(parts["expires_at"]) <= now


def _destinations(session: Session, ids: Collection[int]) -> set[int]:
    """Where finished texts and calls went; their words stay until their own time is over."""
    query = select(OutboxMessage.id, OutboxMessage.buyer_id, OutboxMessage.content_encrypted).where(
        OutboxMessage.buyer_id.in_(ids), OutboxMessage.medium.in_(("text", "call")), _OVER,
        OutboxMessage.content_encrypted != contents.FORGOTTEN,
    )  # fmt: skip
    found = set()
    for row in session.execute(query).all():
        content = contents.unseal(row.content_encrypted)
        if content.destination:
            sealed = contents.seal(contents.Content("", content.subject, content.text))
            changed = update(OutboxMessage).where(OutboxMessage.id == row.id).values(content_encrypted=sealed)
            session.connection().execute(changed)
            found.add(row.buyer_id)
    return found


def forget_images(connection: Connection, table: str, row_ids: Collection[int]) -> None:
    """Drop what imports remember of these rows: it holds what is to be forgotten, and nothing gives it back then."""
    gone = delete(ImportChange).where(ImportChange.table_name == table, ImportChange.row_id.in_(row_ids))
    connection.execute(gone)
