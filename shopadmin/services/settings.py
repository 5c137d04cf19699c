"""The shop's settings: known keys, their defaults, and the one way to change them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from flask import g, has_request_context
from sqlalchemy import Text, cast, literal, or_, select, union_all

from shopadmin.contract import Actor
from shopadmin.models.asking import ask_around
from shopadmin.models.plugins import PluginState
from shopadmin.models.settings import Setting
from shopadmin.services import audit
from shopadmin.services.transactions import writing

# The languages of the pages, by Babel's names for them.
LOCALES = {"en": "en", "zh": "zh_Hans_CN"}


@dataclass(frozen=True, slots=True)
class ShopSettings:
    """The shop as its owner set it up. ``timezone``: IANA name, used for showing and reading dates alone.

    ``buyer_zones``: IANA names, parted by blanks, of further clocks that buyers live by; nobody whose clock is unknown
    is written to in the night of any of them.
    """

    name: str = "My shop"
    currency: str = "CNY"
    timezone: str = "Asia/Shanghai"
    language: str = "zh"
    buyer_zones: str = ""
    is_demo: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def buyer_clocks(self) -> tuple[ZoneInfo, ...]:
        """Every clock that may be that of a buyer of whom nothing is known: the shop's own first."""
        return tuple(map(ZoneInfo, dict.fromkeys((self.timezone, *self.buyer_zones.split()))))


@cache
def currencies() -> tuple[str, ...]:
    """ISO 4217 codes of the money that people pay with somewhere."""
    uses = get_global("territory_currencies").values()
    return tuple(sorted({code for found in uses for code, _start, end, is_tender in found if is_tender and not end}))


@cache
def timezones() -> tuple[str, ...]:
    """Names of the places whose time a shop may keep."""
    links = ("Etc/", "posix/", "right/")
    return ("UTC", *sorted(name for name in available_timezones() if "/" in name and not name.startswith(links)))


KEYS = tuple(field.name for field in fields(ShopSettings))


# Nearly every page needs the settings and which plugins are on: one question for both.
_STORED = union_all(
    select(literal("setting").label("kind"), Setting.key.label("name"), cast(Setting.value, Text).label("value")).where(
        or_(*(Setting.key == key for key in KEYS))
    ),
    select(literal("plugin"), PluginState.name, PluginState.state),
)


@contextmanager
def kept_for_a_call() -> Iterator[None]:
    """Around what answers one call outside of Flask's requests: within it settings are read once, as for a page."""
    forget()
    g.answers_a_call = True
    try:
        yield
    finally:
        g.pop("answers_a_call", None)
        forget()


def are_kept() -> bool:
    """Whether somebody is answered here: settings are kept until that is done. What works on and on asks anew."""
    return has_request_context() or "answers_a_call" in g


def forget() -> None:
    """Forget the settings that are kept here, the shop's and its plugins'."""
    for name in ("shop_settings", "plugin_settings"):
        g.pop(name, None)


def load() -> ShopSettings:
    """The settings as stored, defaults where nothing is; read once for a page or a call."""
    if not are_kept():
        return _read()[0]
    if "shop_settings" not in g:
        _remember()
    found: ShopSettings = g.shop_settings
    return found


def plugin_states() -> dict[str, str]:
    """What was decided last of each plugin, by its name: on, off, paused. Read once until the context ends."""
    if "plugin_states" not in g:
        _remember()
    found: dict[str, str] = g.plugin_states
    return found


def _remember() -> None:
    g.shop_settings, g.plugin_states = _read()


def _read() -> tuple[ShopSettings, dict[str, str]]:
    kept: dict[str, object] = {}
    states: dict[str, str] = {}
    for kind, name, value in ask_around(_STORED, {}):
        if kind == "setting":
            kept[name] = json.loads(value)
        else:
            states[name] = value
    return ShopSettings(**kept), states  # type: ignore[arg-type]


def save(actor: Actor | None, **changes: object) -> ShopSettings:
    """Change some settings. Raises KeyError for an unknown key."""
    unknown = changes.keys() - set(KEYS)
    if unknown:
        raise KeyError(", ".join(sorted(unknown)))
    with writing() as session:
        before, _states = _read()
        for key, value in changes.items():
            session.merge(Setting(key=key, value=value))
        audit.record(
            actor,
            "core.settings.changed",
            "settings",
            before={key: getattr(before, key) for key in changes},
            after=changes,
        )
    forget()
    return load()
