"""Objections as they stand: which are open, what buyers say, and who may decide about them or take them back."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import Actor, MissingError, accounts_that_may, among, db
from shopadmin_buyer_labels import permissions
from shopadmin_buyer_labels.domain import appeals as rules
from shopadmin_buyer_labels.models import Appeal, Label, Rebuttal
from shopadmin_buyer_labels.services import records

_REBUTTALS = select(Rebuttal).where(among(Rebuttal.label_id, "ids")).order_by(Rebuttal.id)


def may_take_back(actor: Actor, found: Appeal, label: Label, now: datetime) -> bool:
    """Whether the actor is shown the way to undo it."""
    return cannot_take_back(db.session(), actor, found, label, now) is None


def find(appeal_id: int) -> Appeal:
    """The appeal. Raises MissingError."""
    found = db.session().get(Appeal, appeal_id)
    if found is None:
        raise MissingError(appeal_id)
    return found


def open_of(label_ids: Collection[int]) -> Mapping[int, Appeal]:
    """The open appeals of these labels, by label."""
    query = select(Appeal).where(among(Appeal.label_id, "ids"), Appeal.decided_at.is_(None))
    return {found.label_id: found for found in db.session().scalars(query, {"ids": list(label_ids)})}


def waiting(before: datetime) -> tuple[int, int]:
    """How many objections wait for a decision, and how many of them are due before then (aware UTC)."""
    due = func.count().filter(Appeal.due_at <= before)
    is_open = (Appeal.decided_at.is_(None), Label.tombstoned_at.is_(None))
    query = select(func.count(), due).join(Label, Label.id == Appeal.label_id).where(*is_open)
    row = db.session().execute(query).one()
    return row[0], row[1]


def rebuttals_of(label_ids: Collection[int]) -> Mapping[int, list[Rebuttal]]:
    """What buyers say of these labels, by label, the oldest first: to be shown wherever a label is."""
    found: dict[int, list[Rebuttal]] = {}
    for row in db.session().scalars(_REBUTTALS, {"ids": list(label_ids)}):
        if row.text:
            found.setdefault(row.label_id, []).append(row)
    return found


def deciders() -> Collection[int]:
    """The accounts that may decide about objections now."""
    return accounts_that_may(permissions.DECIDE_APPEAL).keys()


def facts(appeal: Appeal, label: Label) -> rules.Facts:
    """What the rules see of an appeal and its label."""
    people = {*records.authors(label), label.reviewed_by}
    return rules.Facts(appeal.opened_at, appeal.decided_at, frozenset(one for one in people if one is not None))


def cannot_take_back(
    session: Session, actor: Actor, found: Appeal, label: Label, now: datetime
) -> rules.Refusal | None:
    """Why the actor cannot undo it, None where that is possible."""
    words = session.scalar(select(func.count(Rebuttal.id)).where(Rebuttal.appeal_id == found.id)) or 0
    return rules.cannot_take_back(facts(found, label), actor.account_id, found.channel, found.opened_by, words, now)
