"""The shop's own record of causes: trained now and then on what people confirmed, kept in the shop, asked in triage."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select

from shopadmin.plugin_api import (
    Actor,
    JobState,
    ObjectionsError,
    begin_job,
    cancel_job,
    db,
    latest_job,
    plugin_settings,
    review_dossiers,
    writing,
)
from shopadmin_review_recovery import messages, permissions
from shopadmin_review_recovery.domain import corrections, triage
from shopadmin_review_recovery.domain.corrections import Confirmed, Lesson, Model
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.services import dossiers, memos
from shopadmin_review_recovery.services.setup import PLUGIN

MEMO = "corrections"
# What the worker does when somebody presses the button.
JOB = "review_recovery.train"
# As many newest cases as are learnt from, and texts between two words of how far it is.
MOST_CASES = 5_000
TEXTS_A_STEP = 100
Step = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Record:
    """What was learnt last. ``lesson``: None before the first one; ``confirmed``: cases by confirmed cause, now."""

    is_wanted: bool
    confirmed: Mapping[str, int]
    lesson: Lesson | None
    job: JobState | None

    @property
    def cases(self) -> int:
        """How many cases have a confirmed cause."""
        return sum(self.confirmed.values())

    @property
    def standing(self) -> corrections.Standing:
        """Whether it speaks, and if not, why."""
        return corrections.standing(self.is_wanted, self.cases, self.lesson)

    @property
    def missing(self) -> int:
        """How many more cases are to be confirmed until it is trained by itself."""
        return corrections.missing(self.cases, self.lesson)


def is_wanted() -> bool:
    """Whether the owner lets the shop learn."""
    return bool(plugin_settings(PLUGIN).get("learning", True))


def current() -> Model | None:
    """The trained model, None while there is none that may speak."""
    found = _lesson() if is_wanted() else None
    return found.model if found is not None and found.model is not None and found.model.is_on else None


def record() -> Record:
    """Everything about it."""
    return Record(is_wanted(), _confirmed_by_cause(), _lesson(), latest_job(JOB))


def confirmed_count() -> int:
    """How many cases have a confirmed cause."""
    return sum(_confirmed_by_cause().values())


def learn() -> Model | None:
    """Train anew when enough was confirmed since the last time; the model, None where nothing was done."""
    if not is_wanted() or corrections.missing(confirmed_count(), _lesson()):
        return None
    return _train(_quietly)


def begin(actor: Actor) -> int:
    """Let the worker train now; returns the job's number.

    Raises ForbiddenError, ObjectionsError while it is switched off, too few cases are confirmed, or it is on its way.
    """
    permissions.require(actor, permissions.TRAIN)
    if not is_wanted():
        raise ObjectionsError(messages.problem("learning_off"))
    count = confirmed_count()
    if count < corrections.LEAST_CASES:
        raise ObjectionsError(messages.problem("learning_few", count=count, least=corrections.LEAST_CASES))
    return begin_job(actor, JOB)


def cancel(actor: Actor) -> None:
    """Stop it; what was learnt before stays. Raises ForbiddenError, ObjectionsError when it is over."""
    permissions.require(actor, permissions.TRAIN)
    cancel_job(actor, JOB)


def train(step: Step) -> Mapping[str, Any]:
    """What the worker does: train, whether or not anything was confirmed since. Safe to repeat."""
    model = _train(step) if is_wanted() else None
    return {"is_on": model is not None and model.is_on}


def _train(step: Step) -> Model | None:
    count, cases = confirmed_count(), _cases(step)
    read = 0

    def rule(text: str) -> str:
        nonlocal read
        read += 1
        if read % TEXTS_A_STEP == 0:
            step(len(cases), len(cases))
        return _rule(text)

    texts = Counter(case.cause for case in cases if case.text.strip())
    model = corrections.train(cases, rule)
    step(len(cases), len(cases))
    kept = {"cases": count, "at": datetime.now(UTC).isoformat(), "texts": texts}
    value = json.dumps(kept | {"model": model.as_data() if model else None}, ensure_ascii=False)
    with writing() as session:
        memos.write(session, MEMO, value)
    return model


def _lesson() -> Lesson | None:
    kept = memos.read(MEMO)
    return _parsed(kept) if kept else None


@lru_cache(maxsize=1)
def _parsed(kept: str) -> Lesson:
    """Remembered by its text, as an import asks for it with every few reviews and it is worked out once."""
    data = json.loads(kept)
    model = corrections.from_data(data["model"]) if data["model"] else None
    # Earlier versions kept neither the time nor how many texts there were of each cause.
    at = datetime.fromisoformat(data["at"]) if "at" in data else None
    return Lesson(data["cases"], at, data.get("texts") or (model.texts if model else {}), model)


def _confirmed_by_cause() -> dict[str, int]:
    query = select(ReviewCase.cause, func.count()).where(ReviewCase.cause_confirmed_at.is_not(None))
    return {row[0]: row[1] for row in db.session().execute(query.group_by(ReviewCase.cause)) if row[0]}


def _cases(step: Step) -> list[Confirmed]:
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
        step(start, len(rows))
        ids = [row.review_id for row in rows[start : start + dossiers.BATCH]]
        texts.update({found: dossiers.text_of(dossier) for found, dossier in review_dossiers(ids).items()})
    return [Confirmed(texts[row.review_id], row.cause) for row in rows if row.review_id in texts]


def _rule(text: str) -> str:
    causes = triage.triage(text).causes
    return causes[0].code if causes else ""


def _quietly(done: int, total: int | None) -> None:
    """For a lesson that nobody watches."""
