"""A label's row: loaded under its lock, moved on by the rules, with a line in its timeline and in the activity log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    ForbiddenError,
    MissingError,
    ObjectionsError,
    Problem,
    db,
    is_run_by_one,
    lock_row,
    record_audit,
    shop_settings,
)
from shopadmin_buyer_labels import labels, permissions
from shopadmin_buyer_labels.domain import moves, status
from shopadmin_buyer_labels.domain.moves import Move, Proof, Who
from shopadmin_buyer_labels.domain.taxonomy import CODES
from shopadmin_buyer_labels.messages import problem
from shopadmin_buyer_labels.models import Label, LabelEvent, LabelEvidence
from shopadmin_buyer_labels.services import changes, reading

OBJECT = "buyer_labels.label"
# Where a refusal belongs on the page.
_FIELDS = {
    "tier": "evidence", "unproved": "tier", "no_new_evidence": "evidence", "own_fault_unchecked": "own_fault",
    "own_fault": "own_fault", "not_contacted": "contacted_on",
}  # fmt: skip


def find(label_id: int) -> Label:
    """The label. Raises MissingError."""
    found = db.session().get(Label, label_id)
    if found is None:
        raise MissingError(label_id)
    return found


def load(session: Session, label_id: int, revision: int | None) -> Label:
    """The label, locked, as the person saw it; ``revision`` None: whatever it is now.

    Raises MissingError, ObjectionsError when it was changed since.
    """
    label = lock_row(session, Label, label_id)
    if revision is not None and label.revision != revision:
        raise ObjectionsError(problem("stale"))
    return label


def ask(session: Session, actor: Actor | None, label: Label, move: Move, now: datetime) -> None:
    """Raise ForbiddenError or ObjectionsError unless the rules let the actor make the move."""
    proof = proof_of(session, label)
    who = who_is(session, actor, label, move)
    facts = reading.facts(label)
    code = moves.refusal(move, facts, who, now, proof)
    if code == "forbidden":
        raise ForbiddenError(permissions.PROPOSE if moves.RULES[move].role == "propose" else permissions.REVIEW)
    if code is not None:
        raise ObjectionsError(_objection(code, label, status.status(facts, now), proof))


def in_the_way(actor: Actor, label: Label, move: Move, now: datetime) -> Problem | None:
    """Why the actor cannot make the move as things stand; None where it is possible, or a matter of rights."""
    session, facts = db.session(), reading.facts(label)
    proof = proof_of(session, label)
    code = moves.refusal(move, facts, who_is(session, actor, label, move), now, proof)
    if code is None or code == "forbidden":
        return None
    return _objection(code, label, status.status(facts, now), proof)


def move(
    session: Session, actor: Actor | None, label: Label, wanted: Move, now: datetime, text: str = "", why: str = "",
    **sets: Any,
) -> None:  # fmt: skip
    """Make the move: asked, written, told. Raises as ``ask``.

    ``text``: a person's words, sealed; ``why``: a code; ``sets``: what is written besides the times of the move.
    """
    ask(session, actor, label, wanted, now)
    before = status.status(reading.facts(label), now)
    for name, value in {**moves.changes(wanted, now, why), **sets}.items():
        setattr(label, name, value)
    keep(session, actor, label, wanted, now, text, before, **({"why": why} if why else {}))


def keep(
    session: Session, actor: Actor | None, label: Label, act: str, now: datetime, text: str = "", before: str = "",
    **data: Any,
) -> None:  # fmt: skip
    """Write down what was done with a label, and tell those who go by its effect; in the transaction around.

    ``data``: plain values without a person's words, for timeline and activity log alike.
    """
    session.flush()
    after = status.status(reading.facts(label), now)
    if before and before != after:
        data |= {"from": before, "to": after}
    by = actor.account_id if actor else None
    session.add(LabelEvent(label_id=label.id, at=now, by=by, code=act, data=data, text=text.strip()))
    session.flush()
    record_audit(actor, f"{OBJECT}.{act}", OBJECT, label.id, before={"status": before} if before else None,
                 after={"status": after, "code": label.code, **data})  # fmt: skip
    changes.changed([label.id])


def who_is(session: Session, actor: Actor | None, label: Label, move: Move) -> Who:
    """The actor as the rules see one; None is the program, which never reviews."""
    if actor is None:
        return Who(may_propose=True, may_review=True, is_author=True)
    involved = {*authors(label)}
    if move == "resume":
        involved.add(_brought_new(session, label))
    return Who(
        may_propose=actor.can(permissions.PROPOSE), may_review=actor.can(permissions.REVIEW),
        is_author=actor.account_id in involved, is_alone=is_run_by_one(),
    )  # fmt: skip


def authors(label: Label) -> frozenset[int | None]:
    """Whose work the label is (G3, G10): who made it, changed it at any time, put it to review, or brought a piece that
    it rested on when it was reviewed. None is the program.
    """
    edits = select(LabelEvent.by).where(LabelEvent.label_id == label.id, LabelEvent.code == "edit")
    brought = {
        piece.attached_by
        for piece in pieces(label.id)
        if label.reviewed_at is None or piece.attached_at <= label.reviewed_at
    }
    named = {label.created_by, label.edited_by, label.submitted_by}
    return frozenset(named | brought | set(db.session().scalars(edits)))


def pieces(label_id: int) -> Sequence[LabelEvidence]:
    """What is attached, the oldest first."""
    query = select(LabelEvidence).where(LabelEvidence.label_id == label_id).order_by(LabelEvidence.id)
    return db.session().scalars(query).all()


def proof_of(session: Session, label: Label) -> Proof:
    """What is attached, as the rules see it."""
    fresh = _new_pieces(session, label)
    newest = max((piece.attached_at for piece in fresh), default=None)
    return Proof(label.renewed_from is not None, bool(fresh), newest)


def _new_pieces(session: Session, label: Label) -> list[LabelEvidence]:
    """Pieces that the label before this one, or this one before it was suspended, did not rest on: by their bytes."""
    mine = pieces(label.id)
    since = label.suspended_at
    known = {piece.sha256 for piece in mine if since is not None and piece.attached_at <= since}
    before, seen = label.renewed_from, set[int]()
    while before is not None and before not in seen:
        seen.add(before)
        known |= {piece.sha256 for piece in pieces(before)}
        before = session.scalar(select(Label.renewed_from).where(Label.id == before))
    return [piece for piece in mine if piece.sha256 not in known]


def _brought_new(session: Session, label: Label) -> int | None:
    found = _new_pieces(session, label)
    return found[-1].attached_by if found else None


def _objection(code: str, label: Label, now: status.Status, proof: Proof) -> Problem:
    values: dict[str, Any] = {
        "not_now": {"status": labels.STATUSES[now]},
        "tier": {"tier": CODES[label.code].min_tier},
        "unproved": {"tier": label.tier, "found": label.evidence_tier},
        "cooling": {"at": _shown(label.cooling_until or (proof.new_at and proof.new_at + moves.COOLING))},
    }
    return problem(code, _FIELDS.get(code, ""), **values.get(code, {}))


def _shown(at: datetime | None) -> str:
    return f"{at.astimezone(shop_settings().zone):%Y-%m-%d %H:%M}" if at else ""
