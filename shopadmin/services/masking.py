"""What identifies a person, as a page may show it: in full for those who may and asked, masked for everybody else."""

import logging
from dataclasses import dataclass

from shopadmin.contract import Actor
from shopadmin.domain import identifiers
from shopadmin.keys import KeyringError
from shopadmin.services import contacts

CONTACT = "core.buyers:contact"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reach:
    """How to reach a person: in full when ``is_revealed``, else masked. A phone's extension stands behind a dash."""

    recipient: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    is_revealed: bool = False


def shown_name(actor: Actor, name: str) -> str:
    """A buyer's name in lists and headings: in full for those who may see contact data."""
    return name if actor.can(CONTACT) else identifiers.mask_name(name)


def masked(found: Reach) -> Reach:
    """The same with everything hidden that finds a person."""
    return Reach(
        recipient=identifiers.mask_name(found.recipient),
        phone=identifiers.mask_phone(found.phone) if found.phone else "",
        email=identifiers.mask_email(found.email) if found.email else "",
        address=identifiers.mask_address(found.address),
    )


def order_reach(sealed: bytes | None) -> Reach:
    """Recipient, phone and address of an order in full; empty where the keys do not open them."""
    try:
        found = contacts.open_contact(contacts.keyring(), sealed)
    except KeyringError:
        log.error("an order's contact data does not open with the keys of this shop")
        return Reach()
    phone = f"{found.phone}-{found.extension}" if found.extension else found.phone
    return Reach(recipient=found.recipient, phone=phone, address=found.address)


def identifier(sealed: bytes) -> str:
    """A phone or e-mail in full; empty where the keys do not open it."""
    try:
        return contacts.open_identifier(contacts.keyring(), sealed)
    except KeyringError:
        log.error("a buyer's identifier does not open with the keys of this shop")
        return ""
