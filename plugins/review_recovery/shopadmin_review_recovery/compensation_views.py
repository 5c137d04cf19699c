# mypy: disable-error-code="no-untyped-call"
"""Compensation: the owner's list, one of them with its decision, and the form to ask for one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _
from sqlalchemy import false, select

from shopadmin.plugin_api import (
    Actor,
    AdminListView,
    Column,
    Filter,
    ListSpec,
    MenuItem,
    MissingError,
    Sort,
    View,
    account_names,
    answer_form,
    attempt,
    parse_id,
)
from shopadmin_review_recovery import permissions
from shopadmin_review_recovery import reply_labels as labels
from shopadmin_review_recovery.labels import AREA
from shopadmin_review_recovery.models import ReviewCompensation
from shopadmin_review_recovery.reply_forms import CompensationForm
from shopadmin_review_recovery.services import case_records, compensation_decisions, compensations

_ROW = ReviewCompensation


def _search(term: str, actor: Actor) -> Any:
    """By the number of the case: what it is for is sealed."""
    number = term.strip().lstrip("#")
    return _ROW.case_id == int(number) if number.isascii() and number.isdigit() and len(number) < 19 else false()


_LIST = ListSpec(
    query=select(
        _ROW.id, _ROW.case_id, _ROW.kind, _ROW.amount, _ROW.currency, _ROW.reason, _ROW.state, _ROW.requested_at,
        _ROW.requested_by, _ROW.decided_at, _ROW.decided_by, _ROW.settled_at,
    ),
    id_column=_ROW.id,
    sorts=(
        Sort("newest", _("Newest first"), (_ROW.requested_at, _ROW.id)),
        Sort("oldest", _("Oldest first"), (_ROW.requested_at, _ROW.id), descending=False),
    ),
    filters=(Filter("kind", _("What the buyer gets"), lambda value: _ROW.kind == value,
                    choices=tuple(labels.KINDS.items())),),
    search=_search,
    views=(
        View("requested", _("To be decided"), (_ROW.state == "requested",), "oldest"),
        View("approved", _("Approved, not handed over"), (_ROW.state == "approved",), "oldest"),
        View("all", _("All")),
    ),
)  # fmt: skip


class CompensationsView(AdminListView):
    """What buyers get for what went wrong; who decides sees what waits first."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.READ,
        "details_view": permissions.READ,
        "request_view": permissions.REPLY,
        "withdraw_view": permissions.REPLY,
        "settle_view": permissions.REPLY,
        "approve_view": permissions.APPROVE,
        "decline_view": permissions.APPROVE,
    }
    menu_item = MenuItem("care", 36, "cash-coin", group=AREA)
    spec = _LIST
    title = _("Compensation")
    columns = (
        Column("what", _("What the buyer gets")),
        Column("amount", _("Amount"), "money"),
        Column("reason", _("What it is for")),
        Column("state", _("State"), "badge"),
        Column("asked", _("Asked for by")),
        Column("requested_at", _("Time"), "time"),
    )
    empty_title = _("No compensation yet")
    empty_text = _("Whoever works on a case asks for it there. It is independent of the review.")

    def __init__(self) -> None:
        super().__init__(
            name=self.title, endpoint="review_recovery_compensations", url="/admin/review-recovery/compensation"
        )

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Kinds, states and people in words."""
        names = account_names([row.requested_by for row in rows])
        return [
            row._asdict()
            | {
                "what": labels.KINDS[row.kind],
                "state": labels.state_badge(row.state),
                "asked": names.get(row.requested_by, ""),
            }
            for row in rows
        ]

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """One of them."""
        return self._page(parse_id(row_id))

    @expose("/case/<row_id>", methods=["GET", "POST"])
    def request_view(self, row_id: str) -> ResponseReturnValue:
        """Ask for one."""
        try:
            case = case_records.find(parse_id(row_id))
        except MissingError:
            abort(404)
        form = CompensationForm(compensations.currency_of(case))

        def save() -> tuple[str, Any]:
            asked = compensations.request(
                self.actor, case.id, form.kind.data, form.amount.data or "", form.reason.data or ""
            )
            said = _("The owner decides about it.") if asked.reasons else _("It is given: nobody has to decide.")
            return url_for(".details_view", row_id=asked.id), said

        return answer_form(
            self,
            form,
            save,
            title=_("Ask for compensation"),
            subtitle=_("Independent of the review: decided before anybody speaks of it, told in a message of its own."),
            submit_label=_("Ask for it"),
            back_url=url_for("review_recovery_cases.details_view", row_id=case.id),
            back_text=_("Case %(number)s", number=case.id),
        )

    @expose("/details/<row_id>/approve", methods=["POST"])
    def approve_view(self, row_id: str) -> ResponseReturnValue:
        """Decide for it."""
        found, note = parse_id(row_id), request.form.get("note", "")
        return self._act(found, lambda: compensation_decisions.approve(self.actor, found, note), _("It is approved."))

    @expose("/details/<row_id>/decline", methods=["POST"])
    def decline_view(self, row_id: str) -> ResponseReturnValue:
        """Decide against it."""
        found, note = parse_id(row_id), request.form.get("note", "")
        return self._act(found, lambda: compensation_decisions.decline(self.actor, found, note), _("It is declined."))

    @expose("/details/<row_id>/withdraw", methods=["POST"])
    def withdraw_view(self, row_id: str) -> ResponseReturnValue:
        """Take the request back."""
        found = parse_id(row_id)
        return self._act(
            found, lambda: compensation_decisions.withdraw(self.actor, found), _("The request is taken back.")
        )

    @expose("/details/<row_id>/settle", methods=["POST"])
    def settle_view(self, row_id: str) -> ResponseReturnValue:
        """The buyer has got it."""
        found = parse_id(row_id)
        return self._act(found, lambda: compensation_decisions.settle(self.actor, found), _("It is handed over."))

    def _act(self, row_id: int, change: Callable[[], object], done: Any) -> ResponseReturnValue:
        status = attempt(change, done)
        return redirect(url_for(".details_view", row_id=row_id)) if status == 200 else (self._page(row_id), status)

    def _page(self, row_id: int) -> str:
        try:
            row = compensations.find(row_id)
        except MissingError:
            abort(404)
        names: Mapping[Any, str] = account_names([row.requested_by, row.decided_by, row.settled_by])
        is_mine = row.requested_by == self.actor.account_id
        may_decide = row.state == "requested" and self.actor.can(permissions.APPROVE)
        may_work = self.actor.can(permissions.REPLY)
        return str(
            self.render(
                "shopadmin_review_recovery/compensation.html",
                row=row,
                kind=labels.KINDS[row.kind],
                mark=labels.state_badge(row.state),
                asked=names.get(row.requested_by, ""),
                decided=_decider(row, names),
                settled=names.get(row.settled_by, ""),
                is_mine=is_mine,
                approve_url=_url("approve_view", row, may_decide and not is_mine),
                decline_url=_url("decline_view", row, may_decide and not is_mine),
                withdraw_url=_url("withdraw_view", row, row.state == "requested" and is_mine and may_work),
                settle_url=_url("settle_view", row, row.state == "approved" and may_work),
                tell_url=url_for("review_recovery_answers.case_view", row_id=row.case_id, about="compensation")
                if may_work and row.state in ("approved", "settled")
                else "",
                case_url=url_for("review_recovery_cases.details_view", row_id=row.case_id),
                back_url=self.address(),
                back_text=self.title,
            )
        )


def _decider(row: ReviewCompensation, names: Mapping[Any, str]) -> Any:
    if row.decided_at is None:
        return ""
    return names.get(row.decided_by, "") if row.decided_by else _("Within what may be given without asking")


def _url(name: str, row: ReviewCompensation, is_possible: bool) -> str:
    return url_for(f".{name}", row_id=row.id) if is_possible else ""
