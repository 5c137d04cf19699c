"""The side bar, and the tabs of views that share one entry of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext

from shopadmin import hook_calls


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One entry of the side bar."""

    title: Any
    url: str
    icon: str
    active: bool
    endpoint: str
    count_url: str = ""


def entries() -> dict[str, list[MenuEntry]]:
    """What the actor may open, by section and weight. A group stands where its first view would, and leads there."""
    found: dict[tuple[str, ...], list[Any]] = {}
    for view in _open_views():
        found.setdefault(view.menu_place, []).append(view)
    here = _current()
    shown: dict[str, list[MenuEntry]] = {}
    for views in sorted(found.values(), key=lambda views: views[0].menu_item.weight):
        first = views[0]
        title = first.menu_item.group or first.name
        is_here = here is not None and (here in views or _belongs(here, first))
        entry = MenuEntry(title, _address(first), first.menu_item.icon, is_here, first.endpoint)
        shown.setdefault(first.menu_item.section, []).append(entry)
    return shown


def tabs() -> list[dict[str, Any]]:
    """The pages beside the one that is open, for ui.tabs(); none where there is one alone.

    None either below a view's first page and those on its level: from there a link leads back.
    """
    here = _current()
    if here is None or here.menu_item is None or not here.menu_item.group:
        return []
    if request.endpoint not in (_first_page(here), *(f"{here.endpoint}.{name}" for name in here.level_pages)):
        return []
    beside = [view for view in _open_views() if view.menu_place == here.menu_place]
    shown = [{"label": view.name, "url": _address(view), "active": view is here} for view in beside]
    shown += _settings(here.plugin)
    return shown if len(shown) > 1 else []


def _settings(plugin: str) -> Iterable[dict[str, Any]]:
    """The plugin's settings are on its page under Plugins, for those who may open that."""
    page = next(view for view in _views() if view.endpoint == "plugins")
    if plugin and page.is_accessible() and hook_calls.has_settings(plugin):
        address = url_for("plugins.details_view", plugin=plugin, _anchor="settings")
        yield {"label": gettext("Settings"), "url": address, "active": False}


def _views() -> list[Any]:
    views: list[Any] = current_app.extensions["shopadmin.admin"]._views
    return views


def _open_views() -> list[Any]:
    """The views of the side bar that the actor may open, by weight."""
    found = [view for view in _views() if view.is_visible() and view.is_accessible()]
    return sorted(found, key=lambda view: view.menu_item.weight)


def _current() -> Any:
    endpoint = (request.endpoint or "").partition(".")[0]
    return next((view for view in _views() if view.endpoint == endpoint), None)


def _belongs(here: Any, first: Any) -> bool:
    """Whether a page without an entry of its own is one of the plugin's whose group this is."""
    return bool(here.menu_item is None and here.plugin and here.plugin == first.plugin and first.menu_item.group)


def _first_page(view: Any) -> str:
    return f"{view.endpoint}.{view._default_view}"


def _address(view: Any) -> str:
    return str(view.get_url(_first_page(view)))
