"""Whether the buyer of a case asked to be forgotten: there is nobody then to write to, to ring or to pay.

What is the shop's own goes on: the case is moved and closed, its cause confirmed, what was promised before handed over.
"""

from shopadmin.plugin_api import ObjectionsError, forgotten_buyers
from shopadmin_review_recovery import messages
from shopadmin_review_recovery.models import ReviewCase

# States that a person reaches by dealing with the buyer.
OF_THE_BUYER = ("contacting", "waiting_buyer")


def is_forgotten(case: ReviewCase) -> bool:
    """Whether the case's buyer was forgotten for good."""
    return case.buyer_id is not None and bool(forgotten_buyers([case.buyer_id]))


def refuse(case: ReviewCase) -> None:
    """Raise ObjectionsError for a case whose buyer was forgotten."""
    if is_forgotten(case):
        raise ObjectionsError(messages.problem("forgotten"))
