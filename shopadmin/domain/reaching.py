"""Whether a message can arrive at an address at all: what is masked, forwards or has expired leads nowhere."""

from datetime import datetime
from typing import Literal

from shopadmin.domain.contact import Medium
from shopadmin.domain.identifiers.canonical import Reading

Obstacle = Literal["missing", "masked", "invalid", "virtual", "expired"]


def obstacle(reading: Reading, medium: Medium, virtual_until: datetime | None, now: datetime) -> Obstacle | None:
    """Why nothing that is sent there arrives; None where it may.

    ``virtual_until``: for a number that a platform lent, when it takes it back (G12). Such a number can be rung until
    then; a text to it goes to whoever has the number behind it, or nowhere.
    """
    if reading.reason == "masked":
        return "masked"
    if not reading.value:
        return "missing"
    if reading.reason == "invalid":
        return "invalid"
    if virtual_until is not None and virtual_until <= now:
        return "expired"
    is_virtual = virtual_until is not None or reading.reason == "privacy_number"
    return "virtual" if is_virtual and medium == "text" else None
