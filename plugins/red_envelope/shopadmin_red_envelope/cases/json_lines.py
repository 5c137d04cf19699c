"""JSON lines: one question a line in, one answer a line out. A bad line gets an error and does not stop the others."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from shopadmin_red_envelope.cases.fields import CaseError, Fields

LONGEST_LINE = 1_000_000


def answers(stream: IO[bytes], answer: Callable[[Fields], Any]) -> Iterator[dict[str, Any]]:
    """``{"id", "result"}`` for each line, ``{"id", "error"}`` for a bad one; empty lines are passed over."""
    for raw in _raw_lines(stream):
        if raw.strip():
            yield _answered(raw, answer)


def _answered(raw: bytes, answer: Callable[[Fields], Any]) -> dict[str, Any]:
    found = None
    try:
        case = _parse(raw)
        found = _id(case)
        return {"id": found, "result": answer(case)}
    except CaseError as error:
        return {"id": found, "error": str(error)}


def _raw_lines(stream: IO[bytes]) -> Iterator[bytes]:
    """The lines; of one that is too long, one byte more than a line may have, and the rest is thrown away."""
    while raw := stream.readline(LONGEST_LINE + 1):
        part = raw
        while len(part) > LONGEST_LINE and not part.endswith(b"\n"):
            part = stream.readline(LONGEST_LINE + 1)
        yield raw


def _parse(raw: bytes) -> Fields:
    if len(raw) > LONGEST_LINE:
        raise CaseError(f"the line is longer than {LONGEST_LINE} bytes")
    try:
        found = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_constant)
    except CaseError:
        raise
    except UnicodeDecodeError as error:
        raise CaseError(f"the line is not UTF-8: byte {error.start + 1}") from None
    except json.JSONDecodeError as error:
        raise CaseError(f"the line is not JSON: {error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise CaseError("the line is nested too deep") from None
    except ValueError:  # Python reads no integer of more than some thousand digits
        raise CaseError("the line holds a number of too many digits") from None
    if not isinstance(found, dict):
        raise CaseError("the line is not a JSON object")
    return Fields(found)


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are all different: which of two values counts must not depend on who reads it."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise CaseError(f"{name} stands twice in one object")
        found[name] = value
    return found


def _constant(name: str) -> None:
    raise CaseError(f"{name} is not JSON")


def _id(case: Fields) -> str | int | None:
    """What the answer is found again by; it may be missing."""
    found = case.values.get("id")
    if found is not None and (isinstance(found, bool) or not isinstance(found, str | int)):
        raise CaseError("id must be a text or a whole number")
    return found
