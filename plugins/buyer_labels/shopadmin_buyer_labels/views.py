# mypy: disable-error-code="no-untyped-call"
"""The blacklist, the page of one label, and what is done there."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    AdminListView,
    BuyerId,
    BuyerIdentifier,
    Column,
    ListSpec,
    MenuItem,
    MissingError,
    Pair,
    RefusedError,
    answer_form,
    attempt,
    buyer_snapshots,
    evidence_by_uuid,
    evidence_response,
    known_or_new_buyer,
    parse_id,
    platform_name,
    seen_version,
    uploaded_picture,
    writing,
)
from shopadmin_buyer_labels import forms, label_page, labels, permissions
from shopadmin_buyer_labels.domain.moves import Move
from shopadmin_buyer_labels.messages import problem
from shopadmin_buyer_labels.models import Label
from shopadmin_buyer_labels.services import attaching, ending, listing, lookups, proposing, reading, records, reviewing

# What asks for a word on a page of its own: the permission, the heading, the service, and the move that it makes.
_Act = Callable[..., object]
_ACTS: Mapping[str, tuple[str, Any, _Act, Move]] = {
    "approve": (permissions.REVIEW, _("Approve this label"), reviewing.approve, "approve"),
    "return": (permissions.PROPOSE, _("Back to the draft"), reviewing.send_back, "return"),
    "told": (permissions.REVIEW, _("The buyer has the notice already"), reviewing.told, "notice_sent"),
    "impossible": (permissions.REVIEW, _("Notice is impossible"), reviewing.not_possible, "notice_impossible"),
    "suspend": (permissions.REVIEW, _("Suspend this label"), ending.suspend, "suspend"),
    "resume": (permissions.REVIEW, _("Let it count again"), ending.resume, "resume"),
    "correct": (permissions.REVIEW, _("This label was wrong"), ending.correct, "correct"),
    "withdraw": (permissions.PROPOSE, _("Withdraw this draft"), ending.withdraw, "withdraw"),
    "revoke": (permissions.REVIEW, _("Take this label back"), ending.revoke, "revoke"),
}
# What a second person does, who is to see all of it.
_DECIDE = ("approve", "return", "resume")
# Most acts ask why.
_ASKS: Mapping[str, type[Any]] = {"approve": forms.ApproveForm, "told": forms.ToldForm}


class LabelsView(AdminListView):
    """Labels of buyers: what has an effect now on top."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.READ,
        "details_view": permissions.READ,
        "evidence_view": permissions.READ,
        **dict.fromkeys(
            ("create_view", "edit_view", "attach_view", "own_fault_view", "contact_view", "submit_view", "renew_view"),
            permissions.PROPOSE,
        ),
        # Each act asks for its own permission besides.
        "act_view": permissions.READ,
        "send_view": permissions.REVIEW,
    }
    menu_item = MenuItem("care", 40, "tags", group=labels.AREA)
    title = _("Blacklist")
    columns = (
        Column("what", _("Label"), "pair"),
        Column("buyer", _("Buyer"), "pair"),
        Column("mark", _("Status"), "badge"),
        Column("weight", _("How grave it was"), "pair"),
        Column("since", _("Labelled since"), "time"),
        Column("until", _("Until"), "time"),
    )
    empty_title = _("Nobody is labelled")
    empty_text = _("A label says what happened, with evidence, and ends by itself. Incidents open drafts here.")

    def __init__(self) -> None:
        super().__init__(name=_("Blacklist"), endpoint=label_page.VIEW, url="/admin/buyer-labels/labels")

    @property
    def spec(self) -> ListSpec:  # type: ignore[override]
        """The list as of now."""
        return listing.spec()

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Names of the buyers: one question for the page."""
        people = buyer_snapshots(self.actor, [row.buyer_id for row in rows])
        lookups.saw_list(self.actor, "blacklist", [row.buyer_id for row in rows])
        return [_row(row, people.get(BuyerId(row.buyer_id))) for row in rows]

    def list_context(self) -> dict[str, Any]:
        """Those who propose may add one."""
        if not self.actor.can(permissions.PROPOSE):
            return {}
        return {"create_url": url_for(".create_view"), "create_label": _("Add by hand")}

    @expose("/new", methods=["GET", "POST"])
    def create_view(self) -> ResponseReturnValue:
        """Add a label by hand, with evidence: for the buyer in the address, or for somebody by phone or account."""
        known = request.args.get("buyer", "")
        buyer_id = parse_id(known) if known else None
        form = (forms.NewForm if known else forms.NewForSomebodyForm)(self._may_name_authority)

        def save() -> tuple[str, Any]:
            pieces = form.pieces(*uploaded_picture())
            with writing():
                found = buyer_id if buyer_id is not None else self._somebody(form)
                label_id = proposing.propose(self.actor, found, form.draft, pieces)
            return url_for(".details_view", row_id=label_id), _(
                "The draft is kept. It goes to review once it is founded."
            )

        subtitle = _buyer_name(self.actor, buyer_id) if buyer_id is not None else ""
        return self._form(form, save, _("Add a label"), _("Keep the draft"), subtitle=subtitle)

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """One label."""
        return self._page(parse_id(row_id))

    @expose("/details/<row_id>/evidence/<uuid>")
    def evidence_view(self, row_id: str, uuid: str) -> Response:
        """The copy of a piece that pages show; of what is attached to this label alone."""
        label = self._find(parse_id(row_id))
        if uuid not in {piece.uuid for piece in records.pieces(label.id)}:
            abort(404)
        try:
            (kept,) = evidence_by_uuid([uuid])
        except RefusedError:
            abort(404)
        lookups.saw(self.actor, "evidence", [label.buyer_id])
        return evidence_response(uuid, kept.subject, kept.subject_id)

    @expose("/details/<row_id>/edit", methods=["GET", "POST"])
    def edit_view(self, row_id: str) -> ResponseReturnValue:
        """Change what a draft says; what somebody else saved meanwhile is a conflict, with what was typed kept."""
        label = self._find(parse_id(row_id))
        form = forms.draft_form(label)
        seen = _seen(label)

        def save() -> tuple[str, Any]:
            proposing.edit(self.actor, label.id, seen, form.draft)
            return url_for(".details_view", row_id=label.id), _("Saved.")

        here = url_for(".edit_view", row_id=label.id, revision=seen)
        return self._form(form, save, _("Change the draft"), _("Save"), label, "edit", form_url=here)

    @expose("/details/<row_id>/attach", methods=["GET", "POST"])
    def attach_view(self, row_id: str) -> ResponseReturnValue:
        """Attach evidence."""
        label, form = self._find(parse_id(row_id)), forms.PieceForm(self._may_name_authority)

        def save() -> tuple[str, Any]:
            with writing():
                for piece in self._pieces(form):
                    attaching.keep_piece(self.actor, label.id, piece)
            return url_for(".details_view", row_id=label.id), _("The evidence is kept.")

        return self._form(form, save, _("Attach evidence"), _("Attach"), label, "attach")

    @expose("/details/<row_id>/renew", methods=["GET", "POST"])
    def renew_view(self, row_id: str) -> ResponseReturnValue:
        """Renew it: a new draft on new evidence."""
        label, form = self._find(parse_id(row_id)), forms.PieceForm(self._may_name_authority)

        def save() -> tuple[str, Any]:
            found = proposing.renew(self.actor, label.id, self._pieces(form)[0])
            return url_for(".details_view", row_id=found), _("The draft is kept. It goes to review once it is founded.")

        return self._form(form, save, _("Renew on new evidence"), _("Renew"), label, "renew")

    @expose("/details/<row_id>/own-fault", methods=["POST"])
    def own_fault_view(self, row_id: str) -> ResponseReturnValue:
        """Whether it was the shop's own fault."""
        label_id, form = parse_id(row_id), forms.OwnFaultForm()
        return self._act(
            label_id, "own_fault", form,
            lambda: proposing.check_own_fault(
                self.actor, label_id, seen_version("revision"), form.own_fault.data == "yes", form.looked_at.data or (),
                form.text.data or "",
            ),
        )  # fmt: skip

    @expose("/details/<row_id>/contact", methods=["POST"])
    def contact_view(self, row_id: str) -> ResponseReturnValue:
        """When the buyer was talked to."""
        label_id, form = parse_id(row_id), forms.ContactForm()
        return self._act(
            label_id, "contact", form,
            lambda: proposing.contacted(
                self.actor, label_id, seen_version("revision"), form.contacted_on.data, form.text.data or ""
            ),
        )  # fmt: skip

    @expose("/details/<row_id>/submit", methods=["POST"])
    def submit_view(self, row_id: str) -> ResponseReturnValue:
        """Put it to review."""
        label_id = parse_id(row_id)
        return self._act(label_id, "", None, lambda: reviewing.submit(self.actor, label_id, seen_version("revision")))

    @expose("/details/<row_id>/send", methods=["POST"])
    def send_view(self, row_id: str) -> ResponseReturnValue:
        """Send the notice by the outbox."""
        label_id = parse_id(row_id)
        form = forms.SendForm(self._find(label_id).buyer_id)
        return self._act(
            label_id, "send", form,
            lambda: reviewing.ask_to_send(self.actor, label_id, seen_version("revision"), form.channel.data),
        )  # fmt: skip

    @expose("/details/<row_id>/act/<act>", methods=["GET", "POST"])
    def act_view(self, row_id: str, act: str) -> ResponseReturnValue:
        """What asks for a word: approve, send back, pause, take back and their like."""
        if act not in _ACTS:
            abort(404)
        point, title, service, move = _ACTS[act]
        permissions.require(self.actor, point)
        label = self._find(parse_id(row_id))
        form = _ASKS.get(act, forms.WordsForm)()
        seen = _seen(label)

        def save() -> tuple[str, Any]:
            service(self.actor, label.id, seen, form.text.data or "")
            return url_for(".details_view", row_id=label.id), _("Saved.")

        here, shown = url_for(".act_view", row_id=label.id, act=act, revision=seen), dict[str, Any]()
        if act in _DECIDE:
            shown = label_page.review_context(label, self.actor)
            shown["template"] = "shopadmin_buyer_labels/review.html"
        return self._form(form, save, title, title, label, move, form_url=here, **shown)

    def _somebody(self, form: Any) -> int:
        name = form.name.data or ""
        identifier = BuyerIdentifier(form.kind_of_identifier.data, form.identifiers.data, form.platform.data or "")
        return known_or_new_buyer(self.actor, [identifier], name)

    @property
    def _may_name_authority(self) -> bool:
        return self.actor.can(permissions.AUTHORITY)

    def _pieces(self, form: forms.PieceForm) -> tuple[attaching.Piece, ...]:
        if not (found := form.pieces(*uploaded_picture())):
            raise RefusedError(problem("no_piece", "file"))
        return found

    def _find(self, label_id: int) -> Label:
        try:
            return records.find(label_id)
        except MissingError:
            abort(404)

    def _form(
        self, form: Any, save: Callable[[], tuple[str, Any]], title: Any, button: Any, about: Label | None = None,
        move: Move | None = None, **shown: Any,
    ) -> ResponseReturnValue:  # fmt: skip
        if about is not None:
            back, text = url_for(".details_view", row_id=about.id), gettext("Label %(number)s", number=about.id)
            shown.setdefault("subtitle", labels.CODES[about.code])
            if move is not None:
                shown["not_now"] = records.in_the_way(self.actor, about, move, datetime.now(UTC))
        else:
            back, text = self.address(), str(self.title)
        answer = answer_form(self, form, save, title=title, submit_label=button, back_url=back, back_text=text, **shown)
        if about is not None and isinstance(answer, tuple):  # a page, not the way on
            lookups.saw(self.actor, "label", [about.buyer_id])
        return answer

    def _act(self, label_id: int, name: str, form: Any, change: Callable[[], object]) -> ResponseReturnValue:
        """Do it and show the page anew; refused, the page with what was typed."""
        self._find(label_id)
        if form is not None and not form.validate():
            return self._page(label_id, {name: form}), 400
        status = attempt(change, _("Saved."))
        if status == 200:
            return redirect(url_for(".details_view", row_id=label_id), 303)
        return self._page(label_id, {name: form} if form is not None else {}), status

    def _page(self, label_id: int, posted: Mapping[str, Any] | None = None) -> str:
        label = self._find(label_id)
        lookups.saw(self.actor, "label", [label.buyer_id])
        return str(
            self.render(
                "shopadmin_buyer_labels/label.html",
                **label_page.context(label, self.actor, posted or {}),
                back_url=self.address(),
                back_text=self.title,
            )
        )


def _row(row: Any, buyer: Any) -> dict[str, Any]:
    shown = reading.snapshot(row, datetime.now(UTC))
    return {
        "id": row.id,
        "what": Pair(str(labels.CODES[row.code]), f"#{row.id}"),
        "buyer": Pair(buyer.name or f"#{row.buyer_id}", str(platform_name(buyer.platform))) if buyer else None,
        "mark": labels.status_badge(shown.status, row.code),
        "weight": Pair(str(labels.SEVERITIES[shown.severity]), labels.founded(shown.said_tier, shown.tier)),
        "since": shown.since,
        "until": shown.expires_at,
    }


def _seen(label: Label) -> int:
    """The revision that the person looked at; the form takes it along, and a change without one is 400."""
    return label.revision if request.method == "GET" and "revision" not in request.args else seen_version("revision")


def _buyer_name(actor: Any, buyer_id: int) -> str:
    found = buyer_snapshots(actor, [buyer_id]).get(BuyerId(buyer_id))
    if found is None:
        abort(404)
    return found.name
