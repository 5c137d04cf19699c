"""The search page, and what the core itself finds."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from flask import current_app, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _

from shopadmin import hook_calls
from shopadmin.admin import pages
from shopadmin.admin.base import AdminView
from shopadmin.contract import Actor, SearchHit, Text
from shopadmin.domain.orders import OrderStatus
from shopadmin.platforms.names import platform_name
from shopadmin.services import masking, search
from shopadmin.services.orders import STATUS_LABELS

_TITLES: Mapping[str, Text] = {
    "orders": _("Orders"),
    "buyers": _("Buyers"),
    "reviews": _("Reviews"),
    "products": _("Products"),
}
_GRADES: Mapping[str, Text] = {"good": _("Good"), "neutral": _("Neutral"), "bad": _("Bad")}
_PAGES = _("Pages")
_NOTE_LENGTH = 80


class SearchView(AdminView):
    """Search over all areas."""

    permissions: ClassVar[Mapping[str, str]] = {"index_view": "core.search:read"}

    def __init__(self) -> None:
        super().__init__(name=_("Search"), endpoint="search", url="/admin/search")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """Hits of the core and of the plugins, by area."""
        term = search.clean(request.args.get("q", ""))
        hits = hook_calls.search(term, self.actor) if term else []
        return self.render("admin/search.html", q=term, groups=_grouped(hits, term))


def hits(term: str, actor: Actor) -> list[SearchHit]:
    """What the core finds: rows of its lists, and pages of the menu."""
    found = search.find(actor, term)
    return [
        *(_order(actor, row) for row in found.get("orders", ())),
        *(_buyer(actor, row) for row in found.get("buyers", ())),
        *(_review(actor, row) for row in found.get("reviews", ())),
        *(_product(row) for row in found.get("products", ())),
        *_menu_pages(term),
    ]


def _order(actor: Actor, row: Any) -> SearchHit:
    note = [masking.shown_name(actor, row.buyer_name), str(STATUS_LABELS[OrderStatus(row.status)])]
    if row.total is not None:
        note.append(pages.money_text(row.total, row.currency))
    return SearchHit(
        row.order_no,
        url_for("orders.details_view", row_id=row.id),
        "core.orders:read",
        " · ".join(filter(None, note)),
        _TITLES["orders"],
    )


def _buyer(actor: Actor, row: Any) -> SearchHit:
    note = " · ".join(filter(None, (platform_name(row.platform), row.city)))
    name = masking.shown_name(actor, row.name) or f"#{row.id}"
    return SearchHit(name, url_for("buyers.details_view", row_id=row.id), "core.buyers:read", note, _TITLES["buyers"])


def _review(actor: Actor, row: Any) -> SearchHit:
    rating = f"{row.stars}★" if row.stars is not None else str(_GRADES.get(row.grade, ""))
    note = " · ".join(filter(None, (rating, masking.shown_name(actor, row.buyer_name))))
    title = (row.body or row.title or row.product_title or str(_("Review")))[:_NOTE_LENGTH]
    url = url_for("reviews.details_view", row_id=row.id)
    return SearchHit(title, url, "core.reviews:read", note, _TITLES["reviews"])


def _product(row: Any) -> SearchHit:
    url = url_for("products.details_view", row_id=row.id)
    return SearchHit(row.title or row.sku or row.ref, url, "core.products:read", row.sku, _TITLES["products"])


def _menu_pages(term: str) -> list[SearchHit]:
    """Pages of the side bar whose name holds the term."""
    found = []
    for view in current_app.extensions["shopadmin.admin"]._views:
        if view.is_visible() and view.is_accessible() and term.casefold() in str(view.name).casefold():
            first = view._default_view
            url = url_for(f"{view.endpoint}.{first}")
            found.append(SearchHit(str(view.name), url, view.permissions[first], kind=_PAGES))
    return found


def _grouped(found: Iterable[SearchHit], term: str) -> list[dict[str, Any]]:
    groups: dict[str, list[SearchHit]] = {}
    for hit in found:
        groups.setdefault(str(hit.kind), []).append(hit)
    areas = {str(title): area for area, title in _TITLES.items()}
    return [_group(title, rows, areas.get(title, ""), term) for title, rows in groups.items()]


def _group(title: str, rows: Sequence[SearchHit], area: str, term: str) -> dict[str, Any]:
    """One area's hits; where there may be more, the address of its list with the same search."""
    more = url_for(f"{area}.index_view", search=term, view=_ALL.get(area)) if area and len(rows) >= search.EACH else ""
    # The area stands above its hits, so that they need not name it again.
    shown = [{"title": hit.title, "url": hit.url, "note": hit.note, "kind": ""} for hit in rows]
    return {"title": title, "hits": shown, "more_url": more}


# The view of a list that holds all of its rows, where that is not the one it opens with.
_ALL = {"reviews": "all"}
