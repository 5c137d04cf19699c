"""What the page of causes counted, kept for the picture that the browser asks for right behind it.

A page always counts anew. Its picture takes those numbers, so that it costs nothing more and agrees with the table
beside it; one that is asked for alone, later or at another process counts for itself.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app

from shopadmin_review_recovery.report_pictures import WEEK
from shopadmin_review_recovery.services import cause_lines, causes_report
from shopadmin_review_recovery.services.causes_report import Span

# Seconds that a browser has to ask, and pages that are remembered.
FRESH = 60.0
MOST = 20
_PLACE = "review_recovery.counted_causes"


@dataclass(frozen=True, slots=True)
class Counted:
    """Cases by cause, and the weeks or the lines. ``at``: of ``time.monotonic``."""

    totals: Mapping[str, int]
    rows: Sequence[Any]
    at: float


def count(by: str, span: Span) -> Counted:
    """Count now, and keep it."""
    found = Counted(*_counted(by, span), time.monotonic())
    kept: dict[tuple[str, Span], Counted] = current_app.extensions.setdefault(_PLACE, {})
    kept[by, span] = found
    for key in sorted(kept, key=lambda key: kept[key].at)[:-MOST]:
        kept.pop(key, None)
    return found


def _counted(by: str, span: Span) -> tuple[Mapping[str, int], Sequence[Any]]:
    """No weeks and no lines where there is no case."""
    if by == WEEK:
        weeks = causes_report.by_week(span)
        totals = causes_report.totals_of(weeks)
        return totals, weeks if totals else ()
    totals = causes_report.totals(span)
    return totals, cause_lines.by(by, span) if totals else ()  # type: ignore[arg-type]


def of_page(by: str, span: Span) -> Counted:
    """What the page counted a moment ago, else counted now."""
    found: Counted | None = current_app.extensions.get(_PLACE, {}).get((by, span))
    return found if found is not None and time.monotonic() - found.at < FRESH else count(by, span)
