"""The cases that prevention tasks are about: which they are, and how many came before a task and after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from shopadmin.plugin_api import db, ordered_products
from shopadmin_review_recovery.domain import prevention
from shopadmin_review_recovery.domain.rates import Count
from shopadmin_review_recovery.models import ReviewCase, ReviewPrevention
from shopadmin_review_recovery.services.causes_report import cases_by_product

# As many cases as a task's page lists.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """Cases of the cause on the product and its orders, in the 30 days before a task and after it."""

    before: Count
    later: Count
    effect: prevention.Effect


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


def is_about(platform: str, ref: str) -> ColumnElement[bool]:
    """Which cases can be about the product: a few by an index, before their orders are looked at."""
    return (ReviewCase.platform == platform) & ReviewCase.product_ref.in_((ref, ""))


def not_invalid() -> list[ColumnElement[bool]]:
    """Which cases count: a review that was none does not."""
    return [ReviewCase.state != "invalid"]


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
    goods = cases_by_product([*conditions, is_about(platform, ref)]).subquery()
    return select(goods.c.id).where(goods.c.platform == platform, goods.c.ref == ref)


def _is_cause(task: ReviewPrevention) -> list[ColumnElement[bool]]:
    return [*not_invalid(), ReviewCase.cause == task.cause]
