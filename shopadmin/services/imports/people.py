"""Who an order or a review is from: the buyer's reference, and the identifiers that go with it.

A reference is as strong as what it is made of: a platform's own name of the person, an e-mail address, a phone, or
nothing but the order. A stronger one may take an order over from a weaker one, see resolutions.py.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from shopadmin.domain.identifiers import normal_account, normal_email
from shopadmin.domain.records import Phone
from shopadmin.keys import Keyring
from shopadmin.services import contacts

# Platforms whose orders name an account, of which one person has many: found through the buyers' file alone.
ACCOUNT_PLATFORMS = frozenset({"olist"})

RANK_ORDER, RANK_PHONE, RANK_EMAIL, RANK_PLATFORM = range(4)
_RANKS = {"order": RANK_ORDER, "phone": RANK_PHONE, "email": RANK_EMAIL}
# Any constant: whoever adds buyers or identifiers on one PostgreSQL database asks for the same one.
_BUYERS_LOCK = 7_310_002


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier, ready for its table."""

    kind: contacts.IdentifierKind
    value: str
    value_hash: bytes


def platform_ref(platform: str, name: str) -> str:
    """The reference of a person whom the platform names."""
    return f"{platform}:{normal_account(name)}"


def phone_value(phone: Phone) -> str:
    """A phone as one value: host and extension of a virtual number."""
    return f"{phone.number}-{phone.extension}" if phone.extension else phone.number


def email_identifier(keys: Keyring, email: str) -> Identifier | None:
    """The e-mail address in its normal form, None for what is no address."""
    value = normal_email(email)
    return Identifier("email", value, contacts.identifier_hash(keys, "email", value)) if value else None


def phone_identifier(keys: Keyring, phone: Phone | None) -> Identifier | None:
    """The phone, None for one that the platform masked: it identifies nobody."""
    if phone is None or phone.masked or not phone.number:
        return None
    value = phone_value(phone)
    return Identifier("phone", value, contacts.identifier_hash(keys, "phone", value))


def account_identifier(keys: Keyring, platform: str, account: str) -> Identifier:
    """A further id of a person on a platform."""
    value = contacts.account_value(platform, account)
    return Identifier("account", value, contacts.identifier_hash(keys, "account", value))


def reference(
    platform: str, named: str, email: Identifier | None, phone: Identifier | None, is_virtual: bool
) -> tuple[str, int] | None:
    """The reference and its rank; None where nothing identifies the person. A virtual number belongs to an order."""
    if named:
        return platform_ref(platform, named), RANK_PLATFORM
    if email:
        return f"email:{email.value_hash.hex()}", RANK_EMAIL
    if phone and not is_virtual:
        return f"phone:{phone.value_hash.hex()}", RANK_PHONE
    return None


def rank_of(ref: str) -> int:
    """How strong a reference is that stands in the shop."""
    return _RANKS.get(ref.partition(":")[0], RANK_PLATFORM)


def hold_buyers(connection: Connection, *, alone: bool) -> None:
    """Until the transaction ends, nobody adds a buyer unseen between a look for one and its making.

    An import shares the hold with nobody but imports; whoever makes a single buyer has it alone. SQLite has one writer
    as it is.
    """
    if connection.dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
        connection.execute(select(lock(_BUYERS_LOCK)))
