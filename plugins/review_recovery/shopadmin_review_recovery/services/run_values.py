"""The values of a script's variables for one case: of the order, the shop, the platform, and what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from shopadmin.plugin_api import Actor, SpokenFacts, plugin_settings, shop_settings, spoken_facts
from shopadmin_review_recovery.domain import platforms, spoken
from shopadmin_review_recovery.domain.appointments import Appointment
from shopadmin_review_recovery.models import ReviewCase

# Whence a value comes that a page can ask for.
TYPED = ("remedy.summary", "remedy.due", "approval.due", "callback.window")
_LOCALES = {"en": ("en", "d MMMM"), "zh": ("zh_Hans_CN", "M月d日")}


@dataclass(frozen=True, slots=True)
class Profile:
    """A platform's profile as this shop has it. ``may_ask``: now, by the day its rules were last read (G11)."""

    is_phone_allowed: bool
    may_ask: bool
    steps: Mapping[str, str]
    link: str


def profile(platform: str, now: datetime) -> Profile:
    """The platform's profile with what the owner set."""
    settings = plugin_settings("review_recovery")
    found = platforms.profile(platform)
    confirmed = platforms.names(str(settings.get("confirmed_platforms") or ""))
    read_on = _day(str(settings.get("rules_read_on") or ""))
    today = now.astimezone(shop_settings().zone).date()
    own = str(settings.get("review_steps") or "").strip()
    return Profile(
        is_phone_allowed=found.is_phone_allowed,
        may_ask=platforms.may_ask(found, read_on, found.code.casefold() in confirmed, today),
        steps={language: own or found.steps.get(language, "") for language in _LOCALES},
        link=str(settings.get("review_link") or "").strip(),
    )


def values(actor: Actor, case: ReviewCase, language: str, typed: Mapping[str, str], now: datetime) -> dict[str, str]:
    """By variable; what nobody knows is left out. ``typed``: what was written down in the run."""
    order = spoken_facts(actor, case.order_id) if case.order_id is not None else None
    shop, own = shop_settings(), plugin_settings("review_recovery")
    of_platform = profile(case.platform, now)
    cause = typed.get("cause.code") or case.cause or ""
    found = {
        **(_of_order(order, language) if order else {}),
        "shop.name": shop.name,
        "shop.contact": str(own.get("contact") or ""),
        "operator.name": actor.name,
        "cause.explain": spoken.EXPLANATIONS.get(cause, {}).get(language, ""),
        "remedy.options": spoken.OPTIONS.get(cause, {}).get(language, ""),
        "platform.name": case.platform,
        "platform.steps": of_platform.steps[language],
        "platform.link": of_platform.link,
        **{name: typed.get(name, "") for name in TYPED},
    }
    return {name: value for name, value in found.items() if value.strip()}


def window_text(appointment: Appointment, zone: ZoneInfo, language: str) -> str:
    """When a call was agreed for, as it is said to the buyer and shown to whoever rings: day, hours, whose clock."""
    begins, ends = (at.astimezone(zone) for at in (appointment.begins, appointment.ends))
    locale, pattern = _LOCALES[language]
    shown = f"{format_date(begins.date(), pattern, locale=locale)} {begins:%H:%M}–{ends:%H:%M}"
    return shown if zone.key == shop_settings().zone.key else f"{shown} {zone.key}"


def _of_order(order: SpokenFacts, language: str) -> dict[str, str]:
    locale, pattern = _LOCALES[language]
    day = order.created_at.astimezone(shop_settings().zone).date()
    return {
        "buyer.salutation": order.recipient,
        "order.no": order.order_no,
        "order.tail": order.order_no[-4:],
        "order.date": format_date(day, pattern, locale=locale),
        "line.title": order.line_title,
        "line.spec": order.line_spec,
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
