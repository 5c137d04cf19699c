"""The index: keyed hashes of what each of the shop's buyers is known by, kept up with the core.

What an import brings is indexed as it comes; a job walks over all buyers from id to id and looks again at those whose
mark in the core is another one, for what was missed and for addresses, of which no machine acts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Connection, Select, Table, delete, literal, select

from shopadmin.plugin_api import (
    BulkRows,
    BuyerIdentity,
    BuyerMark,
    BuyersChanged,
    among,
    buyer_identities,
    buyer_marks,
    db,
    read_identifier,
    writing,
)
from shopadmin_buyer_labels.domain.matching import blocks
from shopadmin_buyer_labels.domain.never_match import cause_of_address
from shopadmin_buyer_labels.domain.people import Key, Person, keys_of
from shopadmin_buyer_labels.models import BuyerBlock, BuyerIndexed, BuyerKey
from shopadmin_buyer_labels.services.hashes import block_hash, key_hashes, mark_hash

PAGE = 500
# Pages of one run of the job: the rest is looked at in the next one.
PAGES = 400
# Addresses whose one form is kept in memory, as those of names are.
_KEPT = 50_000

_KEY, _BLOCK, _INDEXED = (cast(Table, model.__table__) for model in (BuyerKey, BuyerBlock, BuyerIndexed))
_NEW_KEYS = BulkRows(_KEY, ("buyer_id", "kind", "strength", "hash"), or_not=True)
_NEW_BLOCKS = BulkRows(_BLOCK, ("buyer_id", "hash"), or_not=True)
_NEW_MARKS = BulkRows(_INDEXED, ("buyer_id", "mark"), or_not=True)
_KEYS_OF = select(_KEY.c.id, _KEY.c.buyer_id, _KEY.c.hash, _KEY.c.kind).where(among(_KEY.c.buyer_id, "ids"))
_BLOCKS_OF = select(_BLOCK.c.id, _BLOCK.c.buyer_id, _BLOCK.c.hash, literal("block").label("kind")).where(
    among(_BLOCK.c.buyer_id, "ids")
)
_MARKS_OF = select(_INDEXED.c.buyer_id, _INDEXED.c.mark).where(among(_INDEXED.c.buyer_id, "ids"))


def heard(event: BuyersChanged) -> None:
    """Keep the keys up with an import. Orders bring addresses, which may wait for the job."""
    if event.change == "known":
        index(event.buyer_ids, with_homes=False)
    elif event.change == "removed":
        forget(event.buyer_ids)


def catch_up(first: int = 0, pages: int = PAGES) -> int:
    """Index whoever changed since, from the buyer after ``first`` on; returns the last id looked at, 0 at the end."""
    for _page in range(pages):
        marks = buyer_marks(first, PAGE)
        _drop_those_gone(first, marks)
        if not marks:
            return 0
        first = marks[-1].id
        found = {mark.id: mark_hash(mark.mark) for mark in marks}
        known = {row.buyer_id: bytes(row.mark) for row in db.session().execute(_MARKS_OF, {"ids": list(found)})}
        if changed := {buyer_id: mark for buyer_id, mark in found.items() if known.get(buyer_id) != mark}:
            index(changed, marks=changed)
    return first


def catch_up_all() -> None:
    """The same to the end."""
    first = catch_up()
    while first:
        first = catch_up(first)


def index(buyer_ids: Collection[int], *, with_homes: bool = True, marks: Mapping[int, bytes] | None = None) -> None:
    """Make the keys of these buyers what they are now; ``with_homes``: their addresses and blocks too."""
    ids = sorted(buyer_ids)
    people = {
        buyer_id: person_of(identity) for buyer_id, identity in buyer_identities(ids, with_homes=with_homes).items()
    }
    keys = _hashed(people, with_homes)
    with writing() as session:
        connection = session.connection()
        # Homes stay as they are where nobody has looked at them.
        missing = _replace(connection, _KEYS_OF, _KEY, ids, keys, leaves=() if with_homes else ("address",))
        if missing:
            _NEW_KEYS.insert(connection, [_key_row(buyer, hashed, keys[buyer, hashed]) for buyer, hashed in missing])
        if with_homes:
            hashes = {(buyer_id, block_hash(block)) for buyer_id in people for block in blocks(people[buyer_id])}
            if lacking := _replace(connection, _BLOCKS_OF, _BLOCK, ids, hashes):
                _NEW_BLOCKS.insert(connection, [{"buyer_id": buyer, "hash": found} for buyer, found in lacking])
        if marks:
            connection.execute(delete(_INDEXED).where(_INDEXED.c.buyer_id.in_(list(marks))))
            _NEW_MARKS.insert(connection, [{"buyer_id": buyer, "mark": mark} for buyer, mark in marks.items()])


def forget(buyer_ids: Collection[int]) -> None:
    """Take everything of these buyers out of the index; joins the transaction around."""
    with writing() as session:
        for table in (_KEY, _BLOCK, _INDEXED):
            session.connection().execute(delete(table).where(table.c.buyer_id.in_(list(buyer_ids))))


def person_of(identity: BuyerIdentity) -> Person:
    """A buyer as matching sees one: homes without those where nobody lives (G16)."""
    keys = keys_of((kind, reading.value, reading.reason) for kind, reading in identity.identifiers)
    return Person(keys, tuple(identity.names), homes_of(identity.addresses))


def homes_of(addresses: Iterable[str]) -> tuple[str, ...]:
    """Addresses in their one form, without those where nobody lives."""
    return tuple(dict.fromkeys(home for text in addresses if (home := _home(text))))


@lru_cache(_KEPT)
def _home(address: str) -> str:
    """Read once, as the same buyers are compared again and again."""
    return "" if cause_of_address(address) else read_identifier("address", address).value


def _hashed(people: Mapping[int, Person], with_homes: bool) -> dict[tuple[int, bytes], Key]:
    """What the index is to hold of these buyers; a page is hashed as a whole."""
    keys = {
        buyer_id: [*person.keys, *(Key("address", home) for home in person.homes if with_homes)]
        for buyer_id, person in people.items()
    }
    hashes = key_hashes({key for several in keys.values() for key in several})
    return {(buyer_id, hashes[key]): key for buyer_id, several in keys.items() for key in several}


def _key_row(buyer_id: int, hashed: bytes, key: Key) -> dict[str, Any]:
    strength = "strong" if key.is_strong else "weak"
    return {"buyer_id": buyer_id, "kind": key.kind, "strength": strength, "hash": hashed}


def _replace(
    connection: Connection, query: Select[Any], table: Table, ids: Sequence[int], wanted: Collection[tuple[int, bytes]],
    leaves: Collection[str] = (),
) -> list[tuple[int, bytes]]:  # fmt: skip
    """Delete what is not wanted any more, but for kinds in ``leaves``; returns what is wanted and not there yet."""
    there = {(row.buyer_id, bytes(row.hash)): row for row in connection.execute(query, {"ids": ids})}
    gone = [row.id for pair, row in there.items() if pair not in wanted and row.kind not in leaves]
    if gone:
        connection.execute(delete(table).where(table.c.id.in_(gone)))
    return [pair for pair in wanted if pair not in there]


def _drop_those_gone(after: int, marks: Sequence[BuyerMark]) -> None:
    """Buyers between ``after`` and the last of these, who are not among them: their removal nobody told of."""
    indexed = select(BuyerIndexed.buyer_id).where(BuyerIndexed.buyer_id > after)
    if marks:
        indexed = indexed.where(BuyerIndexed.buyer_id <= marks[-1].id)
    if gone := set(db.session().scalars(indexed)) - {mark.id for mark in marks}:
        forget(gone)
