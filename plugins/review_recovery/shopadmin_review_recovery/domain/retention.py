"""How long personal data of a case is kept after it was closed (G12); pure, ``now`` is an argument."""

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta

PHONE_DAYS, TEXT_MONTHS = 90, 24


@dataclass(frozen=True, slots=True)
class Retention:
    """``phone_days``: days until phones go; ``text_months``: months until notes and the texts of messages go."""

    phone_days: int = PHONE_DAYS
    text_months: int = TEXT_MONTHS

    def phones_before(self, now: datetime) -> datetime:
        """Cases closed by then keep no phone. Aware UTC."""
        return now - timedelta(days=self.phone_days)

    def texts_before(self, now: datetime) -> datetime:
        """Cases closed by then keep no text. Aware UTC; the last day of a shorter month stands for its missing days."""
        months = now.year * 12 + now.month - 1 - self.text_months
        year, month = divmod(months, 12)
        day = min(now.day, calendar.monthrange(year, month + 1)[1])
        return now.replace(year=year, month=month + 1, day=day)
