"""Evidence of a label: pieces are kept and attached, and the label weighs as much as the best of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    EVIDENCE_KINDS,
    Actor,
    EvidenceOrigin,
    RefusedError,
    evidence_by_uuid,
    store_evidence,
    writing,
)
from shopadmin_buyer_labels import permissions
from shopadmin_buyer_labels.domain import taxonomy
from shopadmin_buyer_labels.messages import problem
from shopadmin_buyer_labels.models import Label, LabelEvidence
from shopadmin_buyer_labels.services import records

SUBJECT = records.OBJECT


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to be kept as evidence: ``kind`` as the core has it; bytes for a picture, else a text."""

    kind: Any
    content: bytes | str
    origin: EvidenceOrigin
    file_name: str = ""


def keep_piece(actor: Actor, label_id: int, piece: Piece, now: datetime | None = None) -> str:
    """Keep a piece of evidence and attach it; returns its uuid. Raises ForbiddenError, MissingError, RefusedError,
    ObjectionsError while the label is under review, or once it is over.
    """
    permissions.require(actor, permissions.PROPOSE)
    check_weight(actor, piece)
    now = now or datetime.now(UTC)
    with writing() as session:
        label = records.load(session, label_id, None)
        records.ask(session, actor, label, "attach", now)
        return attach_new(session, actor, label, piece, now)


def attach_kept(
    session: Session, actor: Actor | None, label: Label, uuids: Collection[str], now: datetime | None = None,
    *, raises: bool = True,
) -> None:  # fmt: skip
    """Attach evidence that the core keeps already, as a decision that came; in the transaction around.

    What is attached already is left. Asks no rule: who calls has decided that it belongs there. ``raises``: whether
    the label weighs as much as its best piece then.
    """
    if not uuids:
        return
    known = {piece.uuid for piece in records.pieces(label.id)}
    found = [row for row in evidence_by_uuid(list(uuids)) if row.uuid not in known]
    for row in sorted(found, key=lambda row: row.id):
        _attach(session, actor, label, row, now or datetime.now(UTC), raises)


def check_weight(actor: Actor | None, piece: Piece) -> None:
    """Raise RefusedError for a piece that is said to weigh more than its kind can: a chat is no court's decision;
    ForbiddenError for such a decision by who may not say that it is one. ``actor``: none for the program.
    """
    if piece.origin.tier == taxonomy.TIERS[-1]:
        permissions.require(actor, permissions.AUTHORITY)
    if piece.origin.tier > (most := taxonomy.most_of(piece.kind)):
        raise RefusedError(problem("weight", "weight", kind=EVIDENCE_KINDS[piece.kind], most=most))


def tiers(uuids: Collection[str]) -> list[int]:
    """What pieces that are kept already weigh."""
    return [row.tier for row in evidence_by_uuid(list(uuids))] if uuids else []


def attach_new(session: Session, actor: Actor | None, label: Label, piece: Piece, now: datetime) -> str:
    """Keep a piece in the core and attach it, in the transaction around; returns its uuid."""
    uuid = store_evidence(actor, SUBJECT, label.id, piece.kind, piece.content, piece.origin, piece.file_name)
    # What one person attaches to a label that was reviewed makes nothing worse: that needs the second one again.
    attach_kept(session, actor, label, [uuid], now, raises=label.submitted_at is None)
    return uuid


def _attach(session: Session, actor: Actor | None, label: Label, row: Any, now: datetime, raises: bool) -> None:
    by = actor.account_id if actor else row.uploaded_by
    session.add(
        LabelEvidence(
            label_id=label.id, uuid=row.uuid, tier=row.tier, sha256=row.sha256.hex(), attached_at=now, attached_by=by
        )
    )
    if raises:
        label.tier, label.evidence_tier = max(label.tier, row.tier), max(label.evidence_tier, row.tier)
    records.keep(session, actor, label, "attach", now, kind=row.kind, tier=row.tier)
