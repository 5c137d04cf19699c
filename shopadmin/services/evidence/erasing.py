"""Take evidence away for good, row and files, because the person it is about is to be forgotten."""

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import delete, select

from shopadmin.contract import Actor, EvidenceSnapshot
from shopadmin.models.complaints import ComplaintEvidence
from shopadmin.models.evidence import Evidence
from shopadmin.services import audit
from shopadmin.services.evidence import storing
from shopadmin.services.transactions import after_commit, writing


def erase(actor: Actor | None, subject: str, subject_ids: Collection[int]) -> list[EvidenceSnapshot]:
    """Erase what is kept about these things, in the transaction around; returns what has to stay.

    What goes with a complaint stays: a platform or a bank has it, and the shop must be able to answer for it. Files go
    once the transaction is committed; a crash between leaves files that nothing refers to and nobody can open.
    """
    with writing() as session:
        used = select(ComplaintEvidence.evidence_id)
        found = session.scalars(
            select(Evidence)
            .where(Evidence.subject == subject, Evidence.subject_id.in_(subject_ids))
            .order_by(Evidence.id)
        ).all()
        kept_ids = set(session.scalars(used.where(ComplaintEvidence.evidence_id.in_([row.id for row in found]))))
        gone = [row for row in found if row.id not in kept_ids]
        paths = [path for row in gone for path in storing.files(row)]
        session.connection().execute(delete(Evidence).where(Evidence.id.in_([row.id for row in gone])))
        for row in gone:
            session.expunge(row)
        if gone:
            audit.record(actor, "core.evidence.erased", subject, "", after={"pieces": len(gone)})
        after_commit(lambda: _unlink(paths))
        return [storing.snapshot(row) for row in found if row.id in kept_ids]


def _unlink(paths: Collection[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
