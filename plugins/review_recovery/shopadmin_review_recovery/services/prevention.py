"""Prevention tasks: planned, ticked off, closed. ``prevention_opening`` opens them."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    MissingError,
    ObjectionsError,
    Problem,
    RefusedError,
    accounts_that_may,
    db,
    lock_row,
    record_audit,
    writing,
)
from shopadmin_review_recovery import permissions
from shopadmin_review_recovery.domain import prevention
from shopadmin_review_recovery.domain.prevention import ITEMS_OF, PreventionError
from shopadmin_review_recovery.models import ReviewPrevention, ReviewPreventionTick

OBJECT = "review_recovery.prevention"
LONGEST = 500
LATEST = timedelta(days=366)


def find(task_id: int) -> ReviewPrevention:
    """A task. Raises MissingError."""
    row = db.session().get(ReviewPrevention, task_id, populate_existing=True)
    if row is None:
        raise MissingError(task_id)
    return row


def ticks(task_ids: Collection[int]) -> dict[int, dict[str, ReviewPreventionTick]]:
    """What is ticked off, by task and item."""
    query = select(ReviewPreventionTick).where(ReviewPreventionTick.task_id.in_(task_ids))
    found: dict[int, dict[str, ReviewPreventionTick]] = {}
    for row in db.session().scalars(query):
        found.setdefault(row.task_id, {})[row.item] = row
    return found


def overdue(now: datetime | None = None) -> tuple[int, int]:
    """How many open tasks are overdue, and how many are open."""
    late = func.count().filter(ReviewPrevention.due_at <= (now or datetime.now(UTC)))
    row = db.session().execute(select(late, func.count()).where(ReviewPrevention.closed_at.is_(None))).one()
    return row[0], row[1]


def tick(actor: Actor, task_id: int, items: Collection[str], now: datetime | None = None) -> None:
    """Say which of a task's items are done, and by that which are not. Raises ForbiddenError, MissingError,
    RefusedError for an item that the task does not have, ObjectionsError when it is closed.
    """
    permissions.require(actor, permissions.REPLY)
    now, wanted = now or datetime.now(UTC), {*items}
    with writing() as session:
        task = _load_open(session, task_id)
        if not wanted <= {*ITEMS_OF[task.cause]}:
            raise RefusedError(problem("no_item", "items"))
        before = {*ticks([task.id]).get(task.id, {})}
        if wanted == before:
            return
        table = ReviewPreventionTick
        session.execute(delete(table).where(table.task_id == task.id, table.item.in_(before - wanted)))
        session.add_all(table(task_id=task.id, item=item, at=now, by=actor.account_id) for item in wanted - before)
        log(actor, "ticked", task.id, {"items": sorted(before)}, {"items": sorted(wanted)})


def plan(actor: Actor, task_id: int, account_id: int | None, due_at: datetime, now: datetime | None = None) -> None:
    """Say who does it and until when. ``due_at``: aware. Raises as ``tick`` does."""
    permissions.require(actor, permissions.REPLY)
    now = now or datetime.now(UTC)
    if account_id is not None and account_id not in accounts_that_may(permissions.REPLY):
        raise RefusedError(problem("not_assignable", "account_id"))
    with writing() as session:
        task = _load_open(session, task_id)
        if due_at != task.due_at and not now < due_at <= now + LATEST:
            raise RefusedError(problem("bad_day", "due_on"))
        before = {"assigned_to": task.assigned_to, "due_at": task.due_at.isoformat()}
        task.assigned_to, task.due_at = account_id, due_at
        after = {"assigned_to": account_id, "due_at": due_at.isoformat()}
        if after != before:
            log(actor, "planned", task.id, before, after)


def close(actor: Actor, task_id: int, result: str, reason: str, now: datetime | None = None) -> None:
    """Close a task: done when everything is ticked, dropped with a reason. Raises as ``tick`` does."""
    permissions.require(actor, permissions.REPLY)
    reason = reason.strip()
    if len(reason) > LONGEST or "\0" in reason:
        raise RefusedError(problem("long_reason", "reason"))
    with writing() as session:
        task = _load_open(session, task_id)
        try:
            prevention.close(task.cause, ticks([task.id]).get(task.id, {}), result, reason)
        except PreventionError as error:
            field = {"no_reason": "reason", "not_ticked": "items"}.get(error.code, "result")
            raise RefusedError(problem(error.code, field)) from None
        task.closed_at, task.closed_by = now or datetime.now(UTC), actor.account_id
        task.result, task.reason = result, reason
        log(actor, "closed", task.id, {}, {"result": result}, reason)


def problem(code: str, field: str = "") -> Problem:
    """An objection of this module, in words."""
    sentences = {
        "closed": _("The task is closed already."),
        "no_item": _("This task has no such point."),
        "not_ticked": _("Tick off every point first, or drop the task and say why."),
        "no_reason": _("Say why, in a few words."),
        "unknown": _("Choose how it ended."),
        "long_reason": _("At most %(most)s characters.", most=LONGEST),
        "not_assignable": _("This person may not work on cases. Choose somebody else."),
        "bad_day": _("Choose a day from tomorrow on, within a year."),
    }
    return Problem(f"prevention.{code}", sentences[code], field)


def log(
    actor: Actor | None, act: str, task_id: int, before: dict[str, Any], after: dict[str, Any], reason: str = ""
) -> None:
    """A line in the activity log; ``actor`` None is the program."""
    record_audit(actor, f"{OBJECT}.{act}", OBJECT, task_id, before=before, after=after, reason=reason)


def _load_open(session: Session, task_id: int) -> ReviewPrevention:
    task = lock_row(session, ReviewPrevention, task_id)
    if task.closed_at is not None:
        raise ObjectionsError(problem("closed"))
    return task
