"""The component page: every macro in every tone and state, for page writers and for the tests that look at it.

Development alone: `create_app` adds the view only when DEVELOPMENT is set. Its texts are samples and not translated.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from flask import Response
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired

from shopadmin.admin.base import AdminView
from shopadmin.admin.charts import Series, chart_response, chart_svg, chosen_look
from shopadmin.admin.icons import ICONS
from shopadmin.contract import Action, Badge, MenuItem, Tile, Tone

_START = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)
_TONES: tuple[Tone, ...] = ("ok", "warn", "danger", "info", "neutral")
_SALES = (18, 22, 19, 31, 28, 40, 44, 36, 29, 33, 47, 52, 49, 61)
_STATUSES = (
    "pending_payment", "paid", "shipped", "delivered", "completed", "cancelled", "refunded", "unavailable", "open",
    "draft", "posted", "confirmed", "active", "disabled", "invited", "paused", "quarantined", "queued", "running",
    "done", "failed", "undone", "not_loaded", "uploaded", "staging", "staged", "cancelling", "undoing",
)  # fmt: skip


class SampleForm(FlaskForm):
    """One field of each kind."""

    name = StringField(
        "Name", [DataRequired()], description="As it is printed on the parcel.", render_kw={"autocomplete": "username"}
    )
    product = StringField("Product", description="Type a few letters and choose.")
    pieces = IntegerField("Pieces")
    day = DateField("Day")
    kind = SelectField("Kind", choices=[SelectChoice("late", "Late"), SelectChoice("broken", "Broken")])
    way = RadioField(
        "Way", choices=[SelectChoice("post", "By post"), SelectChoice("pickup", "Picked up")], default="post"
    )
    note = TextAreaField("Note")
    file = FileField("File")
    password = PasswordField("Password", render_kw={"autocomplete": "new-password"})
    agreed = BooleanField("The buyer agreed", description="Ask before you tick this.")


class ComponentsView(AdminView):
    """Every component on one page."""

    permissions: ClassVar[dict[str, str]] = {
        "index": "core.components:read",
        "chart": "core.components:read",
        "fragment": "core.components:read",
    }
    menu_item = MenuItem("manage", 100, "grid")

    def __init__(self) -> None:
        super().__init__(name="Components", endpoint="components", url="/admin/components")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The page."""
        form = SampleForm(formdata=None, data={"name": "", "pieces": 2, "kind": "late", "way": "post"})
        form.name.errors = ("This field is required.",)
        form.pieces.errors = ("Not more than 1.",)
        form.form_errors = ["The two dates do not fit together."]
        return self.render("admin/components.html", title="Components", form=form, **samples())

    @expose("/chart.svg")
    def chart(self) -> Response:
        """A sample chart."""
        labels = [f"{day} Nov" for day in range(1, len(_SALES) + 1)]
        return chart_response(chart_svg("line", labels, [Series("Orders", _SALES)], chosen_look()))

    @expose("/fragment")
    def fragment(self) -> ResponseReturnValue:
        """What a late place loads."""
        return "7"


def samples() -> dict[str, Any]:
    """What the page's template shows."""
    return {
        "tones": _TONES,
        "statuses": _STATUSES,
        "icons": ICONS,
        "start": _START,
        "badges": [Badge(tone.title(), tone) for tone in _TONES] + [Badge("VIP", "info", "heart-pulse", "Buys often")],
        "tiles": [
            Tile("To ship", "12", "#tiles", "", "oldest waits 2 d", "warn", "box-seam"),
            Tile("Unanswered ≤ 3★", "4", "#tiles", "", "oldest waits 5 d", "danger", "chat-square-quote"),
            Tile("Open refunds", "0", "#tiles", "", "nothing to do", "ok", "arrow-counterclockwise"),
            Tile("A year's turnover", "CN¥5,000,000,000.00", "#tiles", "", icon="cash-coin"),
            Tile("Sales today", "¥ 3,480.00", "", "", "¥ 2,910.00 last Monday", "neutral", "graph-up"),
        ],
        "actions": [
            Action("Mark as shipped", "#", "", "POST", "truck"),
            Action("Print", "#", "", "GET", "printer"),
            Action("Cancel order", "#", "", "POST", "x-circle", "danger"),
        ],
        "events": [
            {"at": _START, "who": "Mei", "text": "Note", "icon": "pencil", "tone": "warn", "note": True,
             "body": "Buyer asks for the blue one.\nPlease check before packing."},
            {"at": _START - timedelta(hours=3), "who": "", "text": "Paid", "icon": "credit-card", "tone": "ok",
             "url": "#", "link_text": "payment"},
            {"at": _START - timedelta(days=1), "who": "Import", "text": "Order came in", "icon": "upload"},
        ],
        "columns": [
            {"name": "number", "label": "Order"},
            {"name": "at", "label": "Time", "kind": "time"},
            {"name": "buyer", "label": "Buyer", "kind": "pair"},
            {"name": "marks", "label": "Labels", "kind": "badges"},
            {"name": "total", "label": "Amount", "kind": "money"},
            {"name": "pieces", "label": "Items", "kind": "number"},
            {"name": "status", "label": "Status", "kind": "status"},
            {"name": "stars", "label": "Review", "kind": "stars"},
            {"name": "noted", "label": "Note", "kind": "flag"},
        ],
        "rows": [_row(number) for number in range(6)],
        "details": [
            {"name": "number", "label": "Order", "kind": "code"},
            {"name": "at", "label": "Day", "kind": "date"},
            {"name": "at", "label": "Age", "kind": "age"},
            {"name": "mark", "label": "Mark", "kind": "badge"},
            {"name": "link", "label": "Link", "kind": "link"},
            {"name": "grade", "label": "Grade", "kind": "stars"},
        ],
        "written": [
            {"name": "case", "label": "Case", "kind": "pair"},
            {"name": "words", "label": "What the buyer wrote", "kind": "excerpt"},
            {"name": "change", "label": "Old → new", "kind": "long"},
            {"name": "status", "label": "Status", "kind": "status"},
        ],
        "job": {"title": "Orders of November", "done": 12400, "total": 50000,
                "counts": [("new", 11200, "ok"), ("updated", 1100, ""), ("rejected", 100, "danger")]},
        "failed_job": {"title": "Reviews", "done": 120, "total": 400, "counts": [], "finished": True,
                       "failed": "The file ended in the middle of a row."},
    }  # fmt: skip


def _row(number: int) -> dict[str, Any]:
    return {
        "id": number, "url": f"#order-{number}", "number": f"20261102{number:06}",
        "at": _START - timedelta(hours=7 * number), "total": 12800 + 4550 * number, "currency": "CNY",
        "buyer": {"text": ("林小雨", "Anna Sample", "王建国")[number % 3], "note": "Hangzhou" if number % 2 else ""},
        "marks": [Badge("Returns often", "warn", "flag")] if number == 1 else [], "pieces": number + 1,
        "status": _STATUSES[number], "stars": (None, 5, 2)[number % 3], "noted": number == 2,
        "mark": Badge("New", "info"), "link": {"text": "Parcel", "url": "#"},
        "grade": ("good", "neutral", "bad")[number % 3],
        "case": {"text": f"#{number}", "note": f"{number}" * 128},
        "change": f"sha256: {'0123456789abcdef' * 4}; pieces: {number} → {number + 1}",
        "words": "The handle was in two pieces when I opened the box. " * (number + 1),
    }  # fmt: skip
