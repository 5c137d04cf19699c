"""Who someone is and how to reach them, as it is kept: sealed for reading, hashed for matching.

Every part that writes, reads or looks up personal data goes through here, so that the purposes that bind a sealed
value to its column, and the normal forms that are hashed, are the same everywhere.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring as _quoted
from typing import Any, Literal

from flask import current_app

from shopadmin.domain.identifiers import normal_account, phone_tail
from shopadmin.domain.records import Phone
from shopadmin.keys import Keyring

IdentifierKind = Literal["email", "phone", "account"]

CONTACT_PURPOSE = b"shop_order.contact"
IDENTIFIER_PURPOSE = b"buyer_identifier.value"
_HASH_PURPOSES = {kind: f"buyer.{kind}".encode() for kind in ("email", "phone", "account")}
_TAIL_PURPOSE = b"buyer.phone_tail"
_CONTACT_HASH_PURPOSE = b"shop_order.contact_hash"


@dataclass(frozen=True, slots=True)
class Contact:
    """Where an order goes. ``phone``: digits, with ``*`` where ``masked``; ``expires_at``: of a virtual number."""

    recipient: str = ""
    phone: str = ""
    extension: str = ""
    masked: bool = False
    expires_at: datetime | None = None
    address: str = ""


def keyring() -> Keyring:
    """The shop's keyring."""
    found: Keyring = current_app.extensions["shopadmin.keyring"]
    return found


def contact_json(recipient: str, phone: Phone | None, address: str) -> str:
    """The contact as canonical JSON (sorted keys, nothing empty); an empty string when there is nothing to keep.

    Put together by hand: an import does it for every order, and a JSON encoder costs four times as much to set up.
    """
    parts = []
    if address:
        parts.append(f'"address":{_quoted(address)}')
    if phone is not None:
        if phone.expires_at:
            parts.append(f'"expires_at":"{phone.expires_at.astimezone(UTC).isoformat()}"')
        if phone.extension:
            parts.append(f'"extension":{_quoted(phone.extension)}')
        if phone.masked:
            parts.append('"masked":true')
        parts.append(f'"phone":{_quoted(phone.number)}')
    if recipient:
        parts.append(f'"recipient":{_quoted(recipient)}')
    return f"{{{','.join(parts)}}}" if parts else ""


def canonical(parts: dict[str, Any]) -> str:
    """A contact's parts as they are sealed and hashed."""
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def join(keys: Keyring, present: bytes, said: bytes) -> str:
    """What a contact says after a newer file: its parts where it has them, the present ones where it is silent.

    A phone comes with its extension, mask and date, and a masked one never hides a full one. Raises KeyringError.
    """
    before = json.loads(keys.decrypt(present, CONTACT_PURPOSE))
    after = json.loads(keys.decrypt(said, CONTACT_PURPOSE))
    of_phone = ("phone", "extension", "masked", "expires_at")
    keeps_phone = "phone" not in after or (after.get("masked") and before.get("phone") and not before.get("masked"))
    dropped = after if keeps_phone else before
    for name in of_phone:
        dropped.pop(name, None)
    return canonical(before | after)


def seal_contact(keys: Keyring, text: str) -> tuple[bytes, bytes]:
    """The sealed contact and its hash, by which a change is noticed: sealing gives other bytes every time."""
    return keys.encrypt(text, CONTACT_PURPOSE), keys.hash(text, _CONTACT_HASH_PURPOSE)


def open_contact(keys: Keyring, sealed: bytes | None) -> Contact:
    """What an order's sealed contact says. Raises KeyringError for a value that does not open."""
    if sealed is None:
        return Contact()
    parts = json.loads(keys.decrypt(sealed, CONTACT_PURPOSE))
    if "expires_at" in parts:
        parts["expires_at"] = datetime.fromisoformat(parts["expires_at"])
    return Contact(**parts)


def identifier_hash(keys: Keyring, kind: IdentifierKind, value: str) -> bytes:
    """Keyed hash of an identifier in its normal form (domain/identifiers.py); an account's is ``account_value``."""
    return keys.hash(value, _HASH_PURPOSES[kind])


def account_value(platform: str, account: str) -> str:
    """An account of a platform in its normal form."""
    return f"{platform}:{normal_account(account)}"


def seal_identifier(keys: Keyring, value: str) -> bytes:
    """The identifier as it is kept."""
    return keys.encrypt(value, IDENTIFIER_PURPOSE)


def open_identifier(keys: Keyring, sealed: bytes) -> str:
    """The identifier in its normal form. Raises KeyringError."""
    return keys.decrypt(sealed, IDENTIFIER_PURPOSE)


def tail_hash(keys: Keyring, phone: str) -> bytes | None:
    """Keyed hash of a phone's last four digits, or of the four digits someone searches for."""
    tail = phone_tail(phone)
    return keys.hash(tail, _TAIL_PURPOSE) if tail else None
