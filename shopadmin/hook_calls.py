"""One typed function per hook: the only place that touches pluggy.

Four conventions. *collect* flattens what all plugins return, checks its type and names the culprit; *merge* joins
mappings; *veto* lets every plugin object and lets an exception through; *notify* tells each plugin alone. Each
implementation is called by itself, in name order: pluggy would stop the whole call at the first exception.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import current_app, has_request_context, request

from shopadmin.contract import (
    Action,
    Actor,
    Badge,
    BuyerSnapshot,
    DemoShop,
    ImportFormat,
    IncidentRecorded,
    OrderChange,
    OrderChanged,
    OrderId,
    OrderSnapshot,
    Panel,
    Permission,
    Problem,
    ReviewChanged,
    ReviewId,
    ReviewSnapshot,
    SearchHit,
    Tile,
)
from shopadmin.plugin_manager import BUILT_IN, Plugins

log = logging.getLogger(__name__)
T = TypeVar("T")
# A hook that takes longer than this is named in the log and on the Plugins page.
SLOW_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class HookFailure:
    """One failed call: which plugin, which hook, when, and the reference that its error card shows."""

    plugin: str
    hook: str
    error: str
    at: datetime
    reference: str


@dataclass(slots=True)
class HookRecord:
    """What happened in hooks since the start, for the Plugins page; lives on the app."""

    plugins: Plugins
    is_on: Callable[[str], bool] = lambda name: True
    failures: deque[HookFailure] = field(default_factory=lambda: deque(maxlen=200))


def _record() -> HookRecord:
    record: HookRecord = current_app.extensions["shopadmin.hooks"]
    return record


def _implementations(hook: str, *, at_start: bool = False) -> Iterator[tuple[str, Callable[..., Any]]]:
    """``at_start``: of every registered plugin, as one that is off now may be on at the next request."""
    record = _record()
    caller = getattr(record.plugins.manager.hook, hook)
    for implementation in sorted(caller.get_hookimpls(), key=lambda found: found.plugin_name):
        name = implementation.plugin_name
        if at_start or name == BUILT_IN or record.is_on(name):
            yield name, _accepting(implementation)


def _accepting(implementation: Any) -> Callable[..., Any]:
    """Call with the arguments that the implementation names, as pluggy allows."""
    return lambda **arguments: implementation.function(
        **{name: arguments[name] for name in implementation.argnames if name in arguments}
    )


def _guarded(plugin: str, hook: str, call: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """The result, or None when the plugin failed: recorded and logged, never raised."""
    started = time.perf_counter()
    try:
        return call(**arguments)
    except Exception as error:  # a plugin may raise anything; it costs its own panel and no more
        fail(plugin, hook, error)
        return None
    finally:
        seconds = time.perf_counter() - started
        if seconds > SLOW_SECONDS:
            log.warning("slow plugin %s: %s took %.0f ms", plugin, hook, seconds * 1000)


def fail(plugin: str, hook: str, error: Exception) -> HookFailure:
    """Note a failure of a plugin; pages show its reference."""
    reference = request.environ.get("shopadmin.request_id", "") if has_request_context() else ""
    failure = HookFailure(plugin, hook, f"{type(error).__name__}: {error}", datetime.now(UTC), reference)
    _record().failures.append(failure)
    log.error("plugin %s failed in %s [%s]", plugin, hook, reference, exc_info=error)
    return failure


def _collect(hook: str, kind: type[T], *, at_start: bool = False, **arguments: Any) -> list[tuple[str, T]]:
    items: list[tuple[str, T]] = []
    for plugin, call in _implementations(hook, at_start=at_start):
        for item in _guarded(plugin, hook, call, arguments) or ():
            if isinstance(item, kind):
                items.append((plugin, item))
            else:
                fail(plugin, hook, TypeError(f"{type(item).__name__} instead of {kind.__name__}"))
    return items


def _merge(hook: str, **arguments: Any) -> dict[Any, list[Badge]]:
    merged: dict[Any, list[Badge]] = {}
    for plugin, call in _implementations(hook):
        for key, badges in (_guarded(plugin, hook, call, arguments) or {}).items():
            merged.setdefault(key, []).extend(badges)
    return merged


def _veto(hook: str, **arguments: Any) -> list[Problem]:
    return [problem for _, call in _implementations(hook) for problem in call(**arguments) or ()]


def _notify(hook: str, **arguments: Any) -> None:
    for plugin, call in _implementations(hook):
        _guarded(plugin, hook, call, arguments)


def permissions() -> list[tuple[str, Permission]]:
    """Every plugin's permissions with the plugin's name."""
    return _collect("shopadmin_permissions", Permission, at_start=True)


def admin_views() -> list[tuple[str, Any]]:
    """Every plugin's admin views with the plugin's name."""
    return _collect("shopadmin_admin_views", object, at_start=True)


def cli_commands() -> list[tuple[str, Any]]:
    """Every plugin's commands with the plugin's name."""
    return _collect("shopadmin_cli_commands", object, at_start=True)


def dashboard_tiles(actor: Actor) -> list[Tile]:
    """Tiles that the actor may see, by weight."""
    tiles = [tile for _, tile in _collect("shopadmin_dashboard_tiles", Tile, actor=actor) if actor.can(tile.permission)]
    return sorted(tiles, key=lambda tile: tile.weight)


def order_badges(orders: Sequence[OrderSnapshot]) -> dict[OrderId, list[Badge]]:
    """Badges of all plugins by order."""
    return _merge("shopadmin_order_badges", orders=orders)


def order_panels(order: OrderSnapshot, actor: Actor) -> list[tuple[str, Panel]]:
    """Cards for the order page that the actor may see, with the plugin's name, by weight."""
    return _permitted(_collect("shopadmin_order_panels", Panel, order=order, actor=actor), actor)


def order_actions(order: OrderSnapshot, actor: Actor) -> list[Action]:
    """Buttons for the order page that the actor may press."""
    found = _collect("shopadmin_order_actions", Action, order=order, actor=actor)
    return [action for _, action in found if actor.can(action.permission)]


def review_badges(reviews: Sequence[ReviewSnapshot]) -> dict[ReviewId, list[Badge]]:
    """Badges of all plugins by review."""
    return _merge("shopadmin_review_badges", reviews=reviews)


def review_panels(review: ReviewSnapshot, actor: Actor) -> list[tuple[str, Panel]]:
    """Cards for the review page that the actor may see, with the plugin's name, by weight."""
    return _permitted(_collect("shopadmin_review_panels", Panel, review=review, actor=actor), actor)


def buyer_panels(buyer: BuyerSnapshot, actor: Actor) -> list[tuple[str, Panel]]:
    """Cards for the buyer page that the actor may see, with the plugin's name, by weight."""
    return _permitted(_collect("shopadmin_buyer_panels", Panel, buyer=buyer, actor=actor), actor)


def _permitted(panels: list[tuple[str, Panel]], actor: Actor) -> list[tuple[str, Panel]]:
    allowed = [(plugin, panel) for plugin, panel in panels if actor.can(panel.permission)]
    return sorted(allowed, key=lambda found: found[1].weight)


def check_order_change(change: OrderChange, actor: Actor) -> list[Problem]:
    """All objections together. An exception goes through and aborts the change."""
    return _veto("shopadmin_check_order_change", change=change, actor=actor)


def order_changed(event: OrderChanged) -> None:
    """Tell every plugin."""
    _notify("shopadmin_order_changed", event=event)


def review_changed(event: ReviewChanged) -> None:
    """Tell every plugin."""
    _notify("shopadmin_review_changed", event=event)


def incident_recorded(event: IncidentRecorded) -> None:
    """Tell every plugin."""
    _notify("shopadmin_incident_recorded", event=event)


def import_formats() -> list[ImportFormat]:
    """The layouts of the core and of every plugin."""
    return [layout for _, layout in _collect("shopadmin_import_formats", ImportFormat)]


def search(query: str, actor: Actor) -> list[SearchHit]:
    """Hits that the actor may open."""
    found = _collect("shopadmin_search", SearchHit, query=query, actor=actor)
    return [hit for _, hit in found if actor.can(hit.permission)]


def integrity_problems() -> list[tuple[str, Problem]]:
    """What the plugins find wrong in their own tables, with the plugin's name."""
    return _collect("shopadmin_integrity_problems", Problem)


def demo_data(shop: DemoShop) -> None:
    """Let every plugin add its rows to the demo shop; an error goes through."""
    for _, call in _implementations("shopadmin_demo_data"):
        call(shop=shop)


def is_on(plugin: str) -> bool:
    """Whether a registered plugin is switched on."""
    record = _record()
    return plugin in record.plugins.manifests and record.is_on(plugin)
