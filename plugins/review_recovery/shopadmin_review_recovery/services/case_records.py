"""Cases as they stand, and what happened in them. What people do with them is ``cases``."""

from collections.abc import Mapping, Sequence

from sqlalchemy import or_, select

from shopadmin.plugin_api import MissingError, db
from shopadmin_review_recovery.models import ReviewCase, ReviewCaseEvent, ReviewCaseText


def find(case_id: int) -> ReviewCase:
    """The case. Raises MissingError."""
    case = db.session().get(ReviewCase, case_id, populate_existing=True)
    if case is None:
        raise MissingError(case_id)
    return case


def of_review(review_id: int) -> ReviewCase | None:
    """The review's case."""
    return db.session().scalars(select(ReviewCase).where(ReviewCase.review_id == review_id)).one_or_none()


def linked(case: ReviewCase) -> Sequence[ReviewCase]:
    """The other cases of the same order or buyer, oldest first: they share the limits on contact."""
    same = []
    if case.order_id is not None:
        same.append(ReviewCase.order_id == case.order_id)
    if case.buyer_id is not None:
        same.append(ReviewCase.buyer_id == case.buyer_id)
    if not same:
        return []
    query = select(ReviewCase).where(or_(*same), ReviewCase.id != case.id).order_by(ReviewCase.id).limit(50)
    return db.session().scalars(query).all()


def timeline(case_id: int) -> Sequence[ReviewCaseEvent]:
    """What happened in the case, newest first."""
    query = select(ReviewCaseEvent).where(ReviewCaseEvent.case_id == case_id).order_by(ReviewCaseEvent.id.desc())
    return db.session().scalars(query).all()


def written(case_id: int) -> Mapping[int, str]:
    """What people wrote in the case, by the lines of its timeline; a text whose time is over is gone."""
    query = select(ReviewCaseText).where(ReviewCaseText.case_id == case_id)
    return {row.event_id: row.text for row in db.session().scalars(query)}
