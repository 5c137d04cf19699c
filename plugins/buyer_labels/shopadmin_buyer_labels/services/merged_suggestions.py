"""Suggestions follow who is who: settled by a merge, open again when it is taken back."""

from collections.abc import Collection
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import Actor, among
from shopadmin_buyer_labels.domain.suggestions import Decision, settled
from shopadmin_buyer_labels.models import MatchSuggestion
from shopadmin_buyer_labels.services.people import same_people

_WITHIN = select(MatchSuggestion).where(
    among(MatchSuggestion.buyer_id, "ids"), among(MatchSuggestion.other_id, "ids"), MatchSuggestion.decision != "other"
)


def settle(session: Session, actor: Actor, buyer_ids: Collection[int], now: datetime) -> None:
    """Bring the suggestions between these buyers to what the merges say now; in the transaction around."""
    session.flush()
    rows = session.scalars(_WITHIN, {"ids": list(buyer_ids)}).all()
    people = same_people({row.buyer_id for row in rows})
    for row in rows:
        decision = settled(cast(Decision, row.decision), row.other_id in people[row.buyer_id])
        if decision != row.decision:
            row.decision = decision
            row.decided_at, row.decided_by = (now, actor.account_id) if decision else (None, None)
    session.flush()
