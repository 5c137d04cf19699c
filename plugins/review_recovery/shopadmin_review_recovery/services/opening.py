"""Cases open for low reviews, once each, and follow what becomes of the review and its order.

What is read and thought happens before the transaction, so that an import waits for the writing alone. A row is
written for a review that has none; the database says so, however many look at the same time.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shopadmin.plugin_api import ReviewDossier, ReviewId, db, known_reviews, review_dossiers, writing
from shopadmin_review_recovery.domain import deadlines, triage, worse
from shopadmin_review_recovery.domain.states import ENDED, OPEN, Standing, reopen
from shopadmin_review_recovery.domain.triage import Urgency, Verdict
from shopadmin_review_recovery.models import ReviewCase, ReviewCaseEvent, ReviewCaseFollowUp, ReviewCaseText
from shopadmin_review_recovery.services import learning, setup, timing
from shopadmin_review_recovery.services.dossiers import batches, facts_of, text_of
from shopadmin_review_recovery.services.setup import Setup


@dataclass(frozen=True, slots=True)
class Seen:
    """A review with what triage says of it."""

    dossier: ReviewDossier
    verdict: Verdict
    urgency: Urgency


def open_for(review_ids: Collection[int], now: datetime | None = None) -> int:
    """Open a case for each of the reviews that is low and has none; returns how many opened."""
    opened = 0
    owner = setup.load()
    own = learning.current()
    for ids in batches(review_ids):
        have = set(db.session().scalars(select(ReviewCase.review_id).where(ReviewCase.review_id.in_(ids))))
        dossiers = review_dossiers([found for found in ids if found not in have], owner.threshold)
        seen = [_see(dossier, owner, own) for dossier in dossiers.values()]
        if seen:
            with writing() as session:
                opened += _insert(session, seen, owner, now or datetime.now(UTC))
    return opened


def refresh(review_ids: Collection[int], now: datetime | None = None) -> int:
    """Look again at the reviews' cases, as the text or the order changed; open those that are due now.

    Returns how many cases changed. A worse review opens its case again.
    """
    changed = 0
    owner = setup.load()
    own = learning.current()
    for ids in batches(review_ids):
        dossiers = review_dossiers(ids)
        known = select(ReviewCase.id, ReviewCase.review_id).where(ReviewCase.review_id.in_(dossiers))
        cases = {row.id: dossiers[row.review_id] for row in db.session().execute(known)}
        seen = {case_id: _see(dossier, owner, own) for case_id, dossier in cases.items()}
        if seen:
            with writing() as session:
                rows = session.scalars(select(ReviewCase).where(ReviewCase.id.in_(seen)).order_by(ReviewCase.id))
                moment = now or datetime.now(UTC)
                changed += sum(_follow(session, row, seen[row.id], owner, moment) for row in rows.all())
    return changed + open_for(review_ids, now)


def forget(review_ids: Collection[int], now: datetime | None = None) -> None:
    """The reviews are gone with their import: a case that nobody touched goes too, any other is closed as invalid."""
    for ids in batches(review_ids):
        there = known_reviews(ids)  # the number may be another review's already: that is what the catch-up finds
        with writing() as session:
            gone = [found for found in ids if ReviewId(found) not in there]
            for case in session.scalars(select(ReviewCase).where(ReviewCase.review_id.in_(gone))).all():
                drop(session, case, now or datetime.now(UTC))


def drop(session: Session, case: ReviewCase, now: datetime) -> None:
    """Let go of the review; delete the case unless a person did something in it."""
    by_hand = select(ReviewCaseEvent.id).where(ReviewCaseEvent.case_id == case.id, ReviewCaseEvent.by.is_not(None))
    if session.scalar(by_hand.limit(1)) is None:
        session.execute(delete(ReviewCaseText).where(ReviewCaseText.case_id == case.id))
        session.execute(delete(ReviewCaseEvent).where(ReviewCaseEvent.case_id == case.id))
        session.execute(delete(ReviewCaseFollowUp).where(ReviewCaseFollowUp.case_id == case.id))
        session.delete(case)
        session.flush()
        return
    calendar = setup.load().calendar  # before anything changes: a question would write down half of it
    case.review_id = None
    if case.state in OPEN:
        case.outcome, case.reason, case.closed_at = "review_gone", "import_undone", now
        timing.enter(case, "invalid", calendar, now)
    record(session, case, "review_gone", now)
    session.flush()


def record(
    session: Session, case: ReviewCase, code: str, now: datetime, by: int | None = None, written: str = "", **data: Any
) -> ReviewCaseEvent:
    """Add a line to the case's timeline, inside the transaction around. ``by``: an account, None for the program.

    ``written``: what a person wrote; it is sealed, and goes when its time is over.
    """
    event = ReviewCaseEvent(case_id=case.id, at=now, by=by, code=code, data=data)
    session.add(event)
    if written:
        session.flush()
        session.add(ReviewCaseText(event_id=event.id, case_id=case.id, text=written))
    return event


def as_data(verdict: Verdict) -> list[dict[str, Any]]:
    """The proposals as plain values, for keeping and for showing."""
    return [
        {
            "code": cause.code,
            "confidence": cause.confidence,
            "because": [{"kind": one.kind, "what": one.what} for one in cause.because],
        }
        for cause in verdict.causes
    ]


def _see(dossier: ReviewDossier, owner: Setup, own: triage.OwnRecord | None) -> Seen:
    review = dossier.review
    verdict = triage.triage(text_of(dossier), facts_of(dossier, owner), owner.local(review.created_at), own)
    return Seen(dossier, verdict, triage.urgency(verdict, review.stars, review.grade))


def _insert(session: Session, seen: Sequence[Seen], owner: Setup, now: datetime) -> int:
    times = {urgency: timing.opening(urgency, owner.calendar, now) for urgency in {one.urgency for one in seen}}
    rows = [{**_row(one), **times[one.urgency], "opened_at": now} for one in seen]
    dialect: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = (
        dialect.insert(ReviewCase)
        .on_conflict_do_nothing(index_elements=["review_id"])
        .returning(ReviewCase.id, ReviewCase.review_id)
    )
    opened = session.execute(statement, rows).all()
    told = {one.dossier.review.id: one for one in seen}
    events = [
        {"case_id": case_id, "at": now, "by": None, "code": "opened", "data": _told(told[ReviewId(review_id)])}
        for case_id, review_id in opened
    ]
    if events:
        session.execute(insert(ReviewCaseEvent), events)
    return len(events)


def _row(seen: Seen) -> dict[str, Any]:
    review, verdict = seen.dossier.review, seen.verdict
    return {
        "review_id": review.id,
        **_links(seen.dossier),
        "platform": review.platform,
        "product_ref": review.product_ref,
        "stars": review.stars,
        "grade": review.grade,
        "fact": verdict.fact,
        "cause": verdict.causes[0].code if verdict.causes else None,
        "further_causes": [],
        "proposals": as_data(verdict),
        "state": "new",
        "reviewed_at": review.created_at,
        "urgency": seen.urgency,
        "review_version": seen.dossier.version,
        "version": 1,
    }


def _links(dossier: ReviewDossier) -> dict[str, Any]:
    return {
        "order_id": dossier.review.order_id,
        "order_no": dossier.order.order_no[:100] if dossier.order else "",
        "buyer_id": dossier.review.buyer_id,
    }


def _told(seen: Seen) -> dict[str, Any]:
    review = seen.dossier.review
    return {"stars": review.stars, "grade": review.grade, "fact": seen.verdict.fact}


def _follow(session: Session, case: ReviewCase, seen: Seen, owner: Setup, now: datetime) -> bool:
    """Bring the case up to what its review and its order say now; whether anything changed."""
    dossier = seen.dossier
    for name, value in _links(dossier).items():
        setattr(case, name, value)
    case.product_ref, case.fact = dossier.review.product_ref, seen.verdict.fact
    if case.cause_confirmed_at is None:
        case.proposals = as_data(seen.verdict)
        case.cause = seen.verdict.causes[0].code if seen.verdict.causes else None
    if dossier.version != case.review_version:
        _follow_text(session, case, seen, owner, now)
    is_changed = session.is_modified(case)
    session.flush()
    return is_changed


def _follow_text(session: Session, case: ReviewCase, seen: Seen, owner: Setup, now: datetime) -> None:
    review = seen.dossier.review
    before = worse.Rating(case.stars, case.grade)
    after = worse.Rating(review.stars, review.grade)
    is_worse = worse.is_worse(before, after) or worse.follow_up_complains(seen.dossier.followup)
    record(
        session, case, "review_changed", now,
        before={"stars": case.stars, "grade": case.grade}, after={"stars": review.stars, "grade": review.grade},
        version=seen.dossier.version, worse=is_worse,
    )  # fmt: skip
    case.stars, case.grade, case.review_version = review.stars, review.grade, seen.dossier.version
    if is_worse and deadlines.is_sooner(seen.urgency, case.urgency):
        case.urgency = seen.urgency
    if is_worse and case.state in ENDED:
        again = reopen(Standing(case.state))
        case.outcome, case.reason, case.closed_at = "", "", None
        case.touched_at = None
        record(session, case, "reopened", now, reason="worse_review")
        timing.restart(case, again.state, owner.calendar, now)
    else:
        timing.set_due(case, owner.calendar)
