"""The fields of a JSON object, each taken for what it must be; an error names the field by its path."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from shopadmin_red_envelope.domain.baskets import MOST_MINOR

# Milliseconds UTC.
LATEST_INSTANT = 10**15
_NEEDED: Any = object()


class CaseError(ValueError):
    """This is no question that the rules can answer; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one object. Every reader raises CaseError; unknown fields are nobody's business.

    ``default``: for a field that may be missing. Only a field that says so may be null.
    """

    values: Mapping[str, Any]
    path: str = ""

    def amount(self, name: str, default: Any = _NEEDED) -> int:
        """Minor units."""
        return self.integer(name, 0, MOST_MINOR, default)

    def instant(self, name: str) -> int:
        """Milliseconds UTC."""
        return self.integer(name, 0, LATEST_INSTANT)

    def integer(self, name: str, least: int, most: int, default: Any = _NEEDED) -> int:
        """A whole number written as such: neither 1.0 nor true."""
        value = self._value(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(name, "must be a whole number")
        if not least <= value <= most:
            raise self.wrong(name, f"must be between {least} and {most}")
        return value

    def text(self, name: str, default: Any = _NEEDED) -> str:
        value = self._value(name, default)
        if not isinstance(value, str):
            raise self.wrong(name, "must be a text")
        return value

    def flag(self, name: str, default: Any = _NEEDED) -> bool:
        value = self._value(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, "must be true or false")
        return value

    def choice(self, name: str, choices: Collection[str], default: Any = _NEEDED) -> Any:
        value = self._value(name, default)
        if not isinstance(value, str) or value not in choices:
            raise self.wrong(name, f"must be one of {', '.join(choices)}")
        return value

    def fields(self, name: str) -> "Fields":
        value = self._value(name)
        if not isinstance(value, dict):
            raise self.wrong(name, "must be an object")
        return Fields(value, f"{self.path}{name}.")

    def list_of_fields(self, name: str) -> list["Fields"]:
        value = self._value(name)
        if not isinstance(value, list):
            raise self.wrong(name, "must be a list")
        if not all(isinstance(entry, dict) for entry in value):
            raise self.wrong(name, "must be a list of objects")
        return [Fields(entry, f"{self.path}{name}[{at}].") for at, entry in enumerate(value)]

    def is_null(self, name: str) -> bool:
        return self._value(name) is None

    def wrong(self, name: str, reason: str) -> CaseError:
        return CaseError(f"{self.path}{name} {reason}")

    def _value(self, name: str, default: Any = _NEEDED) -> Any:
        value = self.values.get(name, default)
        if value is _NEEDED:
            raise self.wrong(name, "is missing")
        return value
