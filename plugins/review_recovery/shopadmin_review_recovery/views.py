# mypy: disable-error-code="no-untyped-call"
"""The inbox of cases, and the page of one case."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    AdminListView,
    Column,
    ListSpec,
    MenuItem,
    MissingError,
    Pair,
    account_names,
    accounts_that_may,
    attempt,
    parse_id,
    review_dossiers,
    shop_settings,
)
from shopadmin_review_recovery import case_page, forms, labels, permissions
from shopadmin_review_recovery.domain import calendars
from shopadmin_review_recovery.domain.calendars import Calendar
from shopadmin_review_recovery.domain.states import ENDED
from shopadmin_review_recovery.services import case_records, follow_ups, listing, setup, timing
from shopadmin_review_recovery.services import cases as service

# Colleagues that stand as buttons below a list.
MOST_BUTTONS = 6
_ACTS = ("assign_view", "assign_many", "confirm_view", "move_view", "close_view", "reopen_view", "note_view",
         "plan_view", "done_view")  # fmt: skip


class CasesView(AdminListView):
    """Cases: what burns first on top."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.READ,
        "details_view": permissions.READ,
        **dict.fromkeys(_ACTS, permissions.REPLY),
    }
    menu_item = MenuItem("care", 30, "life-preserver", group=labels.AREA)
    title = _("Cases")
    columns = (
        Column("case", _("Case"), "pair"),
        Column("rating", _("Stars"), "stars"),
        Column("text", _("What the buyer wrote"), "excerpt"),
        Column("why", _("Cause"), "pair"),
        Column("mark", _("State"), "badge"),
        Column("due", _("Due"), "pair"),
        Column("person", _("Staff")),
    )
    empty_title = _("No cases yet")
    empty_text = _("A case opens by itself when a bad review comes in.")

    def __init__(self) -> None:
        super().__init__(name=_("Cases"), endpoint="review_recovery_cases", url="/admin/review-recovery/cases")

    @property
    def spec(self) -> ListSpec:  # type: ignore[override]
        """The list."""
        return listing.spec()

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Texts, names and clocks: one question each for the page."""
        texts = review_dossiers([row.review_id for row in rows if row.review_id])
        names = account_names([row.assigned_to for row in rows])
        planned = follow_ups.next_of([row.id for row in rows if row.planned_at is not None])
        calendar, now = setup.load().calendar, datetime.now(UTC)
        return [
            _row(row, texts.get(row.review_id))
            | {"person": names.get(row.assigned_to, ""), "due": _due(row, planned.get(row.id), calendar, now)}
            for row in rows
        ]

    def list_context(self) -> dict[str, Any]:
        """Those who work on cases may give them to somebody."""
        if not self.actor.can(permissions.REPLY):
            return {}
        people = {self.actor.account_id: gettext("me"), **accounts_that_may(permissions.REPLY)}
        people[self.actor.account_id] = gettext("me")
        buttons = [
            {"name": f"to:{account}", "label": gettext("Give to %(name)s", name=name), "icon": "person"}
            for account, name in list(people.items())[:MOST_BUTTONS]
        ]
        return {
            "actions": [*buttons, {"name": "to:", "label": gettext("Give to nobody"), "icon": "inbox"}],
            "actions_url": url_for(".assign_many"),
        }

    @expose("/assign", methods=["POST"])
    def assign_many(self) -> ResponseReturnValue:
        """Give the ticked cases to somebody."""
        _kind, _colon, account = request.form.get("action", "").partition(":")
        ids = [parse_id(text) for text in request.form.getlist("rowid")]
        chosen = parse_id(account) if account else None
        done = ngettext("%(num)s case is given on.", "%(num)s cases are given on.", len(ids))
        status = attempt(lambda: service.assign(self.actor, ids, chosen), done)
        return redirect(self.address(), 303) if status == 200 else (self.index_view(), status)

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """One case."""
        return self._page(parse_id(row_id))

    @expose("/details/<row_id>/assign", methods=["POST"])
    def assign_view(self, row_id: str) -> ResponseReturnValue:
        """Give it to somebody, with a word for whoever takes over."""
        case = self._find(parse_id(row_id))
        form = forms.assign_form(case, request.form)
        note = form.note.data or ""
        return self._act(case.id, "assign", form, lambda: service.assign(self.actor, [case.id], form.account, note))

    @expose("/details/<row_id>/cause", methods=["POST"])
    def confirm_view(self, row_id: str) -> ResponseReturnValue:
        """Confirm what it was."""
        case = self._find(parse_id(row_id))
        form = forms.CauseForm(request.form)
        return self._act(
            case.id,
            "cause",
            form,
            lambda: service.confirm_cause(self.actor, case.id, _version(), form.cause.data, form.further.data or ()),
        )

    @expose("/details/<row_id>/move/<state>", methods=["POST"])
    def move_view(self, row_id: str, state: str) -> ResponseReturnValue:
        """Move it on, put it on hold, take it off."""
        case_id, wanted = parse_id(row_id), state
        return self._act(
            case_id,
            "",
            None,
            lambda: service.move(self.actor, case_id, _version(), wanted),  # type: ignore[arg-type]
        )

    @expose("/details/<row_id>/close", methods=["POST"])
    def close_view(self, row_id: str) -> ResponseReturnValue:
        """Close it with what came of it and why."""
        case_id, form = parse_id(row_id), forms.CloseForm(request.form)
        return self._act(
            case_id,
            "close",
            form,
            lambda: service.close(
                self.actor, case_id, _version(), form.end.data, form.outcome.data or "", form.reason.data or ""
            ),
        )

    @expose("/details/<row_id>/reopen", methods=["POST"])
    def reopen_view(self, row_id: str) -> ResponseReturnValue:
        """Open it again."""
        case_id, form = parse_id(row_id), forms.ReopenForm(request.form)
        return self._act(
            case_id, "reopen", form, lambda: service.reopen(self.actor, case_id, _version(), form.reason.data or "")
        )

    @expose("/details/<row_id>/note", methods=["POST"])
    def note_view(self, row_id: str) -> ResponseReturnValue:
        """Write a note for the team."""
        case_id, form = parse_id(row_id), forms.NoteForm(request.form)
        return self._act(case_id, "note", form, lambda: service.add_note(self.actor, case_id, form.text.data or ""))

    @expose("/details/<row_id>/plan", methods=["POST"])
    def plan_view(self, row_id: str) -> ResponseReturnValue:
        """Plan something for later; the time is the shop's."""
        case_id, form = parse_id(row_id), forms.PlanForm(request.form)

        def plan() -> None:
            at = form.instant.replace(tzinfo=shop_settings().zone).astimezone(UTC)
            follow_ups.plan(self.actor, case_id, form.kind.data, at, form.note.data or "")

        return self._act(case_id, "plan", form, plan)

    @expose("/details/<row_id>/done/<follow_up_id>", methods=["POST"])
    def done_view(self, row_id: str, follow_up_id: str) -> ResponseReturnValue:
        """Say that what was planned is done."""
        case_id, planned = parse_id(row_id), parse_id(follow_up_id)
        return self._act(case_id, "", None, lambda: follow_ups.finish(self.actor, case_id, planned))

    def _find(self, case_id: int) -> Any:
        try:
            return case_records.find(case_id)
        except MissingError:
            abort(404)

    def _act(self, case_id: int, name: str, form: Any, change: Callable[[], object]) -> ResponseReturnValue:
        """Do it and show the page anew; refused, the page with what was typed."""
        if form is not None and not form.validate():
            self._find(case_id)
            return self._page(case_id, {name: form}), 400
        status = attempt(change, _("Saved."))
        if status == 200:
            return redirect(url_for(".details_view", row_id=case_id), 303)
        return self._page(case_id, {name: form} if form is not None else {}), status

    def _page(self, case_id: int, posted: Mapping[str, Any] | None = None) -> str:
        case = self._find(case_id)
        return str(
            self.render(
                "shopadmin_review_recovery/case.html",
                **case_page.context(case, self.actor, posted or {}),
                may_work=self.actor.can(permissions.REPLY),
                back_url=self.address(),
                back_text=self.title,
            )
        )


def _version() -> int:
    """The version that the person was looking at, out of the address."""
    return parse_id(request.args.get("version", ""))


def _row(row: Any, dossier: Any) -> dict[str, Any]:
    review = dossier.review if dossier else None
    text = " · ".join(filter(None, (review.title, review.body))) if review else ""
    urgent = labels.urgency_badge(row.urgency)
    return {
        "id": row.id,
        "case": Pair(f"#{row.id}", row.order_no, [urgent] if urgent else ()),
        "rating": row.stars if row.stars is not None else row.grade,
        "text": text[:120] + "…" if len(text) > 120 else text or str(_("Without words")),
        "why": Pair(
            str(labels.CAUSES[row.cause]) if row.cause else "–",
            str(labels.FACTS[row.fact]) if row.fact != "none" else "",
        ),
        "mark": labels.state_badge(row.state),
    }


def _due(row: Any, planned: Any, calendar: Calendar, now: datetime) -> Pair | None:
    """What is next: something planned, or a target with how much business time is left of it."""
    if row.state in ENDED:
        return None
    if planned is not None and row.burns_at == planned.due_at:
        return _planned(planned, now)
    if row.burns_at >= timing.NEVER:
        return Pair(str(_("Clock stands")))
    what = _("first answer") if row.due_first_at is not None else _("to be solved")
    if row.burns_at <= now:
        return Pair(_on_one_line(calendars.between(calendar, row.burns_at, now)), str(what), [labels.LATE])
    return Pair(_on_one_line(calendars.between(calendar, now, row.burns_at)), str(what))


def _on_one_line(seconds: int) -> str:
    """Business time for a narrow column."""
    return case_page.hours_text(seconds).replace(" ", "\u00a0")


def _planned(row: Any, now: datetime) -> Pair:
    zone = shop_settings().zone
    due, today = row.due_at.astimezone(zone), now.astimezone(zone).date()
    when = f"{due:%H:%M}" if due.date() == today else f"{due:%Y-%m-%d %H:%M}"
    return Pair(str(labels.NEXT[row.kind](when)), row.note, [labels.DUE_NOW] if row.due_at <= now else ())
