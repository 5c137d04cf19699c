"""How alike two people are, for a person to decide (fuzzy matching never acts): section 9 of the buyer labels.

Names weigh .4, homes .35, the birth date .25; what one of the two does not say does not count. At least two independent
agreements are needed, and names that differ speak against it: people who share a flat are not one buyer.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from shopadmin_buyer_labels.domain.people import Person

NAME, HOME, BORN = 0.4, 0.35, 0.25
THRESHOLD = 0.677
# From here on a part counts as agreement; names below the last are those of two people.
AGREES = 0.85
DIFFERS = 0.6


@dataclass(frozen=True, slots=True)
class Likeness:
    """``score`` from 0 to 1; ``reasons``: codes of what agrees, none where nothing is to be suggested."""

    score: float
    reasons: tuple[str, ...] = ()


def compare(one: Person, other: Person) -> Likeness:
    """How alike they are; without reasons where it is no suggestion."""
    parts = {
        "name": (NAME, _names(one, other)),
        "address": (HOME, _homes(one, other)),
        "born": (BORN, _born(one, other)),
    }
    told = [(weight, found) for weight, found in parts.values() if found is not None]
    if not told:
        return Likeness(0.0)
    score = sum(weight * found for weight, found in told) / sum(weight for weight, _found in told)
    name = parts["name"][1]
    agreed = {part for part, (_weight, found) in parts.items() if found is not None and found >= AGREES}
    shared = {key.kind for key in one.keys & other.keys if not key.is_strong}
    # A fixed line is in a home, and a nick is a name: neither agrees independently of it.
    independent = agreed | ({"tail"} & shared)
    independent |= {"address"} if "fixed" in shared else set()
    independent |= {"name"} if "nick" in shared else set()
    if score < THRESHOLD or len(independent) < 2 or (name is not None and name < DIFFERS):
        return Likeness(score)
    reasons = [f"same_{kind}" for kind in ("nick", "fixed", "tail") if kind in shared]
    return Likeness(score, tuple([f"{part}_alike" for part in ("name", "address", "born") if part in agreed] + reasons))


def _names(one: Person, other: Person) -> float | None:
    pairs = product(one.names, other.names)
    return max((_name(*pair) for pair in pairs), default=None)


def _name(one: str, other: str) -> float:
    one, other = _plain(one), _plain(other)
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    if not one.isascii() or not other.isascii():
        # Of two or three characters each is a third of the name: one that differs is another person.
        return fuzz.ratio(one, other) / 100
    straight = JaroWinkler.similarity(one, other)
    return max(straight, fuzz.token_sort_ratio(one, other) / 100)


def _homes(one: Person, other: Person) -> float | None:
    return max((_home(*pair) for pair in product(one.homes, other.homes)), default=None)


def _home(one: str, other: str) -> float:
    if one == other:
        return 1.0
    return fuzz.token_sort_ratio(one.replace("|", " "), other.replace("|", " ")) / 100


def _born(one: Person, other: Person) -> float | None:
    if not one.born or not other.born:
        return None
    return 1.0 if one.born == other.born else fuzz.ratio(one.born, other.born) / 100


@lru_cache(maxsize=20_000)
def _plain(text: str) -> str:
    """A name in lower case, without accents, marks and doubled blanks, in simplified characters."""
    text = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(re.findall(r"[^\W_]+", "".join(each for each in text if not unicodedata.combining(each))))


def blocks(person: Person) -> frozenset[str]:
    """What must agree before two people are compared at all."""
    return frozenset(_blocks(person))


def _blocks(person: Person) -> Iterator[str]:
    for key in person.keys:
        if key.kind in ("fixed", "nick", "tail"):
            yield f"{key.kind}:{key.value}"
    for name in map(_plain, person.names):
        if name:
            yield f"name:{' '.join(sorted(name.split()))}"
    yield from (f"home:{home}" for home in person.homes)
    if person.born:
        yield f"born:{person.born}"
