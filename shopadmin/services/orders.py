"""Orders: the list, what plugins see of one, and everything the order page shows."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Integer, String, cast, func, literal, null, select
from sqlalchemy.orm import aliased

from shopadmin.contract import Actor, BuyerId, OrderId, OrderSnapshot, Text
from shopadmin.domain.orders import TO_SHIP, OrderStatus
from shopadmin.domain.reviews import badness
from shopadmin.models import db
from shopadmin.models.cases import Note
from shopadmin.models.id_lists import among
from shopadmin.models.orders import Chargeback, Order, OrderLine, Payment, Refund, Shipment, ShipmentLine
from shopadmin.models.products import Product
from shopadmin.models.reviews import Review
from shopadmin.platforms.names import platform_name
from shopadmin.services import buyers, lists, masking

STATUS_LABELS: Mapping[OrderStatus, Text] = {
    OrderStatus.PENDING_PAYMENT: _("Waiting for payment"),
    OrderStatus.PAID: _("To ship"),
    OrderStatus.SHIPPED: _("Shipped"),
    OrderStatus.DELIVERED: _("Delivered"),
    OrderStatus.COMPLETED: _("Completed"),
    OrderStatus.CANCELLED: _("Cancelled"),
    OrderStatus.REFUNDED: _("Refunded"),
    OrderStatus.UNAVAILABLE: _("Unavailable"),
}
OTHERS = 10


def _pieces() -> Any:
    """What the platform counted, else the lines' pieces: read for the rows of one page alone."""
    lines = select(func.sum(OrderLine.qty)).where(OrderLine.order_id == Order.id).scalar_subquery()
    return func.coalesce(Order.item_count, lines).label("pieces")


def _search(term: str, actor: Actor) -> list[ColumnElement[bool]]:
    """The beginning of an order number; a phone's last four digits for those who may see phones, else nothing more."""
    places = [lists.starts_with(Order.order_no, term)]
    if buyers.is_tail(term) and actor.can(masking.CONTACT):
        # By id: the few orders of these buyers are found first, whatever order the list is in.
        theirs = aliased(Order)
        places.append(Order.id.in_(select(theirs.id).where(theirs.buyer_id.in_(buyers.with_tail(term)))))
    return places


def _platforms() -> Any:
    """One look-up in the index for each platform, whatever the number of orders."""
    first = select(func.min(Order.platform).label("platform")).cte("found", recursive=True)
    following = select(func.min(Order.platform)).where(Order.platform > first.c.platform).scalar_subquery()
    found = first.union_all(select(following).where(first.c.platform.is_not(None)))
    return select(found.c.platform).where(found.c.platform.is_not(None))


_PLATFORMS = _platforms()


def platforms() -> list[tuple[str, str]]:
    """The platforms that orders came from, with their names."""
    return [(name, platform_name(name)) for name in db.session().scalars(_PLATFORMS)]


_BY_TIME = (Order.created_at, Order.id)

ORDERS = lists.ListSpec(
    query=select(
        Order.id, Order.platform, Order.order_no, Order.status, Order.created_at, Order.buyer_id, Order.buyer_name,
        Order.total, Order.currency, _pieces(),
    ),
    id_column=Order.id,
    sorts=(
        lists.Sort("newest", _("Newest first"), _BY_TIME),
        lists.Sort("oldest", _("Oldest first"), _BY_TIME, descending=False),
        lists.Sort("number", _("Order number"), (Order.order_no, Order.id), descending=False),
    ),
    filters=(
        lists.Filter(
            "status", _("Status"), lambda value: Order.status == value,
            choices=tuple((status.value, label) for status, label in STATUS_LABELS.items()),
        ),
        lists.Filter("platform", _("Platform"), lambda value: Order.platform == value, offered=platforms),
        lists.Filter("from", _("From"), lambda instant: Order.created_at >= instant, kind="from"),
        lists.Filter("to", _("To"), lambda instant: Order.created_at < instant, kind="to"),
    ),
    search=_search,
    views=(
        lists.View("all", _("All")),
        lists.View("to_ship", _("To ship"), (Order.status == TO_SHIP.value,), "oldest"),
        lists.View("shipped", _("Shipped"), (Order.status == OrderStatus.SHIPPED.value,)),
        lists.View(
            "completed", _("Completed"),
            (Order.status == OrderStatus.DELIVERED.value, Order.status == OrderStatus.COMPLETED.value),
        ),
        lists.View(
            "problems", _("Problems"),
            (Order.status == OrderStatus.REFUNDED.value, Order.status == OrderStatus.UNAVAILABLE.value),
        ),
    ),
    search_sort="number",
)  # fmt: skip


def snapshot(row: Any) -> OrderSnapshot:
    """What plugins see of an order: a row of the list, or the order itself."""
    return OrderSnapshot(
        id=OrderId(row.id),
        platform=row.platform,
        order_no=row.order_no,
        status=row.status,
        created_at=row.created_at,
        currency=row.currency,
        total=row.total or 0,
        buyer_id=None if row.buyer_id is None else BuyerId(row.buyer_id),
    )


def snapshots(order_ids: Sequence[OrderId]) -> list[OrderSnapshot]:
    """What plugins see of these orders, the latest first; ids that are not there are left out."""
    query = select(Order).where(Order.id.in_(order_ids)).order_by(Order.created_at.desc(), Order.id.desc())
    return [snapshot(order) for order in db.session().scalars(query)]


def of_buyers(buyer_ids: Collection[int], most: int) -> list[OrderSnapshot]:
    """The latest orders of these buyers, ``most`` at the most."""
    theirs = select(Order).where(Order.buyer_id.in_(buyer_ids))
    query = theirs.order_by(Order.created_at.desc(), Order.id.desc()).limit(most)
    return [snapshot(order) for order in db.session().scalars(query)]


@dataclass(frozen=True, slots=True)
class Marks:
    """What a page of orders shows beside its rows: the worst rating of each, and which have notes."""

    ratings: Mapping[int, int | str]
    noted: Set[int]


_NOTED = (
    select(
        Note.subject_id, cast(null(), Integer).label("stars"), cast(null(), String).label("grade"),
        literal(True).label("is_note"),
    )
    .where(Note.subject == "order", among(Note.subject_id, "order_ids"))
    .distinct()
)  # fmt: skip
_RATED = select(Review.order_id, Review.stars, Review.grade, literal(False).label("is_note")).where(
    among(Review.order_id, "order_ids")
)
_RATED_AND_NOTED = _RATED.union_all(_NOTED)


def marks(order_ids: Sequence[int], with_ratings: bool) -> Marks:
    """Ratings, for those who may see them, and notes; one query for a page of orders."""
    if not order_ids:
        return Marks({}, frozenset())
    query = _RATED_AND_NOTED if with_ratings else _NOTED
    ratings: dict[int, int | str] = {}
    noted: set[int] = set()
    for order_id, stars, grade, is_note in db.session().execute(query, {"order_ids": order_ids}):
        if is_note:
            noted.add(order_id)
        else:
            found: int | str = grade if stars is None else stars
            ratings[order_id] = min(ratings.get(order_id, found), found, key=badness)
    return Marks(ratings, noted)


@dataclass(frozen=True, slots=True)
class OrderDetails:
    """Everything about one order but its buyer, its timeline and what plugins add."""

    order: Order
    lines: Sequence[Any]
    payments: Sequence[Payment]
    refunds: Sequence[Refund]
    chargebacks: Sequence[Chargeback]
    shipments: Sequence[Shipment]
    reviews: Sequence[Review]
    other_orders: Sequence[Any]
    unshipped: Mapping[int, int]


def load_details(actor: Actor, order: Order) -> OrderDetails:
    """What the order page shows. Reviews only for those who may read them."""
    session = db.session()

    def belonging(model: Any, *ordering: Any) -> Sequence[Any]:
        return session.scalars(select(model).where(model.order_id == order.id).order_by(*ordering)).all()

    lines = belonging(OrderLine, OrderLine.line_no)
    return OrderDetails(
        order=order,
        lines=_with_products(order, lines),
        payments=belonging(Payment, Payment.sequence),
        refunds=belonging(Refund, Refund.refunded_at),
        chargebacks=belonging(Chargeback, Chargeback.opened_at),
        shipments=belonging(Shipment, Shipment.id),
        reviews=belonging(Review, Review.created_at) if actor.can("core.reviews:read") else (),
        other_orders=_others(order),
        unshipped=unshipped(order.id, lines),
    )


def found(actor: Actor, term: str, *, is_whole: bool = False) -> Sequence[lists.Rows]:
    """Id and time of the orders that a search for ``term`` finds, a query for each place: as in the core's own list.

    ``is_whole``: those alone whose number is just this.
    """
    places = [Order.order_no == term] if is_whole else ORDERS.search(term, actor)
    query = ORDERS.scope(select(Order.id, Order.created_at), actor)
    return [query.where(place) for place in places] if isinstance(places, Sequence) else []


def find(actor: Actor, order_id: int, lock: bool = False) -> Order | None:
    """The order if the actor may see it: the same scope as the list. ``lock``: for a change in this transaction."""
    query = ORDERS.scope(select(Order).where(Order.id == order_id), actor)
    return db.session().scalars(query.with_for_update() if lock else query).one_or_none()


def unshipped(order_id: int, lines: Iterable[OrderLine]) -> dict[int, int]:
    """How many pieces of each line have not gone out with a recorded parcel."""
    query = (
        select(ShipmentLine.order_line_id, func.sum(ShipmentLine.qty))
        .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
        .where(Shipment.order_id == order_id)
        .group_by(ShipmentLine.order_line_id)
    )
    gone = dict(db.session().execute(query).all())
    return {line.id: max(line.qty - int(gone.get(line.id, 0)), 0) for line in lines}


def _with_products(order: Order, lines: Sequence[OrderLine]) -> list[dict[str, Any]]:
    refs = {line.product_ref for line in lines if line.product_ref}
    query = select(Product.ref, Product.id, Product.title).where(
        Product.platform == order.platform, Product.ref.in_(refs)
    )
    products = {row.ref: row for row in db.session().execute(query)} if refs else {}
    return [
        {
            "line": line,
            "title": line.title or getattr(products.get(line.product_ref), "title", "") or line.product_ref,
            "product_id": getattr(products.get(line.product_ref), "id", None),
        }
        for line in lines
    ]


def _others(order: Order) -> Sequence[Any]:
    if order.buyer_id is None:
        return ()
    query = (
        select(Order.id, Order.order_no, Order.created_at, Order.status, Order.total, Order.currency)
        .where(Order.buyer_id == order.buyer_id, Order.id != order.id)
        .order_by(Order.created_at.desc())
        .limit(OTHERS)
    )
    return db.session().execute(query).all()
