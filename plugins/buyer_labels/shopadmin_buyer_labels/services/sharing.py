"""Addresses and fixed lines that many people use and that nobody has put on the list of what never matches yet."""

from dataclasses import dataclass

from sqlalchemy import func, select

from shopadmin.plugin_api import Actor, MissingError, buyer_identities, db
from shopadmin_buyer_labels.domain.people import Key, Person
from shopadmin_buyer_labels.models import BuyerKey, NeverMatch
from shopadmin_buyer_labels.services import never_match
from shopadmin_buyer_labels.services.hashes import key_hash
from shopadmin_buyer_labels.services.indexing import person_of
from shopadmin_buyer_labels.services.people import same_people

KINDS = ("address", "fixed")
# As many people as no household has.
PEOPLE = 10
MOST = 20
# Rows of a key that are looked at: beyond that the number is not exact any more, and shown as it is.
_ROWS = 1000
_LISTED = select(NeverMatch.id).where(NeverMatch.hash == BuyerKey.hash, NeverMatch.ended_at.is_(None)).exists()
_SHARED = (
    select(func.min(BuyerKey.id).label("id"), BuyerKey.hash, func.count().label("rows"))
    .where(BuyerKey.kind.in_(KINDS), ~_LISTED)
    .group_by(BuyerKey.hash)
    .having(func.count() >= PEOPLE)
    .order_by(func.count().desc(), func.min(BuyerKey.id))
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class Shared:
    """Something that ``people`` use. ``key_id``: a row of the index that has it; ``hint``: as little of it as tells two
    apart.
    """

    key_id: int
    kind: str
    hint: str
    people: int


def shared() -> list[Shared]:
    """What ten people or more use, most of them first. A person with several rows in the shop's list is one."""
    found = []
    for row in db.session().execute(_SHARED).all():
        people = _people(row.hash)
        key = _key(row.id) if people >= PEOPLE else None
        if key is not None:
            found.append(Shared(row.id, key.kind, never_match.hint(key), people))
    return sorted(found, key=lambda each: -each.people)


def put_on_list(actor: Actor, key_id: int, cause: str) -> int:
    """Nobody is known by it any more; returns the entry's id. Raises MissingError, and as ``never_match.add``."""
    key = _key(key_id)
    if key is None:
        raise MissingError(key_id)
    return never_match.add_key(actor, key, cause)


def _people(hashed: bytes) -> int:
    query = select(BuyerKey.buyer_id).where(BuyerKey.hash == hashed).limit(_ROWS)
    buyers = db.session().scalars(query).all()
    return len({min(same) for same in same_people(buyers).values()})


def _key(key_id: int) -> Key | None:
    """What stands behind a row of the index: read anew from the buyer, as the index cannot be read back."""
    row = db.session().get(BuyerKey, key_id)
    if row is None or row.kind not in KINDS:
        return None
    for identity in buyer_identities([row.buyer_id]).values():
        return next((key for key in _keys(person_of(identity)) if key_hash(key) == row.hash), None)
    return None


def _keys(person: Person) -> list[Key]:
    return [*(key for key in person.keys if key.kind in KINDS), *(Key("address", home) for home in person.homes)]
