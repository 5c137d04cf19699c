"""Orders looked up against labelled buyers by phone, e-mail and platform id, beside the least that could do it.

Ours is what the core is answered with (``services/standing.py``): identifiers as files write them are normalised,
hashed, looked up without those that never match, followed to everybody who is the same person, their labels read, their
status worked out, the rules applied. The floor gets canonical identifiers, which it hashes and joins with the labels.
"""

import contextlib
import gc
import hmac
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shopadmin_buyer_labels.domain.people import STRONG, Key, keys_of, strong_text
from shopadmin_buyer_labels.models import BuyerKey, Label
from shopadmin_buyer_labels.services import standing
from shopadmin_buyer_labels.services.hashes import key_hash
from sqlalchemy import insert

from bench.databases import Shop
from bench.lists import settle
from shopadmin.models import db
from shopadmin.plugin_api import BuyerIdentifier, StandingQuery, identifier_readings
from shopadmin.services import contacts
from shopadmin.services.transactions import writing

GOAL = 2.0
ALONE_GOAL_MS = 2.0
RUNS = 5
# Orders of one statement or call.
BATCH = 5000
# Of this many orders one is of a labelled buyer.
KNOWN = 10
# Of this many phones one is not Chinese, of this many e-mail addresses one has a domain of its own: a library reads
# them. Of this many phones one is written with country code and blanks.
FOREIGN, OWN_DOMAIN, SPACED = 50, 20, 10
_DOMAINS = ("qq.com", "163.com", "126.com", "gmail.com", "foxmail.com", "outlook.com", "icloud.com", "hotmail.com")


@dataclass(frozen=True, slots=True)
class Result:
    """Medians in seconds with the spread of ours; ``alone``: 99th percentile for one order, in milliseconds."""

    ours: float
    floor: float
    spread: tuple[float, float]
    alone: float

    @property
    def ratio(self) -> float:
        """Ours over the floor."""
        return self.ours / self.floor


def run(shop: Shop, count: int, label: Callable[[int, datetime], dict[str, Any]]) -> Result:
    """Label ``count`` buyers and look up as many orders, A B A B; in the context of the app, with a rule in force."""
    _fill(count, label)
    settle()
    now = datetime.now(UTC)
    people = [written(number if number % KNOWN == 0 else number + count) for number in range(count)]
    queries = [StandingQuery(ids, None, "order", now) for ids in people]
    canonical = [[Key(each[0], text) for each in _read(ids) if (text := strong_text(*each))] for ids in people]
    # What is asked is the benchmark's own: it would be walked through by each collection of garbage.
    gc.collect()
    gc.freeze()
    times: tuple[list[float], list[float]] = ([], [])
    found = set()
    with _floor(shop) as bare:
        for _turn in range(RUNS):
            for look_up, kept in ((lambda: _ours(queries), times[0]), (lambda: bare(canonical), times[1])):
                started = time.perf_counter()
                found.add(look_up())
                kept.append(time.perf_counter() - started)
    if found != {-(-count // KNOWN)}:
        raise RuntimeError(f"the orders of labelled buyers that were found: {found}")
    ours, floor = map(statistics.median, times)
    return Result(ours, floor, (min(times[0]), max(times[0])), _alone(queries))


def _ours(queries: Sequence[StandingQuery]) -> int:
    found = sum(len(standing.standings(queries[at : at + BATCH])) for at in range(0, len(queries), BATCH))
    db.session.remove()
    return found


def _alone(queries: Sequence[StandingQuery]) -> float:
    """The 99th percentile of a thousand look-ups of one order each, in milliseconds."""
    times = []
    for query in queries[:1000]:
        started = time.perf_counter()
        standing.standings([query])
        times.append((time.perf_counter() - started) * 1000)
        db.session.remove()
    return statistics.quantiles(times, n=100)[98]


@contextlib.contextmanager
def _floor(shop: Shop) -> Iterator[Callable[[Sequence[Sequence[Key]]], int]]:
    """Hash and join, in the database's own driver, and how many orders are known."""
    keys, labels = BuyerKey.__tablename__, Label.__tablename__
    query = f"select k.hash, l.id from {keys} k join {labels} l on l.buyer_id = k.buyer_id where k.hash"
    secret = contacts.keyring()._hash_key
    purposes = {kind: f"plugin.buyer_labels.{kind}".encode() + b"\0" for kind in STRONG}
    held = db.engine.raw_connection()
    driver: Any = held.driver_connection

    def look_up(asked: Sequence[Sequence[Key]]) -> int:
        found = 0
        for at in range(0, len(asked), BATCH):
            hashes = [
                [hmac.digest(secret, purposes[kind] + value.encode(), "sha256")[:16] for kind, value in keys]
                for keys in asked[at : at + BATCH]
            ]
            flat = [each for several in hashes for each in several]
            if shop.kind == "SQLite":
                rows = driver.execute(f"{query} in ({','.join('?' * len(flat))})", flat).fetchall()
            else:
                rows = driver.execute(f"{query} = any(%b)", [flat]).fetchall()
            known = {bytes(row[0]) for row in rows}
            found += sum(not known.isdisjoint(several) for several in hashes)
        driver.rollback()
        return found

    try:
        yield look_up
    finally:
        held.close()


def _fill(count: int, label: Callable[[int, datetime], dict[str, Any]]) -> None:
    """The keys of ``count`` buyers as the index has them, and a label in force for each."""
    now = datetime.now(UTC)
    with writing() as session:
        for at in range(0, count, BATCH):
            people = {number + 1: keys_of(_read(written(number))) for number in range(at, min(at + BATCH, count))}
            rows = [
                {"buyer_id": buyer, "kind": key.kind, "hash": key_hash(key),
                 "strength": "strong" if key.is_strong else "weak"}
                for buyer, keys in people.items()
                for key in keys
            ]  # fmt: skip
            session.execute(insert(BuyerKey), rows)
            session.execute(insert(Label), [label(buyer, now) for buyer in people])


def _read(ids: Sequence[BuyerIdentifier]) -> list[tuple[str, str, str]]:
    readings = identifier_readings(ids)
    return [(each.kind, found.value, found.reason) for each, found in zip(ids, readings, strict=True)]


def written(number: int) -> tuple[BuyerIdentifier, ...]:
    """The identifiers of somebody, as files have them."""
    domain = f"test{number}.example.com" if number % OWN_DOMAIN == 1 else _DOMAINS[number % len(_DOMAINS)]
    digits = f"170{number:08d}"
    phone = f"+86 {digits[:3]} {digits[3:7]} {digits[7:]}" if number % SPACED == 2 else digits
    return (
        BuyerIdentifier("phone", f"+316{10_000_000 + number}" if number % FOREIGN == 3 else phone),
        BuyerIdentifier("email", f"Test.Buyer{number}@{domain}"),
        BuyerIdentifier("platform_uid", f"AAF{number:012x}", "taobao"),
    )
