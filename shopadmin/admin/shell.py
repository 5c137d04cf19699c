"""What the frame of every page shows: menu, account, languages, and the filters that templates use."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask, current_app, request
from flask_babel import format_currency, format_date, format_datetime, format_timedelta
from flask_babel import lazy_gettext as _

from shopadmin.admin import gate, languages, transport
from shopadmin.domain import money
from shopadmin.services import settings

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
    app.add_template_filter(_day, "date")
    app.add_template_filter(_age, "age")


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One entry of the side bar."""

    title: Any
    url: str
    icon: str
    active: bool
    endpoint: str
    count_url: str = ""


def _shell() -> dict[str, Any]:
    actor = gate.current_actor()
    shop = settings.load()
    entries = _entries() if actor else {}
    return {
        "menu": [{"title": title, "items": entries[key]} for key, title in SECTIONS if entries.get(key)],
        "bottom": [entry for found in entries.values() for entry in found if entry.endpoint in BOTTOM],
        "account": actor,
        "languages": languages.LANGUAGES,
        "language": languages.language(),
        "theme": languages.theme(),
        "demo": shop.is_demo,
        "insecure": transport.is_exposed(),
        "shop_name": shop.name,
    }


def _entries() -> dict[str, list[MenuEntry]]:
    """The views that the actor may open, by section and weight."""
    found: dict[str, list[tuple[int, MenuEntry]]] = {}
    for view in current_app.extensions["shopadmin.admin"]._views:
        if view.is_visible() and view.is_accessible():
            item = view.menu_item
            is_here = (request.endpoint or "").partition(".")[0] == view.endpoint
            url = view.get_url(f"{view.endpoint}.{view._default_view}")
            entry = MenuEntry(view.name, url, item.icon, is_here, view.endpoint)
            found.setdefault(item.section, []).append((item.weight, entry))
    return {key: [entry for _, entry in sorted(pairs, key=lambda pair: pair[0])] for key, pairs in found.items()}


def _money(minor: int | None, currency: str) -> str:
    return "" if minor is None else str(format_currency(money.to_decimal(minor, currency), currency))


def _when(value: datetime | None) -> str:
    return "" if value is None else str(format_datetime(value, "short"))


def _day(value: datetime | None) -> str:
    return "" if value is None else str(format_date(value, "medium"))


def _age(value: datetime | None) -> str:
    """How long ago, in words."""
    return (
        ""
        if value is None
        else str(format_timedelta(datetime.now(UTC) - value, granularity="hour", add_direction=False))
    )
