"""Which buyers of the core are one person: those with a strong key in common, and those whom somebody merged.

A key that is on the list of what never matches, or that as many buyers have as no person is, joins nobody (G16); a
buyer whom somebody split off is joined by merges alone. Chains count: two who each share a key with a third are one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set

from sqlalchemy import Select, null, select, union_all
from sqlalchemy.orm import aliased

from shopadmin.plugin_api import (
    BuyerIdentifier,
    among,
    among_hashes,
    ask_around,
    buyers_known_as,
    db,
    identifier_readings,
)
from shopadmin_buyer_labels.domain.never_match import MANY
from shopadmin_buyer_labels.domain.people import STRONG, Key, strong_text
from shopadmin_buyer_labels.models import BuyerKey, BuyerMerge, BuyerSplit, NeverMatch
from shopadmin_buyer_labels.services.hashes import hashes_of, key_hash

# A longer chain is no person any more; whoever is behind its end is left out.
LONGEST_CHAIN = 8
# Hashes of one statement.
_CHUNK = 10_000
_NOBODY: frozenset[int] = frozenset()

_STANDS = BuyerMerge.ended_at.is_(None)
_LISTED = select(NeverMatch.id).where(NeverMatch.hash == BuyerKey.hash, NeverMatch.ended_at.is_(None)).exists()
_SPLIT = select(BuyerSplit.id).where(BuyerSplit.buyer_id == BuyerKey.buyer_id, BuyerSplit.ended_at.is_(None)).exists()
_COUNTS = (BuyerKey.strength == "strong", ~_LISTED)
# A hash of a strong kind counts if it is not listed: the kind is part of what was hashed.
_WITH_STRONG = select(BuyerKey.hash, BuyerKey.buyer_id).where(among_hashes(BuyerKey.hash, "hashes"), ~_LISTED)
_WITH_HASH = _WITH_STRONG.where(*_COUNTS)
_JOINED_BY = _WITH_HASH.where(~_SPLIT)
_OTHER = aliased(BuyerKey)
_SHARED = select(_OTHER.id).where(_OTHER.hash == BuyerKey.hash, _OTHER.buyer_id != BuyerKey.buyer_id).exists()
# Keys that another buyer has too: of a page of an import few have.
_SHARED_OF = select(BuyerKey.buyer_id, BuyerKey.hash).where(among(BuyerKey.buyer_id, "ids"), _SHARED, *_COUNTS, ~_SPLIT)
_KINDS_OF = select(BuyerKey.buyer_id, BuyerKey.kind, BuyerKey.hash).where(
    among(BuyerKey.buyer_id, "ids"), *_COUNTS, ~_SPLIT
)
_MERGED = select(BuyerMerge.buyer_id, BuyerMerge.into_id).where(_STANDS)
_MERGES_FROM = _MERGED.where(among(BuyerMerge.buyer_id, "ids"))
_MERGE = select(BuyerMerge.buyer_id, null(), BuyerMerge.into_id).where(_STANDS)
# Three questions put as one: both engines look into an index for each.
_LINKS_OF = union_all(
    _SHARED_OF.add_columns(null().label("into_id")),
    _MERGE.where(among(BuyerMerge.buyer_id, "ids")),
    _MERGE.where(among(BuyerMerge.into_id, "ids")),
)


def same_people(buyer_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Each of these buyers with everybody who is the same person, itself included. A few queries for all of them."""
    neighbours: dict[int, set[int]] = defaultdict(set)
    seen: set[int] = set()
    frontier = set(buyer_ids)
    for _step in range(LONGEST_CHAIN):
        seen |= frontier
        for one, other in _links(frontier):
            neighbours[one].add(other)
            neighbours[other].add(one)
        frontier = {other for one in frontier for other in neighbours.get(one, ())} - seen
        if not frontier:
            break
    return {
        buyer_id: _reached(buyer_id, neighbours, seen) if buyer_id in neighbours else frozenset((buyer_id,))
        for buyer_id in buyer_ids
    }


def ties(pairs: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    """By what the two buyers of each pair are one person: the kind of a strong key that they have in common, ``merge``
    where somebody said so, ``chain`` where others are between them.
    """
    session, ids = db.session(), {"ids": list({each for pair in pairs for each in pair})}
    keys: dict[int, dict[bytes, str]] = defaultdict(dict)
    for row in session.execute(_KINDS_OF, ids) if pairs else ():
        keys[row.buyer_id][bytes(row.hash)] = row.kind
    count = buyers_with((each for held in keys.values() for each in held), _JOINED_BY)
    merged = {frozenset(row) for row in session.execute(_MERGES_FROM, ids)} if pairs else set()
    return {pair: _tie(pair, keys, count, merged) for pair in pairs}


def _tie(
    pair: tuple[int, int], keys: Mapping[int, Mapping[bytes, str]], count: Collection[bytes],
    merged: Collection[frozenset[int]],
) -> str:  # fmt: skip
    one, other = (keys.get(each, {}) for each in pair)
    kinds = {one[each] for each in one.keys() & other.keys() if each in count}
    found = next((kind for kind in STRONG if kind in kinds), "")
    return found or ("merge" if frozenset(pair) in merged else "chain")


def buyers_of(asked: Sequence[Collection[BuyerIdentifier]]) -> list[frozenset[int]]:
    """For each collection of identifiers, as they came, the buyers with one of them: by strong keys, and by the
    platform's own name of somebody as the core finds orders by it. Nobody else who may be the same person.
    """
    found = _holding(asked)
    nicks = [(at, (each.scope, each.value)) for at, ids in enumerate(asked) for each in ids if each.kind == "nick"]
    if nicks:
        known = buyers_known_as({name for _at, name in nicks})
        for at, name in nicks:
            found[at] |= {buyer.id for buyer in known.get(name, ())}
    return found


def _holding(asked: Sequence[Collection[BuyerIdentifier]]) -> list[frozenset[int]]:
    """The buyers with a strong key among the identifiers of each collection; a page is read and hashed as a whole."""
    places, hashes = _strong_hashes(asked)
    by_hash = buyers_with(hashes, _WITH_STRONG)
    found = [_NOBODY] * len(asked)
    for at, each in zip(places, hashes, strict=True):
        if each in by_hash:
            found[at] |= by_hash[each]
    return found


def _strong_hashes(asked: Sequence[Collection[BuyerIdentifier]]) -> tuple[list[int], list[bytes]]:
    """The hashes of those by which a machine may act, and beside each the place of its collection; a phone without
    country code is a local one.
    """
    every = [each for identifiers in asked for each in identifiers]
    owners = [at for at, identifiers in enumerate(asked) for _each in identifiers]
    by_kind: dict[str, tuple[list[int], list[str]]] = defaultdict(lambda: ([], []))
    for at, each, reading in zip(owners, every, identifier_readings(every), strict=True):
        if text := strong_text(each.kind, reading.value, reading.reason):
            places, texts = by_kind[each.kind]
            places.append(at)
            texts.append(text)
    hashes = [hashed for kind, (_places, texts) in by_kind.items() for hashed in hashes_of(kind, texts)]
    return [at for places, _texts in by_kind.values() for at in places], hashes


def holders(asked: Sequence[Collection[Key]]) -> list[frozenset[int]]:
    """For each collection of keys the buyers who have one of them and count; keys of many count for nobody."""
    hashes = {key: key_hash(key) for keys in asked for key in keys}
    by_hash = buyers_with(hashes.values())
    return [frozenset(buyer for key in keys for buyer in by_hash.get(hashes[key], ())) for keys in asked]


def buyers_with(hashes: Iterable[bytes], query: Select[bytes, int] = _WITH_HASH) -> Mapping[bytes, Set[int]]:
    """The buyers with each of these keys, which are strong ones unless ``query`` takes that as known; keys of many are
    none.
    """
    found: dict[bytes, set[int]] = defaultdict(set)
    # In their order, so that the index is walked through once.
    wanted = sorted(set(hashes))
    for start in range(0, len(wanted), _CHUNK):
        for each, buyer_id in ask_around(query, {"hashes": wanted[start : start + _CHUNK]}):
            found[each].add(buyer_id)
    return {each: buyers for each, buyers in found.items() if len(buyers) < MANY}


def _links(buyer_ids: Collection[int]) -> Iterable[tuple[int, int]]:
    held: dict[bytes, set[int]] = defaultdict(set)
    for buyer_id, hashed, into_id in ask_around(_LINKS_OF, {"ids": list(buyer_ids)}):
        if hashed is None:
            yield buyer_id, into_id
        else:
            held[hashed].add(buyer_id)
    for each, others in buyers_with(held, _JOINED_BY).items():
        yield from ((one, other) for one in held[each] for other in others if one != other)


def _reached(first: int, neighbours: Mapping[int, Collection[int]], seen: Collection[int]) -> frozenset[int]:
    found, frontier = {first}, {first}
    while frontier:
        frontier = {other for one in frontier for other in neighbours.get(one, ()) if other in seen} - found
        found |= frontier
    return frozenset(found)
