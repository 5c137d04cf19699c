"""Whom a message is for: the keyed hashes that a buyer is known by, and the clocks that may be the buyer's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopadmin.domain.contact import Medium
from shopadmin.domain.identifiers.canonical import Reading, read_email, read_phone, region_of
from shopadmin.domain.reaching import Obstacle
from shopadmin.domain.reaching import obstacle as why_unreachable
from shopadmin.models import db
from shopadmin.models.buyers import Buyer, BuyerIdentifier
from shopadmin.services import contacts, masking, settings

Kind = Literal["phone", "email", "nick"]
# References of buyers whom no platform names.
_NAMELESS = ("email:", "phone:", "order:")
# How the reference of a buyer begins whose personal data was erased; nobody is reached there any more.
ERASED = "erased:"
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Person:
    """A buyer as the gate knows one. ``key``: keyed hash of the reference, the same after an import comes again.

    ``known``: canonical identifiers by kind, ``hashes``: theirs, by which do-not-contact finds them. ``lent``: phones
    that a platform takes back, in the form that ``read`` gives them, with the moment.
    """

    buyer_id: int
    key: bytes
    phone: str
    email: str
    known: frozenset[tuple[Kind, str]]
    lent: Mapping[str, datetime] = field(default_factory=dict, hash=False)
    ref: str = ""

    @property
    def hashes(self) -> frozenset[tuple[Kind, bytes]]:
        """Each identifier as do-not-contact keeps it, and the reference: under that it stands once a phone is gone."""
        own: set[tuple[Kind, str]] = {("nick", self.ref)} if self.ref else set()
        return frozenset((kind, block_hash(kind, value)) for kind, value in self.known | own)

    @property
    def zones(self) -> tuple[ZoneInfo, ...]:
        """The clocks of the countries that the buyer's phones belong to; else those of everybody the shop sells to."""
        regions = {region_of(value) for kind, value in self.known if kind == "phone"}
        names = {name for region in regions for name in _zones_of(region)}
        return tuple(map(ZoneInfo, sorted(names))) or settings.load().buyer_clocks


# By law all of China keeps one time; the data base of zones also knows what the west of it uses informally.
_ONE_TIME = {"CN": ("Asia/Shanghai",)}


@cache
def _zones_of(region: str) -> tuple[str, ...]:
    if region in _ONE_TIME:
        return _ONE_TIME[region]
    return tuple(name for name in get_global("territory_zones").get(region, ()) if name in available_timezones())


@cache
def region_of_zone(zone: str) -> str | None:
    """The country that a time zone belongs to: in which a shop's own people dial without a code."""
    return get_global("zone_territories").get(zone)


def block_hash(kind: Kind, value: str) -> bytes:
    """Keyed hash of a canonical identifier, as do-not-contact and the outbox keep it."""
    return contacts.keyring().hash(value, f"do_not_contact.{kind}".encode())


def hash_of(kind: Literal["phone", "email"], address: str) -> bytes:
    """Keyed hash of an address as people write it."""
    return block_hash(kind, read(kind, address).value)


def read(kind: Literal["phone", "email"], text: str, is_private: bool = False) -> Reading:
    """An identifier in its canonical form; a phone without country code is one of the shop's own country."""
    if kind == "email":
        return read_email(text)
    return read_phone(text, region_of_zone(settings.load().timezone), is_private)


def reached_at(person: Person, kind: Literal["phone", "email"], address: str) -> Person:
    """The same person, known by this address as well: its clock and its do-not-contact count like the others."""
    value = read(kind, address).value if address else ""
    return replace(person, known=person.known | {(kind, value)}) if value else person


# In the place of a buyer's id, where a message is for one of the shop's own people.
NOBODY = 0


def colleague(address: str) -> Person:
    """One of the shop's own people, known by a phone or an e-mail address alone: a phone's clock counts, and what
    do-not-contact says of either.
    """
    if "@" in address:
        value = read("email", address).value
        return Person(NOBODY, block_hash("email", value), "", address, frozenset({("email", value)}))
    value = read("phone", address).value
    return Person(NOBODY, block_hash("phone", value), address, "", frozenset({("phone", value)}))


def find(buyer_id: int) -> Person | None:
    """The buyer, None where there is none."""
    return find_all([buyer_id]).get(buyer_id)


def find_all(buyer_ids: Iterable[int]) -> Mapping[int, Person]:
    """The buyers that there are, by id: two queries for each five hundred."""
    wanted, found = list(buyer_ids), dict[int, Person]()
    for start in range(0, len(wanted), _CHUNK):
        found |= _find(wanted[start : start + _CHUNK])
    return found


def forgotten(buyer_ids: Iterable[int]) -> frozenset[int]:
    """Which of these buyers asked to be forgotten: their rows are there, and tell nobody who it was."""
    wanted, found = list(buyer_ids), list[int]()
    for start in range(0, len(wanted), _CHUNK):
        ids = Buyer.id.in_(wanted[start : start + _CHUNK])
        found += db.session().scalars(select(Buyer.id).where(ids, Buyer.ref.startswith(ERASED, autoescape=True)))
    return frozenset(found)


def reachable(
    buyer_ids: Iterable[int], address: Literal["", "phone", "email"], medium: Medium | None = None,
    now: datetime | None = None,
) -> frozenset[int]:  # fmt: skip
    """Which of these buyers have a whole address of this kind; all of them for a way that needs none.

    ``medium``: what goes there, unless it is e-mail or a text. ``now``: aware UTC.
    """
    found, now = find_all(buyer_ids), now or datetime.now(UTC)
    if not address:
        return frozenset(found)
    way: Medium = medium or ("email" if address == "email" else "text")
    return frozenset(
        buyer_id
        for buyer_id, person in found.items()
        if obstacle(person, address, address_of(person, address), way, now) is None
    )


def is_whole(kind: Literal["phone", "email"], address: str) -> bool:
    """Whether something sent to this address arrives, as far as the address alone says."""
    medium: Medium = "email" if kind == "email" else "text"
    return why_unreachable(read(kind, address), medium, None, datetime.now(UTC)) is None


def obstacle(
    person: Person, kind: Literal["phone", "email"], address: str, medium: Medium, now: datetime
) -> Obstacle | None:
    """Why nothing that is sent to this address of the person arrives; None where it may. ``now``: aware UTC."""
    reading = read(kind, address)
    return why_unreachable(reading, medium, person.lent.get(reading.value), now)


def address_of(person: Person, kind: Literal["phone", "email"]) -> str:
    return person.phone if kind == "phone" else person.email


def _find(buyer_ids: list[int]) -> dict[int, Person]:
    session = db.session()
    rows = session.execute(
        select(
            BuyerIdentifier.buyer_id, BuyerIdentifier.kind, BuyerIdentifier.value_encrypted, BuyerIdentifier.expires_at
        )
        .where(BuyerIdentifier.buyer_id.in_(buyer_ids))
        .order_by(BuyerIdentifier.id)
    ).all()
    kept: dict[int, list[tuple[str, str, datetime | None]]] = {}
    for row in rows:
        value = masking.identifier(row.value_encrypted)
        kept.setdefault(row.buyer_id, []).append((row.kind, value, row.expires_at))
    buyers = session.execute(
        select(Buyer.id, Buyer.ref).where(Buyer.id.in_(buyer_ids), ~Buyer.ref.startswith(ERASED, autoescape=True))
    )
    return {row.id: _person(row.id, row.ref, kept.get(row.id, [])) for row in buyers}


def _person(buyer_id: int, ref: str, kept: list[tuple[str, str, datetime | None]]) -> Person:
    known: set[tuple[Kind, str]] = set()
    latest, lent = {"phone": "", "email": ""}, dict[str, datetime]()
    if not ref.startswith(_NAMELESS):
        known.add(("nick", ref))
    for kind, value, lent_until in kept:
        if kind == "account":
            known.add(("nick", value))
        elif kind in ("phone", "email"):
            latest[kind] = value
            reading = read(kind, value, lent_until is not None)  # type: ignore[arg-type]
            known |= {(kind, reading.value)} if reading.value else set()  # type: ignore[arg-type]
            if lent_until is not None:
                lent[read("phone", value).value] = lent_until
    key = contacts.keyring().hash(ref, b"buyer.ref")
    return Person(buyer_id, key, latest["phone"], latest["email"], frozenset(known), lent, ref)


def lock(session: Session, *hashes: bytes | None) -> None:
    """Hold everything that concerns these people or destinations until the transaction ends; always in one order.

    SQLite's writers stand in one queue as it is; on PostgreSQL an advisory lock each.
    """
    if session.connection().dialect.name != "postgresql":
        return
    for number in sorted({int.from_bytes(found[:8], "big", signed=True) for found in hashes if found}):
        session.execute(select(func.pg_advisory_xact_lock(number)))


def lock_person(session: Session, person: Person, *more: bytes | None) -> None:
    """As ``lock``, for a buyer under every name that the shop knows."""
    lock(session, person.key, *(value for _kind, value in person.hashes), *more)
