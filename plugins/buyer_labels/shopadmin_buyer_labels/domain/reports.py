"""What reports on labels count, and what may be read into the counts.

Labelled buyers are other people than the rest to begin with, as a label follows an order that went badly: no figure
here is an effect of labels, and none is called one.
"""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from shopadmin_buyer_labels.domain.status import Facts
from shopadmin_buyer_labels.domain.taxonomy import CODES

# When an order was placed, seen from the labels of its buyer; ``never``: of a buyer without any that came into force.
Phase = Literal["before", "standing", "over", "never"]
PHASES: tuple[Phase, ...] = get_args(Phase)
# How a hold ended: "cancelled" is a person's doing, "dropped" that the ground for it was gone.
Ending = Literal["waiting", "kept", "by_itself", "by_person", "dropped", "went_on", "cancelled"]
ENDINGS: tuple[Ending, ...] = get_args(Ending)
Verdict = Literal["few", "same", "more", "fewer"]


@dataclass(frozen=True, slots=True)
class Month:
    """A month on the shop's own clock, or what of it lies in a range: its first day, and ``[begins, ends)`` in UTC."""

    day: date
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Force:
    """A label was in force in ``[begins, ends)``, aware UTC."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """Orders that were paid, and how many of them came back or cost the shop; one may do both."""

    orders: int = 0
    returned: int = 0
    lost: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(self.orders + other.orders, self.returned + other.returned, self.lost + other.lost)

    def __sub__(self, other: "Counts") -> "Counts":
        """Without the others, which are among these."""
        return Counts(self.orders - other.orders, self.returned - other.returned, self.lost - other.lost)


def months(first: date, last: date, zone: ZoneInfo) -> list[Month]:
    """The months from ``first`` to ``last``, both days within; the first and the last one may be parts."""
    end, found, day = last + timedelta(days=1), list[Month](), first
    while day < end:
        following = min((day.replace(day=1) + timedelta(days=31)).replace(day=1), end)
        found.append(Month(day, _midnight(day, zone), _midnight(following, zone)))
        day = following
    return found


def place(at: datetime, found: Sequence[Month]) -> int:
    """Which of the months, one after the other, an instant within them lies in."""
    return bisect_right(found, at, key=lambda month: month.begins) - 1


def in_force(facts: Facts) -> Force | None:
    """When a label was in force; None for one that never was, and for one that speaks for the buyer.

    From the times as they stand: a pause that is over is not seen, and one that lasts is taken for the end.
    """
    told = [at for at in (facts.notice_sent_at, facts.notice_impossible_at) if at is not None]
    if CODES[facts.code].is_protective or facts.noticed_at is None or not told:
        return None
    begins = max(facts.noticed_at, min(told))
    over = (facts.tombstoned_at, facts.revoked_at, facts.corrected_at, facts.suspended_at, facts.disputed_at)
    ends = min([facts.expires_at, *(at for at in over if at is not None)])
    return Force(begins, ends) if begins < ends else None


def phase(at: datetime, forces: Collection[Force]) -> Phase:
    """Where an order stands to the labels of its buyer: before the first, while one stands, or after."""
    if not forces:
        return "never"
    if at < min(force.begins for force in forces):
        return "before"
    return "standing" if any(force.begins <= at < force.ends for force in forces) else "over"


def ending(why: str, *, is_confirmed: bool, is_due: bool, is_cancelled: bool) -> Ending:
    """How a hold ended. ``why``: as its row has it, empty while it stands; ``is_due``: its time is over.

    A cancelled order counts where it was cancelled while it was held: what happens later has other reasons.
    """
    if why in ("", "order") and is_cancelled:
        return "cancelled"
    if not why:
        return "kept" if is_confirmed else "by_itself" if is_due else "waiting"
    known: dict[str, Ending] = {"auto_released": "by_itself", "by_hand": "by_person", "order": "went_on"}
    return known.get(why, "dropped")


def verdict(cases: Collection[int], least: int, difference: tuple[float, float]) -> Verdict:
    """What may be said of two rates. ``cases``: how many each is of; ``difference``: where the true one lies.

    Below ``least`` cases in one of them nothing, and nothing either where 0 lies in the interval.
    """
    low, high = difference
    if min(cases) < least:
        return "few"
    return "more" if low > 0 else "fewer" if high < 0 else "same"


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
