"""The core as a plugin of itself: what it gives through the same hooks, and its own admin views."""

from collections.abc import Sequence

from shopadmin.admin import search, today
from shopadmin.admin.activity import ActivityView
from shopadmin.admin.base import AdminView
from shopadmin.admin.buyers import BuyersView
from shopadmin.admin.complaints import ComplaintsView
from shopadmin.admin.components import ComponentsView
from shopadmin.admin.do_not_contact import DoNotContactView
from shopadmin.admin.evidence import EvidenceView
from shopadmin.admin.imports import ImportsView
from shopadmin.admin.incidents import IncidentsView
from shopadmin.admin.messages import MessagesView
from shopadmin.admin.orders import OrdersView
from shopadmin.admin.plugins import PluginsView
from shopadmin.admin.products import ProductsView
from shopadmin.admin.profile import ProfileView
from shopadmin.admin.reviews import ReviewsView
from shopadmin.admin.search import SearchView
from shopadmin.admin.settings import SettingsView
from shopadmin.admin.team import TeamView
from shopadmin.admin.today import TodayView
from shopadmin.admin.tokens import TokensView
from shopadmin.api_contract import ApiEndpoint
from shopadmin.contract import Actor, ImportFormat, MessageChannel, PeriodicJob, SearchHit, Tile
from shopadmin.hookspecs import hookimpl
from shopadmin.http_api import buyer_tokens
from shopadmin.platforms.recognise import core_formats
from shopadmin.services import forgetting, idempotency, transactions
from shopadmin.services.messages import channels


def index_view() -> AdminView:
    """The front page of the admin."""
    return TodayView()


def admin_views(development: bool) -> Sequence[AdminView]:
    """The core's pages in the order of the side bar; the component page in development alone."""
    return [
        OrdersView(),
        BuyersView(),
        ProductsView(),
        ReviewsView(),
        IncidentsView(),
        ComplaintsView(),
        MessagesView(),
        DoNotContactView(),
        EvidenceView(),
        SearchView(),
        ActivityView(),
        ImportsView(),
        TeamView(),
        PluginsView(),
        TokensView(),
        SettingsView(),
        ProfileView(),
        *([ComponentsView()] if development else []),
    ]


@hookimpl
def shopadmin_dashboard_tiles(actor: Actor) -> Sequence[Tile]:
    """What waits and what was sold."""
    return today.tiles(actor)


@hookimpl
def shopadmin_search(query: str, actor: Actor) -> Sequence[SearchHit]:
    """Orders, buyers, reviews, products, pages of the menu."""
    return search.hits(query, actor)


@hookimpl
def shopadmin_import_formats() -> Sequence[ImportFormat]:
    """The platforms' own export files, and this program's."""
    return core_formats()


@hookimpl
def shopadmin_api_endpoints() -> Sequence[ApiEndpoint]:
    """Buyers' tokens."""
    return [buyer_tokens.ENDPOINT]


@hookimpl
def shopadmin_periodic_jobs() -> Sequence[PeriodicJob]:
    """Old answers of the storefront API are forgotten; what a rush left of the activity log is sealed."""
    return [
        PeriodicJob("api.forget_answers", 3600, idempotency.purge),
        PeriodicJob("buyers.virtual_numbers", 3600, forgetting.expire_virtual_numbers),
        PeriodicJob("audit.seal", 60, transactions.seal_newest),
    ]


@hookimpl
def shopadmin_message_channels() -> Sequence[MessageChannel]:
    """E-mail, text messages where there is a gateway, and what a person does by hand."""
    return channels.of_core()
