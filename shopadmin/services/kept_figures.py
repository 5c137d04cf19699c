"""Figures that a page and its pictures ask for one after the other: counted once, and kept for a minute."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from flask import current_app

# Answers of one function that a process keeps, whatever it was asked.
MOST = 16
P = ParamSpec("P")
R = TypeVar("R")


def kept_for_a_minute(count: Callable[P, R]) -> Callable[P, R]:
    """Keep what ``count`` answers until the clock's minute is over, in this process. Its arguments are hashable.

    All that the answer rests on besides the shop's rows is an argument. What it raises is not kept.
    """

    def within(_minute: datetime, *args: P.args, **kwargs: P.kwargs) -> R:
        return count(*args, **kwargs)

    @wraps(count)
    def ask(*args: P.args, **kwargs: P.kwargs) -> R:
        # With the app: the figures of one shop are none of another's.
        of_shop: dict[Any, Callable[..., R]] = current_app.extensions.setdefault("shopadmin.kept_figures", {})
        kept = of_shop.get(count) or of_shop.setdefault(count, lru_cache(maxsize=MOST)(within))
        return kept(this_minute(), *args, **kwargs)

    return ask


def this_minute() -> datetime:
    """The minute with its hour and day: answers go when others come, not by time, and by the number of the minute alone
    those of an hour or a day ago would show again.
    """
    return datetime.now(UTC).replace(second=0, microsecond=0)
