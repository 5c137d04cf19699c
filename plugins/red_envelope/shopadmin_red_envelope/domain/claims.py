"""May this buyer collect an envelope of this campaign now (R4)."""

from dataclasses import dataclass
from typing import Literal, get_args

from shopadmin_red_envelope.domain.states import Stored

Refusal = Literal["claim_closed", "already_claimed", "sold_out", "buyer_excluded"]
REFUSALS: tuple[Refusal, ...] = get_args(Refusal)
Status = Literal["coming", "open", "closed"]
Left = Literal["unlimited", "many", "few", "none"]
# One in so many pieces.
FEW = 10


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim and what is known of it. ``left``: envelopes not yet claimed, None without a cap.

    The window is ``[claim_from, claim_to)``, in milliseconds UTC. ``is_excluded``: the core's answer about the buyer.
    """

    stored: Stored
    claim_from: int
    claim_to: int
    left: int | None = None
    has_claimed: bool = False
    is_excluded: bool = False


def claim_refusal(claim: Claim, now: int) -> Refusal | None:
    """Why the buyer gets none, None when they do; the first of ``REFUSALS`` that applies.

    Whoever has one is told so also when the rest is gone; that it is gone is said before anybody is looked up.
    """
    if claim.stored != "scheduled" or not claim.claim_from <= now < claim.claim_to:
        return "claim_closed"
    if claim.has_claimed:
        return "already_claimed"
    if claim.left is not None and claim.left <= 0:
        return "sold_out"
    return "buyer_excluded" if claim.is_excluded else None


def status(claim_from: int, claim_to: int, now: int) -> Status:
    """Where the collection stands: it is open in ``[claim_from, claim_to)``."""
    return "coming" if now < claim_from else "open" if now < claim_to else "closed"


def coarse_left(total: int | None, claimed: int) -> Left:
    """How much is left, as buyers are told: a number would tell everybody how the shop does.

    ``total``: None without a cap. Few is a tenth at the most.
    """
    if total is None:
        return "unlimited"
    left = total - claimed
    if left <= 0:
        return "none"
    return "few" if left * FEW <= total else "many"
