"""The demo shop's products, and 500 orders with all that belongs to them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shopadmin.domain.orders import OrderStatus
from shopadmin.keys import Keyring
from shopadmin.models.orders import Chargeback, Order, OrderLine, Payment, Refund, Shipment, ShipmentLine
from shopadmin.models.products import Category, Product, Seller
from shopadmin.services import contacts
from shopadmin.services.demo import catalogue
from shopadmin.services.demo.catalogue import DemoProduct
from shopadmin.services.demo.people import DemoBuyer

ORDERS, DAYS = 500, 60
_DONE = (OrderStatus.DELIVERED, OrderStatus.COMPLETED, OrderStatus.REFUNDED)
_SENT = (OrderStatus.SHIPPED, *_DONE)


@dataclass(slots=True)
class DemoOrder:
    """An order as reviews, notes and incidents need one; ``id`` and ``line_ids`` are known once it is stored."""

    buyer: DemoBuyer
    row: dict[str, Any]
    lines: list[dict[str, Any]]
    id: int = 0

    @property
    def is_reviewable(self) -> bool:
        """Whether its buyer has the goods."""
        return self.row["delivered_at"] is not None


def add_products(session: Session) -> None:
    """Categories, suppliers, products with stock."""
    platforms = sorted({product.platform for product in catalogue.PRODUCTS})
    session.execute(
        insert(Category),
        [{"platform": p, "ref": ref, "name": name} for p in platforms for ref, name in catalogue.CATEGORIES.items()],
    )
    suppliers = [
        {"platform": platform, "ref": ref, "name": name, "city": city, "region": region}
        for platform in platforms
        for ref, (name, city, region) in catalogue.SUPPLIERS.items()
    ]
    ids = session.scalars(insert(Seller).returning(Seller.id, sort_by_parameter_order=True), suppliers).all()
    by_ref = {(row["platform"], row["ref"]): seller_id for row, seller_id in zip(suppliers, ids, strict=True)}
    session.execute(insert(Product), [_product_row(product, by_ref) for product in catalogue.PRODUCTS])


def _product_row(product: DemoProduct, suppliers: dict[tuple[str, str], int]) -> dict[str, Any]:
    return {
        "platform": product.platform,
        "ref": product.ref,
        "sku": f"SKU-{product.ref[-4:].upper()}",
        "title": product.title,
        "category_ref": product.category,
        "supplier_id": suppliers[product.platform, product.supplier],
        "stock": product.stock,
    }


def add_orders(
    session: Session, rng: random.Random, keys: Keyring, buyers: Sequence[DemoBuyer], now: datetime
) -> list[DemoOrder]:
    """Orders over the sixty days before ``now``, the newest last, with lines, payments and parcels."""
    times = sorted(now - timedelta(seconds=rng.randrange(1800, DAYS * 86400)) for _ in range(ORDERS))
    made = [_make_order(rng, keys, rng.choice(buyers), number, at, now) for number, at in enumerate(times, 1)]
    ids = session.scalars(
        insert(Order).returning(Order.id, sort_by_parameter_order=True), [order.row for order in made]
    ).all()
    for order, order_id in zip(made, ids, strict=True):
        order.id = order_id
    _add_lines(session, made)
    session.execute(insert(Payment), [row for order in made for row in _payment_rows(order)])
    _add_parcels(session, rng, made)
    return made


def _make_order(
    rng: random.Random, keys: Keyring, buyer: DemoBuyer, number: int, at: datetime, now: datetime
) -> DemoOrder:
    status = _status(rng, now - at)
    products = [product for product in catalogue.PRODUCTS if product.platform == buyer.platform]
    lines = [
        _line_row(rng, product, place)
        for place, product in enumerate(rng.sample(products, rng.choice((1, 1, 1, 2, 3))), 1)
    ]
    goods = sum(line["qty"] * line["price"] for line in lines)
    postage = rng.choice(catalogue.POSTAGE[buyer.platform])
    is_paid = status not in (OrderStatus.PENDING_PAYMENT, OrderStatus.CANCELLED)
    text = contacts.contact_json(buyer.name, buyer.phone, buyer.address)
    sealed, contact_hash = contacts.seal_contact(keys, text)
    row = {
        "platform": buyer.platform,
        "order_no": f"9{at:%y%m%d}{number:011}" if buyer.platform == "taobao" else f"#D{number:04}",
        "buyer_id": buyer.id,
        "buyer_ref": buyer.name,
        "buyer_name": buyer.name,
        "status": str(status),
        "status_raw": catalogue.STATUS_WORDS[buyer.platform][status],
        "currency": catalogue.CURRENCIES[buyer.platform],
        "goods": goods,
        "shipping": postage,
        "total": goods + postage,
        "paid": goods + postage if is_paid else 0,
        "refunded": goods + postage if status == OrderStatus.REFUNDED else 0,
        "item_count": sum(line["qty"] for line in lines),
        "buyer_note": rng.choice(("", "", "", "", "请尽快发货，谢谢", "送人的，请不要放价格单")),
        "payment_method": ("" if not is_paid else "支付宝" if buyer.platform == "taobao" else "card"),
        "close_reason": "买家超时未付款" if status == OrderStatus.CANCELLED else "",
        "contact_encrypted": sealed,
        "contact_hash": contact_hash,
        **_times(rng, status, at, now),
    }
    return DemoOrder(buyer, row, lines)


def _status(rng: random.Random, age: timedelta) -> OrderStatus:
    chance = rng.random()
    if chance < 0.04 and age > timedelta(hours=12):
        return OrderStatus.CANCELLED
    if age < timedelta(hours=10):
        return OrderStatus.PENDING_PAYMENT if chance < 0.3 else OrderStatus.PAID
    if age < timedelta(days=2):
        return OrderStatus.PAID
    if age < timedelta(days=5):
        return OrderStatus.SHIPPED if chance < 0.92 else OrderStatus.PAID
    if chance > 0.965:
        return OrderStatus.REFUNDED
    return OrderStatus.DELIVERED if age < timedelta(days=12) else OrderStatus.COMPLETED


def _times(rng: random.Random, status: OrderStatus, at: datetime, now: datetime) -> dict[str, datetime | None]:
    """Each step that the status says has been taken, never later than ``now``."""
    steps = {
        "paid_at": (status in (OrderStatus.PAID, *_SENT), timedelta(minutes=rng.randrange(1, 25))),
        "shipped_at": (status in _SENT, timedelta(hours=rng.randrange(6, 40))),
        "delivered_at": (status in _DONE, timedelta(hours=rng.randrange(60, 118))),
        "confirmed_at": (status == OrderStatus.COMPLETED, timedelta(hours=rng.randrange(130, 280))),
    }
    found = {name: min(at + delay, now) if taken else None for name, (taken, delay) in steps.items()}
    return {"created_at": at, "promised_at": at + timedelta(days=3), **found}


def _line_row(rng: random.Random, product: DemoProduct, place: int) -> dict[str, Any]:
    qty = rng.choice((1, 1, 1, 2, 2, 3))
    return {
        "line_no": str(place),
        "product_ref": product.ref,
        "sku": f"SKU-{product.ref[-4:].upper()}",
        "title": product.title,
        "spec": rng.choice(product.specs),
        "qty": qty,
        "price": product.price,
        "paid": qty * product.price,
    }


def _add_lines(session: Session, orders: Sequence[DemoOrder]) -> None:
    rows = [{**line, "order_id": order.id} for order in orders for line in order.lines]
    ids = iter(session.scalars(insert(OrderLine).returning(OrderLine.id, sort_by_parameter_order=True), rows).all())
    for order in orders:
        for line in order.lines:
            line["id"] = next(ids)


def _payment_rows(order: DemoOrder) -> list[dict[str, Any]]:
    if not order.row["paid"]:
        return []
    method, amount = order.row["payment_method"], order.row["paid"]
    return [{"order_id": order.id, "sequence": "1", "method": method, "amount": amount}]


def _add_parcels(session: Session, rng: random.Random, orders: Sequence[DemoOrder]) -> None:
    sent = [order for order in orders if order.row["shipped_at"]]
    rows = [
        {
            "order_id": order.id,
            "carrier": rng.choice(catalogue.CARRIERS[order.row["platform"]]),
            "tracking_no": f"DEMO{order.id:09}",
            "shipped_at": order.row["shipped_at"],
            "delivered_at": order.row["delivered_at"],
        }
        for order in sent
    ]
    ids = session.scalars(insert(Shipment).returning(Shipment.id, sort_by_parameter_order=True), rows).all()
    session.execute(
        insert(ShipmentLine),
        [
            {"shipment_id": shipment_id, "order_line_id": line["id"], "qty": line["qty"]}
            for shipment_id, order in zip(ids, sent, strict=True)
            for line in order.lines
        ],
    )


def add_money_back(session: Session, orders: Sequence[DemoOrder], recorded_by: int, now: datetime) -> None:
    """A refund for every refunded order, one part of an order, and a chargeback that nobody has decided yet."""
    for order in orders:
        if order.row["status"] == OrderStatus.REFUNDED:
            at = min(order.row["delivered_at"] + timedelta(days=1), now)
            _refund(session, order, order.row["refunded"], "买家退货退款", at, recorded_by)
    finished = [order for order in orders if order.row["status"] == OrderStatus.COMPLETED]
    line = finished[-1].lines[0]
    _refund(session, finished[-1], line["price"] // 2, "包装破损，补偿一半", now - timedelta(days=2), recorded_by)
    disputed = next(order for order in reversed(finished) if order.row["platform"] == "shopify")
    session.add(
        Chargeback(
            order_id=disputed.id,
            amount=disputed.row["total"],
            reason="Buyer says the parcel never came",
            opened_at=now - timedelta(days=3),
            recorded_by=recorded_by,
        )
    )


def _refund(session: Session, order: DemoOrder, amount: int, reason: str, at: datetime, recorded_by: int) -> None:
    session.add(Refund(order_id=order.id, amount=amount, reason=reason, refunded_at=at, recorded_by=recorded_by))
