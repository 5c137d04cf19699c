"""Incidents of a case's buyer or order: written down from the case, and shown on it whoever wrote them down."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    BuyerId,
    IncidentRecorded,
    IncidentReport,
    ObjectionsError,
    OrderId,
    db,
    record_incident,
    writing,
)
from shopadmin_review_recovery import messages, permissions
from shopadmin_review_recovery.models import ReviewCase, ReviewCaseEvent
from shopadmin_review_recovery.services import cases, evidence, forgotten, opening

CREATE, READ = "core.incidents:create", "core.incidents:read"
DEMAND = "review.extortion_demand"
RECORDED = "incident.recorded"
# Cases of one buyer that hear of an incident.
MOST = 50


def record_demand(actor: Actor, case_id: int, occurred_at: datetime, note: str = "") -> int:
    """Write down that the buyer demanded something for the review, once a case; returns the incident's id.

    It goes with all evidence of the case and weighs as its best piece. ``occurred_at``: aware. Raises ForbiddenError,
    MissingError, RefusedError, ObjectionsError without evidence, or where nobody is known.
    """
    permissions.require(actor, permissions.REPLY)
    permissions.require(actor, CREATE)
    with writing() as session:
        case = cases.load(session, case_id, None)
        forgotten.refuse(case)
        kept = evidence.of_case(case.id)
        if not kept:
            raise ObjectionsError(messages.problem("no_evidence"))
        if case.buyer_id is None and case.order_id is None:
            raise ObjectionsError(messages.problem("nobody"))
        return record_incident(
            actor,
            IncidentReport(
                kind=DEMAND, key=f"{evidence.SUBJECT}.{case.id}.demand", occurred_at=occurred_at,
                buyer_id=None if case.buyer_id is None else BuyerId(case.buyer_id),
                order_id=None if case.order_id is None else OrderId(case.order_id),
                note=note, tier=max(piece.tier for piece in kept), evidence=evidence.uuids(case.id),
            ),
        )  # fmt: skip


def heard(event: IncidentRecorded) -> None:
    """Show it on the cases of the same order or buyer; a second word of the same incident changes nothing."""
    if not (found := _cases_of(event)):
        return
    with writing() as session:
        for case_id in found:
            case = session.get(ReviewCase, case_id, with_for_update=True)
            if case is None or event.incident_id in {told["incident"] for told in _told(session, case_id)}:
                continue
            data: dict[str, Any] = {
                "incident": event.incident_id,
                "kind": event.kind,
                "tier": event.tier,
                "at": event.at.isoformat(),
                "evidence": list(event.evidence),
            }
            opening.record(session, case, RECORDED, datetime.now(UTC), **data)


def of_case(case_id: int) -> Sequence[Mapping[str, Any]]:
    """``incident``, ``kind``, ``tier`` (none for the shop's own kinds), ``at`` and ``evidence`` of each, the oldest
    first; lines of earlier versions name no evidence.
    """
    return _told(db.session(), case_id)


def _told(session: Session, case_id: int) -> Sequence[Mapping[str, Any]]:
    query = select(ReviewCaseEvent.data).where(ReviewCaseEvent.case_id == case_id, ReviewCaseEvent.code == RECORDED)
    return session.scalars(query.order_by(ReviewCaseEvent.id)).all()


def _cases_of(event: IncidentRecorded) -> Sequence[int]:
    same = [ReviewCase.order_id == event.order_id] if event.order_id is not None else []
    if event.buyer_id is not None:
        same.append(ReviewCase.buyer_id == event.buyer_id)
    if not same:
        return []
    return db.session().scalars(select(ReviewCase.id).where(or_(*same)).order_by(ReviewCase.id).limit(MOST)).all()
