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
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Script = Literal["han", "latin"]
# How far apart the two parts of a phrase may stand, in characters.
GAP: Mapping[Script, int] = {"han": 8, "latin": 30}
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_NO_WORD = re.compile(r"[^\w]+|_")


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is looked for: its parts in the order they must stand in, and how it is shown."""

    shown: str
    parts: tuple[str, ...]
    is_strong: bool


@dataclass(frozen=True, slots=True)
class Language:
    """A rule file as it is searched."""

    name: str
    script: Script
    marks: tuple[str, ...]
    against: tuple[str, ...]
    causes: Mapping[str, tuple[Phrase, ...]]
    safety: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found: phrases by cause, and those that make a case urgent. ``language``: whose rules were asked."""

    language: str
    causes: Mapping[str, tuple[Phrase, ...]]
    safety: tuple[Phrase, ...]


def find(text: str) -> Hits:
    """Every phrase of the text's language that stands in it; nothing for a text in no language that has rules."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    script: Script = "han" if _HAN.search(plain) else "latin"
    plain = spell(plain, script)
    language = _language(plain, script)
    if language is None:
        return Hits("", {}, ())
    for phrase in language.against:
        if phrase in plain:
            plain = plain.replace(phrase, " ")
    gap = GAP[script]
    found = {
        cause: hits
        for cause, phrases in language.causes.items()
        if (hits := tuple([phrase for phrase in phrases if phrase.parts[0] in plain and _stands(phrase, plain, gap)]))
    }
    return Hits(language.name, found, tuple(phrase for phrase in language.safety if _stands(phrase, plain, gap)))


def spell(plain: str, script: Script) -> str:
    """The text as phrases are looked for in it: Latin script as words between single blanks, Chinese without any."""
    if script == "latin":
        return f" {_NO_WORD.sub(' ', plain.replace(chr(0x27), '').replace('’', ''))} "
    return "".join(plain.split())


def _stands(phrase: Phrase, plain: str, gap: int) -> bool:
    if len(phrase.parts) == 1:
        return phrase.parts[0] in plain
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
    return max(known, key=lambda language: sum(mark in plain for mark in language.marks))


@cache
def languages() -> tuple[Language, ...]:
    """All rule files, by name. Raises ValueError for one that is not as it should be."""
    folder = files(__name__)
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".toml"))
    return tuple(read(name.removesuffix(".toml"), folder.joinpath(name).read_text("utf-8")) for name in names)


def read(name: str, text: str) -> Language:
    """A rule file. Raises ValueError that names the file and what is wrong."""
    from shopadmin_review_recovery.domain.causes import CODES

    rules = tomllib.loads(text)
    script: Script = rules.get("script", "")
    if script not in GAP:
        raise ValueError(f"{name}: script is one of {', '.join(GAP)}")
    unknown = {*rules.get("words", {}), *rules.get("strong", {}), *rules.get("against", {})} - {*CODES}
    if unknown:
        raise ValueError(f"{name}: no such cause: {', '.join(sorted(unknown))}")
    return Language(
        name=name,
        script=script,
        marks=tuple(f" {mark} " for mark in rules.get("marks", ())),
        against=tuple(
            sorted((_part(phrase, script) for phrase in _all(rules.get("against", {}))), key=len, reverse=True)
        ),
        causes={code: found for code in CODES if (found := tuple(_phrases(rules, code, script)))},
        safety=tuple(_phrase(phrase, script, True) for phrase in rules.get("safety", {}).get("words", ())),
    )


def _all(by_cause: Mapping[str, Iterable[str]]) -> Iterator[str]:
    for phrases in by_cause.values():
        yield from phrases


def _phrases(rules: Mapping[str, Any], code: str, script: Script) -> Iterator[Phrase]:
    for is_strong, kind in ((True, "strong"), (False, "words")):
        for phrase in dict.fromkeys(rules.get(kind, {}).get(code, ())):
            yield _phrase(phrase, script, is_strong)


def _phrase(phrase: str, script: Script, is_strong: bool) -> Phrase:
    parts = tuple(_part(part, script) for part in phrase.split("…"))
    if not all(part.strip() for part in parts):
        raise ValueError(f"an empty phrase: {phrase!r}")
    return Phrase(phrase.replace("*", "").replace("…", " … "), parts, is_strong)


def _part(part: str, script: Script) -> str:
    if script == "han":
        return part.strip()
    part = part.strip()
    return f" {part[:-1]}" if part.endswith("*") else f" {part} "
