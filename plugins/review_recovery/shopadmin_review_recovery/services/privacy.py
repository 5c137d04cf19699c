"""Personal data of cases: forgotten when its time is over, and when a buyer is to be forgotten.

Safe to repeat, in chunks that each commit: broken off, the next run goes on. The database's clock says what is due.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from shopadmin.plugin_api import (
    database_now,
    db,
    erase_evidence,
    forget_messages,
    forget_phones,
    plugin_settings,
    record_audit,
    writing,
)
from shopadmin_review_recovery.domain.retention import PHONE_DAYS, TEXT_MONTHS, Retention
from shopadmin_review_recovery.labels import REASONS
from shopadmin_review_recovery.models import (
    ReviewCase,
    ReviewCaseFollowUp,
    ReviewCaseText,
    ReviewCompensation,
    ReviewScriptNote,
    ReviewScriptRun,
    ReviewScriptStep,
)
from shopadmin_review_recovery.services import evidence
from shopadmin_review_recovery.services.setup import PLUGIN

CHUNK = 200
# What stands where a case needs a reason and the words are gone.
ERASED = "erased"


def retention() -> Retention:
    """What the owner set, the defaults where nothing is."""
    saved = plugin_settings(PLUGIN)
    return Retention(int(saved.get("keep_phones") or PHONE_DAYS), int(saved.get("keep_texts") or TEXT_MONTHS))


def purge(now: datetime | None = None) -> tuple[int, int]:
    """Forget what is due: of how many buyers a phone went, and of how many cases a text. ``now``: aware UTC."""
    now = now or database_now()
    rule = retention()
    before = rule.phones_before(now)
    phones = sum(forget_phones(ids, before) for ids in _chunks(_settled_buyers(before), ReviewCase.buyer_id))
    texts = sum(_forget_texts(ids) for ids in _chunks(_closed(rule.texts_before(now)), ReviewCase.id))
    if phones or texts:
        with writing():
            record_audit(None, "review_recovery.purged", PLUGIN, "", after={"phones": phones, "texts": texts})
    return phones, texts


def erase_buyer(buyer_id: int) -> None:
    """Forget what people wrote about the buyer and kept as evidence, inside the transaction around. Cases, their causes
    and what they cost stay, with nobody's words in them; so does evidence that went with a complaint.
    """
    session = db.session()
    ids = session.scalars(select(ReviewCase.id).where(ReviewCase.buyer_id == buyer_id)).all()
    _drop_texts(session, ids)
    erase_evidence(None, evidence.SUBJECT, ids)


def _settled_buyers(before: datetime) -> Any:
    """Buyers all of whose cases were closed by then."""
    other = aliased(ReviewCase)
    is_busy = or_(other.closed_at.is_(None), other.closed_at > before)
    return (
        select(ReviewCase.buyer_id)
        .where(ReviewCase.buyer_id.is_not(None), ReviewCase.closed_at <= before)
        .where(~exists().where(other.buyer_id == ReviewCase.buyer_id, is_busy))
        .distinct()
    )


def _closed(before: datetime) -> Any:
    return select(ReviewCase.id).where(ReviewCase.closed_at <= before)


def _chunks(query: Any, column: Any) -> Iterator[Sequence[int]]:
    last = 0
    while ids := db.session().scalars(query.where(column > last).order_by(column).limit(CHUNK)).all():
        last = ids[-1]
        yield ids


def _forget_texts(ids: Sequence[int]) -> int:
    with writing() as session:
        forgotten = forget_messages([f"review_recovery.case.{found}" for found in ids])
        return _drop_texts(session, ids) + forgotten


def _drop_texts(session: Session, ids: Sequence[int]) -> int:
    """Take away what was written; returns how many texts it was. Lines of the timeline and runs stay."""
    connection = session.connection()
    runs = select(ReviewScriptRun.id).where(ReviewScriptRun.case_id.in_(ids))
    held = func.length(ReviewScriptNote.text) > 0
    notes = update(ReviewScriptNote).where(ReviewScriptNote.run_id.in_(runs), held)
    plans = update(ReviewCaseFollowUp).where(
        ReviewCaseFollowUp.case_id.in_(ids), func.length(ReviewCaseFollowUp.note) > 0
    )
    reasons = update(ReviewCase).where(ReviewCase.id.in_(ids), ReviewCase.reason.not_in(("", *REASONS)))
    inputs = update(ReviewScriptStep).where(
        ReviewScriptStep.run_id.in_(runs), func.length(ReviewScriptStep.inputs_text) > 0
    )
    mine = ReviewCompensation.case_id.in_(ids)
    done = (
        connection.execute(delete(ReviewCaseText).where(ReviewCaseText.case_id.in_(ids))),
        connection.execute(notes.values(text="")),
        connection.execute(inputs.values(inputs_text="")),
        *(
            connection.execute(update(ReviewCompensation).where(mine, func.length(column) > 0).values({column: ""}))
            for column in (ReviewCompensation.reason, ReviewCompensation.decision_note)
        ),
        connection.execute(plans.values(note="")),
        connection.execute(reasons.values(reason=ERASED)),
    )
    return sum(found.rowcount for found in done)
