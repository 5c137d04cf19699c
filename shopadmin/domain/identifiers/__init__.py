"""Identifiers of people: one normal form for keeping, one mask for showing.

Everything that matches a person normalises in this package, and nowhere else. The normal forms here are what imports
join on and what is kept as a keyed hash, so they stay as they are: another form would make two buyers of one. What
must also match across spellings (do-not-contact, labels) goes on to ``canonical.py``.
"""

import re
import unicodedata

# Marketplaces that hand out an address of their own instead of the buyer's.
_RELAYS = ("marketplace.amazon.",)
_MASK = re.compile(r"\*{2,}|\*$|^\*")


def normal_email(text: str) -> str:
    """NFKC, lower case, no blanks; empty when it is no address."""
    email = unicodedata.normalize("NFKC", text).strip().lower()
    return email if email.count("@") == 1 and not email.startswith("@") and not email.endswith("@") else ""


def is_relay_email(email: str) -> bool:
    """Whether a marketplace forwards the address: it says nothing of the person behind."""
    domain = email.rpartition("@")[2]
    return any(domain.startswith(relay) for relay in _RELAYS)


def normal_phone(text: str) -> str:
    """Digits with an optional leading ``+``; China's ``+86`` and ``86-`` prefixes of a mobile are dropped."""
    text = unicodedata.normalize("NFKC", text).strip()
    digits = re.sub(r"\D", "", text)
    if len(digits) == 13 and digits.startswith("861"):
        return digits[2:]
    return f"+{digits}" if text.startswith("+") and digits else digits


def normal_account(text: str) -> str:
    """A nick or account name as a platform compares it: NFKC, trimmed, case-folded."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def is_masked(text: str) -> bool:
    """Whether a platform hid part of the value with asterisks."""
    return bool(_MASK.search(text))


def phone_tail(phone: str) -> str:
    """The last four digits, empty for shorter or masked numbers."""
    tail = phone[-4:]
    return tail if len(tail) == 4 and tail.isdigit() else ""


def mask_phone(phone: str) -> str:
    """``138****0001``: first three and last four at the most, never more than half of a short number."""
    if len(phone) < 8:
        return "*" * max(len(phone) - 2, 0) + phone[-2:]
    return f"{phone[:3]}****{phone[-4:]}"


def mask_email(email: str) -> str:
    """``b***@example.com``."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}***@{domain}" if local else "***"


def mask_name(name: str) -> str:
    """The first character and asterisks, whatever the length: the length says something too."""
    return f"{name[:1]}**" if name else ""


def mask_address(address: str) -> str:
    """Up to six leading characters (province and city in a Chinese address), then asterisks."""
    return f"{address[:6]}****" if address else ""
