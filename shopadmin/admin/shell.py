"""What the frame of every page shows: menu, account, languages, and the filters that templates use."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from babel import Locale
from babel.numbers import get_currency_symbol
from flask import Flask, request
from flask_babel import format_currency, format_date, format_timedelta
from flask_babel import lazy_gettext as _

from shopadmin.admin import gate, languages, menu
from shopadmin.domain import money
from shopadmin.platforms.names import platform_name
from shopadmin.services import connections, settings

SECTIONS = (
    ("", ""),
    ("sell", _("Sell")),
    ("care", _("Care")),
    ("grow", _("Grow")),
    ("insight", _("Insight")),
    ("manage", _("Manage")),
)
# The pages that a phone keeps under the thumb.
BOTTOM = ("admin", "orders", "reviews")


def init_app(app: Flask) -> None:
    """Attach the frame's context and the template filters."""
    app.context_processor(lambda: {"shell": _shell()})
    app.add_template_filter(_money, "money")
    app.add_template_filter(_when, "when")
    app.add_template_filter(_exactly, "exactly")
    app.add_template_filter(_day, "date")
    app.add_template_filter(_age, "age")
    app.add_template_filter(_duration, "duration")
    app.add_template_filter(platform_name, "platform")


def _shell() -> dict[str, Any]:
    actor = gate.current_actor()
    shop = settings.load()
    entries = menu.entries() if actor else {}
    return {
        "menu": [{"title": title, "items": entries[key]} for key, title in SECTIONS if entries.get(key)],
        "tabs": menu.tabs() if actor else [],
        "bottom": [entry for found in entries.values() for entry in found if entry.endpoint in BOTTOM],
        "account": actor,
        "languages": languages.LANGUAGES,
        "language": languages.language(),
        "theme": languages.theme(),
        "demo": shop.is_demo,
        "insecure": connections.is_exposed(request),
        "shop_name": shop.name,
    }


@cache
def _money_format(locale: str, currency: str) -> str | None:
    """Symbol and places for languages that write ``¤#,##0.00``; None for those that write money another way."""
    if Locale.parse(locale).currency_formats["standard"].pattern != "¤#,##0.00":
        return None
    symbol = get_currency_symbol(currency, locale)
    # Babel sets letters apart from digits, and symbols not.
    gap = "\N{NO-BREAK SPACE}" if symbol[-1:].isalpha() else ""
    return f"{symbol}{gap}{{:,.{money.exponent(currency)}f}}"


def _money(minor: int | None, currency: str) -> str:
    """As Babel writes it, but a list has fifty of them: this is thirty times as fast."""
    if minor is None:
        return ""
    amount = money.to_decimal(minor, currency)
    known = _money_format(languages.locale(), currency)
    if known is None or minor < 0:
        return str(format_currency(amount, currency))
    return known.format(amount)


def _when(value: datetime | None) -> str:
    """Date and time in the shop's zone, as ``languages`` says of days."""
    return "" if value is None else value.astimezone(settings.load().zone).strftime("%Y-%m-%d %H:%M")


def _exactly(value: datetime | None) -> str:
    """With seconds where there are any, and how far the shop's clock is from UTC then."""
    if value is None:
        return ""
    local = value.astimezone(settings.load().zone)
    seconds = ":%S" if local.second else ""
    return f"{local.strftime('%Y-%m-%d %H:%M' + seconds)} UTC{local.isoformat(timespec='minutes')[16:]}"


def _day(value: datetime | None) -> str:
    return "" if value is None else str(format_date(value, "medium"))


def _age(value: datetime | None) -> str:
    """How long ago, in words."""
    return (
        ""
        if value is None
        else str(format_timedelta(value - datetime.now(UTC), granularity="minute", add_direction=True))
    )


def _duration(milliseconds: int) -> str:
    """How long, in words and roughly."""
    return str(format_timedelta(timedelta(milliseconds=milliseconds), threshold=1.5))
