"""How alike two homes are, by the one form of an address (``district|estate|numbers`` or ``words|numbers``).

Neighbours live in the same street or estate: without the numbers it is not the same home.
"""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

_DISTRICT, _ESTATE, _NUMBERS = 0.15, 0.45, 0.4
_WORDS = 0.75
_CHANCE = 0.4
_CHARACTERS, _LETTERS = 2, 4
_KEPT = 50_000


class _Home(NamedTuple):
    district: str
    place: str
    numbers: tuple[str, ...]
    is_chinese: bool


def homes_alike(one: str, other: str) -> float | None:
    """From 0 to 1; None where one is in Chinese and the other is not, as they cannot be compared."""
    if one == other:
        return 1.0
    first, second = _read(one), _read(other)
    if first.is_chinese != second.is_chinese:
        return None
    numbers = _numbers(first.numbers, second.numbers)
    place = _beyond_chance(max(fuzz.ratio(first.place, second.place), fuzz.token_sort_ratio(first.place, second.place)))
    if not first.is_chinese:
        return _WORDS * place + (1 - _WORDS) * numbers
    is_told = first.district and second.district
    district = fuzz.ratio(first.district, second.district) / 100 if is_told else 1.0
    return _DISTRICT * district + _ESTATE * place + _NUMBERS * numbers


def home_keys(home: str) -> Iterator[str]:
    """What ways of writing one home have in common: where it is and its last number."""
    read = _read(home)
    if read.numbers:
        yield f"{read.place}|{read.numbers[-1]}"


def half_keys(home: str) -> Iterator[str]:
    """What says too little alone, and enough with a name: the last two numbers, and how the place begins."""
    read = _read(home)
    if read.numbers:
        yield "-".join(read.numbers[-2:])
    if read.place:
        yield read.place[: _CHARACTERS if read.is_chinese else _LETTERS]


@lru_cache(_KEPT)
def _read(home: str) -> _Home:
    *before, numbers = home.split("|")
    told = tuple(numbers.split("-")) if numbers else ()
    return _Home(before[0] if len(before) == 2 else "", before[-1], told, len(before) == 2)


def _beyond_chance(ratio: float) -> float:
    """Any two texts have letters in common: what they have beyond that, 0 to 1."""
    return max(ratio / 100 - _CHANCE, 0.0) / (1 - _CHANCE)


def _numbers(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    if not one or not other:
        return 0.25
    both = sum((Counter(one) & Counter(other)).values())
    if both == len(one) == len(other):
        return 1.0
    if both == min(len(one), len(other)) >= 2:
        return 0.9
    return 0.5 * both / max(len(one), len(other))
