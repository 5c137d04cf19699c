"""One way to lock cases, so that no two transactions wait for each other."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import MissingError
from shopadmin_review_recovery.models import ReviewCase


def lock_case(session: Session, case_id: int) -> ReviewCase:
    """The case, locked with all others of its order, always in the same sequence: they share what was paid.

    Raises MissingError.
    """
    case = session.get(ReviewCase, case_id)
    if case is None:
        raise MissingError(case_id)
    shared = ReviewCase.id == case_id if case.order_id is None else ReviewCase.order_id == case.order_id
    session.execute(select(ReviewCase.id).where(shared).order_by(ReviewCase.id).with_for_update()).all()
    session.refresh(case)
    return case
