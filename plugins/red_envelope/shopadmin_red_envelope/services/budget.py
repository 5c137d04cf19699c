"""The owner's limit for the worst case of a campaign, asked before one is scheduled and before its amount changes."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from shopadmin.plugin_api import RefusedError, plugin_settings, shop_settings, sold_buyers
from shopadmin_red_envelope import messages
from shopadmin_red_envelope.domain.budget import WorstCase, must_be_confirmed, worst_case

# Whose buyers count when a campaign has no cap.
BUYERS_DAYS = 365


@dataclass(frozen=True, slots=True)
class Stake:
    """What is at stake in a campaign. ``limit``: minor units, None where the owner sets none."""

    worst: WorstCase
    currency: str
    limit: int | None

    @property
    def must_be_confirmed(self) -> bool:
        """Whether the amount of the worst case must be typed."""
        return must_be_confirmed(self.worst, self.limit)


def limit(currency: str) -> int | None:
    """The owner's limit, None without one. Of a campaign in other money than the shop's every amount passes it."""
    found = plugin_settings("red_envelope").get("worst_case_limit")
    if not isinstance(found, int):
        return None
    return found if currency == shop_settings().currency else 0


def stake(amount: int, quantity: int | None, currency: str, buyers: int | None = None) -> Stake:
    """What is at stake; ``buyers``: as ``past_buyers`` says, which is asked where there is no cap."""
    if buyers is None:
        buyers = past_buyers(currency) if quantity is None else 0
    return Stake(worst_case(amount, quantity, buyers), currency, limit(currency))


def past_buyers(currency: str) -> int:
    """Different buyers of a year. Until today began in the shop's zone: who types the amount has the day for it."""
    until = day_start()
    return sold_buyers(until - timedelta(days=BUYERS_DAYS), until, currency)


def day_start() -> datetime:
    """When today began in the shop's zone, aware UTC."""
    zone = shop_settings().zone
    return datetime.combine(datetime.now(zone).date(), time(), zone).astimezone(UTC)


def check(found: Stake, confirmed: int | None) -> None:
    """Raise RefusedError unless the worst case is within the limit, or ``confirmed`` is just its amount."""
    if found.must_be_confirmed and confirmed != found.worst.amount:
        raise RefusedError(messages.worst_case(found.worst, found.currency, found.limit or 0))
