"""Hand a complaint in, note what the platform said, appeal, give up, close. Outcomes are announced to plugins."""

from datetime import UTC, datetime

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopadmin import hook_calls
from shopadmin.contract import Actor, ComplaintDecided, EvidenceOrigin, Problem
from shopadmin.domain import complaints as rules
from shopadmin.domain.complaints import State
from shopadmin.models import db
from shopadmin.models.complaints import Complaint, ComplaintEvidence
from shopadmin.models.evidence import Evidence
from shopadmin.services import kept_texts
from shopadmin.services.complaints import events, labels
from shopadmin.services.complaints.opening import ids_of
from shopadmin.services.complaints.working import LONGEST_NOTE, LONGEST_REFERENCE, link, log_change
from shopadmin.services.conflicts import ObjectionsError, RefusedError
from shopadmin.services.evidence import storing
from shopadmin.services.transactions import after_commit, lock_row, writing

# Steps that say nothing but themselves; the others need a reference or an outcome.
STEPS = frozenset({State.MORE_INFO, State.APPEALED, State.CLOSED})
# What a decision weighs as evidence: one for the shop is the platform's finding, another is what the platform wrote.
_TIERS = {"upheld": 3, "partly": 3}


def submit(actor: Actor, complaint_id: int, channel: str, reference: str) -> None:
    """It was handed in: by which way, under which number. Raises RefusedError, MissingError, ObjectionsError."""
    reference = kept_texts.checked(reference, "reference", LONGEST_REFERENCE)
    if channel not in rules.CHANNELS:
        raise RefusedError(Problem("channel", _("Choose which way it was handed in."), "channel"))
    with writing() as session:
        found = lock_row(session, Complaint, complaint_id)
        now = datetime.now(UTC)
        _go(session, actor, found, State.SUBMITTED, now, reference=reference)
        found.channel, found.reference = channel, reference or found.reference
        found.submitted_at = found.submitted_at or now


def step(actor: Actor, complaint_id: int, wanted: State, text: str = "") -> None:
    """More is asked for, an appeal, the end. Raises as ``submit``."""
    if wanted not in STEPS:
        raise RefusedError(Problem("state", _("This is no step of its own."), "state"))
    text = kept_texts.checked(text, "text", LONGEST_NOTE)
    with writing() as session:
        _go(session, actor, lock_row(session, Complaint, complaint_id), wanted, datetime.now(UTC), text)


def decide(actor: Actor, complaint_id: int, outcome: str, text: str = "") -> None:
    """Note what came of it and tell the plugins. ``text``: the decision's own words, kept as evidence.

    Raises as ``submit``.
    """
    if outcome not in rules.OUTCOMES:
        raise RefusedError(Problem("outcome", _("Choose what came of it."), "outcome"))
    text = kept_texts.checked(text, "text", storing.LONGEST_TEXT)
    with writing() as session:
        found = lock_row(session, Complaint, complaint_id)
        now = datetime.now(UTC)
        _go(session, actor, found, State(outcome), now)
        found.outcome, found.decided_at = outcome, now
        if text:
            origin = EvidenceOrigin(now, str(found.reference), _TIERS.get(outcome, 2))
            kept = storing.store(actor, "complaint", found.id, "decision", text, origin)
            session.flush()
            link(session, found.id, session.scalars(select(Evidence.id).where(Evidence.uuid == kept)).one())
        event = _event(session, actor, found, now)
        after_commit(lambda: hook_calls.complaint_decided(event))


def decisions(since: datetime, after: int, size: int) -> list[ComplaintDecided]:
    """The last outcome of each complaint that was decided from ``since`` on (aware), by id above ``after``.

    For whoever was told nothing, because the program was killed after the commit or the plugin was off.
    """
    session = db.session()
    query = select(Complaint).where(Complaint.decided_at >= since, Complaint.id > after)
    found = session.scalars(query.order_by(Complaint.id).limit(size))
    return [_event(session, None, complaint, complaint.decided_at) for complaint in found if complaint.decided_at]


def _event(session: Session, actor: Actor | None, found: Complaint, at: datetime) -> ComplaintDecided:
    query = (
        select(Evidence.uuid)
        .join(ComplaintEvidence, ComplaintEvidence.evidence_id == Evidence.id)
        .where(ComplaintEvidence.complaint_id == found.id)
        .order_by(Evidence.id)
    )
    order_id, review_id, buyer_id = ids_of(found)
    return ComplaintDecided(
        complaint_id=found.id, platform=found.platform, ground=found.ground, outcome=found.outcome,  # type: ignore[arg-type]
        order_id=order_id, review_id=review_id, buyer_id=buyer_id, origin=found.origin, origin_id=found.origin_id,
        evidence=tuple(session.scalars(query)), at=at, actor=actor.account_id if actor else None,
    )  # fmt: skip


def _go(
    session: Session, actor: Actor, found: Complaint, wanted: State, now: datetime, text: str = "", reference: str = ""
) -> None:
    before = State(found.state)
    if not rules.can_go(before, wanted):
        message = _(
            "From “%(before)s” it cannot become “%(wanted)s”.",
            before=labels.STATES[before], wanted=labels.STATES[wanted],
        )  # fmt: skip
        raise ObjectionsError(Problem("complaint_state", message, "state"))
    found.state = wanted
    events.add(session, actor, found.id, wanted, now, text, reference)
    log_change(actor, found, {"state": before}, {"state": wanted})
