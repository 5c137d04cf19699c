"""Quick replies of tests, and a shop's settings."""

from datetime import UTC, datetime
from typing import Any

from shopadmin_review_recovery.models import ReviewAnswer, ReviewCompensation, ReviewQuickReply
from shopadmin_review_recovery.services import replies
from shopadmin_review_recovery.services.replies import Draft
from sqlalchemy import select

from shopadmin.plugin_api import AccountId, Actor, db

# Ten in the morning in Shanghai.
NOON = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
OWNER = Actor(AccountId(1), "Owner", True, frozenset())
CLERK = Actor(AccountId(2), "Robin", False, frozenset({"review_recovery.case:read", "review_recovery.case:reply"}))
READER = Actor(AccountId(3), "Reader", False, frozenset({"review_recovery.case:read"}))


# What a case that is over has.
OVER = {"state": "resolved_kept", "closed_at": NOON, "outcome": "solved", "reason": "all well"}


def draft(**changes: str) -> Draft:
    values = {
        "code": "late-1", "language": "en", "cause": "logistics", "product_ref": "", "stage": "explain",
        "title": "The parcel is late", "keywords": "late, courier", "note": "Look first",
        "body": "I am sorry that order {{order.no}} is late.",
    }  # fmt: skip
    return Draft(**values | changes)


def make_reply(**changes: str) -> int:
    return replies.create(OWNER, draft(**changes), NOON)


def table() -> list[dict[str, Any]]:
    """Every reply as it is stored."""
    db.session.rollback()
    rows = db.session.scalars(select(ReviewQuickReply).order_by(ReviewQuickReply.id)).all()
    return [{column.name: getattr(row, column.name) for column in row.__table__.columns} for row in rows]


def answers_of(case_id: int) -> list[ReviewAnswer]:
    db.session.rollback()
    return list(db.session.scalars(select(ReviewAnswer).where(ReviewAnswer.case_id == case_id)))


def compensation_states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(ReviewCompensation.state).order_by(ReviewCompensation.id)))
