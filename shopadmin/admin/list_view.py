"""Lists of admin pages: the list, the page of one row and the export, with the columns they share.

Written on ``AdminView`` rather than on Flask-Admin's ``ModelView``: that one opens rows outside its query, writes
through its inline editor whatever ``can_edit`` says, and pages by OFFSET.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal
from urllib.parse import urlencode

from flask import abort, flash, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from shopadmin.admin.base import AdminView
from shopadmin.contract import Badge, Text
from shopadmin.services import exports, lists, settings


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list. ``kind`` picks the cell's macro; ``export`` the heading in files, empty to leave it out.

    ``permission``: without it the column is not shown, not exported, not sorted and not searched.
    """

    name: str
    label: Text
    kind: Literal[
        "text",
        "excerpt",
        "long",
        "number",
        "money",
        "time",
        "date",
        "age",
        "status",
        "badge",
        "badges",
        "stars",
        "link",
        "pair",
        "code",
        "flag",
    ] = "text"
    export: str = ""
    permission: str = ""
    currency: str = "currency"


@dataclass(frozen=True, slots=True)
class Pair:
    """The value of a ``pair`` cell: a text, a second line under it, and marks behind it."""

    text: str
    note: str = ""
    badges: Sequence[Badge] = ()


class AdminListView(AdminView):
    """A list, the page of one row, and the export, all from one ``ListSpec``: same rows, same columns, same masks.

    ``permissions`` without ``export``: the list cannot be taken away as a file, there is no such route.
    """

    spec: ClassVar[lists.ListSpec]
    columns: ClassVar[Sequence[Column]] = ()
    title: ClassVar[Text] = ""
    list_template = "admin/model/list.html"
    details_template = "admin/model/details.html"
    empty_title: ClassVar[Text] = _("Nothing here yet")
    empty_text: ClassVar[Text] = ""

    def create_blueprint(self, admin: Any) -> Any:
        """As for every view; the export only where it has a permission."""
        if "export" not in self.permissions:
            self._urls = [route for route in self._urls if route[1] != "export"]  # type: ignore[has-type]
        return super().create_blueprint(admin)

    @property
    def reading_point(self) -> str:
        """The list's own: an export and an act on a row show what the list shows, so they need it as well."""
        return self.permissions["index_view"]

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The list. What it cannot be asked for is left out and said, with a 400."""
        arguments, refused = self.read_arguments(), False
        while True:
            try:
                page = lists.fetch_page(self.spec, self.actor, arguments, settings.load().zone)
                break
            except lists.BadListArgumentError as bad:
                flash(self._refusal(bad.name, arguments), "error")
                arguments, refused = arguments.without(bad.name), True
        shown = self._list_page(page, arguments)
        return make_response(shown, 400) if refused else shown

    def _list_page(self, page: lists.Page, arguments: lists.ListArguments) -> ResponseReturnValue:
        return self.render(
            self.list_template,
            view=self,
            title=self.title,
            page=page,
            rows=self.decorate(page.rows),
            columns=self.visible_columns(),
            arguments=arguments,
            filters=self.shown_filters(),
            sorts=lists.sorts(self.spec, self.actor),
            tabs=self.tabs(page),
            export_url=self.export_url(arguments),
            **self.list_context(),
        )

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """The page of one row; 404 for one the actor may not know of."""
        row = lists.fetch_one(self.spec, self.actor, lists.parse_id(row_id))
        if row is None:
            abort(404)
        return self.render(self.details_template, view=self, row=row, **self.details_context(row))

    @expose("/export/<kind>")
    def export(self, kind: str) -> ResponseReturnValue:
        """The list as a file: same filter, same columns, same masks. Every export is logged with its row count."""
        columns = [column for column in self.visible_columns() if column.export]
        arguments = self.read_arguments()
        query = lists.matching(self.spec, self.actor, arguments, settings.load().zone)
        rows = self.export_rows(lists.iterate(query, lists.chosen_sort(self.spec, self.actor, arguments)))
        return exports.respond(self.actor, self.endpoint, kind, columns, rows, self.export_value)

    def read_arguments(self) -> lists.ListArguments:
        """Tab, filters, search, sort and cursor from the address; an unknown name is ignored, a bad value a 400."""
        names = {found.name for found in self.spec.filters}
        chosen = {name: value for name, value in request.args.items() if name in names and value}
        search = request.args.get("search", "").strip()
        sort, cursor, view = (request.args.get(name, "") for name in ("sort", "cursor", "view"))
        return lists.ListArguments(chosen, search, sort, cursor, view)

    def _refusal(self, name: str, arguments: lists.ListArguments) -> str:
        """What of the address the list cannot be asked for."""
        found = next((found for found in self.spec.filters if found.name == name), None)
        if found is not None:
            value = arguments.filters[name][:40]
            return gettext("“%(value)s” is nothing to filter “%(filter)s” by. The list is shown without that filter.",
                           value=value, filter=found.label)  # fmt: skip
        if name == "search":
            return gettext("Such a text cannot be searched for; 200 characters are the most. The list is shown whole.")
        return gettext("The address asks for a view, an order or a page that this list does not have.")

    def visible_columns(self) -> list[Column]:
        """The columns that the actor may see."""
        return [column for column in self.columns if not column.permission or self.actor.can(column.permission)]

    def shown_filters(self) -> list[lists.Filter]:
        """The filters with what they offer now."""
        return [
            replace(found, choices=tuple(found.offered())) if found.offered else found for found in self.spec.filters
        ]

    def tabs(self, page: lists.Page) -> list[dict[str, Any]]:
        """The list's views with their counts, for ui.tabs()."""
        return [
            {
                "label": view.label,
                "url": self.address(view=view.name),
                "active": view.name == page.view.name,
                "count": page.view_counts.get(view.name),
            }
            for view in self.spec.views
        ]

    def address(self, **parameters: Any) -> str:
        """The list's address."""
        return url_for(f"{self.endpoint}.index_view", **parameters)

    def export_url(self, arguments: lists.ListArguments) -> str:
        """Where the list as it is shown can be downloaded; empty for those who may not."""
        if not self.can_export:
            return ""
        chosen = {"view": arguments.view, "search": arguments.search, "sort": arguments.sort, **arguments.filters}
        wanted = urlencode({name: value for name, value in chosen.items() if value})
        address = url_for(f"{self.endpoint}.export", kind="csv")
        return f"{address}?{wanted}" if wanted else address

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Add what a row shows beyond its columns, for the whole page at once."""
        return rows

    def list_context(self) -> dict[str, Any]:
        """What the list's template needs beyond the rows."""
        return {}

    def details_context(self, row: Any) -> dict[str, Any]:
        """What the row's page needs beyond the row."""
        return {}

    def export_rows(self, rows: Iterable[Any]) -> Iterable[Any]:
        """The rows of a file; a list that looks things up for a page does so here by the thousand."""
        return rows

    def export_value(self, row: Any, column: Column) -> Any:
        """What stands in the file for a column."""
        return getattr(row, column.name)

    @property
    def can_export(self) -> bool:
        """Whether the actor may take the list away as a file: the same question the server asks."""
        return "export" in self.permissions and self.actor.can(self.permissions["export"])
