"""One typed function per hook: the only place that touches pluggy.

Four conventions. *collect* flattens what all plugins return, checks its type and names the culprit; *merge* joins
mappings; *veto* lets every plugin object and lets an exception through; *notify* tells each plugin alone. Each
implementation is called by itself, the core's first, then by name: pluggy would stop the whole call at the first
exception.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from shopadmin.api_contract import ApiEndpoint
from shopadmin.contract import (
    Action,
    Actor,
    AuditMessage,
    Badge,
    BuyerId,
    BuyersChanged,
    BuyerSnapshot,
    ComplaintDecided,
    DemoShop,
    ImportFormat,
    IncidentRecorded,
    MessageChannel,
    MessageSnapshot,
    OrderChange,
    OrderChanged,
    OrderId,
    OrderSnapshot,
    Panel,
    PeriodicJob,
    Permission,
    Problem,
    ReviewChanged,
    ReviewId,
    ReviewsChanged,
    ReviewSnapshot,
    SearchHit,
    Standing,
    StandingQuery,
    Tile,
)
from shopadmin.hook_guard import calling, fail, record
from shopadmin.plugin_manager import BUILT_IN

log = logging.getLogger(__name__)
T = TypeVar("T")


def _implementations(hook: str, *, at_start: bool = False) -> Iterator[tuple[str, Callable[..., Any]]]:
    """``at_start``: of every registered plugin, as one that is off now may be on at the next request."""
    hooks = record()
    caller = getattr(hooks.plugins.manager.hook, hook)
    order = {BUILT_IN: ""}
    for implementation in sorted(caller.get_hookimpls(), key=lambda it: order.get(it.plugin_name, it.plugin_name)):
        name = implementation.plugin_name
        if at_start or name == BUILT_IN or hooks.is_on(name):
            yield name, _accepting(implementation)


def _accepting(implementation: Any) -> Callable[..., Any]:
    """Call with the arguments that the implementation names, as pluggy allows."""
    return lambda **arguments: implementation.function(
        **{name: arguments[name] for name in implementation.argnames if name in arguments}
    )


def _guarded(plugin: str, hook: str, call: Callable[[], T], *, reads: bool = True) -> T | None:
    """The result, or None when the plugin failed: noted, never raised."""
    try:
        with calling(plugin, hook, reads=reads):
            return call()
    except Exception:  # a plugin may raise anything; it costs its own panel and no more
        return None


def _declared(hook: str, kind: type[T]) -> list[tuple[str, T]]:
    """What all registered plugins declare; one that cannot say is left out as a whole."""
    items: list[tuple[str, T]] = []
    for plugin, call in list(_implementations(hook, at_start=True)):
        try:
            found = list(call() or ())
            for item in found:
                if not isinstance(item, kind):
                    raise _wrong_type(item, kind)
            items += [(plugin, item) for item in found]
        except Exception as error:  # a plugin may raise anything at all
            log.info("plugin %s is left out", plugin, exc_info=error)  # said in one line when the server starts
            record().plugins.quarantine(plugin, f"{hook}: {type(error).__name__}: {error}")
    return items


def _collect(hook: str, kind: type[T], **arguments: Any) -> list[tuple[str, T]]:
    items: list[tuple[str, T]] = []
    for plugin, call in _implementations(hook):
        # Whatever it returns is walked inside the guard: a generator raises only there.
        for item in _guarded(plugin, hook, lambda call=call: list(call(**arguments) or ())) or ():  # type: ignore[misc]
            if isinstance(item, kind):
                items.append((plugin, item))
            else:
                fail(plugin, hook, _wrong_type(item, kind))
    return items


def _merge(hook: str, read: Callable[[Any], dict[Any, list[T]]], **arguments: Any) -> dict[Any, list[T]]:
    merged: dict[Any, list[T]] = {}
    for plugin, call in _implementations(hook):
        found = _guarded(plugin, hook, lambda call=call: read(call(**arguments)))  # type: ignore[misc]
        for key, items in (found or {}).items():
            merged.setdefault(key, []).extend(items)
    return merged


def _badges(returned: Any) -> dict[Any, list[Badge]]:
    return _checked({key: list(badges) for key, badges in (returned or {}).items()}, Badge)


def _standings(returned: Any) -> dict[Any, list[Standing]]:
    return _checked({position: [standing] for position, standing in (returned or {}).items()}, Standing)


def _checked(found: dict[Any, list[T]], kind: type[T]) -> dict[Any, list[T]]:
    for items in found.values():
        for item in items:
            if not isinstance(item, kind):
                raise _wrong_type(item, kind)
    return found


def _wrong_type(found: object, wanted: type) -> TypeError:
    return TypeError(f"{type(found).__name__} instead of {wanted.__name__}")


def _veto(hook: str, **arguments: Any) -> list[Problem]:
    problems: list[Problem] = []
    for plugin, call in _implementations(hook):
        with calling(plugin, hook, reads=False):
            for problem in call(**arguments) or ():
                if not isinstance(problem, Problem):
                    raise _wrong_type(problem, Problem)
                problems.append(problem)
    return problems


def _notify(hook: str, **arguments: Any) -> None:
    for plugin, call in _implementations(hook):
        _guarded(plugin, hook, lambda call=call: call(**arguments), reads=False)  # type: ignore[misc]


def permissions() -> list[tuple[str, Permission]]:
    """Every plugin's permissions with the plugin's name."""
    return _declared("shopadmin_permissions", Permission)


def admin_views() -> list[tuple[str, Any]]:
    """Every plugin's admin views with the plugin's name."""
    return _declared("shopadmin_admin_views", object)


def cli_commands() -> list[tuple[str, Any]]:
    """Every plugin's commands with the plugin's name."""
    return _declared("shopadmin_cli_commands", object)


def audit_messages() -> list[tuple[str, AuditMessage]]:
    """Every plugin's sentences for the activity log with the plugin's name."""
    return _declared("shopadmin_audit_messages", AuditMessage)


def api_endpoints() -> list[tuple[str, ApiEndpoint]]:
    """Every plugin's endpoints of the storefront API with the plugin's name."""
    return _declared("shopadmin_api_endpoints", ApiEndpoint)


def dashboard_tiles(actor: Actor) -> list[Tile]:
    """Tiles that the actor may see, by weight."""
    tiles = [tile for _, tile in _collect("shopadmin_dashboard_tiles", Tile, actor=actor) if actor.can(tile.permission)]
    return sorted(tiles, key=lambda tile: tile.weight)


def order_badges(orders: Sequence[OrderSnapshot]) -> dict[OrderId, list[Badge]]:
    """Badges of all plugins by order."""
    return _merge("shopadmin_order_badges", _badges, orders=orders)


def order_panels(order: OrderSnapshot, actor: Actor) -> list[tuple[str, Panel]]:
    """Cards for the order page that the actor may see, with the plugin's name, by weight."""
    return _permitted(_collect("shopadmin_order_panels", Panel, order=order, actor=actor), actor)


def order_actions(order: OrderSnapshot, actor: Actor) -> list[Action]:
    """Buttons for the order page that the actor may press."""
    found = _collect("shopadmin_order_actions", Action, order=order, actor=actor)
    return [action for _, action in found if actor.can(action.permission)]


def review_badges(reviews: Sequence[ReviewSnapshot]) -> dict[ReviewId, list[Badge]]:
    """Badges of all plugins by review."""
    return _merge("shopadmin_review_badges", _badges, reviews=reviews)


def review_panels(review: ReviewSnapshot, actor: Actor) -> list[tuple[str, Panel]]:
    """Cards for the review page that the actor may see, with the plugin's name, by weight."""
    return _permitted(_collect("shopadmin_review_panels", Panel, review=review, actor=actor), actor)


def buyer_panels(buyer: BuyerSnapshot, actor: Actor) -> list[tuple[str, Panel]]:
    """Cards for the buyer page that the actor may see, with the plugin's name, by weight."""
    return _permitted(_collect("shopadmin_buyer_panels", Panel, buyer=buyer, actor=actor), actor)


def _permitted(panels: list[tuple[str, Panel]], actor: Actor) -> list[tuple[str, Panel]]:
    allowed = [(plugin, panel) for plugin, panel in panels if actor.can(panel.permission)]
    return sorted(allowed, key=lambda found: found[1].weight)


def buyer_standing(queries: Sequence[StandingQuery]) -> dict[int, list[Standing]]:
    """Every plugin's opinion by position in ``queries``."""
    return _merge("shopadmin_buyer_standing", _standings, queries=queries)


def check_order_change(change: OrderChange, actor: Actor) -> list[Problem]:
    """All objections together. An exception goes through and aborts the change."""
    return _veto("shopadmin_check_order_change", change=change, actor=actor)


def check_erase(plugin: str) -> list[Problem]:
    """What the plugin itself has against its data being taken away, whether it is on or off. An error goes through."""
    for name, call in _implementations("shopadmin_check_erase", at_start=True):
        if name == plugin:
            with calling(name, "shopadmin_check_erase", reads=True):
                return list(call())
    return []


def warnings_of(plugin: str) -> list[Problem]:
    """What the plugin would have against its data being taken away, as a warning: an error costs the warning alone."""
    try:
        return [found for found in check_erase(plugin) if isinstance(found, Problem)]
    except Exception:  # noted; it must not keep the owner from switching the plugin off
        return []


def erase_buyer(buyer_id: BuyerId, actor: Actor) -> None:
    """Let every installed plugin forget a buyer, on or off. An error goes through and keeps the buyer."""
    for plugin, call in _implementations("shopadmin_erase_buyer", at_start=True):
        with calling(plugin, "shopadmin_erase_buyer", reads=False):
            call(buyer_id=buyer_id, actor=actor)


def settings_form(plugin: str) -> type[Any] | None:
    """The plugin's settings form, None for a plugin without."""
    for name, call in _implementations("shopadmin_settings_form", at_start=True):
        if name == plugin:
            found = _guarded(plugin, "shopadmin_settings_form", call)
            return found if isinstance(found, type) else None
    return None


def has_settings(plugin: str) -> bool:
    """Whether the plugin has a settings form; it is not asked for it."""
    return any(name == plugin for name, _call in _implementations("shopadmin_settings_form", at_start=True))


def periodic_jobs() -> list[tuple[str, PeriodicJob]]:
    """What the plugins want done every so often, with the plugin's name."""
    return _collect("shopadmin_periodic_jobs", PeriodicJob)


def run_periodic(plugin: str, job: PeriodicJob) -> bool:
    """Do it once; whether it went well."""
    try:
        with calling(plugin, job.name, reads=False, may_take_long=True):
            job.run()
    except Exception:  # noted; the next time is another chance
        return False
    return True


def message_channels() -> list[MessageChannel]:
    """The core's ways to buyers and the plugins'; one under a name that is not its plugin's is left out."""
    found = _collect("shopadmin_message_channels", MessageChannel)
    return [channel for plugin, channel in found if plugin == BUILT_IN or channel.name.startswith(f"{plugin}.")]


def misnamed_channels() -> dict[str, list[str]]:
    """By plugin, the channels of those that are on which are left out, as their names are not the plugin's."""
    found: dict[str, list[str]] = {}
    for plugin, channel in _collect("shopadmin_message_channels", MessageChannel):
        if plugin != BUILT_IN and not channel.name.startswith(f"{plugin}."):
            found.setdefault(plugin, []).append(channel.name)
    return found


def check_message(message: MessageSnapshot) -> list[Problem]:
    """All objections together. An exception goes through and stops the message."""
    return _veto("shopadmin_check_message", message=message)


def order_changed(event: OrderChanged) -> None:
    """Tell every plugin."""
    _notify("shopadmin_order_changed", event=event)


def review_changed(event: ReviewChanged) -> None:
    """Tell every plugin."""
    _notify("shopadmin_review_changed", event=event)


def reviews_changed(event: ReviewsChanged) -> None:
    """Tell every plugin."""
    _notify("shopadmin_reviews_changed", event=event)


def buyers_changed(event: BuyersChanged) -> None:
    """Tell every plugin."""
    _notify("shopadmin_buyers_changed", event=event)


def incident_recorded(event: IncidentRecorded) -> None:
    """Tell every plugin."""
    _notify("shopadmin_incident_recorded", event=event)


def complaint_decided(event: ComplaintDecided) -> None:
    """Tell every plugin."""
    _notify("shopadmin_complaint_decided", event=event)


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


def setup_problems(plugin: str) -> list[Problem]:
    """What the plugin could not use of what it brings along; empty for one that is off."""
    return [found for name, found in _collect("shopadmin_setup_problems", Problem) if name == plugin]


def demo_data(shop: DemoShop) -> None:
    """Let every plugin add its rows to the demo shop; an error goes through."""
    for _, call in _implementations("shopadmin_demo_data"):
        call(shop=shop)


def is_on(plugin: str) -> bool:
    """Whether a registered plugin is switched on."""
    hooks = record()
    return plugin in hooks.plugins.manifests and hooks.is_on(plugin)
