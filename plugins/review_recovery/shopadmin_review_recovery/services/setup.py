"""What the owner set: from how many stars on a case opens, and the calendar that due times are told by."""

from dataclasses import dataclass
from datetime import datetime

from shopadmin.plugin_api import plugin_settings, shop_settings
from shopadmin_review_recovery.domain import hours
from shopadmin_review_recovery.domain.calendars import Calendar

PLUGIN = "review_recovery"
THRESHOLD = 3


@dataclass(frozen=True, slots=True)
class Setup:
    """``threshold``: cases open for so many stars and fewer. ``mark``: differs when due times must be made anew."""

    threshold: int
    calendar: Calendar
    mark: str

    def local(self, instant: datetime | None) -> datetime | None:
        """An instant on the shop's clock, by which days are told."""
        return instant and instant.astimezone(self.calendar.zone)


def load() -> Setup:
    """The setup as saved, defaults where nothing is."""
    saved = plugin_settings(PLUGIN)
    texts = [str(saved.get("week") or hours.DEFAULT_WEEK), str(saved.get("holidays") or ""),
             str(saved.get("extra") or "")]  # fmt: skip
    zone = shop_settings().zone
    return Setup(
        threshold=int(saved.get("threshold", THRESHOLD)),
        calendar=hours.read_calendar(zone, *texts),
        mark="\n\n".join([zone.key, *texts]),
    )
