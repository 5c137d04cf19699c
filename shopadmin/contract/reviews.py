"""Reviews as plugins see them, and what happens to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shopadmin.contract.ids import BuyerId, OrderId, ReviewId
from shopadmin.contract.orders import OrderFacts


@dataclass(frozen=True, slots=True)
class ReviewSnapshot:
    """A review as a plugin sees it."""

    id: ReviewId
    platform: str
    stars: int | None
    grade: str
    title: str
    body: str
    created_at: datetime
    order_id: OrderId | None
    buyer_id: BuyerId | None
    product_ref: str


@dataclass(frozen=True, slots=True)
class ReviewMark:
    """A low review in short. ``version``: of its text, from 1."""

    id: ReviewId
    version: int
    stars: int | None
    grade: str
    order_id: OrderId | None
    buyer_id: BuyerId | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewDossier:
    """A review with its follow-up and what became of its order. ``version``: of its text, from 1."""

    review: ReviewSnapshot
    version: int
    followup: str
    product_title: str
    order: OrderFacts | None


@dataclass(frozen=True, slots=True)
class ReviewChanged:
    """A review was answered: the reply was posted by hand, or an import found it on the platform."""

    review_id: ReviewId
    change: Literal["replied", "confirmed"]
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewsChanged:
    """Reviews of an import or of its undoing, 200 at most.

    ``new``: they came; ``edited``: their buyers changed them; ``order``: their order was found, or changed;
    ``removed``: they are gone, and later reviews may get their ids.
    """

    review_ids: tuple[ReviewId, ...]
    change: Literal["new", "edited", "order", "removed"]
    at: datetime
