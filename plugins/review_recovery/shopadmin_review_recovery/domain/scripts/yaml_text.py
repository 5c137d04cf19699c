"""YAML as far as a script needs it: texts, lists, mappings. Whatever could surprise a reader is refused.

Every scalar is a text, so that ``yes``, ``no`` and ``on`` stay the words they are. Aliases (which can make a small file
huge), tags, keys that stand twice and several documents are no part of a script.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

LONGEST, DEEPEST, MOST_EVENTS = 200_000, 8, 20_000

# A file is read no further than a script can be long: a character takes four bytes at most.
MOST_BYTES = 4 * LONGEST

Path = tuple[str, ...]


class YamlError(ValueError):
    """The text cannot be read. ``code`` and ``params`` make the sentence, ``line`` counts from 1."""

    def __init__(self, code: str, line: int = 0, **params: object) -> None:
        super().__init__(code)
        self.code, self.line, self.params = code, line, params


@dataclass(frozen=True, slots=True)
class Document:
    """``lines``: where each key of each mapping stands, by its path."""

    data: Any
    lines: Mapping[Path, int]


def decode(raw: bytes) -> str:
    """The text of a file. Raises YamlError: what is not UTF-8 is refused, as a guess would change what is said."""
    if len(raw) > MOST_BYTES:
        raise YamlError("too_long", most=LONGEST)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise YamlError("not_utf8") from None


def load(text: str) -> Document:
    """Texts, lists and mappings. Raises YamlError."""
    if len(text) > LONGEST:
        raise YamlError("too_long", most=LONGEST)
    lines: dict[Path, int] = {}
    try:
        events = _counted(yaml.parse(text, Loader=yaml.SafeLoader))
        data: Any = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if lines or data is not None:
                    raise YamlError("several_documents", _line(event))
                data = _value(events, next(events), (), lines)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise YamlError("no_yaml", line, problem=error.problem or error.context or "") from None
    except yaml.YAMLError as error:
        raise YamlError("no_yaml", problem=str(error).splitlines()[0]) from None
    return Document(data, lines)


def dump(data: Any) -> str:
    """The text that ``load`` reads as ``data``, in the order of ``data``."""
    return str(yaml.dump(data, Dumper=yaml.SafeDumper, allow_unicode=True, sort_keys=False, width=110))


def _counted(events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
    for number, event in enumerate(events):
        if number >= MOST_EVENTS:
            raise YamlError("too_long", _line(event), most=LONGEST)
        yield event


def _value(events: Iterator[yaml.Event], event: Any, path: Path, lines: dict[Path, int]) -> Any:
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        raise YamlError("alias", _line(event))
    if event.tag is not None:
        raise YamlError("tag", _line(event), tag=event.tag)
    if isinstance(event, yaml.ScalarEvent):
        return event.value
    if len(path) >= DEEPEST:
        raise YamlError("too_deep", _line(event), most=DEEPEST)
    if isinstance(event, yaml.SequenceStartEvent):
        return list(_items(events, path, lines))
    return _mapping(events, path, lines)


def _items(events: Iterator[yaml.Event], path: Path, lines: dict[Path, int]) -> Iterator[Any]:
    position = 0
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        lines[*path, str(position)] = _line(event)
        yield _value(events, event, (*path, str(position)), lines)
        position += 1


def _mapping(events: Iterator[yaml.Event], path: Path, lines: dict[Path, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        if not isinstance(event, yaml.ScalarEvent):
            raise YamlError("no_key", _line(event))
        key = _value(events, event, path, lines)
        if key in found:
            raise YamlError("twice", _line(event), key=key)
        lines[*path, key] = _line(event)
        found[key] = _value(events, next(events), (*path, key), lines)
    return found


def _line(event: yaml.Event) -> int:
    return int(event.start_mark.line) + 1
