"""Buyers: the list, a buyer's card with contact data masked or revealed, and the buyer's page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select, case, func, or_, select

from shopadmin.contract import Actor, BuyerId, BuyerSnapshot
from shopadmin.domain import identifiers
from shopadmin.domain.orders import SOLD
from shopadmin.models import db
from shopadmin.models.buyers import Buyer, BuyerIdentifier
from shopadmin.models.cases import Incident
from shopadmin.models.orders import Order
from shopadmin.models.reviews import Review
from shopadmin.services import audit, contacts, lists, masking
from shopadmin.services.conflicts import MissingError
from shopadmin.services.masking import Reach
from shopadmin.services.transactions import writing

SHOWN = 20


def _search(term: str, actor: Actor) -> list[ColumnElement[bool]]:
    """The beginning of a name, a phone or its last four digits, an e-mail: for those who may see contact data.

    Everybody else finds a name that they know in full, nothing that they would have to guess letter by letter.
    """
    if not actor.can(masking.CONTACT):
        return [Buyer.name == term]
    spellings = {term, term.title(), term.lower()}
    places = [lists.starts_with(Buyer.name, spelling) for spelling in sorted(spellings)]
    keys = contacts.keyring()
    if phone := identifiers.normal_phone(term):
        places.append(_identified("phone", contacts.identifier_hash(keys, "phone", phone)))
    if email := identifiers.normal_email(term):
        places.append(_identified("email", contacts.identifier_hash(keys, "email", email)))
    if is_tail(term):
        places.append(Buyer.id.in_(with_tail(term)))
    return places


def is_tail(term: str) -> bool:
    """Whether the term could be a phone's last four digits."""
    return len(term) == 4 and term.isascii() and term.isdigit()


def with_tail(tail: str) -> Select[int]:
    """The ids of the buyers with a phone that ends so; only for those who may see contact data."""
    value = contacts.tail_hash(contacts.keyring(), tail)
    return select(BuyerIdentifier.buyer_id).where(BuyerIdentifier.tail_hash == value)


def _identified(kind: str, value: bytes) -> ColumnElement[bool]:
    query = select(BuyerIdentifier.buyer_id)
    return Buyer.id.in_(query.where(BuyerIdentifier.kind == kind, BuyerIdentifier.value_hash == value))


BUYERS = lists.ListSpec(
    query=select(Buyer.id, Buyer.platform, Buyer.name, Buyer.city, Buyer.region, Buyer.created_at),
    id_column=Buyer.id,
    sorts=(
        lists.Sort("newest", _("Newest first"), (Buyer.id,)),
        # Of a masked name the order tells the rest, and so would the cursor.
        lists.Sort("name", _("Name"), (Buyer.name, Buyer.id), descending=False, permission=masking.CONTACT),
    ),
    search=_search,
)


def snapshot(actor: Actor, row: Any) -> BuyerSnapshot:
    """What plugins see of a buyer."""
    return BuyerSnapshot(BuyerId(row.id), masking.shown_name(actor, row.name), row.platform)


def find(actor: Actor, buyer_id: int) -> Buyer | None:
    """The buyer if the actor may see one: the same scope as the list."""
    return db.session().scalars(BUYERS.scope(select(Buyer).where(Buyer.id == buyer_id), actor)).one_or_none()


def order_counts(buyer_ids: Sequence[int]) -> dict[int, int]:
    """How many orders each buyer has; one query for a page of buyers."""
    query = select(Order.buyer_id, func.count()).where(Order.buyer_id.in_(buyer_ids)).group_by(Order.buyer_id)
    return dict(db.session().execute(query).all())  # type: ignore[arg-type]


def phones_and_emails(buyer_ids: Sequence[int]) -> dict[int, Reach]:
    """Phone and e-mail of each buyer, in full; one query. The caller masks what must be masked."""
    query = (
        select(BuyerIdentifier.buyer_id, BuyerIdentifier.kind, BuyerIdentifier.value_encrypted)
        .where(BuyerIdentifier.buyer_id.in_(buyer_ids), BuyerIdentifier.kind.in_(("phone", "email")))
        .order_by(BuyerIdentifier.id)
    )
    found: dict[int, Reach] = {}
    for row in db.session().execute(query):
        known, value = found.get(row.buyer_id, Reach()), masking.identifier(row.value_encrypted)
        found[row.buyer_id] = replace(known, phone=value) if row.kind == "phone" else replace(known, email=value)
    return found


@dataclass(frozen=True, slots=True)
class BuyerCard:
    """A buyer as the actor may see one. ``id`` is None where the platform names nobody."""

    id: int | None
    name: str
    contact: Reach
    can_reveal: bool


def order_card(actor: Actor, order: Order, is_revealed: bool) -> BuyerCard:
    """The buyer beside an order: the order's own recipient, phone and address first, then what is known else."""
    known = phones_and_emails([order.buyer_id]).get(order.buyer_id, Reach()) if order.buyer_id else Reach()
    own = masking.order_reach(order.contact_encrypted)
    whole = replace(own, phone=own.phone or known.phone, email=known.email)
    return _card(actor, order.buyer_id, order.buyer_name or own.recipient, whole, is_revealed)


def buyer_card(actor: Actor, buyer: Buyer, is_revealed: bool) -> BuyerCard:
    """The card of a buyer's own page; the address is that of the newest order that has one."""
    newest = (
        select(Order.contact_encrypted)
        .where(Order.buyer_id == buyer.id, Order.contact_encrypted.is_not(None))
        .order_by(Order.created_at.desc())
        .limit(1)
    )
    own = masking.order_reach(db.session().scalar(newest))
    known = phones_and_emails([buyer.id]).get(buyer.id, Reach())
    whole = replace(own, phone=known.phone or own.phone, email=known.email)
    return _card(actor, buyer.id, buyer.name or own.recipient, whole, is_revealed)


def phone_to_ring(actor: Actor, buyer_id: int, is_revealed: bool = False) -> str:
    """The number that a buyer is rung at, masked; empty where none is known or the buyer is none of the actor's.

    ``is_revealed``: in full, which the activity log remembers. Raises MissingError for whoever may not see it.
    """
    if is_revealed:
        reveal(actor, "buyer", buyer_id)
    buyer = find(actor, buyer_id)
    return buyer_card(actor, buyer, is_revealed).contact.phone if buyer is not None else ""


def _card(actor: Actor, buyer_id: int | None, name: str, whole: Reach, is_revealed: bool) -> BuyerCard:
    may = actor.can(masking.CONTACT)
    shown = replace(whole, is_revealed=True) if may and is_revealed else masking.masked(whole)
    has_any = any((whole.phone, whole.email, whole.address, whole.recipient))
    return BuyerCard(buyer_id, masking.shown_name(actor, name), shown, may and has_any)


def reveal(actor: Actor, object_type: str, object_id: int) -> None:
    """Note in the activity log that the actor looks at contact data of this order or buyer. Raises MissingError."""
    if not actor.can(masking.CONTACT):
        raise MissingError(object_id)
    with writing():
        audit.record(actor, "core.contact.revealed", object_type, object_id)


@dataclass(frozen=True, slots=True)
class BuyerDetails:
    """What the buyer's page shows beside the card. ``spent``: by currency, minor units."""

    orders: Sequence[Any]
    order_count: int
    spent: Mapping[str, int]
    reviews: Sequence[Review]
    incidents: Sequence[Incident]


_SOLD_TOTAL = case((Order.status.in_(SOLD), Order.total), else_=0)


def load_details(actor: Actor, buyer: Buyer) -> BuyerDetails:
    """Orders, reviews and incidents of a buyer, each only for those who may read them."""
    session = db.session()
    orders: Sequence[Any] = ()
    sums: Sequence[Any] = ()
    if actor.can("core.orders:read"):
        columns = (Order.id, Order.order_no, Order.created_at, Order.status, Order.total, Order.currency)
        query = select(*columns).where(Order.buyer_id == buyer.id).order_by(Order.created_at.desc()).limit(SHOWN)
        orders = session.execute(query).all()
        sums = session.execute(
            select(Order.currency, func.count().label("orders"), func.sum(_SOLD_TOTAL).label("total"))
            .where(Order.buyer_id == buyer.id)
            .group_by(Order.currency)
        ).all()
    reviews: Sequence[Review] = ()
    if actor.can("core.reviews:read"):
        mine = select(Review).where(Review.buyer_id == buyer.id).order_by(Review.created_at.desc()).limit(SHOWN)
        reviews = session.scalars(mine).all()
    incidents: Sequence[Incident] = ()
    if actor.can("core.incidents:read"):
        of_orders = select(Order.id).where(Order.buyer_id == buyer.id)
        theirs = select(Incident).where(or_(Incident.buyer_id == buyer.id, Incident.order_id.in_(of_orders)))
        incidents = session.scalars(theirs.order_by(Incident.occurred_at.desc()).limit(SHOWN)).all()
    return BuyerDetails(
        orders=orders,
        order_count=sum(row.orders for row in sums),
        spent={row.currency: int(row.total or 0) for row in sums},
        reviews=reviews,
        incidents=incidents,
    )
