"""What to look at before an activity begins. A point that is open blocks nothing."""

from dataclasses import dataclass
from typing import Literal

Code = Literal["entry_requirement"]


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to look at, and whether it is done."""

    code: Code
    is_done: bool


def checklist(kind: str, has_campaign: bool) -> tuple[Point, ...]:
    """R25: a platform may want a store envelope of whoever takes part, as Double 11 of 2015 did of the sellers in its
    venues and around them, but for virtual goods.

    ``kind``: of the activity; ``has_campaign``: whether a scheduled campaign belongs to it.
    """
    return (Point("entry_requirement", has_campaign),) if kind == "platform" else ()
