"""Labelled buyers with orders, and rules that act, for tests of what follows."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from labels_of_tests import ACTIVE, NOW, add_label
from people_of_tests import OWNER, active
from shopadmin_buyer_labels.domain.policy import Effect, Level, Rule
from shopadmin_buyer_labels.models import Label, OrderDecision, OrderHold, PolicyRule
from shopadmin_buyer_labels.services import changes, rules
from sqlalchemy import select

from shopadmin import testing
from shopadmin.plugin_api import db, writing

# A decision of the platform on a grave case: what allows most.
GRAVE: dict[str, Any] = ACTIVE | {"tier": 3, "evidence_tier": 3, "severity": 3}
HOLD = Effect(Level.HOLD, hold_hours=24)
LATER = NOW + timedelta(days=15)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_NUMBERS = count(1)


def lasting() -> dict[str, Any]:
    """When a label ends that is in force whenever the tests run: whoever decides about an order asks the clock."""
    now = datetime.now(NOW.tzinfo)
    return {"expires_at": now + 200 * DAY, "latest_at": now + 300 * DAY}


def grave_label(buyer_id: int, **changes: Any) -> int:
    """An active label on a decision of the platform."""
    return add_label(**GRAVE | {"buyer_id": buyer_id} | lasting() | changes)


def lasting_label(**changes: Any) -> int:
    """A label by the services as they work on it, and in force whenever the tests run."""
    label_id = active(**changes)
    change(label_id, **lasting())
    return label_id


def live_rule(effect: Effect = HOLD, is_approved: bool = True, **options: Any) -> int:
    """A rule on every label in force that acts since NOW; its version's id."""
    rule = Rule(frozenset(), effect, **{"min_tier": 3, "min_severity": 3} | options)
    rule_id = rules.add(OWNER, rules.Draft(f"Rule {next(_NUMBERS)}", rule), NOW - timedelta(days=20))
    rules.go_live(OWNER, rule_id, is_approved, NOW)
    return rule_id


def order_of(buyer_id: int, number: int = 1, **changes: Any) -> int:
    """A paid order of the buyer."""
    return testing.make_order(number, buyer_id=buyer_id, created_at=NOW, **changes)


def change(label_id: int, **values: Any) -> None:
    """Change a label as its services do, and say so."""
    with writing() as session:
        label = session.get_one(Label, label_id)
        for name, value in values.items():
            setattr(label, name, value)
        changes.changed([label_id])


def decisions(order_id: int) -> list[OrderDecision]:
    db.session.rollback()
    query = select(OrderDecision).where(OrderDecision.order_id == order_id).order_by(OrderDecision.id)
    return list(db.session.scalars(query))


def hold_of(order_id: int) -> OrderHold | None:
    db.session.rollback()
    return db.session.scalar(select(OrderHold).where(OrderHold.order_id == order_id))


def held(order_id: int) -> OrderHold:
    found = hold_of(order_id)
    assert found is not None
    return found


def rule_row(rule_id: int) -> PolicyRule:
    db.session.rollback()
    return db.session.get_one(PolicyRule, rule_id)


__all__ = ["DAY", "GRAVE", "HOLD", "HOUR", "LATER", "NOW", "OWNER", "datetime"]
