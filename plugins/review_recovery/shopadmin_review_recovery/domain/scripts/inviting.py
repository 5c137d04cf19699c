"""The guard before the invitation: G3 once for a review, G4 not after a refusal, G5 money decided and paid first, G10
nobody under suspicion, G11 only where the platform lets shops ask, and only once the parcel is where it belongs.
"""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["pass", "open", "fail"]
Reason = Literal[
    "invited_before", "do_not_contact", "invitation_closed", "suspicion", "platform", "gate", "remedy_open",
    "parcel_open",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the case at this moment.

    ``invitations``: how many its review has had; ``is_closed``: something was wanted for a review, so it stays closed;
    ``open_remedies``: promised and not done, or money not paid out; ``may_ask``: the platform's profile allows it now;
    ``gate_allows``: the core's gate lets an invitation be part of this contact.
    """

    invitations: int = 0
    is_blocked: bool = False
    is_closed: bool = False
    is_suspected: bool = False
    may_ask: bool = True
    open_remedies: int = 0
    is_parcel_settled: bool = True
    gate_allows: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """``reasons``: all that speaks against it now."""

    outcome: Outcome
    reasons: tuple[Reason, ...] = ()


def decide(facts: Facts) -> Decision:
    """``open``: nothing but the parcel or a remedy is in the way, so it may be asked later; ``fail``: never."""
    never: dict[Reason, bool] = {
        "invited_before": facts.invitations > 0,
        "do_not_contact": facts.is_blocked,
        "invitation_closed": facts.is_closed,
        "suspicion": facts.is_suspected,
        "platform": not facts.may_ask,
        "gate": not facts.gate_allows,
    }
    yet: dict[Reason, bool] = {
        "remedy_open": facts.open_remedies > 0,
        "parcel_open": not facts.is_parcel_settled,
    }
    reasons = tuple(reason for reason, holds in (never | yet).items() if holds)
    if any(never.values()):
        return Decision("fail", reasons)
    return Decision("open", reasons) if reasons else Decision("pass")
