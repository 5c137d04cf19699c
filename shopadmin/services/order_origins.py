"""What was in an order, who supplied it and who carried it, for plugins that count what went wrong by them.

The queries here come without being asked: whoever uses them joins them with rows of its own and counts in the database,
so that a hundred thousand orders come back as a few numbers. A supplier is a name: the one that the shop wrote at the
product, else the seller of the order's line, by its number where it has no name; empty for unknown.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from shopadmin.models import db
from shopadmin.models.orders import Order, OrderLine, Shipment
from shopadmin.models.products import Product, Seller

_Own, _Line = aliased(Seller), aliased(Seller)


def ordered_products() -> Select[*tuple[Any, ...]]:
    """A row for each line with a product: ``order_id``, ``ordered_at``, ``platform``, ``ref``."""
    # A product that stands twice in an order makes two rows.
    return (
        select(
            OrderLine.order_id.label("order_id"),
            Order.created_at.label("ordered_at"),
            Order.platform.label("platform"),
            OrderLine.product_ref.label("ref"),
        )
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.product_ref != "")
    )


def order_suppliers() -> Select[*tuple[Any, ...]]:
    """As ``ordered_products``, with ``supplier``; who needs no supplier leaves out what it costs to find them."""
    # Joins, not questions for each line: PostgreSQL answers those one by one.
    return (
        ordered_products()
        .add_columns(func.coalesce(_name(_Own), _name(_Line), OrderLine.seller_ref).label("supplier"))
        .outerjoin(Product, and_(Product.platform == Order.platform, Product.ref == OrderLine.product_ref))
        .outerjoin(_Own, _Own.id == Product.supplier_id)
        .outerjoin(_Line, and_(_Line.platform == Order.platform, _Line.ref == OrderLine.seller_ref))
    )


def product_suppliers() -> Select[*tuple[Any, ...]]:
    """A row for each product at which the shop wrote a supplier: ``platform``, ``ref``, ``supplier``."""
    return select(
        Product.platform.label("platform"), Product.ref.label("ref"), _name(Seller).label("supplier")
    ).join(Seller, Seller.id == Product.supplier_id)  # fmt: skip


def parcel_couriers() -> Select[*tuple[Any, ...]]:
    """A row for each parcel whose courier is known: ``order_id``, ``courier``."""
    return select(Shipment.order_id.label("order_id"), Shipment.carrier.label("courier")).where(Shipment.carrier != "")


def order_couriers() -> Select[*tuple[Any, ...]]:
    """As ``parcel_couriers``, with ``ordered_at``."""
    return (
        parcel_couriers()
        .add_columns(Order.created_at.label("ordered_at"))
        .join(Order, Order.id == Shipment.order_id)
    )  # fmt: skip


def _name(seller: type[Seller]) -> ColumnElement[Any]:
    return func.coalesce(func.nullif(seller.name, ""), seller.ref)


def orders_placed(windows: Sequence[tuple[datetime, datetime]]) -> list[int]:
    """How many orders were placed in each half-open window of aware instants, whatever became of them."""
    session = db.session()
    counts = select(func.count()).select_from(Order)
    return [
        session.scalar(counts.where(Order.created_at >= begins, Order.created_at < ends)) or 0
        for begins, ends in windows
    ]


def product_titles(products: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Titles by platform and number; of a product that is not known itself, that of a line it was sold by."""
    if not products:
        return {}
    session = db.session()
    found = dict.fromkeys(products, "")
    known = or_(*(and_(Product.platform == platform, Product.ref == ref) for platform, ref in products))
    for row in session.execute(select(Product.platform, Product.ref, Product.title).where(known)):
        found[(row.platform, row.ref)] = row.title
    for platform, ref in [key for key, title in found.items() if not title]:
        sold = (
            select(OrderLine.title)
            .join(Order, Order.id == OrderLine.order_id)
            .where(OrderLine.product_ref == ref, Order.platform == platform, OrderLine.title != "")
        )
        found[(platform, ref)] = session.scalar(sold.order_by(OrderLine.id.desc()).limit(1)) or ""
    return found
