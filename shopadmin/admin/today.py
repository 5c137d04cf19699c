"""Today: what waits, as tiles that open their lists; two charts; how far the shop is set up; what happened lately."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from babel.dates import format_skeleton
from flask import Response, current_app, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import format_timedelta, get_locale, gettext, ngettext
from flask_babel import lazy_gettext as _

from shopadmin import hook_calls, hook_guard
from shopadmin.admin import charts, pages
from shopadmin.admin.base import AdminView
from shopadmin.contract import Actor, MenuItem, Text, Tile, Tone
from shopadmin.domain import money
from shopadmin.models.orders import Order
from shopadmin.models.reviews import Review
from shopadmin.plugin_manager import BUILT_IN
from shopadmin.services import settings, timeline, today
from shopadmin.services.complaints import listing as complaints

MOST_TILES = 8
# What waits comes before what only informs, and both before what is fine.
_URGENCY: tuple[Tone, ...] = ("danger", "warn", "info", "neutral", "ok")
RATINGS_WIDTH = 420


class TodayView(AdminView):
    """The front page."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": "core.today:read",
        "sales_chart": "core.orders:read",
        "ratings_chart": "core.reviews:read",
    }
    menu_item = MenuItem("", 0, "house")

    def __init__(self) -> None:
        super().__init__(name=_("Today"), endpoint="admin", url="/admin")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """Tiles of the core and of the plugins; everything below them only as far as the reader may see it."""
        actor = self.actor
        parts: list[tuple[str, type[Order] | type[Review], Text, Callable[[], dict[str, Any]]]] = [
            ("core.orders:read", Order, _("Sales"), sales_context),
            ("core.reviews:read", Review, _("Ratings"), ratings_context),
        ]
        drawn: list[dict[str, Any]] = []
        failed: list[dict[str, Any]] = []
        for permission, model, title, build in parts:
            if actor.can(permission) and today.has_any(model):
                part = guarded(title, build)
                (failed if "reference" in part else drawn).append(part)
        return self.render(
            "admin/today.html",
            tiles=most_urgent(hook_calls.dashboard_tiles(actor)),
            charts=drawn,
            panels=failed,
            checklist=checklist(actor),
            activity=[pages.linked(event) for event in timeline.recent_events(actor)],
            activity_url=pages.list_address(actor, "activity", "core.activity:read"),
        )

    @expose("/sales.svg")
    def sales_chart(self) -> Response:
        """What was sold a day."""
        shop = settings.load()
        currency, days = today.sales_by_day(shop.zone, shop.currency, datetime.now(UTC))
        series = charts.Series(gettext("Sales"), [float(money.to_decimal(day.total, currency)) for day in days])
        labels = [_short(day.starts) for day in days]
        return charts.chart_response(charts.chart_svg("line", labels, [series], charts.chosen_look()))

    @expose("/ratings.svg")
    def ratings_chart(self) -> Response:
        """Average stars a week."""
        weeks = today.ratings_by_week(settings.load().zone, datetime.now(UTC))
        series = charts.Series(gettext("Average stars"), [week.stars for week in weeks])
        labels = [_short(week.starts) for week in weeks]
        look = charts.chosen_look(RATINGS_WIDTH)
        svg = charts.chart_svg("line", labels, [series], look, show="{:.1f}".format, limits=(1, 5))
        return charts.chart_response(svg)


def tiles(actor: Actor) -> list[Tile]:
    """The core's own tiles: each built alone, and only for those who may see it."""
    builders: tuple[tuple[str, Text, Callable[[], Tile]], ...] = (
        ("core.orders:read", _("To ship"), _to_ship),
        ("core.reviews:read", _("Unanswered ≤ 3★"), _unanswered),
        ("core.orders:read", _("Open refunds"), _refunds),
        ("core.complaints:read", _("Complaints due"), _complaints),
        ("core.orders:read", _("Sales today"), _sales),
    )
    found = []
    for permission, title, build in builders:
        if actor.can(permission):
            try:
                found.append(build())
            except Exception as error:  # one figure that cannot be had must not cost the page
                reference = hook_guard.fail(BUILT_IN, "shopadmin_dashboard_tiles", error).reference
                note = _("Cannot be shown. Reference %(reference)s", reference=reference[:8])
                found.append(Tile(title, "–", "", permission, note, "danger"))
    return found


def most_urgent(found: Sequence[Tile]) -> list[Tile]:
    """As many as Today has room for, in their order; of more, what presses stays and the rest gives way."""
    pressing = sorted(range(len(found)), key=lambda place: _URGENCY.index(found[place].tone))[:MOST_TILES]
    return [found[place] for place in sorted(pressing)]


def guarded(title: Text, build: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """A part of the page, or its title with the reference of what went wrong."""
    try:
        return build()
    except Exception as error:  # as above
        return {"title": title, "reference": hook_guard.fail(BUILT_IN, "today", error).reference}


def _to_ship() -> Tile:
    waiting = today.to_ship()
    note, tone = _oldest(waiting, "warn")
    url = url_for("orders.index_view", view="to_ship")
    return Tile(_("To ship"), _shown(waiting), url, "core.orders:read", note, tone, "box-seam", 10)


def _unanswered() -> Tile:
    waiting = today.unanswered_bad_reviews()
    note, tone = _oldest(waiting, "danger")
    url = url_for("reviews.index_view", view="unanswered")
    return Tile(_("Unanswered ≤ 3★"), _shown(waiting), url, "core.reviews:read", note, tone, "chat-square-quote", 20)


def _refunds() -> Tile:
    waiting = today.open_refunds()
    note, tone = _oldest(waiting, "warn")
    url = url_for("orders.index_view", view="problems")
    title = _("Open refunds, chargebacks")
    return Tile(title, _shown(waiting), url, "core.orders:read", note, tone, "arrow-counterclockwise", 30)


def _complaints() -> Tile:
    now = datetime.now(UTC)
    due = complaints.due(now)
    note, tone = gettext("nothing is due within three days"), "ok"
    if due.first is not None:
        left = format_timedelta(due.first - now, granularity="hour")
        note = gettext("one is overdue") if due.first < now else gettext("the first in %(time)s", time=left)
        tone = "danger" if due.first < now + complaints.REMINDERS[-1] else "warn"
    url = url_for("complaints.index_view")
    title, shown = _("Complaints due"), f"{due.count:,}"
    return Tile(title, shown, url, "core.complaints:read", note, tone, "shield-exclamation", 35)  # type: ignore[arg-type]


def _sales() -> Tile:
    shop = settings.load()
    currency, now, before = today.sales_today(shop.zone, shop.currency, datetime.now(UTC))
    note = gettext("last week by this time: %(amount)s", amount=pages.money_text(before.total, currency))
    value = pages.money_text(now.total, currency)
    return Tile(_("Sales today"), value, url_for("orders.index_view"), "core.orders:read", note, "info", "graph-up", 40)


def _shown(waiting: today.Waiting) -> str:
    return f"{waiting.count:,}" if waiting.count <= today.CAP else f"{today.CAP:,}+"


def _oldest(waiting: today.Waiting, tone: Tone) -> tuple[str, Tone]:
    if not waiting.count:
        return gettext("nothing to do"), "ok"
    if waiting.oldest is None:
        return "", tone
    age = format_timedelta(datetime.now(UTC) - waiting.oldest, granularity="hour")
    return gettext("the oldest waits %(age)s", age=age), tone


def sales_context() -> dict[str, Any]:
    """The sales chart's address, what it shows in a sentence, and its numbers."""
    shop = settings.load()
    currency, days = today.sales_by_day(shop.zone, shop.currency, datetime.now(UTC))
    total = pages.money_text(sum(day.total for day in days), currency)
    orders = sum(day.orders for day in days)
    finding = ngettext(
        "%(num)s order for %(total)s in 30 days", "%(num)s orders for %(total)s in 30 days", orders, total=total
    )
    return {
        "src": url_for("admin.sales_chart"),
        "title": _("Sales of the last 30 days (%(currency)s)", currency=currency),
        "finding": finding,
        "headings": (_("Day"), _("Sales"), _("Orders")),
        "rows": [(_short(day.starts), pages.money_text(day.total, currency), day.orders) for day in reversed(days)],
    }


def ratings_context() -> dict[str, Any]:
    """The rating chart's address, what it shows in a sentence, and its numbers."""
    weeks = today.ratings_by_week(settings.load().zone, datetime.now(UTC))
    rated = [week for week in weeks if week.stars is not None]
    finding = (
        gettext(
            "%(stars).1f stars on average in the week from %(day)s", stars=rated[-1].stars, day=_short(rated[-1].starts)
        )
        if rated
        else gettext("No reviews with stars in 13 weeks")
    )
    rows = [
        (_short(week.starts), "–" if week.stars is None else f"{week.stars:.2f}", week.reviews)
        for week in reversed(weeks)
    ]
    return {
        "src": url_for("admin.ratings_chart"),
        "title": _("Average stars a week"),
        "finding": finding,
        "headings": (_("Week from"), _("Average stars"), _("Reviews")),
        "rows": rows,
        "width": RATINGS_WIDTH,
    }


def _short(day: date) -> str:
    """Day and month as the reader writes them: the year is plain."""
    return str(format_skeleton("MMMd", datetime(day.year, day.month, day.day, tzinfo=UTC), locale=get_locale()))


def checklist(actor: Actor) -> list[dict[str, Any]]:
    """What is left of setting up the shop, for its owner; empty once all is done."""
    found = today.set_up()
    if not actor.is_owner or found.is_done:
        return []
    steps = (
        (_("Say what your shop is called"), "settings", found.has_profile),
        (_("Import your orders"), "imports", found.has_orders),
        (_("Invite your team"), "team", found.has_team),
    )
    return [
        {"title": title, "url": url_for(f"{endpoint}.index_view"), "done": is_done}
        for title, endpoint, is_done in steps
        if endpoint in current_app.blueprints
    ]
