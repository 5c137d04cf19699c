"""Complaints to platforms that labels and orders lead to, and what becomes of the labels when one is decided.

The complaint itself is the core's: its checklist, deadline and outcome are worked on there.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    BuyerId,
    ComplaintDecided,
    ComplaintRequest,
    ComplaintSnapshot,
    EvidenceOrigin,
    EvidenceSnapshot,
    ObjectionsError,
    OrderId,
    OrderSnapshot,
    complaint_decisions,
    complaints_of,
    db,
    evidence_of,
    evidence_snapshots,
    open_complaint,
    order_snapshots,
    store_evidence,
    writing,
)
from shopadmin_buyer_labels import appeal_texts, permissions
from shopadmin_buyer_labels.domain import joint_governance as rules
from shopadmin_buyer_labels.domain.moves import COOLING
from shopadmin_buyer_labels.domain.status import status
from shopadmin_buyer_labels.domain.taxonomy import UPHELD
from shopadmin_buyer_labels.models import Label, LabelEvidence, Outcome
from shopadmin_buyer_labels.services import people, reading, records

WORK, SEES_ORDERS = "core.complaints:work", "core.orders:read"
OF_LABEL, OF_ORDER = "buyer_labels.label", "buyer_labels.order"
# How far back decisions are looked for that nobody told of.
MISSED = timedelta(days=30)
_PAGE = 200


def require(actor: Actor) -> None:
    """Raise ForbiddenError unless the actor may open complaints, and see what they are about."""
    for point in (permissions.PROPOSE, WORK, SEES_ORDERS):
        permissions.require(actor, point)


def may_open(actor: Actor) -> bool:
    """Whether the actor is shown the way to a complaint."""
    return all(actor.can(point) for point in (permissions.PROPOSE, WORK, SEES_ORDERS))


def in_the_way(label: Label, now: datetime) -> rules.Refusal | None:
    """What of the label itself stands in the way of a complaint, whatever the order."""
    pieces = len(_uuids(db.session(), label.id))
    return rules.lacks(replace(_facts(label, None, pieces, now), order_of=label.buyer_id))


def in_the_way_of_order(order_id: OrderId) -> rules.Refusal | None:
    """The same of an order that nobody is labelled for."""
    return None if evidence_of("order", order_id) else "no_evidence"


def of_label(label_id: int) -> list[ComplaintSnapshot]:
    """What was opened for the label, the newest first."""
    return complaints_of(OF_LABEL, label_id)


def of_order(order_id: OrderId) -> list[ComplaintSnapshot]:
    """What was opened for the order, the newest first."""
    return complaints_of(OF_ORDER, order_id)


def open_for_label(
    actor: Actor, label_id: int, order_id: OrderId | None, ground: str, note: str = "",
    deadline_at: datetime | None = None,
) -> int:  # fmt: skip
    """Open a complaint with what the label rests on; returns its id, of one that is open already that one's.

    ``deadline_at``: aware; none for the checklist's own. Raises ForbiddenError, MissingError, RefusedError;
    ObjectionsError without order or evidence (S12), and where it was the shop's own fault (S10).
    """
    require(actor)
    now = datetime.now(UTC)
    with writing() as session:
        label = records.load(session, label_id, None)
        order = next(iter(order_snapshots([order_id])), None) if order_id else None
        uuids = _uuids(session, label.id)
        refusal = rules.lacks(_facts(label, order, len(uuids), now))
        if refusal or order is None:
            raise ObjectionsError(appeal_texts.problem(refusal or "no_order", "order_id"))
        known = {found.id for found in of_label(label.id)}
        request = ComplaintRequest(
            order.platform, ground, OF_LABEL, label.id, order_id=order.id, buyer_id=BuyerId(label.buyer_id), note=note,
            evidence=uuids, deadline_at=deadline_at,
        )  # fmt: skip
        complaint_id = open_complaint(actor, request)
        if complaint_id not in known:
            records.keep(session, actor, label, "complaint_opened", now, complaint=complaint_id)
        return complaint_id


def open_for_order(
    actor: Actor, order_id: OrderId, ground: str, note: str = "", deadline_at: datetime | None = None
) -> int:
    """The same from an order that nobody is labelled for yet, with the evidence that is kept with it."""
    require(actor)
    with writing():
        order = next(iter(order_snapshots([order_id])), None)
        if order is None:
            raise ObjectionsError(appeal_texts.problem("no_order", "order_id"))
        uuids = tuple(found.uuid for found in reversed(evidence_of("order", order.id)))
        if not uuids:
            raise ObjectionsError(appeal_texts.problem("no_evidence", "order_id"))
        request = ComplaintRequest(
            order.platform, ground, OF_ORDER, order.id, order_id=order.id, buyer_id=order.buyer_id, note=note,
            evidence=uuids, deadline_at=deadline_at,
        )  # fmt: skip
        return open_complaint(actor, request)


def decided(event: ComplaintDecided) -> None:
    """What the platform said reaches each label that the complaint is about, once for each outcome."""
    with writing() as session:
        for label_id in _concerned(session, event):
            label = session.get(Label, label_id, with_for_update=True, populate_existing=True)
            if label is not None and label.tombstoned_at is None and not _is_heard(session, label.id, event):
                _hear(session, label, event)


def catch_up(now: datetime | None = None) -> int:
    """Decisions that no word came of (a kill, or the plugin was off); returns how many were looked at."""
    since, after, seen = (now or datetime.now(UTC)) - MISSED, 0, 0
    while found := complaint_decisions(since, after, _PAGE):
        for event in found:
            decided(event)
        after, seen = found[-1].complaint_id, seen + len(found)
    return seen


def outcomes_of(session: Session, label_id: int) -> Sequence[Outcome]:
    """What platforms decided about the label, the oldest first."""
    query = select(Outcome).where(Outcome.label_id == label_id).order_by(Outcome.id)
    return session.scalars(query).all()


def _hear(session: Session, label: Label, event: ComplaintDecided) -> None:
    now, before = datetime.now(UTC), label.evidence_tier
    stood = status(reading.facts(label), now)
    effect = rules.effect(event.outcome, stood)
    if effect == "attach":
        _attach(session, label, event, now)
    elif effect == "review":
        label.reviewed_at = label.reviewed_by = label.noticed_at = None
        label.notice_sent_at = label.notice_impossible_at = None
        # The shop of one person sleeps on it again.
        label.cooling_until = now + COOLING if label.cooling_until else None
    elif effect == "suspend":
        label.suspended_at, label.suspended_why = label.suspended_at or now, "rejected"
    session.add(
        Outcome(
            complaint_id=event.complaint_id, label_id=label.id, ground=event.ground, outcome=event.outcome,
            decided_at=event.at, heard_at=now, tier_before=before, tier_after=label.evidence_tier,
        )
    )  # fmt: skip
    act = f"complaint_{event.outcome}"
    records.keep(session, None, label, act, now, before=stood, complaint=event.complaint_id, tier=label.evidence_tier)


def _attach(session: Session, label: Label, event: ComplaintDecided, now: datetime) -> None:
    """The decision as E3: what the core kept of it, else a line that says which it was."""
    found = [piece for piece in evidence_snapshots(event.evidence) if piece.kind == "decision" and piece.tier >= UPHELD]
    attached = set(_uuids(session, label.id))
    for piece in found or [_line(label, event)]:
        if piece.uuid not in attached:
            row = LabelEvidence(
                label_id=label.id, uuid=piece.uuid, tier=piece.tier, sha256=piece.sha256, attached_at=now
            )
            session.add(row)
    label.evidence_tier = rules.tier_after([label.evidence_tier, *(piece.tier for piece in found)])
    label.tier = max(label.tier, label.evidence_tier)
    session.flush()


def _line(label: Label, event: ComplaintDecided) -> EvidenceSnapshot:
    text = (
        f"complaint: {event.complaint_id}\nplatform: {event.platform}\nground: {event.ground}\noutcome: {event.outcome}"
    )
    origin = EvidenceOrigin(event.at, event.platform, UPHELD)
    kept = store_evidence(None, OF_LABEL, label.id, "decision", text, origin)
    return evidence_snapshots([kept])[0]


def _concerned(session: Session, event: ComplaintDecided) -> Sequence[int]:
    """The label that it was opened for, and those that rest on evidence which went with it."""
    resting = select(LabelEvidence.label_id).where(LabelEvidence.uuid.in_(event.evidence))
    own = {event.origin_id} if event.origin == OF_LABEL and event.origin_id is not None else set()
    return sorted(own | set(session.scalars(resting)))


def _is_heard(session: Session, label_id: int, event: ComplaintDecided) -> bool:
    """The core may tell the same outcome twice; after an appeal it tells another one."""
    same = (Outcome.complaint_id == event.complaint_id, Outcome.label_id == label_id, Outcome.decided_at == event.at)
    return session.scalar(select(Outcome.id).where(*same)) is not None


def _facts(label: Label, order: OrderSnapshot | None, pieces: int, now: datetime) -> rules.Facts:
    return rules.Facts(
        label.code, status(reading.facts(label), now), label.own_fault, order.buyer_id if order else None,
        people.same_people([label.buyer_id])[label.buyer_id], pieces,
    )  # fmt: skip


def _uuids(session: Session, label_id: int) -> tuple[str, ...]:
    query = select(LabelEvidence.uuid).where(LabelEvidence.label_id == label_id).order_by(LabelEvidence.id)
    return tuple(session.scalars(query))
