"""Prevention tasks: opened when a cause repeats on a product, ticked off, closed, and looked at again afterwards.

The program may look as often as it likes: of a cause on a product one task is open at most, and the index that holds
it lets the second insert fall through.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    MissingError,
    ObjectionsError,
    Problem,
    RefusedError,
    accounts_that_may,
    db,
    ordered_products,
    record_audit,
    writing,
)
from shopadmin_review_recovery import permissions
from shopadmin_review_recovery.domain import prevention
from shopadmin_review_recovery.domain.prevention import ITEMS_OF, PreventionError
from shopadmin_review_recovery.domain.rates import Count
from shopadmin_review_recovery.models import ReviewCase, ReviewPrevention, ReviewPreventionTick
from shopadmin_review_recovery.services.causes_report import cases_by_product

OBJECT = "review_recovery.prevention"
LONGEST = 500
LATEST = timedelta(days=366)
# As many cases as a task's page lists.
SHOWN = 20
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Cases of the cause on the product and its orders, in the 30 days before a task and after it."""

    before: Count
    later: Count
    effect: prevention.Effect


def open_repeated(now: datetime | None = None) -> int:
    """Open a task wherever a cause has repeated; returns how many opened."""
    return _open(_not_invalid(), None, now or datetime.now(UTC))


def open_for_case(session: Session, case_id: int, actor: Actor | None, now: datetime) -> int:
    """The same for the products of one case, inside the transaction around; ``actor``: who confirmed its cause."""
    session.flush()
    mine = cases_by_product([ReviewCase.id == case_id]).subquery()
    keys = session.execute(select(mine.c.platform, mine.c.ref)).all()
    return sum(
        _open([*_not_invalid(), _is_about(platform, ref)], actor, now, (platform, ref)) for platform, ref in keys
    )


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
        _log(actor, "ticked", task.id, {"items": sorted(before)}, {"items": sorted(wanted)})


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
            _log(actor, "planned", task.id, before, after)


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
        _log(actor, "closed", task.id, {}, {"result": result}, reason)


def outcome(task: ReviewPrevention, now: datetime | None = None) -> Outcome:
    """How often the cause came on the product before the task, and in the 30 days after it was closed."""
    moment = now or datetime.now(UTC)
    before = _count(task, task.opened_at - prevention.WINDOW, task.opened_at)
    if task.closed_at is None:
        return Outcome(before, Count(0, 0), "early")
    begins, ends = prevention.after(task.closed_at, moment)
    later = _count(task, begins, ends)
    return Outcome(before, later, prevention.effect(before, later, moment >= task.closed_at + prevention.WINDOW))


def cases_of(task: ReviewPrevention) -> Sequence[Any]:
    """The cases that a task is about, since 30 days before it opened, the newest first."""
    conditions = [*_is_cause(task), ReviewCase.reviewed_at >= task.opened_at - prevention.WINDOW]
    mine = _of_product(conditions, task.platform, task.product_ref)
    query = (
        select(ReviewCase.id, ReviewCase.state, ReviewCase.reviewed_at, ReviewCase.cause_confirmed_at)
        .where(ReviewCase.id.in_(mine))
        .order_by(ReviewCase.reviewed_at.desc(), ReviewCase.id.desc())
    )
    return db.session().execute(query.limit(SHOWN)).all()


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


def _open(
    conditions: Sequence[ColumnElement[bool]], actor: Actor | None, now: datetime,
    only: tuple[str, str] | None = None,
) -> int:  # fmt: skip
    repeated = _repeated(conditions, now, only)
    if not repeated:
        return 0
    able = accounts_that_may(permissions.REPLY)
    with writing() as session:
        return sum(_insert(session, key, ids, actor, able, now) for key, ids in repeated.items())


def _repeated(
    conditions: Sequence[ColumnElement[bool]], now: datetime, only: tuple[str, str] | None
) -> dict[Key, list[int]]:
    """Cases by product and cause where those since the last task are enough and no task is open."""
    since = prevention.counted_since(now, None)
    recent = [ReviewCase.reviewed_at >= since, ReviewCase.reviewed_at <= now, ReviewCase.cause.is_not(None)]
    goods = cases_by_product([*conditions, *recent]).subquery()
    key = (goods.c.platform, goods.c.ref, goods.c.cause)
    many = select(*key).group_by(*key).having(func.count() >= prevention.ENOUGH)
    if only is not None:
        many = many.where(goods.c.platform == only[0], goods.c.ref == only[1])
    candidates = {tuple(row) for row in db.session().execute(many)}
    if not candidates:
        return {}
    refs = {ref for _platform, ref, _cause in candidates}
    ends = _last_ends(refs)
    found: dict[Key, set[int]] = {}
    for row in db.session().execute(select(goods).where(goods.c.ref.in_(refs))):
        mine: Key = (row.platform, row.ref, row.cause)
        is_new = row.reviewed_at >= prevention.counted_since(now, ends.get(mine))
        if mine in candidates and is_new and ends.get(mine, now) is not None:
            found.setdefault(mine, set()).add(row.id)
    return {mine: sorted(ids) for mine, ids in found.items() if prevention.opens(len(ids))}


def _last_ends(refs: Collection[str]) -> dict[Key, datetime | None]:
    """When the last task of each was closed, None while it is open."""
    task = ReviewPrevention
    query = select(task.platform, task.product_ref, task.cause, task.closed_at).where(task.product_ref.in_(refs))
    return {tuple(row[:3]): row.closed_at for row in db.session().execute(query.order_by(task.id))}  # type: ignore[misc]


def _insert(
    session: Session, key: Key, ids: Sequence[int], actor: Actor | None, able: Collection[int], now: datetime
) -> int:
    dialect: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    table = ReviewPrevention
    values = {
        "platform": key[0], "product_ref": key[1], "cause": key[2], "cases": len(ids), "opened_at": now,
        "due_at": now + prevention.DUE_IN, "assigned_to": _person(session, ids, able), "result": "", "reason": "",
    }  # fmt: skip
    statement = (
        dialect.insert(table)
        .values(**values)
        .on_conflict_do_nothing(
            index_elements=["platform", "product_ref", "cause"], index_where=table.closed_at.is_(None)
        )
        .returning(table.id)
    )
    task_id = session.execute(statement).scalar()
    if task_id is None:
        return 0
    _log(actor, "opened", task_id, {}, {"product": key[1], "cause": key[2], "cases": len(ids)})
    return 1


def _person(session: Session, ids: Sequence[int], able: Collection[int]) -> int | None:
    """Who has worked on most of the cases and still may; nobody where nobody has."""
    query = select(ReviewCase.assigned_to, ReviewCase.cause_confirmed_by).where(ReviewCase.id.in_(ids))
    counts = Counter(row[0] or row[1] for row in session.execute(query))
    ranked = sorted((-count, person) for person, count in counts.items() if person in able)
    return ranked[0][1] if ranked else None


def _load_open(session: Session, task_id: int) -> ReviewPrevention:
    task = session.get(ReviewPrevention, task_id, with_for_update=True, populate_existing=True)
    if task is None:
        raise MissingError(task_id)
    if task.closed_at is not None:
        raise ObjectionsError(problem("closed"))
    return task


def _count(task: ReviewPrevention, begins: datetime, ends: datetime) -> Count:
    """Cases of the task's cause whose review was written in ``[begins, ends)``, and orders of its product."""
    session = db.session()
    conditions = [*_is_cause(task), ReviewCase.reviewed_at >= begins, ReviewCase.reviewed_at < ends]
    mine = _of_product(conditions, task.platform, task.product_ref).subquery()
    sold = ordered_products().subquery()
    placed = select(func.count(sold.c.order_id.distinct())).where(
        sold.c.platform == task.platform, sold.c.ref == task.product_ref,
        sold.c.ordered_at >= begins, sold.c.ordered_at < ends,
    )  # fmt: skip
    return Count(session.scalar(select(func.count()).select_from(mine)) or 0, session.scalar(placed) or 0)


def _of_product(conditions: Sequence[ColumnElement[bool]], platform: str, ref: str) -> Select[*tuple[Any, ...]]:
    goods = cases_by_product([*conditions, _is_about(platform, ref)]).subquery()
    return select(goods.c.id).where(goods.c.platform == platform, goods.c.ref == ref)


def _is_about(platform: str, ref: str) -> ColumnElement[bool]:
    """Which cases can be about the product: a few by an index, before their orders are looked at."""
    return (ReviewCase.platform == platform) & ReviewCase.product_ref.in_((ref, ""))


def _is_cause(task: ReviewPrevention) -> list[ColumnElement[bool]]:
    return [*_not_invalid(), ReviewCase.cause == task.cause]


def _not_invalid() -> list[ColumnElement[bool]]:
    return [ReviewCase.state != "invalid"]


def _log(
    actor: Actor | None, act: str, task_id: int, before: dict[str, Any], after: dict[str, Any], reason: str = ""
) -> None:
    record_audit(actor, f"{OBJECT}.{act}", OBJECT, task_id, before=before, after=after, reason=reason)
