"""The history of a complaint: rows are added and never changed."""

from datetime import datetime

from sqlalchemy.orm import Session

from shopadmin.contract import Actor
from shopadmin.models.complaints import ComplaintEvent


def add(
    session: Session, actor: Actor | None, complaint_id: int, code: str, at: datetime, text: str = "",
    reference: str = "",
) -> None:  # fmt: skip
    """Write down what happened, in the transaction around."""
    by = actor.account_id if actor else None
    session.add(ComplaintEvent(complaint_id=complaint_id, at=at, by=by, code=code, text=text, reference=reference))
