"""Every hook a plugin may implement: what it is for, when it is called, what it returns, what an error means.

Naming: ``shopadmin_<noun>`` returns things, ``shopadmin_check_<noun>`` may object, ``shopadmin_<noun>_<past tense>``
is told afterwards. Rows cross as frozen snapshots; list hooks get a whole page of rows at once.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pluggy

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
    Manifest,
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

if TYPE_CHECKING:
    from click import Command
    from wtforms import Form

PROJECT = "shopadmin"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def shopadmin_manifest() -> Manifest:
    """Say what the plugin is. Called once at start; without it the plugin is left out."""
    raise NotImplementedError


@hookspec
def shopadmin_permissions() -> Sequence[Permission]:
    """Declare permissions. Called once at start; codes start with the plugin's name and a dot."""
    raise NotImplementedError


@hookspec
def shopadmin_admin_views() -> Sequence[Any]:
    """Give admin views, instances of ``AdminView`` or ``AdminListView``. Called once at start."""
    raise NotImplementedError


@hookspec
def shopadmin_cli_commands() -> "Sequence[Command]":
    """Give click commands for ``shopadmin <plugin name> …``; a ShopFreeCommand opens no shop.

    Called when the command line starts.
    """
    raise NotImplementedError


@hookspec
def shopadmin_audit_messages() -> Sequence[AuditMessage]:
    """Give sentences for what the plugin records in the activity log. Called once at start."""
    raise NotImplementedError


@hookspec
def shopadmin_settings_form() -> "type[Form]":
    """Give a WTForms form for the plugin's page. Called when it is opened; ``plugin_settings`` gives what was saved."""
    raise NotImplementedError


@hookspec
def shopadmin_periodic_jobs() -> Sequence[PeriodicJob]:
    """Give work for the worker to do every so often. Called at each look; an error costs the one run."""
    raise NotImplementedError


@hookspec
def shopadmin_job_kinds() -> Sequence[JobKind]:
    """Give work that people start and watch. Called when the worker takes one up; an error ends that one job."""
    raise NotImplementedError


@hookspec
def shopadmin_message_channels() -> Sequence[MessageChannel]:
    """Give ways to buyers. Called when a message is asked for and when it is sent; a name starts with the plugin's."""
    raise NotImplementedError


@hookspec
def shopadmin_check_message(message: MessageSnapshot) -> Sequence[Problem]:
    """Object to a message to a buyer. Called when it is asked for and again before it goes out; an error stops it."""
    raise NotImplementedError


@hookspec
def shopadmin_dashboard_tiles(actor: Actor) -> Sequence[Tile]:
    """Give tiles for Today. Called when ``actor`` opens it; a tile without a permission is refused."""
    raise NotImplementedError


@hookspec
def shopadmin_order_badges(orders: Sequence[OrderSnapshot]) -> Mapping[OrderId, Sequence[Badge]]:
    """Give badges for the orders of one page. Called for each page of the list and for the order page."""
    raise NotImplementedError


@hookspec
def shopadmin_order_panels(order: OrderSnapshot, actor: Actor) -> Sequence[Panel]:
    """Give cards for the order page. Called when it is opened; an error costs the card alone."""
    raise NotImplementedError


@hookspec
def shopadmin_order_actions(order: OrderSnapshot, actor: Actor) -> Sequence[Action]:
    """Give buttons for the order page. Called when it is opened."""
    raise NotImplementedError


@hookspec
def shopadmin_review_badges(reviews: Sequence[ReviewSnapshot]) -> Mapping[ReviewId, Sequence[Badge]]:
    """Give badges for the reviews of one page. Called for each page of the inbox and for the review page."""
    raise NotImplementedError


@hookspec
def shopadmin_review_panels(review: ReviewSnapshot, actor: Actor) -> Sequence[Panel]:
    """Give cards for the review page. Called when it is opened; an error costs the card alone."""
    raise NotImplementedError


@hookspec
def shopadmin_review_actions(review: ReviewSnapshot, actor: Actor) -> Sequence[Action]:
    """Give buttons for the review page. Called when it is opened."""
    raise NotImplementedError


@hookspec
def shopadmin_buyer_panels(buyer: BuyerSnapshot, actor: Actor) -> Sequence[Panel]:
    """Give cards for the buyer page. Called when it is opened; an error costs the card alone."""
    raise NotImplementedError


@hookspec
def shopadmin_buyer_standing(queries: Sequence[StandingQuery]) -> Mapping[int, Standing]:
    """Say what is thought of buyers, by position in ``queries``; leave out whom nothing is known of.

    Called for a page of orders, for an order that comes, for the page of an order that is to be shipped (by its id
    alone), and when a buyer asks for a coupon. The strictest answer of all plugins counts; an error means no opinion.
    """
    raise NotImplementedError


@hookspec
def shopadmin_check_order_change(change: OrderChange, actor: Actor) -> Sequence[Problem]:
    """Object to a change of an order made by hand. Called inside the transaction; an error aborts the change."""
    raise NotImplementedError


@hookspec
def shopadmin_check_erase() -> Sequence[Problem]:
    """Object to erasing the plugin's data. Called before it is done; an error keeps the data.

    The owner who switches the plugin off reads the objections as a warning.
    """
    raise NotImplementedError


@hookspec
def shopadmin_erase_buyer(buyer_id: BuyerId, actor: Actor) -> None:
    """Forget whatever tells who a buyer was. Called inside the transaction, whether the plugin is on or off.

    An error keeps the buyer, everywhere.
    """


@hookspec
def shopadmin_order_changed(event: OrderChanged) -> None:
    """Hear that an order was changed by hand. Called after the commit; must be safe to repeat."""


@hookspec
def shopadmin_review_changed(event: ReviewChanged) -> None:
    """Hear that a review was answered. Called after the commit; must be safe to repeat."""


@hookspec
def shopadmin_reviews_changed(event: ReviewsChanged) -> None:
    """Hear that an import brought, changed or took away reviews, a batch at a time. Called after the commit.

    Must be safe to repeat; a kill in between loses the call, so look for what was missed now and then.
    """


@hookspec
def shopadmin_buyers_changed(event: BuyersChanged) -> None:
    """Hear that buyers or orders of theirs came, changed or went, a batch at a time. Called after the commit.

    Must be safe to repeat; a kill in between loses the call, so look for what was missed now and then.
    """


@hookspec
def shopadmin_incident_recorded(event: IncidentRecorded) -> None:
    """Hear that an incident was written down, by hand, by a plugin or by an import.

    Called after the commit; must be safe to repeat.
    """


@hookspec
def shopadmin_complaint_decided(event: ComplaintDecided) -> None:
    """Hear what came of a complaint to a platform. Called after the commit; must be safe to repeat."""


@hookspec
def shopadmin_import_formats() -> Sequence[ImportFormat]:
    """Give layouts of export files. Called when an import begins; the core's own readers come this way too."""
    raise NotImplementedError


@hookspec
def shopadmin_search(query: str, actor: Actor) -> Sequence[SearchHit]:
    """Give hits for the search page. Called when ``actor`` searches; each hit names the permission of its page."""
    raise NotImplementedError


@hookspec
def shopadmin_api_endpoints() -> Sequence[ApiEndpoint]:
    """Declare endpoints of the storefront API. Called once at start; paths lie under ``/api/v1/<plugin-name>/``."""
    raise NotImplementedError


@hookspec
def shopadmin_integrity_problems() -> Sequence[Problem]:
    """Look over the plugin's own tables. Called by ``shopadmin check``; return what is wrong."""
    raise NotImplementedError


@hookspec
def shopadmin_setup_problems() -> Sequence[Problem]:
    """Say what of the plugin's own files is left out, and why. Called by the plugins' pages and ``plugins check``."""
    raise NotImplementedError


@hookspec
def shopadmin_demo_data(shop: DemoShop) -> None:
    """Add the plugin's rows to the demo shop, relative to ``shop.today``. Called once, inside the transaction."""
