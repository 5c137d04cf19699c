"""The core as a plugin of itself: what it gives through the same hooks, and its own admin views."""

from collections.abc import Sequence

from shopadmin.admin.base import AdminView
from shopadmin.admin.components import ComponentsView
from shopadmin.admin.today import TodayView


def index_view() -> AdminView:
    """The front page of the admin."""
    return TodayView()


def admin_views(development: bool) -> Sequence[AdminView]:
    """The core's pages in the order of the side bar; the component page in development alone."""
    return [*([ComponentsView()] if development else [])]
