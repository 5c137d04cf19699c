"""Complaints to a platform, and what came of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shopadmin.contract.ids import AccountId, BuyerId, OrderId, ReviewId
from shopadmin.domain.complaints import Outcome

ComplaintState = Literal[
    "collecting", "ready", "submitted", "more_info", "upheld", "partly", "rejected", "appealed", "settled",
    "withdrawn", "closed",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ComplaintRequest:
    """A complaint that a plugin opens. ``platform``, ``ground``: one of ``complaint_grounds(platform)``.

    ``origin``, ``origin_id``: what it is for (``review_recovery.case``, 12); one that is open for the same origin and
    ground is not opened again. ``evidence``: uuids. ``deadline_at``: aware UTC, none for the checklist's own.
    """

    platform: str
    ground: str
    origin: str
    origin_id: int
    order_id: OrderId | None = None
    review_id: ReviewId | None = None
    buyer_id: BuyerId | None = None
    note: str = ""
    evidence: tuple[str, ...] = ()
    deadline_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ComplaintSnapshot:
    """A complaint as a plugin sees it. ``outcome``: empty before one is heard; ``url``: its page, in a request."""

    id: int
    complaint_no: str
    platform: str
    ground: str
    state: ComplaintState
    outcome: Outcome | Literal[""]
    reference: str
    deadline_at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class ComplaintDecided:
    """It was written down what came of a complaint. ``evidence``: uuids of all that goes with it, the decision's too.

    After an appeal it is announced again, with the later outcome. ``origin``, ``origin_id``: what it was opened for.
    """

    complaint_id: int
    platform: str
    ground: str
    outcome: Outcome
    order_id: OrderId | None
    review_id: ReviewId | None
    buyer_id: BuyerId | None
    origin: str
    origin_id: int | None
    evidence: tuple[str, ...]
    at: datetime
    actor: AccountId | None
