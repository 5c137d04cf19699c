"""Platform profiles (G11): may a shop ask there for an updated review, may it ring, and what the steps are.

Rules of platforms change. ``checked_on`` is the day somebody last read them; 180 days later nothing is asked any more
until somebody has looked again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

AskMode = Literal["none", "once", "owner_confirmed"]
STALE_AFTER = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Profile:
    """``steps``: six short ones at most, by language. ``owner_confirmed``: only where the owner has said so."""

    code: str
    ask_mode: AskMode
    is_phone_allowed: bool = True
    steps: Mapping[str, str] = field(default_factory=dict)


_EDIT_MAIL = {
    "en": "Open the e-mail about your review, choose edit, write what you think now, save.",
    "zh": "打开评价确认邮件，点编辑，写下现在的感受，保存。",
}
_EDIT_SHOP = {
    "en": "Sign in to the shop, open the item, find your review, write what you think now, save.",
    "zh": "登录商店，打开商品，找到您的评价，写下现在的感受，保存。",
}
_TAOBAO = {
    "en": "Open your orders, choose the order, open its review, write what you think now, send.",
    "zh": "打开我的订单，选这笔订单，进入评价，写下现在的感受，提交。",
}
PROFILES: Mapping[str, Profile] = {
    profile.code: profile
    for profile in (
        Profile("amazon", "none", is_phone_allowed=False),
        Profile("google", "none"),
        Profile("judgeme", "once", steps=_EDIT_MAIL),
        Profile("shopify", "once", steps=_EDIT_SHOP),
        Profile("woocommerce", "once", steps=_EDIT_SHOP),
        Profile("taobao", "owner_confirmed", steps=_TAOBAO),
        Profile("tmall", "owner_confirmed", steps=_TAOBAO),
    )
}

# Where the owner decides whether anybody is asked.
CONFIRMED = tuple(found.code for found in PROFILES.values() if found.ask_mode == "owner_confirmed")


def names(text: str) -> list[str]:
    """Platforms as people type them, with commas between them."""
    return [word for part in text.split(",") if (word := part.strip().casefold())]


def profile(code: str) -> Profile:
    """The profile of a platform; of one that is not known, that nothing is asked there."""
    return PROFILES.get(code.casefold(), Profile(code, "none"))


def may_ask(found: Profile, checked_on: date | None, is_confirmed: bool, today: date) -> bool:
    """Whether an invitation is possible at all. ``checked_on``: when the platform's rules were last read."""
    if found.ask_mode == "none" or checked_on is None or not checked_on <= today < checked_on + STALE_AFTER:
        return False
    return found.ask_mode == "once" or is_confirmed
