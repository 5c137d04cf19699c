"""A person as matching sees one: identifiers in canonical form, names, homes. Pure; what is hashed is decided here.

Sources: section 3 of the buyer labels. A strong key decides by itself, a weak one never; blocks only say who is worth
comparing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

StrongKind = Literal["phone", "email", "platform_uid"]
STRONG: tuple[StrongKind, ...] = ("phone", "email", "platform_uid")
_TAIL = 4


@dataclass(frozen=True, slots=True)
class Key:
    """An identifier in canonical form. ``kind``: a strong one, or ``fixed``, ``address``, ``tail``, ``nick``."""

    kind: str
    value: str

    @property
    def is_strong(self) -> bool:
        """Whether a machine may act by it."""
        return self.kind in STRONG


@dataclass(frozen=True, slots=True)
class Person:
    """``keys``: all that is known, without names and homes; ``names``: as written; ``homes``: addresses in
    their one form.
    """

    keys: frozenset[Key] = frozenset()
    names: tuple[str, ...] = ()
    homes: tuple[str, ...] = ()

    def strong(self) -> frozenset[Key]:
        """What decides."""
        return frozenset(key for key in self.keys if key.is_strong)


def keys_of(identifiers: Iterable[tuple[str, str, str]]) -> frozenset[Key]:
    """The keys of identifiers given as kind, canonical value and the reason why it is no key of a person.

    Masked values, privacy numbers, role and disposable mailboxes give none at all, not even a weak one.
    """
    found: set[Key] = set()
    for kind, value, reason in identifiers:
        if not value:
            continue
        if kind in STRONG and not reason:
            # The core keeps accounts in one case, so they are compared in one.
            found.add(Key(kind, value.casefold() if kind == "platform_uid" else value))
            if kind == "phone":
                found.add(Key("tail", value[-_TAIL:]))
        elif reason == "not_mobile":
            found.add(Key("fixed", value))
        elif kind == "nick" and reason == "not_a_key":
            found.add(Key("nick", value))
    return frozenset(found)
