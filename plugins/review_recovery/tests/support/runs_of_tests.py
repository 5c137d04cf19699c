"""A case whose buyer can be rung, and a person who rings."""

from datetime import UTC, datetime
from typing import Any

from shopadmin_review_recovery.models import ReviewCase, ReviewCaseEvent
from shopadmin_review_recovery.services import run_records, runs, scripts
from sqlalchemy import select

from shopadmin import testing
from shopadmin.plugin_api import AccountId, Actor, db, writing

# Ten in the morning in Shanghai.
NOON = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
PHONE = "13900139001"
CLERK = Actor(AccountId(2), "Robin", False, frozenset({"review_recovery.case:read", "review_recovery.case:reply"}))
OWNER = Actor(AccountId(1), "Owner", True, frozenset())


def make_case(platform: str = "shopify", phone: str = PHONE, status: str = "completed", **changes: Any) -> int:
    buyer_id = testing.make_buyer(name="Wang Sample", phone=phone)
    number = 1 + db.session.query(ReviewCase).count()
    order_id = testing.make_order(number, buyer_id=buyer_id, platform=platform, status=status)
    review_id = testing.make_review(number, platform=platform, order_id=order_id, buyer_id=buyer_id)
    values: dict[str, Any] = {
        "review_id": review_id, "order_id": order_id, "buyer_id": buyer_id, "platform": platform, "stars": 1,
        "state": "triaged", "opened_at": NOON, "reviewed_at": NOON, "urgency": "stars1", "burns_at": NOON,
    }  # fmt: skip
    with writing() as session:
        case = ReviewCase(**values | changes)
        session.add(case)
        session.flush()
        return case.id


def take(run_id: int, *outcomes: str, now: datetime = NOON, actor: Actor = CLERK, **inputs: str) -> Any:
    """Steps one after the other; all of them are offered the inputs."""
    given = {name.replace("__", "."): value for name, value in inputs.items()}
    at = None
    for on in outcomes:
        at = runs.step(actor, run_id, len(run_records.steps(run_id)) - 1, on, given, now)
    return at


def path(run_id: int) -> list[str]:
    db.session.rollback()
    return [step.node or f"[{step.ended}]" for step in run_records.steps(run_id)]


def case(case_id: int) -> ReviewCase:
    db.session.rollback()
    return db.session.get(ReviewCase, case_id, populate_existing=True)


def events(case_id: int) -> list[str]:
    query = select(ReviewCaseEvent.code).where(ReviewCaseEvent.case_id == case_id).order_by(ReviewCaseEvent.id)
    return list(db.session.scalars(query))


def set_platform(app: Any, **settings: str) -> None:
    """What the owner set on the plugin's page."""
    from shopadmin.services import plugins

    plugins.save_settings(OWNER, "review_recovery", {"rules_read_on": "2026-02-01", "contact": "our chat", **settings})


def publish(text: str) -> int:
    script_id = scripts.bring_in(OWNER, text)
    return scripts.publish(OWNER, script_id, 1)
