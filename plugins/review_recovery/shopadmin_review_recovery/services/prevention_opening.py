"""Prevention tasks open when a cause repeats on a product.

The program may look as often as it likes: of a cause on a product one task is open at most, and the index that holds
it lets the second insert fall through.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shopadmin.plugin_api import Actor, accounts_that_may, db, writing
from shopadmin_review_recovery import permissions
from shopadmin_review_recovery.domain import prevention
from shopadmin_review_recovery.models import ReviewCase, ReviewPrevention
from shopadmin_review_recovery.services import prevention_cases
from shopadmin_review_recovery.services.causes_report import cases_by_product
from shopadmin_review_recovery.services.prevention import log

Key = tuple[str, str, str]


def open_repeated(now: datetime | None = None) -> int:
    """Open a task wherever a cause has repeated; returns how many opened."""
    return _open(prevention_cases.not_invalid(), None, now or datetime.now(UTC))


def open_for_case(session: Session, case_id: int, actor: Actor | None, now: datetime) -> int:
    """The same for the products of one case, inside the transaction around; ``actor``: who confirmed its cause."""
    session.flush()
    mine = cases_by_product([ReviewCase.id == case_id]).subquery()
    keys = session.execute(select(mine.c.platform, mine.c.ref)).all()
    return sum(
        _open([*prevention_cases.not_invalid(), prevention_cases.is_about(platform, ref)], actor, now, (platform, ref))
        for platform, ref in keys
    )


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
    log(actor, "opened", task_id, {}, {"product": key[1], "cause": key[2], "cases": len(ids)})
    return 1


def _person(session: Session, ids: Sequence[int], able: Collection[int]) -> int | None:
    """Who has worked on most of the cases and still may; nobody where nobody has."""
    query = select(ReviewCase.assigned_to, ReviewCase.cause_confirmed_by).where(ReviewCase.id.in_(ids))
    counts = Counter(row[0] or row[1] for row in session.execute(query))
    ranked = sorted((-count, person) for person, count in counts.items() if person in able)
    return ranked[0][1] if ranked else None
