"""Who somebody may be, by what is said of them: exact by strong keys, and fuzzy for people to decide about."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import bindparam, func, select

from shopadmin.plugin_api import among, among_hashes, ask_around, buyer_identities
from shopadmin_buyer_labels.domain.matching import blocks, compare
from shopadmin_buyer_labels.domain.never_match import too_many
from shopadmin_buyer_labels.domain.people import Key, Person, tail_of
from shopadmin_buyer_labels.models import BuyerBlock, BuyerKey, NeverMatch
from shopadmin_buyer_labels.services.hashes import block_hash, key_hash
from shopadmin_buyer_labels.services.indexing import homes_of
from shopadmin_buyer_labels.services.people import holders, same_people

# Of a block that more buyers share nobody is compared: it says too little.
LARGEST_BLOCK = 400
MOST = 50
# Keys that may say nothing of who somebody is; with a phone its end goes.
_LEFT_OUT = ("fixed", "tail", "phone")
# No fewer than the shop has buyers.
_LAST_BUYER = select(func.max(BuyerKey.buyer_id))
_LISTED = select(NeverMatch.hash).where(among_hashes(NeverMatch.hash, "hashes"), NeverMatch.ended_at.is_(None))
# Asked for one key after the other, as of a key of many no more are counted than it takes.
_SEVERAL = select(BuyerKey.id).where(BuyerKey.hash == bindparam("hash")).limit(bindparam("many"))
_SHARING = select(BuyerKey.buyer_id, BuyerKey.hash).where(
    among(BuyerKey.buyer_id, "ids"), among_hashes(BuyerKey.hash, "hashes")
)
_IN_BLOCKS = select(BuyerBlock.hash, BuyerBlock.buyer_id).where(among_hashes(BuyerBlock.hash, "hashes"))


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
    (asked,) = without_listed([asked])
    ids = candidates(asked) - set(without)
    people = _people(ids, asked)
    # What never matches is looked for among the few of whom enough agrees: leaving it out adds no agreement.
    near = {buyer_id: person for buyer_id, person in people.items() if compare(asked, person).reasons}
    found = []
    for buyer_id, person in zip(near, without_listed(near.values()), strict=True):
        likeness = compare(asked, person)
        if likeness.is_likely:
            found.append((buyer_id, round(likeness.score, 3), likeness.reasons))
    return sorted(found, key=lambda each: (-each[1], each[0]))[:MOST]


def _people(buyer_ids: Collection[int], asked: Person) -> Mapping[int, Person]:
    """These buyers with names, homes and the weak keys that they have in common with the one who is asked about."""
    weak = {key_hash(key): key for key in asked.keys if not key.is_strong}
    shared: dict[int, set[Key]] = {buyer_id: set() for buyer_id in buyer_ids}
    held = ask_around(_SHARING, {"ids": list(buyer_ids), "hashes": list(weak)}) if weak and shared else ()
    for buyer_id, hashed in held:
        shared[buyer_id].add(weak[hashed])
    return {
        buyer_id: Person(frozenset(shared[buyer_id]), tuple(identity.names), homes_of(identity.addresses))
        for buyer_id, identity in buyer_identities(buyer_ids, with_contacts=False).items()
    }


def candidates(asked: Person) -> set[int]:
    """The buyers who share a block with the person."""
    hashes = [block_hash(block) for block in blocks(asked)]
    found: dict[bytes, set[int]] = {}
    for hashed, buyer_id in ask_around(_IN_BLOCKS, {"hashes": hashes}) if hashes else ():
        found.setdefault(hashed, set()).add(buyer_id)
    return {buyer for buyers in found.values() if len(buyers) <= LARGEST_BLOCK for buyer in buyers}


def without_listed(people: Iterable[Person]) -> list[Person]:
    """These people without homes and weak keys that never match: on the list, or shared by many (G16). The end of a
    phone that never matches is left out with it.
    """
    people = list(people)
    keys = {key for person in people for key in person.keys if key.kind in _LEFT_OUT}
    homes = {home: Key("address", home) for person in people for home in person.homes}
    out = never_matching(keys.union(homes.values()))
    return [
        Person(
            person.keys - (out - person.strong()) - _ends_without(person, out),
            person.names,
            tuple(home for home in person.homes if homes[home] not in out),
        )
        for person in people
    ]


def _ends_without(person: Person, out: Collection[Key]) -> frozenset[Key]:
    """The ends of those phones of a person that never match; one that ends as another phone of theirs stays."""
    phones = [key for key in person.keys if key.kind == "phone"]
    kept = {tail_of(key.value) for key in phones if key not in out}
    return frozenset(tail_of(key.value) for key in phones if key in out) - kept


def never_matching(keys: Iterable[Key]) -> frozenset[Key]:
    """Those that are on the list, and those that so many buyers have that they are nobody's."""
    wanted = {key_hash(key): key for key in keys}
    if not wanted:
        return frozenset()
    out = {hashed for (hashed,) in ask_around(_LISTED, {"hashes": list(wanted)})}
    ((last,),) = ask_around(_LAST_BUYER, {})
    for each in wanted.keys() - out:
        many = too_many(wanted[each].kind, last or 0)
        if len(ask_around(_SEVERAL, {"hash": each, "many": many})) >= many:
            out.add(each)
    return frozenset(wanted[each] for each in out)
