"""Buyer labels: Labels on buyers with evidence behind them, and what they mean for an order."""

from collections.abc import Mapping, Sequence

from click import Command
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    API_VERSION,
    Action,
    Actor,
    AdminView,
    AuditMessage,
    Badge,
    BuyerId,
    BuyersChanged,
    BuyerSnapshot,
    ComplaintDecided,
    DemoShop,
    IncidentRecorded,
    Manifest,
    OrderChange,
    OrderChanged,
    OrderId,
    OrderSnapshot,
    Panel,
    PeriodicJob,
    Permission,
    Problem,
    Standing,
    StandingQuery,
    Tile,
    hookimpl,
)
from shopadmin_buyer_labels import (
    activity_log,
    appeal_texts,
    appeal_tiles,
    appeal_views,
    cli,
    complaint_views,
    core_pages,
    dossier_views,
    hold_views,
    listening,
    merge_views,
    models,
    never_match_views,
    old_list_views,
    order_marks,
    people_log,
    people_panel,
    permissions,
    policy_jobs,
    policy_log,
    report_views,
    rule_views,
    suggestion_views,
    views,
    waiting_tiles,
)
from shopadmin_buyer_labels.services import (
    appeals,
    complaints,
    demo,
    erasing,
    indexing,
    keeping,
    label_integrity,
    policy_integrity,
    standing,
    suggesting,
)

__all__ = ["models"]

__version__ = "0.1.0"


@hookimpl
def shopadmin_manifest() -> Manifest:
    """Say who this is."""
    return Manifest(
        name="buyer_labels",
        title=_("Buyer labels"),
        version=__version__,
        api_version=API_VERSION,
        summary=_("Labels on buyers with evidence behind them, and what they mean for an order"),
    )


@hookimpl
def shopadmin_permissions() -> Sequence[Permission]:
    """See, propose, review, decide about objections; rules, holds, merges, dossiers and reports apart (G18)."""
    return permissions.PERMISSIONS


@hookimpl
def shopadmin_integrity_problems() -> Sequence[Problem]:
    """Holds past their time, decisions that follow from nothing, labels whose facts contradict each other."""
    return [*policy_integrity.problems(), *label_integrity.problems()]


@hookimpl
def shopadmin_cli_commands() -> Sequence[Command]:
    """``shopadmin buyer-labels …``."""
    return list(cli.buyer_labels.commands.values())


@hookimpl
def shopadmin_audit_messages() -> Sequence[AuditMessage]:
    """What was done to labels, objections, orders and dossiers, who was said to be who, and who looked at whom."""
    return (*activity_log.MESSAGES, *appeal_texts.MESSAGES, *policy_log.MESSAGES, *people_log.MESSAGES)


@hookimpl
def shopadmin_periodic_jobs() -> Sequence[PeriodicJob]:
    """Write drafts of incidents that were missed; see which notices went out; suspend what nobody decided in time; hear
    what platforms decided meanwhile; keep the index of who is who; decide about orders.
    """
    return [
        *policy_jobs.JOBS,
        PeriodicJob("buyer_labels.catch_up", 3600, listening.catch_up),
        PeriodicJob("buyer_labels.notices", 60, listening.follow_notices),
        PeriodicJob("buyer_labels.overdue", 300, appeals.suspend_overdue),
        PeriodicJob("buyer_labels.decisions", 3600, complaints.catch_up),
        PeriodicJob("buyer_labels.index", 300, keeping.keep_index),
        PeriodicJob("buyer_labels.suggest", 60, suggesting.suggest),
    ]


@hookimpl
def shopadmin_incident_recorded(event: IncidentRecorded) -> None:
    """Write the draft of what names an event of a buyer."""
    listening.incident_recorded(event)


@hookimpl
def shopadmin_buyers_changed(event: BuyersChanged) -> None:
    """Keep the index of who is who, and decide about orders that came."""
    indexing.heard(event)
    suggesting.heard(event)
    policy_jobs.buyers_changed(event)


@hookimpl
def shopadmin_buyer_panels(buyer: BuyerSnapshot, actor: Actor) -> Sequence[Panel]:
    """The buyer's labels, and who else the buyer is."""
    return [*core_pages.buyer_panels(buyer, actor), *people_panel.panels(buyer, actor)]


@hookimpl
def shopadmin_demo_data(shop: DemoShop) -> None:
    """Some labels in each status."""
    demo.load(shop)


@hookimpl
def shopadmin_complaint_decided(event: ComplaintDecided) -> None:
    """What a platform decided reaches the labels concerned."""
    complaints.decided(event)


@hookimpl
def shopadmin_erase_buyer(buyer_id: BuyerId, actor: Actor) -> None:
    """Labels of the buyer become tombstones, and nobody knows any more by what the buyer was known."""
    erasing.erase_buyer(buyer_id, actor)
    keeping.erase(buyer_id)
    policy_jobs.erase(buyer_id)


@hookimpl
def shopadmin_dashboard_tiles(actor: Actor) -> Sequence[Tile]:
    """Held orders, labels to review and objections that wait; none where there is nothing."""
    return [*waiting_tiles.tiles(actor), *(appeal_tiles.tiles() if actor.can(permissions.DECIDE_APPEAL) else [])]


@hookimpl
def shopadmin_admin_views() -> Sequence[AdminView]:
    """The blacklist, held orders, the rules that hold them, the inbox of objections, complaints to platforms, dossiers,
    reports, the old list that is brought in, who is perhaps the same person, what never matches, and merges.
    """
    return [
        views.LabelsView(),
        hold_views.HoldsView(),
        rule_views.RulesView(),
        report_views.ReportsView(),
        appeal_views.AppealsView(),
        complaint_views.ComplaintsView(),
        dossier_views.DossiersView(),
        old_list_views.OldListView(),
        suggestion_views.SuggestionsView(),
        never_match_views.NeverMatchView(),
        merge_views.MergesView(),
    ]


@hookimpl
def shopadmin_buyer_standing(queries: Sequence[StandingQuery]) -> Mapping[int, Standing]:
    """What labels and the shop's rules say of buyers."""
    return standing.standings(queries)


@hookimpl
def shopadmin_check_order_change(change: OrderChange) -> Sequence[Problem]:
    """A held order is not sent."""
    return policy_jobs.objections(change)


@hookimpl
def shopadmin_order_changed(event: OrderChanged) -> None:
    """What was decided about an order that went on is over."""
    policy_jobs.order_changed(event)


@hookimpl
def shopadmin_order_badges(orders: Sequence[OrderSnapshot]) -> Mapping[OrderId, Sequence[Badge]]:
    """What was decided about each order."""
    return order_marks.badges(orders)


@hookimpl
def shopadmin_order_actions(order: OrderSnapshot, actor: Actor) -> Sequence[Action]:
    """The way to a complaint to the platform."""
    return order_marks.actions(order, actor)


@hookimpl
def shopadmin_order_panels(order: OrderSnapshot, actor: Actor) -> Sequence[Panel]:
    """Why the order is marked or held, since when, until when, on what evidence."""
    return order_marks.panels(order, actor)
