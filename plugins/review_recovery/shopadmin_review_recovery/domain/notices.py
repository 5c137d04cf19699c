"""Which notice about an order its buyer should have now: shipped, delayed, or not to be had (section 5 of the rules).

Old news is none: who switches notices on, or imports last year's orders, writes to nobody about them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Kind = Literal["shipped", "delayed", "exception"]
KINDS: tuple[Kind, ...] = ("shipped", "delayed", "exception")
# How long each is news; what was missed in between is caught up with.
FRESH = {"shipped": timedelta(days=2), "delayed": timedelta(days=7), "exception": timedelta(days=14)}
# How far back orders can be that there is news of.
WINDOW = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is known of an order that is not delivered. Times are aware UTC, None where nobody knows."""

    status: str
    created_at: datetime
    promised_at: datetime | None = None
    shipped_at: datetime | None = None


def due(parcel: Parcel, now: datetime, zone: ZoneInfo) -> Kind | None:
    """The notice of this moment, the worst news alone. The promised day is told by the shop's zone, and passes at its
    end.
    """
    if parcel.status == "unavailable":
        return "exception" if _is_fresh("exception", parcel.created_at, now) else None
    if parcel.status not in ("paid", "shipped"):
        return None
    promised = parcel.promised_at
    if promised is not None and promised.astimezone(zone).date() < now.astimezone(zone).date():
        return "delayed" if _is_fresh("delayed", promised, now) else None
    is_new = parcel.shipped_at is not None and _is_fresh("shipped", parcel.shipped_at, now)
    return "shipped" if is_new and parcel.status == "shipped" else None


def _is_fresh(kind: Kind, at: datetime, now: datetime) -> bool:
    return timedelta() <= now - at <= FRESH[kind]
