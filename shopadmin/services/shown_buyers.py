"""Buyers as a plugin's pages show and find them, and those who are really the shop's own people."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select

from shopadmin.contract import Actor, BuyerId, BuyerSnapshot
from shopadmin.domain.identifiers import mask_address, mask_email, mask_name, mask_phone, normal_email, normal_phone
from shopadmin.domain.identifiers.canonical import mailbox
from shopadmin.domain.orders import OrderStatus
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.models.buyers import Buyer
from shopadmin.models.orders import Order, Refund
from shopadmin.platforms.names import platform_name
from shopadmin.services import buyers, contacts, masking
from shopadmin.services.buyer_identities import buyer_identities

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class MaskedBuyer:
    """What a buyer is known by, hidden as on the core's pages. ``names``: in full for those who may see contact data.

    ``accounts``: of platforms, with the platform before the colon.
    """

    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


def buyer_snapshots(actor: Actor, buyer_ids: Collection[int]) -> Mapping[BuyerId, BuyerSnapshot]:
    """These buyers by id, names as the actor may see them; who is gone is left out."""
    found: dict[BuyerId, BuyerSnapshot] = {}
    for chunk in _chunks(buyer_ids):
        rows = db.session().execute(select(Buyer.id, Buyer.name, Buyer.platform).where(Buyer.id.in_(chunk)))
        found |= {BuyerId(row.id): buyers.snapshot(actor, row) for row in rows}
    return found


def masked_buyers(actor: Actor, buyer_ids: Collection[int]) -> Mapping[BuyerId, MaskedBuyer]:
    """What these buyers are known by, and where their newest orders went, to be compared on a page; who is gone is left
    out. In full it is shown on the buyer's own page alone, which writes that down.
    """
    found: dict[BuyerId, MaskedBuyer] = {}
    for buyer_id, identity in buyer_identities(buyer_ids).items():
        known: dict[str, list[str]] = {"phone": [], "email": [], "platform_uid": []}
        for kind, reading in sorted(identity.identifiers, key=lambda each: each[1].value):
            if kind in known and reading.value:
                known[kind].append(reading.value)
        found[BuyerId(buyer_id)] = MaskedBuyer(
            names=tuple(masking.shown_name(actor, name) for name in identity.names),
            phones=_each(mask_phone(normal_phone(phone)) for phone in known["phone"]),
            emails=_each(map(mask_email, known["email"])),
            accounts=_each(map(_masked_account, known["platform_uid"])),
            addresses=_each(map(mask_address, identity.addresses)),
        )
    return found


def _each(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _masked_account(value: str) -> str:
    platform, _bar, name = value.partition("|")
    return f"{platform_name(platform)}: {mask_name(name)}"


def buyers_found(actor: Actor, term: str) -> Sequence[Select[Any]]:
    """Ids of the buyers whom a search for ``term`` finds, a query for each place that is looked in: as in the core's
    own list, so that nobody guesses by a plugin what the core hides.
    """
    found = buyers.BUYERS.search(term, actor)
    return [select(Buyer.id).where(place) for place in found] if isinstance(found, Sequence) else []


def refund_counts(buyer_ids: Collection[int]) -> Mapping[BuyerId, int]:
    """How many orders of each buyer something was given back of, whoever wrote it down; who has none is left out."""
    found: dict[BuyerId, int] = {}
    written = select(Refund.id).where(Refund.order_id == Order.id).exists()
    is_refunded = or_(Order.refunded > 0, Order.status == OrderStatus.REFUNDED, written)
    for chunk in _chunks(buyer_ids):
        query = select(Order.buyer_id, func.count()).where(Order.buyer_id.in_(chunk), is_refunded)
        rows = db.session().execute(query.group_by(Order.buyer_id))
        found |= {BuyerId(buyer_id): count for buyer_id, count in rows if buyer_id is not None}
    return found


def own_mailboxes() -> frozenset[str]:
    """The mailboxes by which ``own_people`` knows the people of this shop."""
    return _boxes(db.session().scalars(select(Account.email)))


def _boxes(addresses: Iterable[str]) -> frozenset[str]:
    return frozenset(mailbox(address) for address in addresses) - {""}


def own_people(buyer_ids: Collection[int]) -> frozenset[BuyerId]:
    """Those among the buyers whose e-mail falls into the mailbox of an account of this shop, also of one that has left:
    ``kefu+x@shop.example`` is ``Kefu@shop.example``, whichever of the two the account has.
    """
    keys, session = contacts.keyring(), db.session()
    accounts = session.scalars(select(Account.email)).all()
    boxes = _boxes(accounts)
    found = {
        BuyerId(buyer_id)
        for buyer_id, identity in buyer_identities(buyer_ids, with_homes=False).items()
        if any(kind == "email" and mailbox(reading.value) in boxes for kind, reading in identity.identifiers)
    }
    hashes = [contacts.identifier_hash(keys, "email", normal_email(address)) for address in accounts]
    refs = [f"email:{each.hex()}" for each in hashes]
    for chunk in _chunks(buyer_ids):
        found |= {
            BuyerId(row) for row in session.scalars(select(Buyer.id).where(Buyer.id.in_(chunk), Buyer.ref.in_(refs)))
        }
    return frozenset(found)


def _chunks(ids: Collection[int]) -> Iterable[Sequence[int]]:
    wanted = list(dict.fromkeys(ids))
    return [wanted[start : start + _CHUNK] for start in range(0, len(wanted), _CHUNK)]
