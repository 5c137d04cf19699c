"""Buyer labels: Labels on buyers with evidence behind them, and what they mean for an order."""

from collections.abc import Sequence

from click import Command
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    API_VERSION,
    Actor,
    AdminView,
    AuditMessage,
    BuyerSnapshot,
    DemoShop,
    IncidentRecorded,
    Manifest,
    Panel,
    PeriodicJob,
    Permission,
    hookimpl,
)
from shopadmin_buyer_labels import activity_log, cli, core_pages, listening, models, old_list_views, permissions, views
from shopadmin_buyer_labels.services import demo

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
def shopadmin_cli_commands() -> Sequence[Command]:
    """``shopadmin buyer-labels …``."""
    return list(cli.buyer_labels.commands.values())


@hookimpl
def shopadmin_audit_messages() -> Sequence[AuditMessage]:
    """What was done to labels."""
    return activity_log.MESSAGES


@hookimpl
def shopadmin_periodic_jobs() -> Sequence[PeriodicJob]:
    """Write drafts of incidents that were missed; see which notices went out."""
    return [
        PeriodicJob("buyer_labels.catch_up", 3600, listening.catch_up),
        PeriodicJob("buyer_labels.notices", 60, listening.follow_notices),
    ]


@hookimpl
def shopadmin_incident_recorded(event: IncidentRecorded) -> None:
    """Write the draft of what names an event of a buyer."""
    listening.incident_recorded(event)


@hookimpl
def shopadmin_buyer_panels(buyer: BuyerSnapshot, actor: Actor) -> Sequence[Panel]:
    """The buyer's labels."""
    return core_pages.buyer_panels(buyer, actor)


@hookimpl
def shopadmin_demo_data(shop: DemoShop) -> None:
    """Some labels in each status."""
    demo.load(shop)


@hookimpl
def shopadmin_admin_views() -> Sequence[AdminView]:
    """The blacklist, and the old list that is brought in."""
    return [views.LabelsView(), old_list_views.OldListView()]
