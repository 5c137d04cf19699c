"""A buyer is to be forgotten: labels become tombstones without a word in them (G14).

What remains, so that the shop's own counts stay true and nobody is labelled again from the same incident: the rows of
labels, appeals and decisions with codes and times, and numbers of incidents. Evidence that goes with a complaint stays
with the complaint, as a platform or a bank has it; the activity log names it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from shopadmin.plugin_api import Actor, db, erase_evidence, record_audit
from shopadmin_buyer_labels.models import Appeal, Label, LabelEvent, LabelEvidence, Rebuttal
from shopadmin_buyer_labels.services import changes
from shopadmin_buyer_labels.services.complaints import OF_LABEL

_WORDS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (LabelEvent, ("text",)),
    (Appeal, ("reason",)),
    (Rebuttal, ("text",)),
)
_LABEL_WORDS = ("note", "own_fault_note", "review_note", "notice_text", "notice_impossible")


def erase_buyer(buyer_id: int, actor: Actor | None, now: datetime | None = None) -> None:
    """Forget what is said of the buyer, inside the transaction around."""
    session = db.session()
    ids = session.scalars(select(Label.id).where(Label.buyer_id == buyer_id)).all()
    kept = erase_evidence(actor, OF_LABEL, ids)
    _empty(session, ids, now or datetime.now(UTC))
    after = {"labels": len(ids), "evidence_kept_with_complaints": [piece.uuid for piece in kept]}
    record_audit(actor, "buyer_labels.person.erased", "buyer", buyer_id, after=after)
    changes.changed(ids)


def _empty(session: Session, ids: Sequence[int], now: datetime) -> None:
    session.flush()
    connection = session.connection()
    gone = dict.fromkeys(_LABEL_WORDS, "")
    tombstone = {"tombstoned_at": now, "disputed_at": None, "contacted_on": None, "revision": Label.revision + 1}
    connection.execute(update(Label).where(Label.id.in_(ids)).values(gone | tombstone))
    connection.execute(delete(LabelEvidence).where(LabelEvidence.label_id.in_(ids)))
    for model, names in _WORDS:
        connection.execute(update(model).where(model.label_id.in_(ids)).values(dict.fromkeys(names, "")))
    session.expire_all()
