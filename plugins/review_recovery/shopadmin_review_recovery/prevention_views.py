# mypy: disable-error-code="no-untyped-call"
"""Prevention tasks: the list, and one of them with its ticks and whether it helped."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from shopadmin.plugin_api import (
    AdminListView,
    Badge,
    Column,
    Filter,
    ListSpec,
    MenuItem,
    MissingError,
    Pair,
    Sort,
    View,
    account_names,
    attempt,
    parse_id,
    platform_name,
    product_titles,
)
from shopadmin_review_recovery import labels, permissions
from shopadmin_review_recovery.domain.causes import CAUSES
from shopadmin_review_recovery.domain.prevention import ITEMS_OF
from shopadmin_review_recovery.domain.rates import Count
from shopadmin_review_recovery.learning_labels import ITEMS, RESULTS, TASKS, effect_badge, number
from shopadmin_review_recovery.models import ReviewPrevention
from shopadmin_review_recovery.prevention_forms import TaskCloseForm, TaskPlanForm
from shopadmin_review_recovery.services import prevention, prevention_cases

_ROW = ReviewPrevention
_LIST = ListSpec(
    query=select(
        _ROW.id, _ROW.platform, _ROW.product_ref, _ROW.cause, _ROW.cases, _ROW.opened_at, _ROW.due_at,
        _ROW.assigned_to, _ROW.closed_at, _ROW.result,
    ),
    id_column=_ROW.id,
    sorts=(
        Sort("due", _("Due first"), (_ROW.due_at, _ROW.id), descending=False),
        Sort("newest", _("Newest first"), (_ROW.opened_at, _ROW.id)),
    ),
    filters=(
        Filter("cause", _("Cause"), lambda code: _ROW.cause == code, choices=tuple(labels.CAUSES.items())),
    ),
    search=lambda term, _actor: _ROW.product_ref == term,
    views=(
        View("open", _("Open"), (_ROW.closed_at.is_(None),), "due"),
        View("closed", _("Closed"), (_ROW.closed_at.is_not(None),), "newest"),
        View("all", _("All"), (), "newest"),
    ),
)  # fmt: skip


class PreventionView(AdminListView):
    """What is to be done so that a cause does not come again."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.READ,
        "details_view": permissions.READ,
        "tick_view": permissions.REPLY,
        "plan_view": permissions.REPLY,
        "close_view": permissions.REPLY,
    }
    menu_item = MenuItem("care", 37, "clipboard-check", group=labels.AREA)
    spec = _LIST
    title = _("Prevention")
    columns = (
        Column("task", _("Task"), "pair"),
        Column("cause", _("Cause")),
        Column("done", _("Done")),
        Column("person", _("Staff")),
        Column("due_at", _("To be done by"), "date"),
        Column("mark", _("State"), "badge"),
    )
    empty_title = _("No prevention tasks")
    empty_text = _("One opens by itself when a cause comes three times on a product within 30 days.")

    def __init__(self) -> None:
        super().__init__(
            name=self.title, endpoint="review_recovery_prevention", url="/admin/review-recovery/prevention"
        )

    def list_context(self) -> dict[str, Any]:
        """When one opens."""
        return {"subtitle": gettext("Three cases of a cause on a product in 30 days open a task.")}

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Products, people and ticks: one question each for the page."""
        titles = product_titles({(row.platform, row.product_ref) for row in rows})
        names: Mapping[Any, str] = account_names([row.assigned_to for row in rows])
        ticks, now = prevention.ticks([row.id for row in rows]), datetime.now(UTC)
        return [
            row._asdict()
            | {
                "task": Pair(_task(row.cause), titles[(row.platform, row.product_ref)] or row.product_ref),
                "cause": labels.CAUSES[row.cause],
                "done": f"{len(ticks.get(row.id, ()))} / {len(ITEMS_OF[row.cause])}",
                "person": names.get(row.assigned_to, ""),
                "mark": _mark(row, now),
            }
            for row in rows
        ]

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """One task."""
        return self._page(parse_id(row_id))

    @expose("/details/<row_id>/tick", methods=["POST"])
    def tick_view(self, row_id: str) -> ResponseReturnValue:
        """Say what is done."""
        task_id, items = parse_id(row_id), request.form.getlist("item")
        return self._act(task_id, lambda: prevention.tick(self.actor, task_id, items), {})

    @expose("/details/<row_id>/plan", methods=["POST"])
    def plan_view(self, row_id: str) -> ResponseReturnValue:
        """Say who does it and until when."""
        task = self._find(parse_id(row_id))
        form = TaskPlanForm(request.form, task)
        return self._act(
            task.id, lambda: prevention.plan(self.actor, task.id, form.account, form.due_at), {"plan_form": form}
        )

    @expose("/details/<row_id>/close", methods=["POST"])
    def close_view(self, row_id: str) -> ResponseReturnValue:
        """Close it."""
        task_id, form = parse_id(row_id), TaskCloseForm(request.form)
        return self._act(
            task_id,
            lambda: prevention.close(self.actor, task_id, form.result.data, form.reason.data or ""),
            {"close_form": form},
        )

    def _find(self, task_id: int) -> ReviewPrevention:
        try:
            return prevention.find(task_id)
        except MissingError:
            abort(404)

    def _act(self, task_id: int, change: Callable[[], object], forms: Mapping[str, Any]) -> ResponseReturnValue:
        """Do it and show the page anew; refused, the page with what was typed."""
        if not all(form.validate() for form in forms.values()):
            return self._page(task_id, forms), 400
        status = attempt(change, _("Saved."))
        if status == 200:
            return redirect(url_for(".details_view", row_id=task_id), 303)
        return self._page(task_id, forms), status

    def _page(self, task_id: int, forms: Mapping[str, Any] | None = None) -> str:
        row = self._find(task_id)
        ticks = prevention.ticks([row.id]).get(row.id, {})
        names: Mapping[Any, str] = account_names([row.assigned_to, *(one.by for one in ticks.values())])
        title = product_titles({(row.platform, row.product_ref)})[(row.platform, row.product_ref)]
        may_work = row.closed_at is None and self.actor.can(permissions.REPLY)
        outcome = prevention_cases.outcome(row)
        context = {
            "row": row,
            "heading": _task(row.cause),
            "product": f"{title or row.product_ref} · {platform_name(row.platform)}",
            "cause": labels.CAUSES[row.cause],
            "mark": _mark(row, datetime.now(UTC)),
            "person": names.get(row.assigned_to, ""),
            "result": RESULTS.get(row.result, ""),
            "items": [_item(code, ticks.get(code), names) for code in ITEMS_OF[row.cause]],
            "cases": [_case(case) for case in prevention_cases.cases_of(row)],
            "before": _rate(outcome.before),
            "later": _rate(outcome.later) if row.closed_at else gettext("not closed yet"),
            "effect": effect_badge(outcome.effect),
            "plan_form": TaskPlanForm(None, row),
            "close_form": TaskCloseForm(),
            **{f"{name}_url": _url(name, row, may_work) for name in ("tick", "plan", "close")},
        }
        page = self.render(
            "shopadmin_review_recovery/prevention.html",
            **(context | dict(forms or {})),
            back_url=self.address(),
            back_text=self.title,
        )
        return str(page)


def _task(cause: str) -> str:
    return str(TASKS[CAUSES[cause].prevention])


def _mark(row: Any, now: datetime) -> Badge:
    if row.closed_at is not None:
        tone, icon = ("ok", "check-circle-fill") if row.result == "done" else ("neutral", "x-circle")
        return Badge(RESULTS[row.result], tone, icon)  # type: ignore[arg-type]
    return labels.LATE if row.due_at <= now else Badge(_("Open"), "warn", "clipboard-check")


def _item(code: str, tick: Any, names: Mapping[Any, str]) -> dict[str, Any]:
    done = {"at": tick.at, "name": names.get(tick.by, "")} if tick else None
    return {"code": code, "label": ITEMS[code], "tick": done}


def _case(case: Any) -> dict[str, Any]:
    return {
        "id": case.id,
        "url": url_for("review_recovery_cases.details_view", row_id=case.id),
        "mark": labels.state_badge(case.state),
        "at": case.reviewed_at,
        "is_confirmed": case.cause_confirmed_at is not None,
    }


def _rate(count: Count) -> str:
    return gettext(
        "%(rate)s (%(cases)s of %(orders)s)",
        rate=number(count.per_hundred), cases=number(count.cases), orders=number(count.orders),
    )  # fmt: skip


def _url(name: str, row: ReviewPrevention, may_work: bool) -> str:
    return url_for(f".{name}_view", row_id=row.id) if may_work else ""
