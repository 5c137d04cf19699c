"""Tasks that keep a cause from coming again: when one opens, what is to be done, when it is done, whether it helped.

Section 3 names a task for each cause, section 8 when it opens: three cases of a cause on a product in 30 days.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from shopadmin_review_recovery.domain import rates
from shopadmin_review_recovery.domain.causes import CAUSES
from shopadmin_review_recovery.domain.rates import Count

ENOUGH = 3
WINDOW = timedelta(days=30)
# A task is to be done by then, unless somebody says otherwise.
DUE_IN = timedelta(days=14)
Result = Literal["done", "dropped"]
RESULTS: tuple[Result, ...] = ("done", "dropped")
Effect = Literal["early", "helped", "same", "worse", "unknown"]

# The ticks of each task, in order; their texts stand in labels.
ITEMS: Mapping[str, tuple[str, ...]] = {
    "courier_scorecard": ("compare_couriers", "promise_days", "notices_on", "change_courier"),
    "packing_rule": ("see_photos", "drop_test", "write_rule", "tell_supplier"),
    "second_check": ("find_mix_up", "check_colour_size_count", "photo_before_sealing"),
    "stock_check": ("count_stock", "daily_supplier", "delist_at_zero", "tell_same_day"),
    "honest_photos": ("compare_photo", "new_photos", "size_table", "correct_text"),
    "change_supplier": ("stop_selling", "test_sample", "tell_supplier", "decide_supplier"),
    "reply_target": ("open_requests", "set_target", "care_after_received"),
    "quick_replies": ("read_chats", "write_replies", "talk_to_team"),
    "packing_video": ("film_packing", "tracked_only"),
    "complaint_pattern": ("collect_evidence", "file_complaint"),
}
ITEMS_OF: Mapping[str, tuple[str, ...]] = {code: ITEMS[cause.prevention] for code, cause in CAUSES.items()}


class PreventionError(ValueError):
    """What cannot be done with a task. ``code``: why."""

    def __init__(self, code: Literal["closed", "no_item", "not_ticked", "no_reason", "unknown"]) -> None:
        super().__init__(code)
        self.code = code


def opens(cases: int) -> bool:
    """Whether so many cases of a cause on a product, in 30 days and since its last task was closed, open a task."""
    return cases >= ENOUGH


def counted_since(now: datetime, closed_at: datetime | None) -> datetime:
    """From when on a review counts: 30 days back, or the end of the last task, which was meant to change something."""
    return max(now - WINDOW, closed_at) if closed_at else now - WINDOW


def close(cause: str, ticked: Collection[str], result: str, reason: str) -> None:
    """Check the end of a task: done when everything is ticked, dropped with a reason. Raises PreventionError."""
    if result not in RESULTS:
        raise PreventionError("unknown")
    if result == "done" and not {*ITEMS_OF[cause]} <= {*ticked}:
        raise PreventionError("not_ticked")
    if result == "dropped" and not reason.strip():
        raise PreventionError("no_reason")


def after(closed_at: datetime, now: datetime) -> tuple[datetime, datetime]:
    """The 30 days after a task was closed, up to now."""
    return closed_at, min(closed_at + WINDOW, now)


def effect(before: Count, later: Count, is_over: bool) -> Effect:
    """Whether the task helped, by cases for the same orders. ``is_over``: the 30 days after it have passed."""
    if not is_over:
        return "early"
    found: Mapping[rates.Change, Effect] = {
        "fewer": "helped", "more": "worse", "same": "same", "unknown": "unknown",
    }  # fmt: skip
    return found[rates.change(before, later)]


def left(cause: str, ticked: Collection[str]) -> Sequence[str]:
    """What is still to be done."""
    return [item for item in ITEMS_OF[cause] if item not in ticked]
