"""What ``shopadmin check`` looks at of rules, decisions and holds."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select

from shopadmin.plugin_api import Problem, db
from shopadmin_buyer_labels.models import OrderDecision, OrderHold, PolicyRule

# The worker looks every quarter of a minute: where one is this late it does not run, or does not get so far.
LATE = timedelta(hours=1)


def problems(now: datetime | None = None) -> Iterator[Problem]:
    """Holds that nobody let go of, holds without any decision, decisions of a version of a rule that is not there."""
    due = OrderHold.release_at < (now or datetime.now(UTC)) - LATE
    undecided = OrderHold.released_at.is_(None) & OrderHold.confirmed_at.is_(None)
    of_order = (OrderDecision.order_id == OrderHold.order_id) & (OrderDecision.ordered_at == OrderHold.ordered_at)
    version = (PolicyRule.id == OrderDecision.rule_id) & (PolicyRule.version == OrderDecision.version)
    yield from counted(OrderHold, due & undecided, "hold_late", "orders are held past their time")
    yield from counted(OrderHold, ~exists().where(of_order), "hold_alone", "holds follow from no decision")
    yield from counted(OrderDecision, ~exists().where(version), "no_rule", "decisions follow no version of a rule")


def counted(model: Any, is_wrong: ColumnElement[bool], code: str, words: str) -> Iterator[Problem]:
    """One problem for all rows that are wrong; nothing of a person in it."""
    found = db.session().scalar(select(func.count(model.id)).where(is_wrong))
    if found:
        yield Problem(f"buyer_labels.{code}", f"{found} {words}")
