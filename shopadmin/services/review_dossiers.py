"""Low reviews for plugins that work on them: which there are, and what became of their orders.

Spam and what a platform's bin holds are no reviews that anybody works on.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from shopadmin.contract import BuyerId, OrderFacts, OrderId, ReviewDossier, ReviewId, ReviewMark
from shopadmin.domain.reviews import Grade
from shopadmin.models import db
from shopadmin.models.orders import Order, OrderLine, Refund, Shipment, ShipmentLine
from shopadmin.models.products import Product
from shopadmin.models.reviews import Review
from shopadmin.services import reviews

NO_REVIEWS = ("spam", "trash")
_MARKS = select(
    Review.id, Review.text_version, Review.stars, Review.grade, Review.order_id, Review.buyer_id, Review.created_at
)


def low_reviews(stars: int, after: int = 0, limit: int = 500) -> list[ReviewMark]:
    """Reviews with at most so many stars, or as bad a grade, by id after ``after``."""
    query = _MARKS.where(Review.id > after, _is_low(stars)).order_by(Review.id).limit(limit)
    return [_mark(row) for row in db.session().execute(query)]


def known_reviews(ids: Collection[int]) -> dict[ReviewId, ReviewMark]:
    """Those of the reviews that are still there, however many stars they have."""
    return {ReviewId(row.id): _mark(row) for row in db.session().execute(_MARKS.where(Review.id.in_(ids)))}


def review_dossiers(ids: Collection[int], stars: int = 5) -> dict[ReviewId, ReviewDossier]:
    """The reviews with what became of their orders; without those of more stars, or of a better grade."""
    query = select(Review).where(Review.id.in_(ids), _is_low(stars) if stars < 5 else Review.state.not_in(NO_REVIEWS))
    found = db.session().scalars(query).all()
    orders = facts_of_orders({row.order_id for row in found if row.order_id is not None})
    return {
        ReviewId(row.id): ReviewDossier(
            review=reviews.snapshot(row),
            version=row.text_version,
            followup=row.followup_body,
            product_title=row.product_title,
            order=orders.get(row.order_id) if row.order_id is not None else None,
        )
        for row in found
    }


def reviews_of_order(order_id: int) -> list[ReviewId]:
    """The ids of the order's reviews."""
    return [ReviewId(found) for found in db.session().scalars(select(Review.id).where(Review.order_id == order_id))]


def facts_of_orders(order_ids: Collection[int]) -> dict[int, OrderFacts]:
    """What became of the orders, by id; four questions for however many."""
    if not order_ids:
        return {}
    session = db.session()
    pieces = _Pieces()
    lines = (
        select(OrderLine.id, OrderLine.order_id, OrderLine.sku, OrderLine.product_ref, OrderLine.line_no, OrderLine.qty)
        .where(OrderLine.order_id.in_(order_ids))
        .order_by(OrderLine.id)
    )
    pieces.add_lines(session.execute(lines))
    sent = (
        select(Shipment.order_id, ShipmentLine.order_line_id, ShipmentLine.qty)
        .join(ShipmentLine, ShipmentLine.shipment_id == Shipment.id)
        .where(Shipment.order_id.in_(order_ids))
    )
    pieces.add_sent(session.execute(sent))
    orders = select(
        Order.id, Order.order_no, Order.status, Order.created_at, Order.promised_at, Order.shipped_at,
        Order.delivered_at, Order.refunded, _refunds().label("refunds"), _is_out().label("is_out"),
    ).where(Order.id.in_(order_ids))  # fmt: skip
    return {
        row.id: OrderFacts(
            order_no=row.order_no,
            status=row.status,
            created_at=row.created_at,
            promised_at=row.promised_at,
            shipped_at=row.shipped_at,
            delivered_at=row.delivered_at,
            ordered=pieces.ordered.get(row.id, {}),
            shipped=pieces.sent.get(row.id, {}),
            # A platform that reports a sum says of how many refunds it is.
            refunds=max(row.refunds, 1 if row.refunded else 0),
            is_out_of_stock=bool(row.is_out),
        )
        for row in session.execute(orders)
    }


@dataclass(slots=True)
class _Pieces:
    """Pieces by order and SKU, as ordered and as sent."""

    ordered: dict[int, dict[str, int]] = field(default_factory=dict)
    sent: dict[int, dict[str, int]] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)

    def add_lines(self, rows: Iterable[Any]) -> None:
        for row in rows:
            name = self._names[row.id] = row.sku or row.product_ref or row.line_no
            _count(self.ordered, row.order_id, name, row.qty)

    def add_sent(self, rows: Iterable[Any]) -> None:
        for row in rows:
            _count(self.sent, row.order_id, self._names[row.order_line_id], row.qty)


def _count(pieces: dict[int, dict[str, int]], order_id: int, name: str, qty: int) -> None:
    mine = pieces.setdefault(order_id, {})
    mine[name] = mine.get(name, 0) + qty


def _refunds() -> ColumnElement[Any]:
    counted = select(func.count()).where(Refund.order_id == Order.id)
    return counted.correlate(Order).scalar_subquery()


def _is_out() -> ColumnElement[Any]:
    """Whether the shop has none left of a product of the order."""
    same = and_(Product.platform == Order.platform, Product.ref == OrderLine.product_ref)
    return (
        select(OrderLine.id)
        .join(Product, same)
        .where(OrderLine.order_id == Order.id, OrderLine.product_ref != "", Product.stock == 0)
        .correlate(Order)
        .exists()
    )


def _is_low(stars: int) -> ColumnElement[bool]:
    grades = [Grade.BAD, Grade.NEUTRAL] if stars >= 3 else [Grade.BAD]
    low = or_(Review.stars.between(1, stars), and_(Review.stars.is_(None), Review.grade.in_(grades)))
    return and_(low, Review.state.not_in(NO_REVIEWS))


def _mark(row: Any) -> ReviewMark:
    return ReviewMark(
        id=ReviewId(row.id),
        version=row.text_version,
        stars=row.stars,
        grade=row.grade,
        order_id=None if row.order_id is None else OrderId(row.order_id),
        buyer_id=None if row.buyer_id is None else BuyerId(row.buyer_id),
        created_at=row.created_at,
    )
