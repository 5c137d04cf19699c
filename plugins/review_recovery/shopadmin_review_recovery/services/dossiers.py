"""What the core tells of reviews, as the rules need it."""

from collections.abc import Iterable, Iterator

from shopadmin.plugin_api import OrderFacts as CoreFacts
from shopadmin.plugin_api import ReviewDossier, ReviewId, review_dossiers
from shopadmin_review_recovery.domain import spoken
from shopadmin_review_recovery.domain.facts import OrderFacts
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.services.setup import Setup

# Reviews looked at together, and written in one transaction.
BATCH = 500


def text_of(dossier: ReviewDossier) -> str:
    """All that the buyer wrote."""
    return "\n".join(filter(None, (dossier.review.title, dossier.review.body, dossier.followup)))


def language_of(case: ReviewCase) -> str:
    """The language to speak to the buyer of a case, by what the review says; empty where it says nothing."""
    dossier = review_dossiers([ReviewId(case.review_id)]).get(ReviewId(case.review_id)) if case.review_id else None
    return spoken.language_of(text_of(dossier)) if dossier else ""


def facts_of(dossier: ReviewDossier, owner: Setup) -> OrderFacts | None:
    """The dossier's order as the rules need it, on the shop's clock."""
    return as_rule(dossier.order, owner) if dossier.order else None


def as_rule(order: CoreFacts, owner: Setup) -> OrderFacts:
    """What the core tells of an order as the rules need it, on the shop's clock."""
    return OrderFacts(
        status=order.status,
        promised_at=owner.local(order.promised_at),
        shipped_at=owner.local(order.shipped_at),
        delivered_at=owner.local(order.delivered_at),
        ordered=order.ordered,
        shipped=order.shipped,
        refunds=order.refunds,
        is_out_of_stock=order.is_out_of_stock,
    )


def batches(ids: Iterable[int]) -> Iterator[list[int]]:
    """The ids without doubles, in order, so many at a time."""
    found = sorted(set(ids))
    for start in range(0, len(found), BATCH):
        yield found[start : start + BATCH]
