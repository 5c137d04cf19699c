"""How buyers rate products, as counts: every published review with stars, good or bad. A grade is no star."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, union_all

from shopadmin.models import db
from shopadmin.models.orders import Order, OrderLine
from shopadmin.models.reviews import Review
from shopadmin.services.review_dossiers import NO_REVIEWS


@dataclass(frozen=True, slots=True)
class ProductRating:
    """``reviews`` with stars, and their ``stars`` in sum. ``platform``, ``ref``: empty for the shop as a whole."""

    platform: str
    ref: str
    reviews: int
    stars: int


def shop_rating() -> ProductRating:
    """All the shop's reviews together."""
    row = db.session().execute(select(func.count(), func.sum(Review.stars)).where(*_counted())).one()
    return ProductRating("", "", row[0], int(row[1] or 0))


def product_ratings(most: int) -> Sequence[ProductRating]:
    """The products with the most reviews. A review that names no product counts for those of its order."""
    named = select(Review.platform, Review.product_ref.label("ref"), Review.id, Review.stars)
    ordered = (
        select(Order.platform, OrderLine.product_ref.label("ref"), Review.id, Review.stars)
        .join(Order, Order.id == Review.order_id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Review.product_ref == "", OrderLine.product_ref != "", *_counted())
        .distinct()
    )
    rated = union_all(named.where(Review.product_ref != "", *_counted()), ordered).subquery()
    many = func.count()
    query = (
        select(rated.c.platform, rated.c.ref, many, func.sum(rated.c.stars))
        .group_by(rated.c.platform, rated.c.ref)
        .order_by(many.desc(), rated.c.platform, rated.c.ref)
    )
    return [ProductRating(row[0], row[1], row[2], int(row[3])) for row in db.session().execute(query.limit(most))]


def _counted() -> list[ColumnElement[Any]]:
    return [Review.stars.is_not(None), Review.state.not_in(NO_REVIEWS)]
