"""What the program remembers by name."""

from sqlalchemy.orm import Session

from shopadmin.plugin_api import db
from shopadmin_review_recovery.models import ReviewRecoveryMemo


def read(name: str) -> str:
    """What was remembered, empty for nothing."""
    found = db.session().get(ReviewRecoveryMemo, name)
    return found.value if found else ""


def write(session: Session, name: str, value: str) -> None:
    """Remember it, inside the transaction around."""
    session.merge(ReviewRecoveryMemo(name=name, value=value))
    session.flush()
