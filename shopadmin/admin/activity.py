"""The activity log: who did what, old and new values, as a page and as a file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, ClassVar

from flask import abort
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from shopadmin.admin.list_view import AdminListView, Column
from shopadmin.contract import MenuItem
from shopadmin.services import activity, activity_log, lists

_BATCH = 500  # looked up at once for a file


class ActivityView(AdminListView):
    """The list, one entry, and the file, which has a permission of its own."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": "core.activity:read",
        "details_view": "core.activity:read",
        "export": "core.activity:export",
    }
    menu_item = MenuItem("insight", 90, "activity")
    spec = activity_log.ACTIVITY
    title = _("Activity log")
    columns = (
        Column("what", _("What"), export="what"),
        Column("who", _("Who"), export="who"),
        Column("at", _("Time"), "time", export="at"),
        Column("about", _("About"), "long", export="about"),
        Column("change", _("Old → new"), "long", export="change"),
        Column("reason", _("Reason"), export="reason"),
        Column("ip", _("IP address"), "code", export="ip"),
        Column("code", _("Code"), "code", export="code"),
    )
    empty_text = _("Everything that people do here will be listed.")

    def __init__(self) -> None:
        super().__init__(name=_("Activity log"), endpoint="activity", url="/admin/activity")

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Sentences, and the values as far as the reader may see them."""
        names = activity_log.names(self.actor, rows)
        return [self._shown(row, names.get(row.id, "")) for row in rows]

    def export_rows(self, rows: Iterable[Any]) -> Iterator[Any]:
        """The same as the page."""
        rows = iter(rows)
        while batch := list(islice(rows, _BATCH)):
            yield from self.decorate(batch)

    def export_value(self, row: Any, column: Column) -> Any:
        """What the page shows."""
        return row[column.name]

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """One entry."""
        row = lists.fetch_one(self.spec, self.actor, lists.parse_id(row_id))
        if row is None:
            abort(404)
        return str(self.render(self.details_template, view=self, row=self.decorate([row])[0]))

    def _shown(self, row: Any, name: str) -> dict[str, Any]:
        is_open = activity_log.may_read_values(self.actor, row.object_type)
        return {
            "id": row.id,
            "at": row.at,
            "what": str(activity.sentence(row.code)),
            "who": row.who or ("" if row.account_id is None else f"#{row.account_id}"),
            "about": activity.about(row.object_type, row.object_id, name),
            "change": "; ".join(activity_log.changes(self.actor, row.object_type, row.before, row.after)),
            "reason": row.reason if is_open else gettext("Hidden") if row.reason else "",
            "ip": row.ip,
            "code": row.code,
        }
