"""What is wrong with a rule file, before anything is looked for by it: every fault, with its line."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

SCRIPTS = ("han", "latin")
BY_CAUSE = ("strong", "words", "against")
SECTIONS = ("script", "marks", *BY_CAUSE, "safety")
_LINE = re.compile(r"line (\d+)")
Spell = Callable[[str, Any], str]


@dataclass(frozen=True, slots=True)
class Fault:
    """``line``: counted from 1, 0 for the file as a whole; ``params`` fill the sentence about it."""

    code: str
    line: int = 0
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WrongFile:
    """A rule file that is left out, and why."""

    name: str
    faults: tuple[Fault, ...]


class RuleFileError(ValueError):
    """``wrong``: the file and what is wrong with it."""

    def __init__(self, wrong: WrongFile) -> None:
        said = (f"line {fault.line}: {fault.code} {dict(fault.params)}" for fault in wrong.faults)
        super().__init__(f"{wrong.name}: {'; '.join(said)}")
        self.wrong = wrong


def parse(name: str, kept: bytes) -> tuple[str, dict[str, Any]]:
    """The file's text and what it says. Raises RuleFileError for what is no UTF-8, no TOML, or says nothing."""
    try:
        text = kept.decode()
        rules = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = 1 + kept.count(b"\n", 0, error.start)
        raise RuleFileError(WrongFile(name, (Fault("encoding", line),))) from None
    except tomllib.TOMLDecodeError as error:
        place = _LINE.search(str(error))
        line = int(place[1]) if place else 1 + text.rstrip("\n").count("\n")
        raise RuleFileError(WrongFile(name, (Fault("syntax", line, {"what": str(error)}),))) from None
    if not rules:
        raise RuleFileError(WrongFile(name, (Fault("empty"),)))
    return text, rules


def check(name: str, text: str, rules: Mapping[str, Any], causes: Collection[str], spell: Spell) -> None:
    """Raises RuleFileError with every fault of what ``parse`` returned. ``spell``: a text as it is searched."""
    place = _Place(text)
    found = [*_of_sections(rules, place), *_of_script(rules, place), *_of_causes(rules, causes, place)]
    if not found:
        found = list(_of_spelling(rules, place, spell))
    if found:
        raise RuleFileError(WrongFile(name, tuple(found)))


class _Place:
    """Where something stands in the file."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()

    def of(self, section: str, key: str = "", value: str = "") -> int:
        """The line of a section, of a key in it, or of the first value there that is written like this."""
        start = self._first(rf"\s*(\[\s*{re.escape(section)}\s*\]|{re.escape(section)}\s*[.=])", 0)
        if key and start:
            inside = rf"\s*({re.escape(section)}\s*\.\s*)?[\"']?{re.escape(key)}[\"']?\s*="
            start = self._first(inside, start - 1) or start
        if value and start:
            start = self._first(f".*[\"']{re.escape(value)}[\"']", start - 1) or start
        return start

    def _first(self, pattern: str, after: int) -> int:
        numbers = (n for n, line in enumerate(self._lines[after:], after + 1) if re.match(pattern, line))
        return next(numbers, 0)


def _of_sections(rules: Mapping[str, Any], place: _Place) -> Iterator[Fault]:
    for name, said in rules.items():
        if name not in SECTIONS:
            yield Fault("section", place.of(name), {"key": name, "known": ", ".join(SECTIONS)})
        elif name in (*BY_CAUSE, "safety") and not isinstance(said, dict):
            yield Fault("table", place.of(name), {"key": name})
    if not any(rules.get(name) for name in ("strong", "words")):
        yield Fault("nothing")


def _of_script(rules: Mapping[str, Any], place: _Place) -> Iterator[Fault]:
    if rules.get("script") not in SCRIPTS:
        yield Fault("script", place.of("script"), {"known": ", ".join(SCRIPTS)})
    marks = rules.get("marks", [])
    if not _are_texts(marks):
        yield Fault("list", place.of("marks"), {"key": "marks"})
    elif not marks and rules.get("script") == "latin":
        yield Fault("marks", place.of("marks"))


def _of_causes(rules: Mapping[str, Any], causes: Collection[str], place: _Place) -> Iterator[Fault]:
    for section, key, said in _keys(rules):
        known = ("words",) if section == "safety" else causes
        if key not in known:
            params = {"key": f"{section}.{key}", "known": ", ".join(known)}
            yield Fault("cause", place.of(section, key), params)
        elif not _are_texts(said):
            yield Fault("list", place.of(section, key), {"key": f"{section}.{key}"})


def _keys(rules: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for section in (*BY_CAUSE, "safety"):
        found = rules.get(section)
        for key, said in found.items() if isinstance(found, dict) else ():
            yield section, key, said


def _are_texts(said: Any) -> bool:
    return isinstance(said, list) and all(isinstance(one, str) for one in said)


def _of_spelling(rules: Mapping[str, Any], place: _Place, spell: Spell) -> Iterator[Fault]:
    """Phrases that no text can hold, as every text is spelled before it is searched."""
    script = rules["script"]
    for mark in rules.get("marks", ()):
        if _plain(mark, script, spell) != mark:
            yield Fault("spelling", place.of("marks", "", mark), _as_it_should(mark, _plain(mark, script, spell)))
    for section, key, said in _keys(rules):
        for phrase in said:
            better = "…".join(_spelled(part, script, spell) for part in phrase.split("…"))
            if not all(part.strip(" *") for part in better.split("…")):
                yield Fault("phrase", place.of(section, key, phrase), {"key": f"{section}.{key}", "phrase": phrase})
            elif better != "…".join(part.strip() for part in phrase.split("…")):
                yield Fault("spelling", place.of(section, key, phrase), _as_it_should(phrase, better))


def _spelled(part: str, script: str, spell: Spell) -> str:
    """``*`` goes on behind a word of Latin script alone."""
    part = part.strip()
    goes_on = script == "latin" and part.endswith("*")
    return _plain(part.removesuffix("*") if goes_on else part, script, spell) + "*" * goes_on


def _plain(part: str, script: str, spell: Spell) -> str:
    return spell(unicodedata.normalize("NFKC", part).casefold(), script).strip()


def _as_it_should(phrase: str, better: str) -> dict[str, str]:
    return {"phrase": phrase, "better": better.replace("…", " … ")}
