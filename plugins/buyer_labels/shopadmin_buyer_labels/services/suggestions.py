"""Suggestions that two buyers are one person, and what a person says of them: the same, or two people."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import Actor, MissingError, ObjectionsError, db, keep_buyer, lock_row, record_audit, writing
from shopadmin_buyer_labels import permissions
from shopadmin_buyer_labels.models import MatchSuggestion
from shopadmin_buyer_labels.people_texts import problem
from shopadmin_buyer_labels.services import merging
from shopadmin_buyer_labels.services.people import same_people


def find(suggestion_id: int) -> MatchSuggestion:
    """The suggestion. Raises MissingError."""
    found = db.session().get(MatchSuggestion, suggestion_id)
    if found is None:
        raise MissingError(suggestion_id)
    return found


def same(actor: Actor, suggestion_id: int, why: str, now: datetime | None = None) -> int:
    """The two are one person: merges them and returns the merge's id. Raises as ``merging.join``; MissingError;
    ObjectionsError where somebody decided meanwhile.
    """
    permissions.require(actor, permissions.MERGE)
    with writing() as session:
        row = _open(session, suggestion_id)
        return merging.join(actor, row.buyer_id, row.other_id, why, now)


def told_apart(actor: Actor, suggestion_id: int, now: datetime | None = None) -> None:
    """The two are two people: they are not suggested again. Raises ForbiddenError, MissingError, ObjectionsError."""
    permissions.require(actor, permissions.MERGE)
    with writing() as session:
        row = _open(session, suggestion_id)
        keep_buyer(row.buyer_id)
        keep_buyer(row.other_id)
        for each in _between(session, row):
            each.decision, each.decided_at, each.decided_by = "other", now or datetime.now(UTC), actor.account_id
        _keep(session, actor, "buyer_labels.person.told_apart", row)


def ask_again(actor: Actor, suggestion_id: int) -> None:
    """Take back that the two are two people: it is open again. Raises as ``told_apart``."""
    permissions.require(actor, permissions.MERGE)
    with writing() as session:
        row = lock_row(session, MatchSuggestion, suggestion_id)
        if row.decision != "other":
            raise ObjectionsError(problem("not_told_apart"))
        row.decision, row.decided_at, row.decided_by = "", None, None
        _keep(session, actor, "buyer_labels.person.asked_again", row)


def _between(session: Session, row: MatchSuggestion) -> Sequence[MatchSuggestion]:
    """All that is open between the two people: each may have several rows in the shop's list."""
    people = same_people([row.buyer_id, row.other_id])
    ones, others = people[row.buyer_id], people[row.other_id]
    query = select(MatchSuggestion).where(
        MatchSuggestion.decision == "",
        or_(
            and_(MatchSuggestion.buyer_id.in_(ones), MatchSuggestion.other_id.in_(others)),
            and_(MatchSuggestion.buyer_id.in_(others), MatchSuggestion.other_id.in_(ones)),
        ),
    )
    return session.scalars(query).all()


def _open(session: Session, suggestion_id: int) -> MatchSuggestion:
    row = lock_row(session, MatchSuggestion, suggestion_id)
    if row.decision:
        raise ObjectionsError(problem("decided_already"))
    return row


def _keep(session: Session, actor: Actor, code: str, row: MatchSuggestion) -> None:
    session.flush()
    record_audit(actor, code, "buyer", row.buyer_id, after={"other": row.other_id, "suggestion": row.id})
    merging.tell(session, (row.buyer_id, row.other_id))
