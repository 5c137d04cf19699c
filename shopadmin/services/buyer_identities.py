"""What buyers are known by, for plugins that say who is the same person: canonical identifiers, names and addresses.

A plugin keeps nothing of it but keyed hashes (``keyed_hash``). What is masked, or a number that a platform takes back,
comes with its reason and is no key of anybody.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from shopadmin.domain.identifiers import is_masked
from shopadmin.domain.identifiers.canonical import Kind, Reading, read_email, read_nick, read_phone, read_platform_uid
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.models.buyers import Buyer, BuyerIdentifier
from shopadmin.models.orders import Order
from shopadmin.services import contacts, masking, settings
from shopadmin.services.imports import people as references
from shopadmin.services.messages.people import ERASED, region_of_zone

_CHUNK = 500
# Of a buyer with many orders the newest say where somebody lives now.
NEWEST_ORDERS = 20


@dataclass(slots=True)
class BuyerIdentity:
    """Who a buyer is, in full: never to be shown or kept as it is.

    ``identifiers``: kind and reading; ``names`` and ``addresses``: as they stand, without masked ones, newest first.
    """

    identifiers: set[tuple[Kind, Reading]] = field(default_factory=set)
    names: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    platform: str = ""


@dataclass(frozen=True, slots=True)
class BuyerMark:
    """A buyer's row, and a text that is another one when anything of its identity may have changed."""

    id: int
    mark: str


def keyed_hash(purpose: str, text: str) -> bytes:
    """16 bytes of HMAC-SHA-256 under the shop's key: equal texts of one purpose match, nothing can be read back.

    ``purpose``: a word of the plugin's own, beginning with its name; no purpose of the core is reached by it.
    """
    return keyed_hashes(purpose, (text,))[0]


def keyed_hashes(purpose: str, texts: Iterable[str]) -> list[bytes]:
    """The same of many, in their order."""
    return contacts.keyring().hashes(texts, f"plugin.{purpose}".encode())


def buyer_marks(after: int, size: int) -> Sequence[BuyerMark]:
    """Buyers whose id is above ``after``, by id, ``size`` at the most, without those who were forgotten."""
    identifier = BuyerIdentifier
    known = select(func.count(), func.max(identifier.id)).where(identifier.buyer_id == Buyer.id)
    bought = select(func.count(), func.max(Order.id), func.sum(Order.revision)).where(Order.buyer_id == Buyer.id)
    parts = [*_scalars(known), *_scalars(bought)]
    # Asked in the query: a page of nobody but forgotten buyers would look like the end.
    where = (Buyer.id > after, ~Buyer.ref.startswith(ERASED, autoescape=True))
    query = select(Buyer.id, Buyer.ref, Buyer.revision, *parts).where(*where).order_by(Buyer.id).limit(size)
    return [BuyerMark(row[0], "|".join(map(str, row[1:]))) for row in db.session().execute(query)]


def _scalars(query: Any) -> list[Any]:
    """Each column of an aggregate as a query of its own in a select list: both engines look into the index for it."""
    return [query.with_only_columns(column).scalar_subquery() for column in query.selected_columns]


def buyer_identities(
    buyer_ids: Collection[int], *, with_homes: bool = True, with_contacts: bool = True
) -> dict[int, BuyerIdentity]:
    """These buyers; who is gone or forgotten is left out.

    ``with_homes``: recipients and addresses of orders too; ``with_contacts``: phones, e-mail addresses and accounts,
    most of the work.
    """
    wanted, found = list(dict.fromkeys(buyer_ids)), dict[int, BuyerIdentity]()
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        found |= _named(part)
        if with_contacts:
            _add_contacts(found, part)
        if with_homes:
            _add_homes(found, part)
    return found


def _named(ids: list[int]) -> dict[int, BuyerIdentity]:
    found: dict[int, BuyerIdentity] = {}
    session = db.session()
    buyers = select(Buyer.id, Buyer.ref, Buyer.name, Buyer.platform).where(Buyer.id.in_(ids))
    for row in session.execute(buyers):
        if not row.ref.startswith(ERASED):
            found[row.id] = BuyerIdentity(names=_whole([row.name]), platform=row.platform)
            found[row.id].identifiers |= _of_ref(row.ref)
    return found


def _add_contacts(found: dict[int, BuyerIdentity], ids: list[int]) -> None:
    region = region_of_zone(settings.load().timezone)
    rows = select(
        BuyerIdentifier.buyer_id, BuyerIdentifier.kind, BuyerIdentifier.value_encrypted, BuyerIdentifier.expires_at
    ).where(BuyerIdentifier.buyer_id.in_(ids))
    for each in db.session().execute(rows.order_by(BuyerIdentifier.id)):
        if each.buyer_id not in found:
            continue
        value, known = masking.identifier(each.value_encrypted), found[each.buyer_id].identifiers
        if each.kind == "account":
            known.add(("platform_uid", _account(value)))
        elif each.kind == "email":
            known.add(("email", read_email(value)))
        else:
            known.add(("phone", read_phone(value, region, each.expires_at is not None)))


def _of_ref(ref: str) -> set[tuple[Kind, Reading]]:
    """What the reference itself says: a platform's own id of somebody, or a public name."""
    platform, _, name = ref.partition(":")
    if platform in ("email", "phone", "order"):
        return set()
    if platform in references.ACCOUNT_PLATFORMS:
        return {("platform_uid", _account(ref))}
    return {("nick", read_nick(platform, name))}


def _account(value: str) -> Reading:
    """An account as rows keep it: in one case."""
    scope, _, uid = value.partition(":")
    return read_platform_uid(scope, uid)


def _add_homes(found: dict[int, BuyerIdentity], ids: list[int]) -> None:
    newest = func.row_number().over(partition_by=Order.buyer_id, order_by=Order.id.desc()).label("place")
    ranked = (
        select(Order.buyer_id, Order.buyer_name, Order.contact_encrypted, newest)
        .where(Order.buyer_id.in_(ids))
        .subquery()
    )
    rows = select(ranked).where(ranked.c.place <= NEWEST_ORDERS).order_by(ranked.c.buyer_id, ranked.c.place)
    for row in db.session().execute(rows):
        if row.buyer_id not in found:
            continue
        identity, contact = found[row.buyer_id], masking.order_reach(row.contact_encrypted)
        identity.names = list(dict.fromkeys((*_whole([contact.recipient]), *identity.names)))
        identity.addresses = list(dict.fromkeys((*identity.addresses, *_whole([contact.address]))))


def _whole(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if text and not is_masked(text)]


def own_addresses() -> frozenset[str]:
    """The e-mail addresses of the shop's own people in canonical form, also of those who have left."""
    found = (read_email(address) for address in db.session().scalars(select(Account.email)))
    return frozenset(reading.value for reading in found if reading.value)
