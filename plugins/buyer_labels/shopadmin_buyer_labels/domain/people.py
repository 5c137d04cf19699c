"""A person as matching sees one: identifiers in canonical form, names, homes. Pure; what is hashed is decided here.

Sources: section 3 of the buyer labels. A strong key decides by itself, a weak one never; blocks only say who is worth
comparing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

StrongKind = Literal["phone", "email", "platform_uid"]
STRONG: tuple[StrongKind, ...] = ("phone", "email", "platform_uid")
_TAIL = 4


class Key(NamedTuple):
    """An identifier in canonical form. ``kind``: a strong one, or ``fixed``, ``address``, ``tail``, ``nick``.

    A tuple, as an import makes hundreds of thousands of them to look them up by.
    """

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


def strong_text(kind: str, value: str, reason: str) -> str:
    """What the key is made of by which a machine may act; empty for an identifier that is none of a person."""
    if reason or kind not in STRONG:
        return ""
    # The core keeps accounts in one case, so they are compared in one.
    return value.casefold() if kind == "platform_uid" else value


def tail_of(phone: str) -> Key:
    """The end by which a phone is a weak key as well."""
    return Key("tail", phone[-_TAIL:])


def keys_of(identifiers: Iterable[tuple[str, str, str]]) -> frozenset[Key]:
    """The keys of identifiers given as kind, canonical value and the reason why it is no key of a person.

    Masked values, privacy numbers, role and disposable mailboxes give none at all, not even a weak one.
    """
    found: set[Key] = set()
    for kind, value, reason in identifiers:
        if not value:
            continue
        if strong := strong_text(kind, value, reason):
            found.add(Key(kind, strong))
            if kind == "phone":
                found.add(tail_of(strong))
        elif reason == "not_mobile":
            found.add(Key("fixed", value))
        elif kind == "nick" and reason == "not_a_key":
            found.add(Key("nick", value))
    return frozenset(found)
