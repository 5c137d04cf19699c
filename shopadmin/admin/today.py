"""Today: what waits, as tiles that open their lists."""

from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _

from shopadmin import hook_calls
from shopadmin.admin.base import AdminView
from shopadmin.contract import MenuItem


class TodayView(AdminView):
    """The front page."""

    permissions = {"index_view": "core.today:read"}  # noqa: RUF012
    menu_item = MenuItem("", 0, "house")

    def __init__(self) -> None:
        super().__init__(name=_("Today"), endpoint="admin", url="/admin")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """Tiles of the core and of the plugins."""
        return self.render("admin/today.html", tiles=hook_calls.dashboard_tiles(self.actor))
