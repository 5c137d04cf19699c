"""Open a complaint: from the page of an order or a review, or for a plugin."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from flask import has_request_context, url_for
from flask_babel import lazy_gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopadmin.contract import Actor, BuyerId, ComplaintRequest, ComplaintSnapshot, OrderId, Problem, ReviewId
from shopadmin.domain import complaints as rules
from shopadmin.models import db
from shopadmin.models.complaints import Complaint, ComplaintEvidence
from shopadmin.models.orders import Order
from shopadmin.models.reviews import Review
from shopadmin.services import audit, kept_texts, orders, reviews
from shopadmin.services.complaints import events, labels
from shopadmin.services.conflicts import RefusedError
from shopadmin.services.evidence import packing
from shopadmin.services.transactions import writing

LONGEST_NOTE = 4000
LATEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class About:
    """What a complaint is about. The platform comes from the order or the review."""

    platform: str
    order_id: int | None
    review_id: int | None
    buyer_id: int | None


def about_order(actor: Actor, order_id: int) -> About | None:
    """The order, if the actor may see it."""
    order = orders.find(actor, order_id)
    return About(order.platform, order.id, None, order.buyer_id) if order else None


def about_review(actor: Actor, review_id: int) -> About | None:
    """The review, if the actor may see it."""
    review = reviews.find(actor, review_id)
    return About(review.platform, review.order_id, review.id, review.buyer_id) if review else None


def by_hand(actor: Actor, about: About, ground: str, deadline_at: datetime | None, note: str) -> int:
    """Open one and return its id. Raises RefusedError."""
    return _open(actor, about, ground, deadline_at, note, ())


def for_plugin(actor: Actor | None, request: ComplaintRequest) -> int:
    """Open one for a plugin and return its id; of one that is open for the same origin and ground, that one's.

    ``actor``: none for what the program found by itself. Raises RefusedError.
    """
    with writing() as session:
        session.flush()
        query = select(Complaint.id).where(
            Complaint.origin == request.origin, Complaint.origin_id == request.origin_id,
            Complaint.ground == request.ground, Complaint.state.in_([state.value for state in rules.OPEN]),
        )  # fmt: skip
        if (known := session.scalar(query.limit(1))) is not None:
            return known
        order = session.get(Order, request.order_id) if request.order_id else None
        review = session.get(Review, request.review_id) if request.review_id else None
        if (request.order_id and order is None) or (request.review_id and review is None):
            raise RefusedError(Problem("about", _("There is no such order or review."), "order_id"))
        buyer_id = request.buyer_id or (order.buyer_id if order else review.buyer_id if review else None)
        about = About(request.platform, request.order_id, request.review_id, buyer_id)
        origin = (request.origin, request.origin_id)
        return _open(actor, about, request.ground, request.deadline_at, request.note, request.evidence, origin)


def _open(
    actor: Actor | None, about: About, ground: str, deadline_at: datetime | None, note: str, uuids: Sequence[str],
    origin: tuple[str, int | None] = ("", None),
) -> int:  # fmt: skip
    now = datetime.now(UTC)
    checklist = rules.checklist(about.platform, ground)
    if checklist is None:
        raise RefusedError(Problem("ground", _("Choose what the complaint is about."), "ground"))
    note = kept_texts.checked(note, "note", LONGEST_NOTE)
    deadline_at = checked_deadline(deadline_at, now) if deadline_at else now + timedelta(days=checklist.days)
    with writing() as session:
        found = Complaint(
            complaint_no=f"C{now:%Y%m%d}-{secrets.token_hex(3)}", platform=about.platform, ground=ground,
            order_id=about.order_id, review_id=about.review_id, buyer_id=about.buyer_id, origin=origin[0],
            origin_id=origin[1], note=note, deadline_at=deadline_at, opened_at=now,
            opened_by=actor.account_id if actor else None,
        )  # fmt: skip
        session.add(found)
        session.flush()
        _attach(session, found.id, uuids)
        events.add(session, actor, found.id, "opened", now, note)
        after = {"platform": about.platform, "ground": ground, "origin": origin[0]}
        audit.record(actor, "core.complaint.opened", "complaint", found.id, after=after)
        return found.id


def _attach(session: Session, complaint_id: int, uuids: Sequence[str]) -> None:
    rows = packing.chosen(uuids) if uuids else []
    session.add_all(ComplaintEvidence(complaint_id=complaint_id, evidence_id=row.id) for row in rows)


def checked_deadline(at: datetime, now: datetime) -> datetime:
    """The deadline. Raises RefusedError for one that is over, or more than a year away."""
    if not now < at <= now + LATEST:
        raise RefusedError(Problem("deadline", _("The deadline lies in the past, or too far ahead."), "deadline_at"))
    return at


def of_origin(origin: str, origin_id: int) -> list[ComplaintSnapshot]:
    """What was opened for a thing of a plugin's, the newest first."""
    query = select(Complaint).where(Complaint.origin == origin, Complaint.origin_id == origin_id)
    return [snapshot(found) for found in db.session().scalars(query.order_by(Complaint.id.desc()))]


def outcomes_of(origin: str, begins: datetime, ends: datetime) -> dict[str, int]:
    """What became of complaints that were opened for things of a plugin's in ``[begins, ends)``: outcome to count.

    The empty outcome stands for those that nobody has decided yet.
    """
    query = (
        select(Complaint.outcome, func.count())
        .where(Complaint.origin == origin, Complaint.opened_at >= begins, Complaint.opened_at < ends)
        .group_by(Complaint.outcome)
    )
    return {row[0]: row[1] for row in db.session().execute(query)}


def snapshot(found: Complaint) -> ComplaintSnapshot:
    """A complaint as it crosses the door."""
    return ComplaintSnapshot(
        id=found.id, complaint_no=found.complaint_no, platform=found.platform, ground=found.ground,
        state=found.state, outcome=found.outcome, reference=found.reference, deadline_at=found.deadline_at,  # type: ignore[arg-type]
        url=url_for("complaints.details_view", row_id=found.id) if has_request_context() else "",
    )  # fmt: skip


def grounds(platform: str) -> list[tuple[str, str]]:
    """What one may complain about on the platform, with its words."""
    return [(ground, str(labels.GROUNDS[ground])) for ground in rules.grounds(platform)]


def ids_of(found: Complaint) -> tuple[OrderId | None, ReviewId | None, BuyerId | None]:
    """Order, review and buyer as they cross the door."""
    return cast(
        tuple[OrderId | None, ReviewId | None, BuyerId | None], (found.order_id, found.review_id, found.buyer_id)
    )
