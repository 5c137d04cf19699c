"""What the words of a review say: a rule file for each language, several causes a text, every hit shown.

A rule file is TOML beside this module, named after its language; one more file is one more language:

- ``script``: ``han`` or ``latin``, the writing that the language is told by; ``marks``: words so common that they tell
  a language from another of the same script.
- ``[against]``: phrases that say the contrary ("well packed"). They are taken out before anything is looked for.
- ``[words]`` and ``[strong]``: by cause; a strong phrase names the cause by itself, of weak ones two are worth more.
- ``[safety]``: ``words`` that make the case urgent.

A phrase stands as it is looked for: lower case, without punctuation. In Latin script it begins and ends with a word;
``*`` at its end lets the word go on. ``…`` between two parts lets some words stand between them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import attrgetter
from typing import Any, Literal

from shopadmin_review_recovery.domain.words import checking
from shopadmin_review_recovery.domain.words.checking import RuleFileError, WrongFile

Script = Literal["han", "latin"]
# How far apart the two parts of a phrase may stand, in characters.
GAP: Mapping[Script, int] = {"han": 8, "latin": 30}
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_APOSTROPHES = "'’"
FOLDER = files(__name__)
_name = attrgetter("name")


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is looked for: its parts in the order they must stand in, and how it is shown. ``cause``: empty for what
    makes a case urgent.
    """

    cause: str
    shown: str
    parts: tuple[str, ...]
    is_strong: bool


# What is looked for first, and the phrase that it begins: the pass over all phrases is what triage takes its time for.
Start = tuple[str, Phrase]


@dataclass(frozen=True, slots=True)
class Language:
    """A rule file as it is searched. ``words``: phrases of one whole word, which a text's words are looked up in;
    ``starts``: all others.
    """

    name: str
    script: Script
    marks: frozenset[str]
    against: tuple[str, ...]
    starts: tuple[Start, ...]
    words: Mapping[str, tuple[Phrase, ...]]

    @property
    def phrases(self) -> Iterator[Phrase]:
        """All that is looked for."""
        yield from (phrase for _, phrase in self.starts)
        for phrases in self.words.values():
            yield from phrases

    @property
    def causes(self) -> frozenset[str]:
        """The causes that it has words for."""
        return frozenset(phrase.cause for phrase in self.phrases if phrase.cause)


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found: phrases by cause, and those that make a case urgent. ``language``: whose rules were asked."""

    language: str
    causes: Mapping[str, tuple[Phrase, ...]]
    safety: tuple[Phrase, ...]


def find(text: str) -> Hits:
    """Every phrase of the text's language that stands in it; nothing for a text in no language that has rules."""
    is_plain = text.isascii()
    plain = text.lower() if is_plain else unicodedata.normalize("NFKC", text).casefold()
    script: Script = "latin" if is_plain or not _HAN.search(plain) else "han"
    plain = spell(plain, script)
    language = _language(plain, script)
    if language is None:
        return Hits("", {}, ())
    for praise in language.against:
        if praise in plain:
            plain = plain.replace(praise, " ")
    found: dict[str, list[Phrase]] = {}
    for phrase in [phrase for first, phrase in language.starts if first in plain]:
        if len(phrase.parts) == 1 or _stands(phrase, plain, GAP[script]):
            found.setdefault(phrase.cause, []).append(phrase)
    for word in language.words.keys() & plain.split():
        for phrase in language.words[word]:
            found.setdefault(phrase.cause, []).append(phrase)
    safety = found.pop("", ())
    return Hits(language.name, {cause: _strong_first(hits) for cause, hits in found.items()}, tuple(safety))


def _strong_first(hits: list[Phrase]) -> tuple[Phrase, ...]:
    return tuple(sorted(hits, key=_standing))


def _standing(phrase: Phrase) -> tuple[bool, str]:
    return not phrase.is_strong, phrase.shown


class _Letters(dict[int, int | None]):
    """What becomes of each character of a text in Latin script; remembers, as it is asked for all of them."""

    def __missing__(self, code: int) -> int | None:
        found: int | None = None if chr(code) in _APOSTROPHES else code if chr(code).isalnum() else 0x20
        self[code] = found
        return found


_LETTERS = _Letters()


def spell(plain: str, script: Script) -> str:
    """The text as phrases are looked for in it: Latin script as words between single blanks, Chinese without any."""
    parts = plain.translate(_LETTERS).split() if script == "latin" else plain.split()
    return f" {' '.join(parts)} " if script == "latin" else "".join(parts)


def _stands(phrase: Phrase, plain: str, gap: int) -> bool:
    return any(_follows(phrase.parts[1:], plain, end, gap) for end in _ends(phrase.parts[0], plain))


def _ends(part: str, plain: str) -> Iterator[int]:
    at = plain.find(part)
    while at >= 0:
        yield at + len(part)
        at = plain.find(part, at + 1)


def _follows(parts: tuple[str, ...], plain: str, after: int, gap: int) -> bool:
    """Whether the parts stand one behind the other, each at most ``gap`` characters after the one before."""
    for part in parts:
        # The blank that ends one word may begin the next.
        at = plain.find(part, max(after - 1, 0) if part[0] == " " else after, after + gap + len(part))
        if at < 0:
            return False
        after = at + len(part)
    return True


def _language(plain: str, script: Script) -> Language | None:
    known = [language for language in languages() if language.script == script]
    if len(known) < 2:
        return known[0] if known else None
    said = set(plain.split())
    return max(known, key=lambda language: len(said & language.marks) + len(language.words.keys() & said))


@cache
def languages() -> tuple[Language, ...]:
    """All rule files that are as they should be, by name."""
    return _read_all()[0]


def wrong_files() -> tuple[WrongFile, ...]:
    """The rule files that are left out, with what is wrong with them."""
    return _read_all()[1]


@cache
def _read_all() -> tuple[tuple[Language, ...], tuple[WrongFile, ...]]:
    read_ones, wrong = [], []
    for file in sorted((file for file in FOLDER.iterdir() if file.name.endswith(".toml")), key=_name):
        try:
            read_ones.append(read(file.name.removesuffix(".toml"), file.read_bytes()))
        except RuleFileError as error:
            wrong.append(error.wrong)
    return tuple(read_ones), tuple(wrong)


def read(name: str, kept: bytes) -> Language:
    """A rule file. Raises RuleFileError that names the file and what is wrong."""
    from shopadmin_review_recovery.domain.causes import CODES

    text, rules = checking.parse(f"{name}.toml", kept)
    checking.check(f"{name}.toml", text, rules, CODES, spell)
    script: Script = rules["script"]
    starts = [
        *(start for code in CODES for start in _phrases(rules, code, script)),
        *(_start(phrase, script, True) for phrase in rules.get("safety", {}).get("words", ())),
    ]
    words: dict[str, tuple[Phrase, ...]] = {}
    for first, phrase in starts:
        if _is_word(first, phrase):
            words[first.strip()] = (*words.get(first.strip(), ()), phrase)
    return Language(
        name=name,
        script=script,
        marks=frozenset(rules.get("marks", ())),
        against=tuple(
            sorted((_part(phrase, script) for phrase in _all(rules.get("against", {}))), key=len, reverse=True)
        ),
        starts=tuple(start for start in starts if not _is_word(*start)),
        words=words,
    )


def _is_word(first: str, phrase: Phrase) -> bool:
    """Whether the phrase is one whole word of Latin script."""
    return len(phrase.parts) == 1 and first.startswith(" ") and first.endswith(" ") and " " not in first.strip()


def _all(by_cause: Mapping[str, Iterable[str]]) -> Iterator[str]:
    for phrases in by_cause.values():
        yield from phrases


def _phrases(rules: Mapping[str, Any], code: str, script: Script) -> Iterator[Start]:
    for is_strong, kind in ((True, "strong"), (False, "words")):
        for phrase in dict.fromkeys(rules.get(kind, {}).get(code, ())):
            yield _start(phrase, script, is_strong, code)


def _start(phrase: str, script: Script, is_strong: bool, cause: str = "") -> Start:
    parts = tuple(_part(part, script) for part in phrase.split("…"))
    return parts[0], Phrase(cause, " … ".join(part.strip(" *") for part in phrase.split("…")), parts, is_strong)


def _part(part: str, script: Script) -> str:
    if script == "han":
        return part.strip()
    part = part.strip()
    return f" {part[:-1]}" if part.endswith("*") else f" {part} "
