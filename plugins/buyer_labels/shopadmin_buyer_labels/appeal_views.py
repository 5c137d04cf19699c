# mypy: disable-error-code="no-untyped-call"
"""Objections of buyers: the inbox, one of them with its decision, and how one is raised."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _
from sqlalchemy import and_, select

from shopadmin.plugin_api import (
    EVIDENCE_TIERS,
    AdminListView,
    Badge,
    Column,
    ListSpec,
    MenuItem,
    MissingError,
    OrderId,
    Pair,
    Sort,
    View,
    account_names,
    answer_form,
    attempt,
    buyer_snapshots,
    parse_id,
)
from shopadmin_buyer_labels import appeal_texts, labels, permissions
from shopadmin_buyer_labels.appeal_forms import DECISIONS, DecisionForm, ObjectionForm, instant
from shopadmin_buyer_labels.domain import appeals as rules
from shopadmin_buyer_labels.models import Appeal, Label
from shopadmin_buyer_labels.services import appeal_records, appeals, lookups, reading, records
from shopadmin_buyer_labels.services.appeals import Objection

_ROW = Appeal
_IS_OPEN = and_(_ROW.decided_at.is_(None), Label.tombstoned_at.is_(None))
SPEC = ListSpec(
    query=select(
        _ROW.id, _ROW.label_id, _ROW.buyer_id, _ROW.channel, _ROW.opened_at, _ROW.due_at, _ROW.overdue_at,
        _ROW.decided_at, _ROW.outcome, Label.code,
    ).join(Label, Label.id == _ROW.label_id),
    id_column=_ROW.id,
    sorts=(
        Sort("due", _("Due first"), (_ROW.due_at, _ROW.id), descending=False),
        Sort("newest", _("Newest first"), (_ROW.opened_at, _ROW.id)),
    ),
    views=(
        View("open", _("To decide"), (_IS_OPEN,), "due"),
        View("decided", _("Decided"), (_ROW.decided_at.is_not(None),), "newest"),
        View("all", _("All"), (), "newest"),
    ),
)  # fmt: skip


class AppealsView(AdminListView):
    """The inbox of objections."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.READ,
        "details_view": permissions.READ,
        "raise_view": permissions.READ,
        "wrong_view": permissions.READ,
        "take_back_view": permissions.READ,
        "decide_view": permissions.DECIDE_APPEAL,
    }
    menu_item = MenuItem("care", 44, "chat-square-dots", group=labels.AREA)
    spec = SPEC
    title = _("Objections")
    columns = (
        Column("label", _("Label"), "pair"),
        Column("buyer", _("Buyer")),
        Column("channel", _("How it reached the shop")),
        Column("opened_at", _("Raised"), "date"),
        Column("due_at", _("To be decided by"), "date"),
        Column("mark", _("State"), "badge"),
    )
    empty_title = _("No objections")
    empty_text = _("When a buyer says that a label is wrong, it is paused at once, and somebody else decides here.")

    def __init__(self) -> None:
        super().__init__(name=self.title, endpoint="buyer_labels_appeals", url="/admin/buyer-labels/objections")

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Buyers and codes in words; whose labels were seen is written down."""
        buyers = buyer_snapshots(self.actor, [row.buyer_id for row in rows])
        lookups.saw_list(self.actor, "objections", [row.buyer_id for row in rows])
        now = datetime.now(UTC)
        return [
            row._asdict()
            | {
                "label": Pair(str(labels.CODES[row.code]), f"#{row.label_id}"),
                "buyer": _name(buyers, row.buyer_id),
                "channel": appeal_texts.CHANNELS[row.channel],
                "mark": mark(row, now),
            }
            for row in rows
        ]

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """One objection."""
        return self._page(self._find(row_id), DecisionForm())

    @expose("/details/<row_id>/decide", methods=["POST"])
    def decide_view(self, row_id: str) -> ResponseReturnValue:
        """Decide about it."""
        found, form = self._find(row_id), DecisionForm()
        if not form.validate():
            return self._page(found, form), 400
        outcome, remedy = DECISIONS[form.decision.data]
        appeal_id = found.id
        status = attempt(
            lambda: appeals.decide(self.actor, appeal_id, outcome, remedy, form.reason.data),  # type: ignore[arg-type]
            _("It is decided."),
        )
        if status == 200:
            return redirect(url_for(".details_view", row_id=appeal_id), 303)
        return self._page(self._find(row_id), form), status

    @expose("/label/<label_id>/raise", methods=["GET", "POST"])
    def raise_view(self, label_id: str) -> ResponseReturnValue:
        """Write down what a buyer says of a label, from whatever channel."""
        label, form = self._label(label_id), ObjectionForm()
        number = label.id
        lookups.saw(self.actor, "objection", [label.buyer_id])

        def save() -> tuple[str, Any]:
            objection = Objection(form.text.data or "", form.channel.data, instant(form.said_at))
            found = appeals.open_for(self.actor, number, objection)
            return url_for(".details_view", row_id=found), _("The label is paused. Somebody else decides.")

        return answer_form(
            self, form, save, title=_("The buyer objects"),
            subtitle=_(
                "The label has no effect from now on, until somebody else has decided. Orders that are held for it are"
                " let go for good."
            ),
            submit_label=_("Pause the label"), back_url=label_address(number), back_text=_("Label"),
            not_now=None if appeals.may_open(label, datetime.now(UTC)) else appeal_texts.problem("label_over"),
        )  # fmt: skip

    @expose("/label/<label_id>/wrong", methods=["POST"])
    def wrong_view(self, label_id: str) -> ResponseReturnValue:
        """This is wrong: one click, from the page of an order or of the label."""
        label = self._label(label_id)
        order = request.form.get("order", "")
        objection = Objection(order_id=OrderId(parse_id(order)) if order else None)
        number = label.id
        status = attempt(
            lambda: appeals.open_for(self.actor, number, objection),
            _("The label is paused. Write down what the buyer says; somebody else decides."),
        )
        if order:
            return redirect(url_for("orders.details_view", row_id=objection.order_id), 303)
        if status == 200:
            return redirect(url_for(".details_view", row_id=appeal_records.open_of([number])[number].id), 303)
        return redirect(self.address(), 303)

    @expose("/details/<row_id>/take-back", methods=["POST"])
    def take_back_view(self, row_id: str) -> ResponseReturnValue:
        """Undo one's own click, from the page of an order or of the objection."""
        found, order = self._find(row_id).id, request.form.get("order", "")
        status = attempt(lambda: appeals.take_back(self.actor, found), _("Taken back: the label counts again."))
        if order:
            return redirect(url_for("orders.details_view", row_id=parse_id(order)), 303)
        if status == 200:
            return redirect(url_for(".details_view", row_id=found), 303)
        return self._page(self._find(row_id), DecisionForm()), status

    def _find(self, row_id: str) -> Appeal:
        try:
            return appeal_records.find(parse_id(row_id))
        except MissingError:
            abort(404)

    def _label(self, label_id: str) -> Label:
        try:
            found = records.find(parse_id(label_id))
        except MissingError:
            abort(404)
        return found if found.tombstoned_at is None else abort(404)

    def _page(self, found: Appeal, form: DecisionForm) -> str:
        label = records.find(found.label_id)
        lookups.saw(self.actor, "objection", [found.buyer_id])
        now, facts = datetime.now(UTC), appeal_records.facts(found, label)
        snapshot = reading.labels_by_id([label.id], now)[label.id]
        names: Mapping[Any, str] = account_names([found.opened_by, found.decided_by])
        said = appeal_records.rebuttals_of([label.id]).get(label.id, [])
        refusal = rules.lacks(facts, self.actor.account_id, appeal_records.deciders(), "rejected", "", now)
        may_decide = self.actor.can(permissions.DECIDE_APPEAL) and found.decided_at is None
        return str(
            self.render(
                "shopadmin_buyer_labels/appeal.html",
                appeal=found,
                heading=labels.CODES[label.code],
                buyer=_name(buyer_snapshots(self.actor, [found.buyer_id]), found.buyer_id),
                mark=mark(found, now),
                status=labels.status_badge(snapshot.status),
                label=snapshot,
                tier=EVIDENCE_TIERS[snapshot.tier],
                severity=labels.SEVERITIES[snapshot.severity],
                label_url=label_address(label.id),
                note=label.note,
                rebuttals=said,
                opened_by=names.get(found.opened_by, ""),
                decided_by=names.get(found.decided_by, ""),
                channel=appeal_texts.CHANNELS[found.channel],
                outcome=appeal_texts.OUTCOMES[found.outcome],
                remedy=appeal_texts.REMEDIES.get(found.remedy, ""),
                is_paused=found.decided_at is None,
                form=form,
                why_not=appeal_texts.REFUSALS[refusal] if may_decide and refusal else "",
                alone_from=found.alone_from if refusal == "pause" else None,
                decides_own=not refusal and self.actor.account_id in facts.involved,
                decide_url=url_for(".decide_view", row_id=found.id) if may_decide and not refusal else "",
                take_back_url=(
                    url_for(".take_back_view", row_id=found.id)
                    if appeal_records.may_take_back(self.actor, found, label, now)
                    else ""
                ),
                add_url=url_for(".raise_view", label_id=label.id) if found.decided_at is None else "",
                back_url=self.address(),
                back_text=self.title,
            )
        )


def mark(row: Any, now: datetime) -> Badge:
    """How an objection stands, in words: two reminders before it is due, then that it is overdue."""
    if row.outcome:
        tone, icon = ("ok", "check-circle") if row.outcome == "upheld" else ("neutral", "x-circle")
        return Badge(appeal_texts.OUTCOMES[row.outcome], tone, icon)  # type: ignore[arg-type]
    due = rules.reminders_due(rules.Facts(row.opened_at, None, frozenset()), now)
    if now >= row.due_at:
        return Badge(_("Overdue: the label is suspended"), "danger", "exclamation-octagon-fill")
    if due == len(rules.REMINDERS):
        return Badge(_("Due within a day"), "danger", "alarm")
    return Badge(_("Due within three days"), "warn", "clock") if due else Badge(_("To decide"), "info", "hourglass")


def label_address(label_id: int) -> str:
    """The label's page."""
    return url_for("buyer_labels_labels.details_view", row_id=label_id)


def _name(buyers: Mapping[Any, Any], buyer_id: int) -> str:
    found = buyers.get(buyer_id)
    return (found.name if found else "") or f"#{buyer_id}"
