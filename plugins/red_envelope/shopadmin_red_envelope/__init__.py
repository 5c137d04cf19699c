"""Red envelopes: red envelope campaigns: small amounts that buyers may claim and redeem."""

from collections.abc import Sequence

from click import Command
from flask_babel import lazy_gettext as _
from wtforms import Form

from shopadmin.plugin_api import (
    API_VERSION,
    Actor,
    AdminView,
    ApiEndpoint,
    AuditMessage,
    BuyerId,
    DemoShop,
    Manifest,
    MessageSnapshot,
    OrderSnapshot,
    Panel,
    PeriodicJob,
    Permission,
    Problem,
    SearchHit,
    Tile,
    hookimpl,
)
from shopadmin_red_envelope import (
    activity_log,
    calculator_views,
    cli,
    core_pages,
    envelope_pages,
    http_api,
    models,
    permissions,
    preview_pages,
    price_pages,
    push_report_views,
    push_views,
    settings_form,
    setup_views,
    simulator_views,
    use_pages,
    views,
)
from shopadmin_red_envelope.services import demo, erasing, expiring, integrity, push_drawing, push_sending, sealing

__all__ = ["models"]

__version__ = "0.1.0"


@hookimpl
def shopadmin_manifest() -> Manifest:
    """Say who this is."""
    return Manifest(
        name="red_envelope",
        title=_("Red envelopes"),
        version=__version__,
        api_version=API_VERSION,
        summary=_("Red envelope campaigns: small amounts that buyers may claim and redeem"),
    )


@hookimpl
def shopadmin_permissions() -> Sequence[Permission]:
    """Read, create, amount, withdraw; the denomination table is the owner's alone."""
    return permissions.PERMISSIONS


@hookimpl
def shopadmin_integrity_problems() -> Sequence[Problem]:
    """The triggers, the seals and the clock."""
    return list(integrity.problems())


@hookimpl
def shopadmin_cli_commands() -> Sequence[Command]:
    """``shopadmin red-envelope …``."""
    return list(cli.red_envelope.commands.values())


@hookimpl
def shopadmin_api_endpoints() -> Sequence[ApiEndpoint]:
    """Campaigns, claims, wallet, quotes, holds and refunds for the storefront."""
    return http_api.ENDPOINTS


@hookimpl
def shopadmin_audit_messages() -> Sequence[AuditMessage]:
    """What was done to campaigns, activities and denominations."""
    return activity_log.MESSAGES


@hookimpl
def shopadmin_periodic_jobs() -> Sequence[PeriodicJob]:
    """Seal what has begun, release holds, expire envelopes, draw and send pushes, also when nobody looks."""
    return [
        PeriodicJob("red_envelope.seal", 60, sealing.seal_due),
        PeriodicJob("red_envelope.holds", 60, expiring.release_lapsed),
        PeriodicJob("red_envelope.expiry", 300, expiring.expire_unused),
        PeriodicJob("red_envelope.draw", 10, push_drawing.draw_due),
        PeriodicJob("red_envelope.push", 10, push_sending.send_due),
    ]


@hookimpl
def shopadmin_settings_form() -> type[Form]:
    """How early to remind of a draft, the limit for a worst case, tools, and markets."""
    return settings_form.SettingsForm


@hookimpl
def shopadmin_dashboard_tiles(actor: Actor) -> Sequence[Tile]:
    """What runs, and what begins next."""
    return core_pages.tiles() if actor.can(permissions.READ) else []


@hookimpl
def shopadmin_search(query: str, actor: Actor) -> Sequence[SearchHit]:
    """Campaigns by name."""
    return core_pages.hits(query) if actor.can(permissions.READ) else []


@hookimpl
def shopadmin_order_panels(order: OrderSnapshot, actor: Actor) -> Sequence[Panel]:
    """What an envelope did on the order."""
    return use_pages.order_panel(order, actor) if actor.can(permissions.READ) else []


@hookimpl
def shopadmin_check_message(message: MessageSnapshot) -> Sequence[Problem]:
    """A push that was stopped, or whose campaign is over, goes out no more."""
    return push_sending.objections(message)


@hookimpl
def shopadmin_check_erase() -> Sequence[Problem]:
    """No data goes while a campaign is not over."""
    return list(erasing.objections())


@hookimpl
def shopadmin_erase_buyer(buyer_id: BuyerId) -> None:
    """Forget under which reference pushes knew the buyer."""
    erasing.forget_buyer(buyer_id)


@hookimpl
def shopadmin_demo_data(shop: DemoShop) -> None:
    """A campaign in each state, and envelopes of the one that runs."""
    demo.load(shop)


@hookimpl
def shopadmin_admin_views() -> Sequence[AdminView]:
    """Campaigns and what belongs to them; simulator, envelopes, refunds, prices, time machine, pushes and reports."""
    return [
        views.CampaignsView(),
        setup_views.ActivitiesView(),
        setup_views.DenominationsView(),
        simulator_views.SimulatorView(),
        envelope_pages.EnvelopesView(),
        calculator_views.CalculatorView(),
        price_pages.PricesView(),
        preview_pages.PreviewView(),
        push_views.PushesView(),
        push_report_views.PushReportsView(),
    ]
