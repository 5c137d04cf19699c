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

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import add, attrgetter
from typing import Any

from shopadmin_review_recovery.domain.words import checking
from shopadmin_review_recovery.domain.words.checking import RuleFileError, WrongFile
from shopadmin_review_recovery.domain.words.spelling import Script, spell, spelled

# How far apart the two parts of a phrase may stand, in characters.
GAP: Mapping[Script, int] = {"han": 8, "latin": 30}
# By so many letters of a text's word it is told whether a longer beginning (``embalag*``) is worth looking for.
_STEM = 3
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


# A phrase with its place among all of its file, strong ones in front, and its first part.
Start = tuple[int, str, Phrase]


@dataclass(frozen=True, slots=True)
class Language:
    """A rule file as it is searched. ``words``: phrases of one whole word, by which the language is told as well;
    ``starts``: all phrases, by what a text must have for them to be worth looking for.
    """

    name: str
    script: Script
    marks: frozenset[str]
    against: tuple[str, ...]
    starts: Mapping[str, tuple[Start, ...]]
    words: frozenset[str]

    @property
    def phrases(self) -> Iterator[Phrase]:
        """All that is looked for."""
        yield from (phrase for starts in self.starts.values() for _, _, phrase in starts)

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
    script, plain = spelled(text)
    language = _language(plain, script)
    if language is None:
        return Hits("", {}, ())
    for praise in language.against:
        if praise in plain:
            plain = plain.replace(praise, " ")
    found: dict[str, list[Phrase]] = {}
    for phrase in _standing_in(plain, language):
        found.setdefault(phrase.cause, []).append(phrase)
    safety = found.pop("", ())
    return Hits(language.name, {cause: tuple(hits) for cause, hits in found.items()}, tuple(safety))


def _standing_in(plain: str, language: Language) -> Iterator[Phrase]:
    """The phrases that the text holds, strong ones first. Looking for all there are would take most of the time."""
    keys = language.starts.keys() & _openings(plain, language.script)
    for _, _, phrase in sorted(start for key in keys for start in language.starts[key] if start[1] in plain):
        if len(phrase.parts) == 1 or _stands(phrase, plain, GAP[language.script]):
            yield phrase


def _openings(plain: str, script: Script) -> set[str]:
    """All that a phrase in the text may open with."""
    if script == "han":
        return {*plain, *map(add, plain, plain[1:])}
    words = set(plain.split())
    return words.union([word[:_STEM] for word in words], ("",))


def _opening(first: str, script: Script) -> str:
    """What the text must have for it: two characters of Chinese, a word, the beginning of one; empty for anything."""
    if script == "han":
        return first[:2]
    word, *further = first[1:].split(" ")
    return word if further else word[:_STEM] if len(word) >= _STEM else ""


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
    return max(known, key=lambda language: len(said & language.marks) + len(said & language.words))


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
    phrases = [
        *(start for code in CODES for start in _phrases(rules, code, script)),
        *(_phrase(phrase, script, True) for phrase in rules.get("safety", {}).get("words", ())),
    ]
    starts: dict[str, list[Start]] = {}
    for place, phrase in enumerate(sorted(phrases, key=_standing)):
        first = phrase.parts[0]
        starts.setdefault(_opening(first, script), []).append((place, first, phrase))
    return Language(
        name=name,
        script=script,
        marks=frozenset(rules.get("marks", ())),
        against=tuple(
            sorted((_part(phrase, script) for phrase in _all(rules.get("against", {}))), key=len, reverse=True)
        ),
        starts={opening: tuple(found) for opening, found in starts.items()},
        words=frozenset(phrase.parts[0].strip() for phrase in phrases if _is_word(phrase)),
    )


def _standing(phrase: Phrase) -> tuple[bool, str]:
    return not phrase.is_strong, phrase.shown


def _is_word(phrase: Phrase) -> bool:
    """Whether the phrase is one whole word of Latin script."""
    first = phrase.parts[0]
    return len(phrase.parts) == 1 and first.startswith(" ") and first.endswith(" ") and " " not in first.strip()


def _all(by_cause: Mapping[str, Iterable[str]]) -> Iterator[str]:
    for phrases in by_cause.values():
        yield from phrases


def _phrases(rules: Mapping[str, Any], code: str, script: Script) -> Iterator[Phrase]:
    for is_strong, kind in ((True, "strong"), (False, "words")):
        for phrase in dict.fromkeys(rules.get(kind, {}).get(code, ())):
            yield _phrase(phrase, script, is_strong, code)


def _phrase(phrase: str, script: Script, is_strong: bool, cause: str = "") -> Phrase:
    parts = tuple(_part(part, script) for part in phrase.split("…"))
    return Phrase(cause, " … ".join(part.strip(" *") for part in phrase.split("…")), parts, is_strong)


def _part(part: str, script: Script) -> str:
    if script == "han":
        return part.strip()
    part = part.strip()
    return f" {part[:-1]}" if part.endswith("*") else f" {part} "
