"""The part of a buyer's page about contact: consent, do-not-contact, and the last messages."""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from shopadmin.admin.messages import shown_message
from shopadmin.contract import Actor
from shopadmin.models.buyers import Buyer
from shopadmin.services.messages import blocks, channels, consents, listing, people


def context(actor: Actor, buyer: Buyer, permissions: Mapping[str, str]) -> dict[str, Any] | None:
    """What ``admin/buyers/contact.html`` shows; None for those who may see none of it.

    ``permissions``: the view's own, so that buttons agree with routes.
    """
    may_read, may_see_messages = actor.can("core.contact:read"), actor.can("core.messages:read")
    if not may_read and not may_see_messages:
        return None
    person = people.find(buyer.id)
    ways = channels.known()

    def address(method: str) -> str | None:
        return url_for(f"buyers.{method}", row_id=buyer.id) if actor.can(permissions[method]) else None

    given = consents.of_buyer(buyer.id) if may_read else ()
    held = {found.purpose for found in given if found.withdrawn_at is None}
    return {
        "shows_consent": may_read,
        "consents": [
            {"purpose": found.purpose, "label": consents.PURPOSES[found.purpose], "at": found.given_at,
             "basis": consents.BASES.get(found.basis, found.basis), "withdrawn_at": found.withdrawn_at}
            for found in given
        ],
        "entries": [
            {"hint": found.hint, "kind": blocks.KINDS[found.kind], "why": blocks.WHYS[found.why],
             "at": found.blocked_at}
            for found in (blocks.of_person(person) if may_read and person else ())
        ],
        "messages": [shown_message(row, ways, {}) for row in listing.of_buyer(buyer.id)] if may_see_messages else [],
        "shows_messages": may_see_messages,
        "purposes": [(code, label) for code, label in consents.PURPOSES.items() if code not in held],
        "bases": list(consents.BASES.items()),
        "whys": list(blocks.WHYS.items()),
        "consent_url": address("give_consent"),
        "withdraw_url": address("withdraw_consent"),
        "block_url": address("block"),
    }  # fmt: skip
