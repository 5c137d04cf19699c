"""Runs as they stand: their steps, what was written down in them, and whether somebody is still at it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import MissingError, db
from shopadmin_review_recovery.domain.scripts.walking import Position
from shopadmin_review_recovery.models import ReviewScriptRun, ReviewScriptStep

# After that a run that nobody ended counts as left, and another may begin.
LEFT_AFTER = timedelta(hours=4)


def of_case(case_id: int) -> list[ReviewScriptRun]:
    """The runs of a case, newest first."""
    query = select(ReviewScriptRun).where(ReviewScriptRun.case_id == case_id)
    return list(db.session().scalars(query.order_by(ReviewScriptRun.id.desc())))


def find(run_id: int) -> ReviewScriptRun:
    """A run. Raises MissingError."""
    run = db.session().get(ReviewScriptRun, run_id)
    if run is None:
        raise MissingError(run_id)
    return run


def steps(run_id: int, session: Session | None = None) -> list[ReviewScriptStep]:
    """The steps of a run, in order."""
    query = select(ReviewScriptStep).where(ReviewScriptStep.run_id == run_id)
    return list((session or db.session()).scalars(query.order_by(ReviewScriptStep.position)))


def position(run: ReviewScriptRun, taken: list[ReviewScriptStep]) -> Position:
    """Where a run stands."""
    path = tuple(step.node for step in taken if step.node)
    ended: Any = taken[-1].ended or None
    return Position(path, ended, run.booked_at)


def goes_on(taken: list[ReviewScriptStep], now: datetime) -> bool:
    """Whether somebody is still at it: the run is not over, and its last step is not hours old."""
    return not taken[-1].ended and now - taken[-1].at < LEFT_AFTER


def typed(taken: list[ReviewScriptStep]) -> dict[str, str]:
    """What was written down in a run, what came last counting."""
    return {name: value for step in taken for name, value in step.inputs.items()}


def last_of(session: Session, case_id: int) -> ReviewScriptRun | None:
    """The newest run of the case."""
    query = select(ReviewScriptRun).where(ReviewScriptRun.case_id == case_id)
    return session.scalar(query.order_by(ReviewScriptRun.id.desc()).limit(1))
