"""Whether a case's problem was solved, and whether its review was updated (section 8 of the rules).

Every case counts, whatever came of its review, but for those about which it is too early to speak.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

# So long nothing may come back after a remedy, and so long an open case is too young to count.
QUIET = timedelta(days=14)
# A review that changed sooner was still being written.
LATER = timedelta(days=1)
Verdict = Literal["solved", "unsolved", "early"]


@dataclass(frozen=True, slots=True)
class History:
    """A case as far as it matters here; instants are aware. ``is_confirmed``: the buyer said so since it opened last;
    ``remedied_at``: when what was promised was done; ``reopened_at``: when it opened again; the last time of each.
    """

    opened_at: datetime
    is_open: bool
    is_confirmed: bool = False
    remedied_at: datetime | None = None
    reopened_at: datetime | None = None


def verdict(case: History, now: datetime) -> Verdict:
    """Solved: the buyer said so, or the remedy is done and the case was not opened again in 14 days."""
    if case.is_confirmed:
        return "solved"
    again = case.reopened_at
    if case.remedied_at is not None:
        until = case.remedied_at + QUIET
        if again is None or not case.remedied_at <= again < until:
            return "solved" if now >= until else "early"
    since = again or case.opened_at
    return "early" if case.is_open and now < since + QUIET else "unsolved"


def is_updated(opened_at: datetime, changed_at: datetime | None, is_worse: bool) -> bool:
    """Whether the buyer changed the review, seen a day or more after the case opened, and not for the worse."""
    return changed_at is not None and not is_worse and changed_at >= opened_at + LATER
