"""What the shop knows of a buyer before an order is taken or a coupon is given: a lattice in which the stricter wins.

Whoever has an opinion gives a ``Standing``; ``join`` makes one of many. It is associative, commutative and idempotent,
so that neither the order nor the number of plugins changes the outcome.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Literal

Purpose = Literal["order", "campaign", "display"]
# What an order may be asked for before it goes out. Cancelling is not among them.
Requirement = Literal["prepay", "verify_contact", "signature_delivery"]


class StandingLevel(IntEnum):
    """How much an order is looked at; a higher one includes the lower ones."""

    NONE = 0
    NOTE = 1
    FLAG = 2
    HOLD_REVIEW = 3


@dataclass(frozen=True, slots=True)
class BuyerIdentifier:
    """One way to know a buyer: ``kind`` phone, email, nick or platform_uid; ``scope``: the platform of the last two.

    ``value`` is as it came; whoever matches it normalises it (``domain/identifiers.py``). ``region``: ISO 3166 code of
    the country that a phone without country code is dialled in; empty for the shop's own.
    """

    kind: str
    value: str
    scope: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class StandingQuery:
    """Whom is asked about, by all identifiers known, and what for. ``now``: aware UTC."""

    ids: tuple[BuyerIdentifier, ...]
    order_id: int | None
    purpose: Purpose
    now: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """An opinion on a buyer. ``campaigns``: may take part. ``release_at``: when a hold ends by itself, aware UTC.

    ``reasons``: stable codes only, no text and no person.
    """

    level: StandingLevel = StandingLevel.NONE
    requires: frozenset[Requirement] = frozenset()
    campaigns: bool = True
    release_at: datetime | None = None
    reasons: frozenset[str] = frozenset()


NORMAL = Standing()


def join(opinions: Iterable[Standing]) -> Standing:
    """The strictest of all: highest level, every requirement, campaigns only if all allow, the last hold's release."""
    joined = NORMAL
    for opinion in opinions:
        releases = [moment for moment in (joined.release_at, opinion.release_at) if moment is not None]
        joined = Standing(
            level=max(joined.level, opinion.level),
            requires=joined.requires | opinion.requires,
            campaigns=joined.campaigns and opinion.campaigns,
            release_at=max(releases, default=None),
            reasons=joined.reasons | opinion.reasons,
        )
    return joined
