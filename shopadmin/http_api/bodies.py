"""JSON as it must be: one value a name, no number that is none, not too deep, text that a database can keep."""

import json
from typing import Any, NoReturn

MAX_BYTES = 64 * 1024
MAX_DEPTH = 32
MAX_INTEGER = 2**63 - 1


class BadJsonError(ValueError):
    """The body is not JSON as it must be. ``reason``: a stable word for what is wrong."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(data: bytes) -> Any:
    """The value that the body holds. Raises BadJsonError."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise BadJsonError("not_utf8") from None
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise BadJsonError("too_deep") from None
    except json.JSONDecodeError:
        raise BadJsonError("syntax") from None
    _check(value)
    return value


def canonical(value: Any) -> bytes:
    """The value in one spelling: names sorted, no blanks. What the same request has in common with its repetition."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadJsonError("duplicate_name")
    return found


def _constant(_text: str) -> NoReturn:
    raise BadJsonError("not_a_number")


def _integer(text: str) -> int:
    # Longer ones cannot fit, and take long to read.
    if len(text) > 20 or abs(value := int(text)) > MAX_INTEGER:
        raise BadJsonError("number_too_large")
    return value


def _decimal(text: str) -> float | int:
    value = float(text)
    if abs(value) > MAX_INTEGER:  # infinity too
        raise BadJsonError("number_too_large")
    # JSON Schema takes 5.0 for an integer, so this does too.
    return int(value) if value.is_integer() else value


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer, parse_float=_decimal
)


def _check(value: Any) -> None:
    """Depth and text, without recursion: the parser may have gone deeper than Python's own stack would."""
    waiting = [(value, 1)]
    while waiting:
        found, depth = waiting.pop()
        if isinstance(found, str):
            _check_text(found)
        elif isinstance(found, dict | list):
            if depth > MAX_DEPTH:
                raise BadJsonError("too_deep")
            if isinstance(found, dict):
                for name in found:
                    _check_text(name)
            waiting += [(inner, depth + 1) for inner in (found.values() if isinstance(found, dict) else found)]


def _check_text(text: str) -> None:
    if "\0" in text:
        raise BadJsonError("nul")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadJsonError("half_a_character") from None
