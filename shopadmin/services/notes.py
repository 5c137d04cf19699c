"""Internal notes on orders, reviews and buyers. They never reach a document for the buyer."""

from datetime import UTC, datetime
from typing import Literal

from flask_babel import lazy_gettext as _

from shopadmin.contract import Actor, Problem
from shopadmin.models.cases import Note
from shopadmin.services import audit, kept_texts
from shopadmin.services.conflicts import RefusedError
from shopadmin.services.transactions import writing

Subject = Literal["order", "review", "buyer"]
LONGEST = 4000


def add_note(actor: Actor, subject: Subject, subject_id: int, text: str) -> None:
    """Write a note. The caller has made sure that the actor may see its subject. Raises RefusedError."""
    text = kept_texts.checked(text, "text", LONGEST)
    if not text:
        raise RefusedError(Problem("empty", _("Write something first."), "text"))
    with writing() as session:
        session.add(
            Note(
                subject=subject,
                subject_id=subject_id,
                text=text,
                written_by=actor.account_id,
                written_at=datetime.now(UTC),
            )
        )
        # The text stays in the note: whoever reads the log need not be allowed to read notes.
        audit.record(actor, "core.note.added", subject, subject_id, after={"characters": len(text)})
