"""What cannot be in the plugin's own tables: said by ``shopadmin check``."""

from collections.abc import Iterator

from sqlalchemy import func, select

from shopadmin.plugin_api import Problem, db
from shopadmin_review_recovery.domain.states import RUNNING
from shopadmin_review_recovery.models import ReviewCase, ReviewCaseEvent


def problems() -> Iterator[Problem]:
    """Cases that nobody knows the beginning of, and clocks that run where they should stand, or the reverse."""
    session = db.session()
    told = select(ReviewCaseEvent.id).where(ReviewCaseEvent.case_id == ReviewCase.id, ReviewCaseEvent.code == "opened")
    silent = select(func.count()).select_from(ReviewCase).where(~told.exists())
    if count := session.scalar(silent):
        yield Problem("review_recovery.silent", f"{count} cases have no line that says when they opened")
    wrong = (
        select(func.count())
        .select_from(ReviewCase)
        .where(ReviewCase.state.in_(RUNNING) != ReviewCase.clock_since.is_not(None))
    )
    if count := session.scalar(wrong):
        yield Problem("review_recovery.clock", f"the clocks of {count} cases do not fit their states")
