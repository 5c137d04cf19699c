"""What the rules of ``domain/signals.py`` need of a case, and what they say of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from shopadmin.plugin_api import ReviewDossier, check_wording, db, shop_settings
from shopadmin_review_recovery.domain import signals as rules
from shopadmin_review_recovery.domain.signals import SERIES_WINDOW, Seen, Signal
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.services.dossiers import text_of

# A shop's own account that reviews all day is no reason to read all of it.
MOST = 1000


def of_case(case: ReviewCase, dossier: ReviewDossier | None) -> tuple[Signal, ...]:
    """The signals that the case's review gives; none where it is gone."""
    if dossier is None:
        return ()
    zone = shop_settings().zone
    text, order = text_of(dossier), dossier.order
    return rules.signals(
        Seen(
            text=text,
            reviewed_at=case.reviewed_at.astimezone(zone),
            delivered_at=order.delivered_at.astimezone(zone) if order and order.delivered_at else None,
            # The check for public replies looks for phones, addresses and handles besides.
            wording=[(found.rule, found.words) for found in check_wording(text, "reply").findings],
            lows=_lows(case),
        )
    )


def _lows(case: ReviewCase) -> Sequence[datetime]:
    """When the buyer's low reviews around this one were written."""
    if case.buyer_id is None:
        return []
    span = SERIES_WINDOW + timedelta(days=1)
    query = select(ReviewCase.reviewed_at).where(
        ReviewCase.buyer_id == case.buyer_id,
        ReviewCase.review_id.is_not(None),
        ReviewCase.reviewed_at.between(case.reviewed_at - span, case.reviewed_at + span),
    )
    return db.session().scalars(query.limit(MOST)).all()
