# mypy: disable-error-code="no-untyped-call"
"""Complaints: the list, what is due first; one complaint with checklist, evidence, calls and pack; the form."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import Response, abort, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _

from shopadmin.admin import complaint_inputs, complaint_page, pages
from shopadmin.admin.complaint_form import ComplaintForm
from shopadmin.admin.list_view import AdminListView, Column
from shopadmin.contract import MenuItem, Problem, Text
from shopadmin.domain.complaints import State
from shopadmin.domain.evidence import KINDS
from shopadmin.platforms.names import platform_name
from shopadmin.services import lists, orders, settings
from shopadmin.services.complaints import checking, deciding, labels, listing, opening, working
from shopadmin.services.conflicts import ObjectionsError, RefusedError
from shopadmin.services.evidence import packing

READ, WORK, EXPORT = "core.complaints:read", "core.complaints:work", "core.evidence:export"
# The owner's alone: what the shop goes by is theirs to answer for.
UPDATE = "core.settings:update"


class ComplaintsView(AdminListView):
    """The list, the page of a complaint, and all that one does there."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": READ,
        "details_view": READ,
        "pack": EXPORT,
        "lists_checked": UPDATE,
        **dict.fromkeys(
            (
                "create_view", "add_note", "add_call", "tick", "add_picture", "add_text", "add_facts", "use",
                "deadline", "submit", "step", "decide",
            ),
            WORK,
        ),
    }  # fmt: skip
    menu_item = MenuItem("care", 35, "shield-exclamation")
    spec = listing.COMPLAINTS
    title = _("Complaints")
    columns = (
        Column("complaint_no", _("Complaint"), "code"),
        Column("ground", _("Ground")),
        Column("platform", _("Platform")),
        Column("state", _("State"), "badge"),
        Column("deadline_at", _("Due"), "time"),
        Column("order", _("Order"), "link", permission="core.orders:read"),
        Column("reference", _("Reference")),
    )
    empty_title = _("No complaints")
    empty_text = _("What you put to a platform or a bank stands here: open one from an order or a review.")

    def __init__(self) -> None:
        super().__init__(name=_("Complaints"), endpoint="complaints", url="/admin/complaints")

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Grounds and states in words, orders as links."""
        numbers = {order.id: order.order_no for order in orders.snapshots([r.order_id for r in rows if r.order_id])}
        now = datetime.now(UTC)
        return [
            row._asdict()
            | {
                "ground": labels.GROUNDS[row.ground],
                "platform": platform_name(row.platform),
                "state": complaint_page.state_badge(row.state, row.deadline_at, now),
                "order": {
                    "text": numbers.get(row.order_id, ""),
                    "url": url_for("orders.details_view", row_id=row.order_id) if row.order_id else "",
                },
            }
            for row in rows
        ]

    def list_context(self) -> dict[str, Any]:
        """Those who may open one find the button."""
        if not self.actor.can(WORK):
            return {}
        return {"create_url": url_for(".create_view"), "create_label": _("Open a complaint")}

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """One complaint."""
        return self._page(lists.parse_id(row_id))

    @expose("/details/<row_id>/lists-checked", methods=["POST"])
    def lists_checked(self, row_id: str) -> ResponseReturnValue:
        """The owner has compared the platform's lists with its own page."""
        platform = self._find(row_id).platform
        return self._act(row_id, lambda _id: checking.confirm(self.actor, platform), _("It is noted with today's day."))

    @expose("/details/<row_id>/pack")
    def pack(self, row_id: str) -> ResponseReturnValue:
        """The evidence pack, with its cover in the language of the address, else the reader's."""
        details = listing.load_details(self.actor, self._find(row_id))
        try:
            file = packing.make(self.actor, listing.as_pack(details), request.args.get("language", ""))
        except ObjectionsError as objections:
            for problem in objections.problems:
                flash(str(problem.message), "error")
            return self._page(details.complaint.id), 409
        name = f"{details.complaint.complaint_no}.zip"
        answer: Response = send_file(file, "application/zip", as_attachment=True, download_name=name)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @expose("/details/<row_id>/note", methods=["POST"])
    def add_note(self, row_id: str) -> ResponseReturnValue:
        """Write a note."""
        text = request.form.get("text", "")
        return self._act(row_id, lambda found: working.add_note(self.actor, found, text), _("The note is written."))

    @expose("/details/<row_id>/call", methods=["POST"])
    def add_call(self, row_id: str) -> ResponseReturnValue:
        """Note a call with the platform."""
        ticket, text = request.form.get("ticket", ""), request.form.get("text", "")
        return self._act(row_id, lambda found: working.add_call(self.actor, found, ticket, text), _("It is noted."))

    @expose("/details/<row_id>/tick", methods=["POST"])
    def tick(self, row_id: str) -> ResponseReturnValue:
        """Tick an item of the checklist, or take the tick back."""
        item, is_done = request.form.get("item", ""), request.form.get("done") == "yes"
        return self._act(row_id, lambda found: working.tick(self.actor, found, item, is_done), _("Saved."))

    @expose("/details/<row_id>/picture", methods=["POST"])
    def add_picture(self, row_id: str) -> ResponseReturnValue:
        """Keep a picture as evidence."""
        name, data = pages.uploaded_picture()
        item = request.form.get("item", "")
        return self._act(
            row_id,
            lambda found: working.add_evidence(
                self.actor, found, "picture", data, complaint_inputs.origin(), item, name
            ),
            _("The evidence is kept."),
        )

    @expose("/details/<row_id>/text", methods=["POST"])
    def add_text(self, row_id: str) -> ResponseReturnValue:
        """Keep a text as evidence."""
        text, item = request.form.get("text", ""), request.form.get("item", "")
        kind = next((known for known in KINDS if known == request.form.get("kind") != "picture"), None)

        def keep(found: int) -> None:
            if kind is None:
                raise RefusedError(Problem("kind", _("Choose what the text is."), "kind"))
            working.add_evidence(self.actor, found, kind, text, complaint_inputs.origin(), item)

        return self._act(row_id, keep, _("The evidence is kept."))

    @expose("/details/<row_id>/facts", methods=["POST"])
    def add_facts(self, row_id: str) -> ResponseReturnValue:
        """Keep what the shop's books say of the order."""
        return self._act(row_id, lambda found: working.add_order_facts(self.actor, found), _("The evidence is kept."))

    @expose("/details/<row_id>/use", methods=["POST"])
    def use(self, row_id: str) -> ResponseReturnValue:
        """Let evidence of the order or the review go with the complaint, or say what a piece proves."""
        found = listing.load_details(self.actor, self._find(row_id))
        wanted, item = request.form.get("evidence", ""), request.form.get("item", "")
        # What the page offers and no more: evidence of other things is not for whoever works on this one.
        known = {row.uuid for row in found.offered} | {piece.row.uuid for piece in found.evidence}
        if wanted not in known:
            flash(str(_("There is no such evidence.")), "error")
            return self._page(found.complaint.id), 400
        return self._act(
            row_id, lambda number: working.use_evidence(self.actor, number, wanted, item), _("The evidence is added.")
        )

    @expose("/details/<row_id>/deadline", methods=["POST"])
    def deadline(self, row_id: str) -> ResponseReturnValue:
        """Set the deadline."""
        return self._act(
            row_id,
            lambda found: working.set_deadline(self.actor, found, complaint_inputs.time("deadline_at")),
            _("Saved."),
        )

    @expose("/details/<row_id>/submit", methods=["POST"])
    def submit(self, row_id: str) -> ResponseReturnValue:
        """It was handed in."""
        channel, reference = request.form.get("channel", ""), request.form.get("reference", "")
        return self._act(row_id, lambda found: deciding.submit(self.actor, found, channel, reference), _("Saved."))

    @expose("/details/<row_id>/step", methods=["POST"])
    def step(self, row_id: str) -> ResponseReturnValue:
        """More is asked for, an appeal, the end."""
        wanted = next((state for state in State if state == request.form.get("state")), State.COLLECTING)
        text = request.form.get("text", "")
        return self._act(row_id, lambda found: deciding.step(self.actor, found, wanted, text), _("Saved."))

    @expose("/details/<row_id>/decide", methods=["POST"])
    def decide(self, row_id: str) -> ResponseReturnValue:
        """Note what came of it."""
        outcome, text = request.form.get("outcome", ""), request.form.get("text", "")
        return self._act(row_id, lambda found: deciding.decide(self.actor, found, outcome, text), _("Saved."))

    @expose("/new", methods=["GET", "POST"])
    def create_view(self) -> ResponseReturnValue:
        """The form, and what it sends; with an order or a review in the address it is about that."""
        about = complaint_inputs.about(self.actor)
        form = ComplaintForm.about(about.platform if about else None)
        if request.method == "GET":
            return self._form_page(form)
        if not form.validate():
            return self._form_page(form), 400
        about = about or opening.About(form.platform.data, None, None, None)
        deadline = form.deadline_at.data
        at = deadline.replace(tzinfo=settings.load().zone).astimezone(UTC) if deadline else None
        try:
            complaint_id = opening.by_hand(self.actor, about, form.ground.data, at, form.note.data or "")
        except RefusedError as refused:
            for problem in refused.problems:
                form[problem.field].errors = [str(problem.message)]
            return self._form_page(form), 400
        flash(str(_("The complaint is open. Collect what the checklist asks for.")), "success")
        return redirect(url_for(".details_view", row_id=complaint_id))

    def _form_page(self, form: ComplaintForm) -> str:
        return str(
            self.render(
                "admin/model/form.html",
                title=_("Open a complaint"),
                form=form,
                form_url=request.full_path,
                back_url=self.address(),
                back_text=self.title,
                submit_label=_("Open a complaint"),
            )
        )

    def _find(self, row_id: str) -> Any:
        found = listing.find(self.actor, lists.parse_id(row_id))
        return found or abort(404)

    def _act(self, row_id: str, change: Callable[[int], object], done: Text) -> ResponseReturnValue:
        complaint_id = self._find(row_id).id
        status = pages.attempt(lambda: change(complaint_id), done)
        if status == 200:
            return redirect(url_for(".details_view", row_id=complaint_id))
        return self._page(complaint_id), status

    def _page(self, complaint_id: int) -> str:
        found = listing.find(self.actor, complaint_id)
        if found is None:
            abort(404)
        details = listing.load_details(self.actor, found)
        return str(
            self.render("admin/complaints/detail.html", **complaint_page.context(self.actor, details, self.permissions))
        )
