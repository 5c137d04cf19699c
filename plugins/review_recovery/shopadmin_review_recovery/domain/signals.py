"""Signals that a review may be malicious or professional: shown with what they go by, never acted upon (section 7).

An honest buyer may give any of them. What a person makes of them needs evidence and the owner: ``suspicion.py``.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Code = Literal["money_for_review", "series", "minutes_after_delivery", "contact_in_text", "refund_and_keep"]
CODES: tuple[Code, ...] = ("money_for_review", "series", "minutes_after_delivery", "contact_in_text", "refund_and_keep")
SERIES, SERIES_WINDOW = 3, timedelta(days=30)
MINUTES = timedelta(minutes=30)
# Rules of the core's wording check that a text of the buyer's meets when it trades in reviews, or leads elsewhere.
_TRADE = frozenset({"incentive", "condition", "compensation_and_invitation"})
_HANDLES = frozenset({"privacy_phone", "privacy_email", "privacy_handle"})
_KEEP = re.compile(
    r"仅退款|只退款|退款不退货|不退货.{0,6}退款"
    r"|退[钱款].{0,8}(?:货|东西)(?:我|就|也)?(?:留|不退|不寄)|(?:货|东西)(?:我|就)?留(?:着|下).{0,12}退"
    r"|refund[^.!?]{0,40}\b(?:keep|without (?:a )?return)|money back[^.!?]{0,40}\bkeep"
    r"|\bkeep (?:it|the (?:item|product|goods?))[^.!?]{0,40}(?:refund|money)"
    r"|reembols\w*[^.!?]{0,40}\b(?:ficar|sem devolver)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A review as the rules see it. ``reviewed_at``, ``delivered_at``: aware, on the shop's clock.

    ``wording``: the rules of the core's check that the text meets, with the words. ``lows``: when the buyer's low
    reviews were written, this one's among them.
    """

    text: str
    reviewed_at: datetime
    delivered_at: datetime | None = None
    wording: Collection[tuple[str, str]] = ()
    lows: Sequence[datetime] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal and what it goes by: the buyer's words, or a number."""

    code: Code
    what: str


def signals(seen: Seen) -> tuple[Signal, ...]:
    """All that the review gives, in the order of ``CODES``."""
    found = {
        "money_for_review": _words(seen, _TRADE),
        "series": _series(seen.lows, seen.reviewed_at),
        "minutes_after_delivery": _minutes(seen),
        "contact_in_text": _words(seen, _HANDLES),
        "refund_and_keep": kept[0] if (kept := _KEEP.search(seen.text)) else "",
    }
    return tuple(Signal(code, found[code]) for code in CODES if found[code])


def _words(seen: Seen, rules: Collection[str]) -> str:
    return next((words for rule, words in seen.wording if rule in rules), "")


def _series(lows: Sequence[datetime], at: datetime) -> str:
    """How many low reviews one buyer wrote within 30 days, this review's among them; empty below three."""
    near = sorted(low for low in lows if abs(low - at) <= SERIES_WINDOW)
    most = max((sum(first <= low <= first + SERIES_WINDOW for low in near) for first in near if first <= at), default=0)
    return str(most) if most >= SERIES else ""


def _minutes(seen: Seen) -> str:
    """Minutes between the delivery and the review. A full hour is a day without a time in most files: it tells none."""
    at, delivered = seen.reviewed_at, seen.delivered_at
    if delivered is None or (at.minute, at.second) == (0, 0) or (delivered.minute, delivered.second) == (0, 0):
        return ""
    passed = at - delivered
    return str(passed // timedelta(minutes=1)) if timedelta() <= passed <= MINUTES else ""
