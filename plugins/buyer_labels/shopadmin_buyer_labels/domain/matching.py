"""How alike two people are, for a person to decide (fuzzy matching never acts): section 9 of the buyer labels.

Parts weigh: names .4, homes .35, a third one .25; what one of the two does not say does not count. At least two
independent agreements are needed, and names that differ speak against it: people who share a flat are not one buyer.
The threshold is the lowest without an error on the record-linkage sets FEBRL 1 and 3; ``make bench ONLY=linkage``.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from shopadmin_buyer_labels.domain.homes import half_keys, home_keys, homes_alike
from shopadmin_buyer_labels.domain.names import name_keys, names_alike
from shopadmin_buyer_labels.domain.people import Person

NAME, HOME, THIRD = 0.4, 0.35, 0.25
THRESHOLD = 0.5
# From here on a part counts as agreement; names below the last are those of two people.
AGREES = 0.6
DIFFERS = 0.5


@dataclass(frozen=True, slots=True)
class Part:
    """What two people both say. ``found``: how alike it is, 0 to 1; ``reason``: the code shown where it agrees."""

    reason: str
    weight: float
    found: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """``score`` from 0 to 1; ``reasons``: codes of what agrees, none where it cannot be one person."""

    score: float
    reasons: tuple[str, ...] = ()

    @property
    def is_likely(self) -> bool:
        """Whether somebody should look at it."""
        return bool(self.reasons) and self.score >= THRESHOLD


def compare(one: Person, other: Person) -> Likeness:
    """How alike they are, whichever comes first."""
    return weigh(parts(one, other))


def parts(one: Person, other: Person) -> Iterator[Part]:
    """What both say of themselves, one part for each independent thing: a fixed line is in a home, a nick is a name."""
    shared = {key.kind for key in one.keys & other.keys}
    name = _best(names_alike, one.names, other.names)
    home = _best(homes_alike, one.homes, other.homes)
    if "nick" in shared and (name is None or DIFFERS <= name < AGREES):
        yield Part("same_nick", NAME, 1.0)
    elif name is not None:
        yield Part("name_alike", NAME, name)
    if "fixed" in shared and (home is None or home < AGREES):
        yield Part("same_fixed", HOME, 1.0)
    elif home is not None:
        yield Part("address_alike", HOME, home)
    if "tail" in shared:
        yield Part("same_tail", THIRD, 1.0)


def weigh(told: Iterable[Part]) -> Likeness:
    """The mean of independent parts by weight. No reasons where fewer than two agree, or the names differ."""
    told = tuple(told)
    if not told:
        return Likeness(0.0)
    score = sum(part.weight * part.found for part in told) / sum(part.weight for part in told)
    agreed = tuple(part.reason for part in told if part.found >= AGREES)
    return Likeness(score, agreed if len(agreed) >= 2 else ())


def blocks(person: Person) -> frozenset[str]:
    """What must agree before two people are compared at all."""
    return frozenset(_blocks(person))


def _blocks(person: Person) -> Iterator[str]:
    yield from (f"{key.kind}:{key.value}" for key in person.keys if key.kind in ("fixed", "nick", "tail"))
    names = [keys for name in person.names for keys in name_keys(name)]
    yield from (f"name:{letters}" for letters, *_words in names)
    for home in person.homes:
        yield f"home:{home}"
        yield from (f"place:{key}" for key in home_keys(home))
        words = {word for _letters, *words in names for word in words}
        yield from (f"word:{word}|{half}" for word, half in product(words, half_keys(home)))


def _best(alike: Callable[[str, str], float | None], one: Iterable[str], other: Iterable[str]) -> float | None:
    found = (alike(*pair) for pair in product(one, other))
    return max((each for each in found if each is not None), default=None)
