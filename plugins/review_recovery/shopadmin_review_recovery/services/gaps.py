"""What the table of quick replies lacks: cases that were answered without one, by problem, product and language."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from shopadmin.plugin_api import db
from shopadmin_review_recovery.domain.states import OPEN
from shopadmin_review_recovery.models import ReviewAnswer, ReviewCase, ReviewQuickReply

WINDOW = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Gap:
    """``cases``: how many were answered without a quick reply; ``cause``, ``product``: empty for none."""

    cause: str
    product: str
    language: str
    cases: int


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A cause of open cases for which the table has no reply, in any language."""

    cause: str
    cases: int


def answered_by_hand(now: datetime | None = None) -> list[Gap]:
    """Of the last 90 days, the largest gap first."""
    since = (now or datetime.now(UTC)) - WINDOW
    columns = (ReviewAnswer.case_id, ReviewAnswer.cause, ReviewAnswer.product_ref, ReviewAnswer.language)
    query = select(*columns, ReviewAnswer.reply_ids).where(ReviewAnswer.at >= since)
    cases: dict[tuple[str, str, str], set[int]] = {}
    for row in db.session().execute(query):
        if not row.reply_ids:
            cases.setdefault((row.cause, row.product_ref, row.language), set()).add(row.case_id)
    found = [Gap(*key, len(ids)) for key, ids in cases.items()]
    return sorted(found, key=lambda gap: (-gap.cases, gap.cause, gap.product, gap.language))


def uncovered() -> list[Uncovered]:
    """Causes of open cases without any reply, the commonest first."""
    covered = select(ReviewQuickReply.cause)
    query = (
        select(ReviewCase.cause, func.count().label("cases"))
        .where(ReviewCase.state.in_(OPEN), ReviewCase.cause.is_not(None), ReviewCase.cause.not_in(covered))
        .group_by(ReviewCase.cause)
    )
    found = [Uncovered(str(row.cause), row.cases) for row in db.session().execute(query)]
    return sorted(found, key=lambda one: (-one.cases, one.cause))
