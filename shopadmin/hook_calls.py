"""One typed function per hook; ``hook_conventions`` has how plugins are called."""

from collections.abc import Callable, Sequence
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
    JobKind,
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
from shopadmin.hook_conventions import checked, collect, declared, guarded, implementations, merge, notify, veto
from shopadmin.hook_guard import calling, fail, record
from shopadmin.plugin_manager import BUILT_IN

T = TypeVar("T")


def permissions() -> list[tuple[str, Permission]]:
    """Every plugin's permissions with the plugin's name."""
    return declared("shopadmin_permissions", Permission)


def admin_views() -> list[tuple[str, Any]]:
    """Every plugin's admin views with the plugin's name."""
    return declared("shopadmin_admin_views", object)


def cli_commands() -> list[tuple[str, Any]]:
    """Every plugin's commands with the plugin's name."""
    return declared("shopadmin_cli_commands", object)


def audit_messages() -> list[tuple[str, AuditMessage]]:
    """Every plugin's sentences for the activity log with the plugin's name."""
    return declared("shopadmin_audit_messages", AuditMessage)


def api_endpoints() -> list[tuple[str, ApiEndpoint]]:
    """Every plugin's endpoints of the storefront API with the plugin's name."""
    return declared("shopadmin_api_endpoints", ApiEndpoint)


def dashboard_tiles(actor: Actor) -> list[Tile]:
    """Tiles that the actor may see, by weight."""
    tiles = [tile for _, tile in collect("shopadmin_dashboard_tiles", Tile, actor=actor) if actor.can(tile.permission)]
    return sorted(tiles, key=lambda tile: tile.weight)


def order_badges(orders: Sequence[OrderSnapshot]) -> dict[OrderId, list[Badge]]:
    """Badges of all plugins by order."""
    return merge("shopadmin_order_badges", _badges, orders=orders)


def order_panels(order: OrderSnapshot, actor: Actor) -> list[tuple[str, Panel]]:
    """Cards for the order page that the actor may see, with the plugin's name, by weight."""
    return _permitted(collect("shopadmin_order_panels", Panel, order=order, actor=actor), actor)


def order_actions(order: OrderSnapshot, actor: Actor) -> list[Action]:
    """Buttons for the order page that the actor may press."""
    found = collect("shopadmin_order_actions", Action, order=order, actor=actor)
    return [action for _, action in found if actor.can(action.permission)]


def review_badges(reviews: Sequence[ReviewSnapshot]) -> dict[ReviewId, list[Badge]]:
    """Badges of all plugins by review."""
    return merge("shopadmin_review_badges", _badges, reviews=reviews)


def review_panels(review: ReviewSnapshot, actor: Actor) -> list[tuple[str, Panel]]:
    """Cards for the review page that the actor may see, with the plugin's name, by weight."""
    return _permitted(collect("shopadmin_review_panels", Panel, review=review, actor=actor), actor)


def review_actions(review: ReviewSnapshot, actor: Actor) -> list[Action]:
    """Buttons for the review page that the actor may press."""
    found = collect("shopadmin_review_actions", Action, review=review, actor=actor)
    return [action for _, action in found if actor.can(action.permission)]


def buyer_panels(buyer: BuyerSnapshot, actor: Actor) -> list[tuple[str, Panel]]:
    """Cards for the buyer page that the actor may see, with the plugin's name, by weight."""
    return _permitted(collect("shopadmin_buyer_panels", Panel, buyer=buyer, actor=actor), actor)


def _permitted(panels: list[tuple[str, Panel]], actor: Actor) -> list[tuple[str, Panel]]:
    allowed = [(plugin, panel) for plugin, panel in panels if actor.can(panel.permission)]
    return sorted(allowed, key=lambda found: found[1].weight)


def buyer_standing(queries: Sequence[StandingQuery], *, apart: bool = False) -> dict[int, list[Standing]]:
    """Every plugin's opinion by position in ``queries``.

    ``apart``: a plugin that fails over many is asked about each by itself.
    """
    merged: dict[int, list[Standing]] = {}
    for plugin, call in implementations("shopadmin_buyer_standing"):
        for position, items in _opinions(plugin, call, queries, apart).items():
            merged.setdefault(position, []).extend(items)
    return merged


def _opinions(
    plugin: str, call: Callable[..., Any], queries: Sequence[StandingQuery], apart: bool
) -> dict[int, list[Standing]]:
    found = guarded(plugin, "shopadmin_buyer_standing", lambda: _standings(call(queries=queries)))
    if found is not None or not apart or len(queries) < 2:
        return found or {}
    each = (_opinions(plugin, call, [query], apart) for query in queries)
    return {position: opinions[0] for position, opinions in enumerate(each) if 0 in opinions}


def check_order_change(change: OrderChange, actor: Actor) -> list[Problem]:
    """All objections together. An exception goes through and aborts the change."""
    return veto("shopadmin_check_order_change", change=change, actor=actor)


def check_erase(plugin: str) -> list[Problem]:
    """What the plugin itself has against its data being taken away, whether it is on or off. An error goes through."""
    for name, call in implementations("shopadmin_check_erase", at_start=True):
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
    for plugin, call in implementations("shopadmin_erase_buyer", at_start=True):
        with calling(plugin, "shopadmin_erase_buyer", reads=False):
            call(buyer_id=buyer_id, actor=actor)


def settings_form(plugin: str) -> type[Any] | None:
    """The plugin's settings form, None for a plugin without."""
    for name, call in implementations("shopadmin_settings_form", at_start=True):
        if name == plugin:
            found = guarded(plugin, "shopadmin_settings_form", call)
            if found is not None and not isinstance(found, type):
                fail(plugin, "shopadmin_settings_form", TypeError(f"{type(found).__name__} instead of a form's class"))
            return found if isinstance(found, type) else None
    return None


def has_settings(plugin: str) -> bool:
    """Whether the plugin has a settings form; it is not asked for it."""
    return any(name == plugin for name, _call in implementations("shopadmin_settings_form", at_start=True))


def periodic_jobs() -> list[tuple[str, PeriodicJob]]:
    """What the plugins want done every so often, with the plugin's name."""
    return collect("shopadmin_periodic_jobs", PeriodicJob)


def run_periodic(plugin: str, job: PeriodicJob) -> bool:
    """Do it once; whether it went well."""
    try:
        with calling(plugin, job.name, reads=False, may_take_long=True):
            job.run()
    except Exception:  # noted; the next time is another chance
        return False
    return True


def job_kinds() -> list[tuple[str, JobKind]]:
    """What the plugins let people start, with the plugin's name; a kind under another's name is left out."""
    found = collect("shopadmin_job_kinds", JobKind)
    return [(plugin, kind) for plugin, kind in found if kind.name.startswith(f"{plugin}.")]


def run_job(plugin: str, kind: JobKind, call: Callable[[], T]) -> T:
    """Do a job of the plugin by ``call``; what goes wrong is noted and goes through."""
    with calling(plugin, kind.name, reads=False, may_take_long=True):
        return call()


def message_channels() -> list[MessageChannel]:
    """The core's ways to buyers and the plugins'; one under a name that is not its plugin's is left out."""
    found = collect("shopadmin_message_channels", MessageChannel)
    return [channel for plugin, channel in found if plugin == BUILT_IN or channel.name.startswith(f"{plugin}.")]


def misnamed_channels() -> dict[str, list[str]]:
    """By plugin, the channels of those that are on which are left out, as their names are not the plugin's."""
    found: dict[str, list[str]] = {}
    for plugin, channel in collect("shopadmin_message_channels", MessageChannel):
        if plugin != BUILT_IN and not channel.name.startswith(f"{plugin}."):
            found.setdefault(plugin, []).append(channel.name)
    return found


def check_message(message: MessageSnapshot) -> list[Problem]:
    """All objections together. An exception goes through and stops the message."""
    return veto("shopadmin_check_message", message=message)


def order_changed(event: OrderChanged) -> None:
    """Tell every plugin."""
    notify("shopadmin_order_changed", event=event)


def review_changed(event: ReviewChanged) -> None:
    """Tell every plugin."""
    notify("shopadmin_review_changed", event=event)


def reviews_changed(event: ReviewsChanged) -> None:
    """Tell every plugin."""
    notify("shopadmin_reviews_changed", event=event)


def buyers_changed(event: BuyersChanged) -> None:
    """Tell every plugin."""
    notify("shopadmin_buyers_changed", event=event)


def incident_recorded(event: IncidentRecorded) -> None:
    """Tell every plugin."""
    notify("shopadmin_incident_recorded", event=event)


def complaint_decided(event: ComplaintDecided) -> None:
    """Tell every plugin."""
    notify("shopadmin_complaint_decided", event=event)


def import_formats() -> list[ImportFormat]:
    """The layouts of the core and of every plugin."""
    return [layout for _, layout in collect("shopadmin_import_formats", ImportFormat)]


def search(query: str, actor: Actor) -> list[SearchHit]:
    """Hits that the actor may open."""
    found = collect("shopadmin_search", SearchHit, query=query, actor=actor)
    return [hit for _, hit in found if actor.can(hit.permission)]


def integrity_problems() -> list[tuple[str, Problem]]:
    """What the plugins find wrong in their own tables, with the plugin's name."""
    return collect("shopadmin_integrity_problems", Problem)


def setup_problems(plugin: str) -> list[Problem]:
    """What the plugin could not use of what it brings along; empty for one that is off."""
    return [found for name, found in collect("shopadmin_setup_problems", Problem) if name == plugin]


def demo_data(shop: DemoShop) -> None:
    """Let every plugin add its rows to the demo shop; an error goes through."""
    for _, call in implementations("shopadmin_demo_data"):
        call(shop=shop)


def is_on(plugin: str) -> bool:
    """Whether a registered plugin is switched on."""
    hooks = record()
    return plugin in hooks.plugins.manifests and hooks.is_on(plugin)


def _badges(returned: Any) -> dict[Any, list[Badge]]:
    return checked({key: list(badges) for key, badges in (returned or {}).items()}, Badge)


def _standings(returned: Any) -> dict[Any, list[Standing]]:
    return checked({position: [standing] for position, standing in (returned or {}).items()}, Standing)
