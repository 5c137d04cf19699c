"""Who somebody may be, by what is said of them: exact by strong keys, and fuzzy for people to decide about."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from shopadmin.plugin_api import buyer_identities, db
from shopadmin_buyer_labels.domain.matching import blocks, compare
from shopadmin_buyer_labels.domain.never_match import MANY
from shopadmin_buyer_labels.domain.people import Key, Person
from shopadmin_buyer_labels.models import BuyerBlock, BuyerKey, NeverMatch
from shopadmin_buyer_labels.services.hashes import block_hash, key_hash
from shopadmin_buyer_labels.services.indexing import homes_of, person_of
from shopadmin_buyer_labels.services.people import holders, same_people

# Of a block that more buyers share nobody is compared: it says too little.
LARGEST_BLOCK = 400
MOST = 50


@dataclass(frozen=True, slots=True)
class Match:
    """A buyer and why. ``score``: 1 for an exact match, whose ``reasons`` are kinds of keys, or ``same_person``."""

    buyer_id: int
    kind: Literal["exact", "fuzzy"]
    score: float
    reasons: tuple[str, ...]


def match(keys: frozenset[Key], name: str = "", addresses: Collection[str] = ()) -> list[Match]:
    """Buyers of the shop who are the person, exact ones first, then by score; 50 fuzzy ones at the most."""
    asked = Person(keys, (name,) if name else (), homes_of(addresses))
    exact = _exact(asked.strong())
    found = fuzzy(asked, {each.buyer_id for each in exact})
    return exact + [Match(buyer_id, "fuzzy", score, reasons) for buyer_id, score, reasons in found]


def _exact(keys: Collection[Key]) -> list[Match]:
    strong = list(keys)
    direct: dict[int, set[str]] = {}
    for key, buyers in zip(strong, holders([[key] for key in strong]), strict=True):
        for buyer in buyers:
            direct.setdefault(buyer, set()).add(key.kind)
    everybody = {other for others in same_people(direct).values() for other in others}
    return [
        Match(buyer, "exact", 1.0, tuple(sorted(direct.get(buyer, ())) or ("same_person",)))
        for buyer in sorted(everybody)
    ]


def fuzzy(asked: Person, without: Collection[int] = ()) -> list[tuple[int, float, tuple[str, ...]]]:
    """Buyers who may be the person, best first, with score and reasons; never somebody who shares nothing."""
    ids = candidates(asked) - set(without)
    found = []
    for buyer_id, identity in buyer_identities(ids).items():
        likeness = compare(asked, without_listed(person_of(identity)))
        if likeness.reasons:
            found.append((buyer_id, round(likeness.score, 3), likeness.reasons))
    return sorted(found, key=lambda each: (-each[1], each[0]))[:MOST]


def candidates(asked: Person) -> set[int]:
    """The buyers who share a block with the person."""
    hashes = [block_hash(block) for block in blocks(without_listed(asked))]
    found: dict[bytes, set[int]] = {}
    query = select(BuyerBlock.hash, BuyerBlock.buyer_id).where(BuyerBlock.hash.in_(hashes))
    for row in db.session().execute(query):
        found.setdefault(bytes(row.hash), set()).add(row.buyer_id)
    return {buyer for buyers in found.values() if len(buyers) <= LARGEST_BLOCK for buyer in buyers}


def without_listed(person: Person) -> Person:
    """The person without homes and weak keys that never match: on the list, or shared by many (G16)."""
    weak = {key_hash(key): key for key in person.keys if key.kind == "fixed"}
    homes = {key_hash(Key("address", home)): home for home in person.homes}
    out = never_matching([*weak, *homes])
    return Person(
        person.keys - {weak[each] for each in out if each in weak},
        person.names,
        tuple(home for each, home in homes.items() if each not in out),
        person.born,
    )


def never_matching(hashes: Iterable[bytes]) -> set[bytes]:
    """Those that are on the list, and those that as many buyers have as live nowhere together."""
    wanted = list(hashes)
    if not wanted:
        return set()
    session = db.session()
    out = {
        bytes(each)
        for each in session.scalars(
            select(NeverMatch.hash).where(NeverMatch.hash.in_(wanted), NeverMatch.ended_at.is_(None))
        )
    }
    for each in wanted:
        several = select(BuyerKey.id).where(BuyerKey.hash == each).limit(MANY)
        if len(session.scalars(several).all()) >= MANY:
            out.add(each)
    return out
