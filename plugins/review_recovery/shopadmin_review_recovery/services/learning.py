"""The shop's own record of causes: trained now and then on what people confirmed, kept in the shop, asked in triage."""

import json

from sqlalchemy import func, select

from shopadmin.plugin_api import db, review_dossiers, writing
from shopadmin_review_recovery.domain import corrections, triage
from shopadmin_review_recovery.domain.corrections import Confirmed, Model
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.services import dossiers, memos

MEMO = "corrections"
# As many newest cases as are learnt from, and confirmed cases between two lessons.
MOST_CASES = 5_000
EVERY = 20


def current() -> Model | None:
    """The trained model, None while there is none that may speak."""
    kept = memos.read(MEMO)
    data = json.loads(kept)["model"] if kept else None
    model = corrections.from_data(data) if data else None
    return model if model is not None and model.is_on else None


def confirmed_count() -> int:
    """How many cases have a confirmed cause."""
    query = select(func.count()).select_from(ReviewCase).where(ReviewCase.cause_confirmed_at.is_not(None))
    return db.session().scalar(query) or 0


def learn() -> Model | None:
    """Train anew when there are twenty more confirmed cases than last time; the model, None where nothing was done."""
    kept = memos.read(MEMO)
    count = confirmed_count()
    if count < corrections.LEAST_CASES or (kept and count - json.loads(kept)["cases"] < EVERY):
        return None
    model = corrections.train(_confirmed(), _rule)
    value = json.dumps({"cases": count, "model": model.as_data() if model else None}, ensure_ascii=False)
    with writing() as session:
        memos.write(session, MEMO, value)
    return model


def _confirmed() -> list[Confirmed]:
    """The newest confirmed cases with their texts, the oldest of them first."""
    query = (
        select(ReviewCase.review_id, ReviewCase.cause)
        .where(ReviewCase.cause_confirmed_at.is_not(None), ReviewCase.review_id.is_not(None))
        .order_by(ReviewCase.cause_confirmed_at.desc(), ReviewCase.id.desc())
        .limit(MOST_CASES)
    )
    rows = db.session().execute(query).all()[::-1]
    texts = {}
    for start in range(0, len(rows), dossiers.BATCH):
        ids = [row.review_id for row in rows[start : start + dossiers.BATCH]]
        texts.update({found: dossiers.text_of(dossier) for found, dossier in review_dossiers(ids).items()})
    return [Confirmed(texts[row.review_id], row.cause) for row in rows if row.review_id in texts]


def _rule(text: str) -> str:
    causes = triage.triage(text).causes
    return causes[0].code if causes else ""
