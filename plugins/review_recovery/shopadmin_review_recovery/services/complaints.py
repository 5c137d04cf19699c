"""Complaints to platforms that a case leads to, and what becomes of the case when one is decided.

The complaint itself is the core's: its checklist, deadline and outcome are worked on there.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    BuyerId,
    ComplaintDecided,
    ComplaintRequest,
    ComplaintSnapshot,
    ObjectionsError,
    OrderId,
    ReviewId,
    complaints_of,
    open_complaint,
    writing,
)
from shopadmin_review_recovery import messages, permissions
from shopadmin_review_recovery.domain.states import OPEN
from shopadmin_review_recovery.models import ReviewCase, ReviewCaseEvent
from shopadmin_review_recovery.services import cases, evidence, forgotten, opening, suspicions

WORK = "core.complaints:work"
WON = ("upheld", "partly")


def of_case(case_id: int) -> list[ComplaintSnapshot]:
    """What was opened, the newest first."""
    return complaints_of(evidence.SUBJECT, case_id)


def open_for(actor: Actor, case_id: int, ground: str, note: str = "", deadline_at: datetime | None = None) -> int:
    """Open a complaint with all that is kept as evidence; returns its id, of one that is open already that one's.

    ``deadline_at``: aware; none for the checklist's own. Raises ForbiddenError, MissingError, RefusedError.
    """
    permissions.require(actor, permissions.REPLY)
    permissions.require(actor, WORK)
    with writing() as session:
        case = cases.load(session, case_id, None)
        forgotten.refuse(case)
        known = {found.id for found in of_case(case.id)}
        complaint_id = open_complaint(
            actor,
            ComplaintRequest(
                case.platform, ground, evidence.SUBJECT, case.id,
                order_id=None if case.order_id is None else OrderId(case.order_id),
                review_id=None if case.review_id is None else ReviewId(case.review_id),
                buyer_id=None if case.buyer_id is None else BuyerId(case.buyer_id),
                note=note, evidence=evidence.uuids(case.id), deadline_at=deadline_at,
            ),
        )  # fmt: skip
        if complaint_id not in known:
            now = datetime.now(UTC)
            opening.record(session, case, "complaint.opened", now, actor.account_id, complaint=complaint_id)
        return complaint_id


def decided(event: ComplaintDecided) -> None:
    """What the platform said reaches the case, once for each outcome; a case that is gone hears nothing.

    Rejected: a suspicion ends, and a case that was over because it was reported is open again. Upheld: the case ends as
    removed if the review is gone here too; where it is not, a person says so.
    """
    if event.origin != evidence.SUBJECT or event.origin_id is None:
        return
    with writing() as session:
        case = session.get(ReviewCase, event.origin_id, with_for_update=True, populate_existing=True)
        if case is None or _is_heard(session, case.id, event):
            return
        now, by = datetime.now(UTC), event.actor
        data: dict[str, Any] = {
            "complaint": event.complaint_id,
            "outcome": event.outcome,
            "decided_at": event.at.isoformat(),
        }
        opening.record(session, case, "complaint.decided", now, by, **data)
        session.flush()
        if event.outcome == "rejected":
            suspicions.end(session, case, "rejected", now)
            if case.state == "reported_to_platform":
                cases.reopen(None, case.id, None, "complaint_rejected")
        elif event.outcome in WON and evidence.dossier_of(case) is None:
            _end_as_removed(case)


def may_be_removed(case: ReviewCase) -> bool:
    """Whether a person may say that the platform took the review down: a complaint was upheld."""
    return case.state in (*OPEN, "reported_to_platform") and any(found.outcome in WON for found in of_case(case.id))


def removed(actor: Actor, case_id: int, version: int | None) -> None:
    """The platform took the review down. Raises as ``cases.close`` does, and where no complaint was upheld."""
    with writing() as session:
        case = cases.load(session, case_id, version)
        if not may_be_removed(case):
            raise ObjectionsError(messages.problem("not_upheld"))
        if case.state in OPEN:
            cases.close(actor, case.id, version, "platform_removed", "reported", "complaint_upheld")
        else:
            cases.platform_removed(actor, case.id, version)


def _end_as_removed(case: ReviewCase) -> None:
    if case.state in OPEN:
        cases.close(None, case.id, None, "platform_removed", "reported", "complaint_upheld")
    elif case.state == "reported_to_platform":
        cases.platform_removed(None, case.id, None)


def _is_heard(session: Session, case_id: int, event: ComplaintDecided) -> bool:
    """The core may tell the same outcome twice; after an appeal it tells another one."""
    told = select(ReviewCaseEvent.data).where(
        ReviewCaseEvent.case_id == case_id, ReviewCaseEvent.code == "complaint.decided"
    )
    mark = (event.complaint_id, event.at.isoformat())
    return any((data["complaint"], data["decided_at"]) == mark for data in session.scalars(told))
