"""Buyers who bought before, for audiences and for what became of them. No review is looked at, in no way.

A completed order is one that reached its buyer: delivered, or confirmed. Some platforms report nothing beyond the
delivery; an order that was taken back after it is refunded, and not completed any more.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from shopadmin.domain.identifiers import normal_email
from shopadmin.domain.orders import OrderStatus
from shopadmin.models import db
from shopadmin.models.buyers import Buyer, BuyerIdentifier
from shopadmin.models.orders import Order
from shopadmin.services import contacts, order_history

COMPLETED = (OrderStatus.DELIVERED, OrderStatus.COMPLETED)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class PastBuyer:
    """A buyer by row and by reference: row ids are used again after an import is undone, references are not."""

    id: int
    ref: str


@dataclass(frozen=True, slots=True)
class Bought:
    """What a buyer bought: sold orders, and their goods without freight in minor units."""

    orders: int
    goods: int


@dataclass(frozen=True, slots=True)
class Returned:
    """``old``: buyers with a completed order from before; ``back``: how many of them bought again."""

    old: int
    back: int


def past_buyers(after: int, size: int) -> list[PastBuyer]:
    """Buyers with a completed order whose id is above ``after``, by id, ``size`` at the most."""
    completed = exists().where(Order.buyer_id == Buyer.id, Order.status.in_(COMPLETED))
    query = select(Buyer.id, Buyer.ref).where(Buyer.id > after, completed).order_by(Buyer.id).limit(size)
    return [PastBuyer(row.id, row.ref) for row in db.session().execute(query)]


def refs_of(buyer_ids: Iterable[int]) -> dict[int, str]:
    """The references that these rows have now; rows that are gone are left out."""
    wanted, found = list(buyer_ids), dict[int, str]()
    for start in range(0, len(wanted), _CHUNK):
        query = select(Buyer.id, Buyer.ref).where(Buyer.id.in_(wanted[start : start + _CHUNK]))
        found |= {row.id: row.ref for row in db.session().execute(query)}
    return found


def bought(buyer_ids: Iterable[int], begins: datetime, ends: datetime, currency: str) -> dict[int, Bought]:
    """What each of these buyers bought in ``[begins, ends)``, aware instants; who bought nothing is left out.

    As forecasts count it: orders that are paid for and not taken back, at their creation. An order that tells no
    amount counts with 0.
    """
    wanted, found = list(buyer_ids), dict[int, Bought]()
    for start in range(0, len(wanted), _CHUNK):
        query = (
            select(Order.buyer_id, func.count().label("orders"), func.sum(order_history.GOODS).label("goods"))
            .where(Order.buyer_id.in_(wanted[start : start + _CHUNK]), *order_history.is_sold(currency, begins, ends))
            .group_by(Order.buyer_id)
        )
        found |= {row.buyer_id: Bought(row.orders, int(row.goods or 0)) for row in db.session().execute(query)}
    return found


def returned(begins: datetime, ends: datetime, currency: str) -> Returned:
    """How many old customers there were when it began, and how many of them bought in ``[begins, ends)``."""
    session, before = db.session(), aliased(Order)
    is_old = (before.status.in_(COMPLETED), before.created_at < begins, before.buyer_id.is_not(None))
    old = session.scalar(select(func.count(before.buyer_id.distinct())).where(*is_old)) or 0
    was_there = exists().where(before.buyer_id == Order.buyer_id, *is_old)
    came = order_history.is_sold(currency, begins, ends)
    again = session.scalar(select(func.count(Order.buyer_id.distinct())).where(was_there, *came)) or 0
    return Returned(old, again)


def known_as(names: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], frozenset[PastBuyer]]:
    """The buyers whom a storefront calls so: platform and the platform's own word for the person; nobody: left out.

    That word may be the name that orders carry, a further account on that platform, or an e-mail address. Two queries
    for each five hundred names.
    """
    wanted, found = list(names), dict[tuple[str, str], set[PastBuyer]]()
    for start in range(0, len(wanted), _CHUNK):
        for name, buyer in _known(wanted[start : start + _CHUNK]):
            found.setdefault(name, set()).add(buyer)
    return {name: frozenset(buyers) for name, buyers in found.items()}


def _known(names: list[tuple[str, str]]) -> Iterable[tuple[tuple[str, str], PastBuyer]]:
    keys, session = contacts.keyring(), db.session()
    by_ref: dict[str, list[tuple[str, str]]] = {}
    by_hash: dict[tuple[str, bytes], list[tuple[str, str]]] = {}
    for name in names:
        account = contacts.account_value(*name)
        by_ref.setdefault(account, []).append(name)
        by_hash.setdefault(("account", contacts.identifier_hash(keys, "account", account)), []).append(name)
        if email := normal_email(name[1]):
            by_hash.setdefault(("email", contacts.identifier_hash(keys, "email", email)), []).append(name)
    for row in session.execute(select(Buyer.id, Buyer.ref).where(Buyer.ref.in_(by_ref))):
        yield from ((name, PastBuyer(row.id, row.ref)) for name in by_ref[row.ref])
    hashes = {kind: [found for known, found in by_hash if known == kind] for kind in ("account", "email")}
    identifier = BuyerIdentifier
    is_one = or_(*(and_(identifier.kind == kind, identifier.value_hash.in_(many)) for kind, many in hashes.items()))
    query = select(Buyer.id, Buyer.ref, identifier.kind, identifier.value_hash).join(
        identifier, identifier.buyer_id == Buyer.id
    )
    for found in session.execute(query.where(is_one)):
        yield from ((name, PastBuyer(found.id, found.ref)) for name in by_hash[found.kind, bytes(found.value_hash)])
