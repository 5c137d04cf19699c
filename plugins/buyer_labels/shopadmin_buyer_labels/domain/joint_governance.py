"""Complaints to platforms about what a label is about, and what a decision does to the label (section 5, S10, S12)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shopadmin_buyer_labels.domain.status import FINAL, Status
from shopadmin_buyer_labels.domain.taxonomy import CODES, UPHELD

Refusal = Literal[
    "label_over", "protective", "own_fault_unknown", "own_fault", "no_order", "other_order", "no_evidence"
]
Effect = Literal["attach", "review", "suspend", "none"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a complaint about a label would rest on. ``own_fault``: None until somebody looked. ``order_of``: whose the
    order is, None without one; ``people``: the buyers that the label's person is known as.
    """

    code: str
    status: Status
    own_fault: bool | None
    order_of: int | None
    people: frozenset[int]
    pieces: int


def lacks(facts: Facts) -> Refusal | None:
    """Why no complaint may be opened; None where one may.

    S12: none without order and evidence. S10: what the shop itself did wrong is nobody's claim or review to complain
    about, and somebody has looked.
    """
    rule = CODES[facts.code]
    if facts.status in FINAL:
        return "label_over"
    if rule.is_protective:
        return "protective"
    if rule.is_careful and facts.own_fault is not False:
        return "own_fault" if facts.own_fault else "own_fault_unknown"
    if facts.order_of is None:
        return "no_order"
    if facts.order_of not in facts.people:
        return "other_order"
    return None if facts.pieces else "no_evidence"


def likely_order(placed: Mapping[int, date], happened_on: date, known: int | None = None) -> int | None:
    """The order that a complaint about a label is likely about: the one that the label is from, else the last that was
    placed by the day. ``placed``: days of the shop by order.
    """
    if known in placed:
        return known
    before = [(day, order) for order, day in placed.items() if day <= happened_on]
    return max(before)[1] if before else None


def likely_grounds(code: str) -> tuple[str, ...]:
    """What a complaint about such a label is usually about, the likeliest first; a platform need not know all."""
    if code == "refund.false_not_received":
        return ("not_received_claim", "chargeback_not_received", "malicious_refund", "guarantee_claim")
    if code in ("claim.coercive_settlement", "review.extortion_demand"):
        return ("extortion", "malicious_review")
    if code.startswith("claim."):
        return ("counterfeit_claim",)
    if code.startswith("refund."):
        return ("malicious_refund", "guarantee_claim")
    return ("chargeback_fraud",) if code.startswith("payment.") else ()


def effect(outcome: str, status: Status) -> Effect:
    """What a platform's decision does to a label: upheld is attached and raises its tier, partly has it reviewed again,
    rejected suspends it at once. What is over stays as it is.
    """
    if status in FINAL:
        return "none"
    if outcome == "upheld":
        return "attach"
    if outcome == "partly":
        return "review" if status != "draft" else "none"
    return "suspend" if outcome == "rejected" else "none"


def tier_after(tiers: Collection[int]) -> int:
    """The tier of a label on these pieces, the platform's decision among them (E3)."""
    return max((UPHELD, *tiers))
