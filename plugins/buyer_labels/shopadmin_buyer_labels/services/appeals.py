"""Objections of buyers to labels: opened from any channel, decided by somebody else, suspended by time (G10).

A label is locked before its appeal, so that two who decide at once take turns: the second one hears of the first.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import Actor, MissingError, ObjectionsError, OrderId, RefusedError, db, lock_row, writing
from shopadmin_buyer_labels import appeal_texts, permissions
from shopadmin_buyer_labels.domain import appeals as rules
from shopadmin_buyer_labels.domain.status import FINAL, status
from shopadmin_buyer_labels.models import Appeal, Label, Rebuttal
from shopadmin_buyer_labels.services import appeal_records, reading, records

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Objection:
    """What a buyer says. ``channel``: one of ``rules.CHANNELS``; ``said_at``: aware UTC, None for now; ``order_id``:
    from whose page it was raised.
    """

    text: str = ""
    channel: str = "page"
    said_at: datetime | None = None
    order_id: OrderId | None = None


def open_for(actor: Actor | None, label_id: int, objection: Objection, now: datetime | None = None) -> int:
    """Write an objection down and pause the label at once; returns the appeal's id, of one that is open already its.

    Raises ForbiddenError, MissingError, RefusedError, ObjectionsError where the label is over.
    """
    permissions.require(actor, permissions.READ)
    now = now or datetime.now(UTC)
    text = _checked(objection.text, "text")
    if objection.channel not in rules.CHANNELS:
        raise RefusedError(appeal_texts.problem("channel", "channel"))
    said_at = objection.said_at or now
    if said_at > now:
        raise RefusedError(appeal_texts.problem("future", "said_at"))
    with writing() as session:
        label = _label(session, label_id)
        if not may_open(label, now):
            raise ObjectionsError(appeal_texts.problem("label_over"))
        found = _open_one(session, label.id)
        if found is None:
            found = _start(session, actor, label, objection, now)
        if text:
            session.add(
                Rebuttal(label_id=label.id, appeal_id=found.id, said_at=said_at, written_by=_by(actor), text=text)
            )
        session.flush()
        return found.id


def may_open(label: Label, now: datetime) -> bool:
    """Whether there is still something to object to."""
    return status(reading.facts(label), now) not in FINAL


def decide(
    actor: Actor, appeal_id: int, outcome: rules.Outcome, remedy: rules.Remedy | Literal[""], reason: str,
    now: datetime | None = None,
) -> None:  # fmt: skip
    """Decide about an objection: upheld corrects or revokes the label, rejected lets its effect go on.

    ``reason``: why, for the buyer's dossier. Raises ForbiddenError, MissingError, RefusedError; ObjectionsError for
    whoever wrote or reviewed the label, and where somebody has decided meanwhile.
    """
    permissions.require(actor, permissions.DECIDE_APPEAL)
    now = now or datetime.now(UTC)
    reason = _checked(reason, "reason")
    if outcome not in rules.OUTCOMES or remedy not in ("", *rules.REMEDIES):
        raise RefusedError(appeal_texts.problem("outcome", "outcome"))
    if not reason:
        raise RefusedError(appeal_texts.problem("no_reason", "reason"))
    with writing() as session:
        label, found = _locked(session, appeal_id)
        _lapse(session, label, found, now)
        refusal = rules.lacks(
            appeal_records.facts(found, label), actor.account_id, appeal_records.deciders(), outcome, remedy, now
        )
        if refusal == "remedy":
            raise RefusedError(appeal_texts.problem(refusal, "remedy"))
        if refusal:
            raise ObjectionsError(appeal_texts.problem(refusal))
        found.author, found.editor = label.created_by, label.edited_by
        found.submitter, found.reviewer = label.submitted_by, label.reviewed_by
        found.decided_at, found.decided_by = now, actor.account_id
        found.outcome, found.remedy, found.reason = outcome, remedy, reason
        before = status(reading.facts(label), now)
        _settle(label, found, now)
        records.keep(session, actor, label, f"appeal_{outcome}", now, reason, before, appeal=found.id, remedy=remedy)


def take_back(actor: Actor, appeal_id: int, now: datetime | None = None) -> None:
    """Undo one's own click: the label's effect goes on. Raises ForbiddenError, MissingError; ObjectionsError for what
    somebody else raised, what a buyer said, and what is decided or overdue.
    """
    permissions.require(actor, permissions.READ)
    now = now or datetime.now(UTC)
    with writing() as session:
        label, found = _locked(session, appeal_id)
        if refusal := appeal_records.cannot_take_back(session, actor, found, label, now):
            raise ObjectionsError(appeal_texts.problem(refusal))
        found.decided_at, found.decided_by, found.outcome = now, actor.account_id, rules.WITHDRAWN
        before = status(reading.facts(label), now)
        label.disputed_at = None
        records.keep(session, actor, label, "appeal_withdrawn", now, "", before, appeal=found.id)


def suspend_overdue(now: datetime | None = None) -> int:
    """Suspend the labels whose objections nobody has decided in time; returns how many."""
    now = now or datetime.now(UTC)
    late = select(Appeal.id).where(Appeal.decided_at.is_(None), Appeal.overdue_at.is_(None), Appeal.due_at <= now)
    found = db.session().scalars(late.order_by(Appeal.id)).all()
    for appeal_id in found:
        with writing() as session:
            label, appeal = _locked(session, appeal_id)
            _lapse(session, label, appeal, now)
    return len(found)


def _start(session: Session, actor: Actor | None, label: Label, objection: Objection, now: datetime) -> Appeal:
    found = Appeal(
        label_id=label.id, buyer_id=label.buyer_id, order_id=objection.order_id, channel=objection.channel,
        opened_at=now, opened_by=_by(actor), due_at=rules.due_at(now), alone_from=now + rules.PAUSE,
    )  # fmt: skip
    session.add(found)
    before = status(reading.facts(label), now)
    label.disputed_at = now
    session.flush()
    records.keep(session, actor, label, "appeal_opened", now, "", before, appeal=found.id, channel=objection.channel)
    return found


def _settle(label: Label, appeal: Appeal, now: datetime) -> None:
    """What the decision does to the label; one that is over already stays as it is."""
    label.disputed_at = None
    if label.suspended_why == "overdue":
        label.suspended_at, label.suspended_why = None, ""
    if appeal.outcome == "rejected" or status(reading.facts(label), now) in FINAL:
        return
    if appeal.remedy == "corrected":
        label.corrected_at = now
    else:
        label.revoked_at, label.revoked_why = now, "overturned"


def _lapse(session: Session, label: Label, appeal: Appeal, now: datetime) -> None:
    if appeal.overdue_at is not None or not rules.is_overdue(appeal_records.facts(appeal, label), now):
        return
    appeal.overdue_at, before = now, status(reading.facts(label), now)
    if label.suspended_at is None:
        label.suspended_at, label.suspended_why = now, "overdue"
    records.keep(session, None, label, "appeal_overdue", now, "", before, appeal=appeal.id)


def _locked(session: Session, appeal_id: int) -> tuple[Label, Appeal]:
    label_id = session.scalar(select(Appeal.label_id).where(Appeal.id == appeal_id))
    if label_id is None:
        raise MissingError(appeal_id)
    label = _label(session, label_id)
    found = lock_row(session, Appeal, appeal_id)
    return label, found


def _label(session: Session, label_id: int) -> Label:
    found = records.load(session, label_id, None)
    if found.tombstoned_at is not None:
        raise MissingError(label_id)
    return found


def _open_one(session: Session, label_id: int) -> Appeal | None:
    query = select(Appeal).where(Appeal.label_id == label_id, Appeal.decided_at.is_(None))
    return session.scalars(query).one_or_none()


def _by(actor: Actor | None) -> int | None:
    return actor.account_id if actor else None


def _checked(text: str, field: str) -> str:
    text = text.strip()
    if "\0" in text or len(text) > LONGEST:
        raise RefusedError(appeal_texts.problem("text", field))
    return text
