"""Buyers as plugins see them, and what happens to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shopadmin.contract.ids import BuyerId


@dataclass(frozen=True, slots=True)
class BuyerSnapshot:
    """A buyer as a plugin sees one."""

    id: BuyerId
    name: str
    platform: str


@dataclass(frozen=True, slots=True)
class BuyersChanged:
    """Buyers of an import or of its undoing, or one that was added or lost a phone, 200 at most.

    ``known``: what they are known by changed, or they came; ``orders``: orders of theirs came or changed; ``removed``:
    they are gone, and later buyers may get their ids.
    """

    buyer_ids: tuple[BuyerId, ...]
    change: Literal["known", "orders", "removed"]
    at: datetime
