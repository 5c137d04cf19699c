"""How alike two names are, in whatever order, script and form they are written.

A Chinese name is compared by its characters, simplified, and by their sound; with one in Latin letters by its pinyin.
Other names are compared word by word: initials and short forms of a name are that name, accents are none.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product

from nicknames import NickNamer
from opencc import OpenCC
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from shopadmin_buyer_labels.domain.surnames import surname_reading

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_TITLE = re.compile(r"(?:先生|女士|小姐|太太|老师|同学|师傅)$")
_TITLES = frozenset(("mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "mme", "sr", "sra"))
# What goes before a surname among people who know each other: it names nobody.
_FAMILIAR = "小老阿"
# What a character that differs costs: of two or three characters each is half a person.
_SAME_SOUND, _DIFFERS = 0.12, 0.45
_WITHOUT_SURNAME, _TURNED, _IN_PINYIN = 0.75, 0.95, 0.9
_INITIAL, _SHORT_FORM, _ONE_WORD = 0.85, 0.9, 0.6
_NEAR, _LACKING, _CHANCE = 0.9, 0.05, 0.5
_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Name:
    """``characters``: simplified, of a Chinese name; ``words``: in lower case and sorted, of any other, and of a
    Chinese one its surname and its given name in pinyin, in this order; ``misread``: the surname as programs write it
    that do not know it for one.
    """

    words: tuple[str, ...]
    characters: str = ""
    sounds: tuple[str, ...] = ()
    misread: str = ""

    def readings(self) -> Iterator[tuple[str, ...]]:
        """Its words, and those of a Chinese name whose surname somebody misread."""
        yield self.words
        if self.misread:
            yield (self.misread, *self.words[1:])


def names_alike(one: str, other: str) -> float | None:
    """From 0 to 1; None where one of them names nobody, as a surname with a title does."""
    first, second = read_name(one), read_name(other)
    if first is None or second is None:
        return None
    if first.characters and second.characters:
        return _by_characters(first, second)
    if first.characters or second.characters:
        return _by_pinyin(*((first, second) if first.characters else (second, first)))
    return _by_words(first.words, second.words)


def name_keys(text: str) -> Iterator[tuple[str, ...]]:
    """What names that may be one have in common, for each way to read it: all its letters in no order, and each word's
    beginning.
    """
    name = read_name(text)
    for words in name.readings() if name else ():
        yield "".join(sorted("".join(words))), *(word[:3] for word in words if len(word) > 1)


@lru_cache(_KEPT)
def read_name(text: str) -> Name | None:
    """A name as written; None for what names nobody."""
    text = unicodedata.normalize("NFKC", text).strip()
    if _CHINESE.search(text):
        characters = "".join(_CHINESE.findall(_converter().convert(_TITLE.sub("", text))))
        if len(characters) < 2 or (len(characters) == 2 and characters[0] in _FAMILIAR):
            return None
        first, *given = _pinyin(characters)
        surname = surname_reading(characters, first)
        misread = first if first != surname else ""
        return Name((surname, "".join(given)), characters, (surname, *given), misread)
    plain = unicodedata.normalize("NFKD", text.casefold())
    words = re.findall(r"[^\W_]+", "".join(each for each in plain if not unicodedata.combining(each)))
    return Name(tuple(sorted(word for word in words if word not in _TITLES))) if set(words) - _TITLES else None


def _by_characters(one: Name, other: Name) -> float:
    first, second = one.characters, other.characters
    if first == second:
        return 1.0
    if first[1:] + first[0] == second or second[1:] + second[0] == first:
        return _TURNED
    if len(first) != len(second):
        short, long = sorted((first, second), key=len)
        return _WITHOUT_SURNAME if long[1:] == short else 0.0
    cost = sum(
        0.0 if mine == theirs else _SAME_SOUND if sound == said else _DIFFERS
        for mine, theirs, sound, said in zip(first, second, one.sounds, other.sounds, strict=True)
    )
    return max(1.0 - cost, 0.0)


def _by_pinyin(chinese: Name, latin: Name) -> float:
    """Whichever comes first, and however the syllables are joined; the cube, as pinyin of two people is often near."""
    written = "".join(latin.words)
    forms = (form for surname, given in chinese.readings() for form in _written(surname, given, chinese.sounds[1:]))
    return _IN_PINYIN * max(fuzz.ratio(form, written) / 100 for form in forms) ** 3


def _written(surname: str, given: str, syllables: tuple[str, ...]) -> Iterator[str]:
    yield from (surname + given, given + surname, "".join(sorted((surname, given))))
    yield "".join(sorted((surname, *syllables)))


def _by_words(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    if one == other:
        return 1.0
    if sorted("".join(one)) == sorted("".join(other)):
        return _TURNED
    joined = JaroWinkler.similarity("".join(one), "".join(other))
    left, right, found = list(one), list(other), list[float]()
    for likeness, mine, theirs in sorted(
        ((_word(mine, theirs), mine, theirs) for mine, theirs in product(one, other)),
        key=lambda each: (-each[0], *sorted(each[1:])),
    ):
        if mine in left and theirs in right:
            left.remove(mine)
            right.remove(theirs)
            found.append(likeness)
    if len(found) == 1 and (left or right):
        return min(found[0], _ONE_WORD)
    # A word that is another one says more than those that are the same: people of a family share words.
    aligned = (sum(found) / len(found) + min(found)) / 2 - _LACKING * (len(left) + len(right))
    return max(aligned, joined if joined >= _NEAR else 0.0, 0.0)


def _word(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if len(one) == 1 or len(other) == 1:
        return _INITIAL if one[0] == other[0] else 0.0
    # Any two words have letters in common.
    beyond = max(JaroWinkler.similarity(one, other) - _CHANCE, 0.0) / (1 - _CHANCE)
    return max(beyond, _SHORT_FORM if other in _forms(one) else 0.0)


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


@cache
def _namer() -> NickNamer:
    return NickNamer()


@lru_cache(_KEPT)
def _forms(word: str) -> frozenset[str]:
    """The short forms of a first name, and what it may be short for."""
    return frozenset(_namer().nicknames_of(word) | _namer().canonicals_of(word))


def _pinyin(characters: str) -> tuple[str, ...]:
    # Its dictionaries take half a second and 50 MB, which a shop without Chinese names need not spend.
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(characters))
