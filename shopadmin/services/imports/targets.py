"""What the importer knows of each table it fills: keys, what a file may say, how that meets what is there.

One description for each table; staging, classifying, applying and undoing are written once over all of them. A
staged value that is NULL means that the file does not say, and never overwrites.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Table, and_, case, cast, func, literal, or_, select
from sqlalchemy.types import JSON, Text

from shopadmin.domain.orders import OrderStatus
from shopadmin.models import buyers, cases, orders, products, reviews, staging
from shopadmin.models.base import Base

Said = Any
# Column name to value: of a staged row with what was looked up, of the shop's row. And how the two become one.
Merge = Callable[[Said, Any], Any]


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a staged row finds the rows it refers to: ``joined`` adds tables, ``lookups`` are columns found there.

    ``lacks``: without its order the row is rejected, in a dry run unless ``comes``: this run would bring the order;
    ``skips``: a derived row that has nothing to add.
    """

    joined: FromClause
    lookups: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)
    lacks: ColumnElement[bool] | None = None
    comes: ColumnElement[bool] | None = None
    skips: ColumnElement[bool] | None = None


def _by_itself(stage: Table, table: Table) -> Resolution:
    return Resolution(stage.outerjoin(table, _keys_match(stage, table, "platform", "ref")))


@dataclass(frozen=True, slots=True)
class Target:
    """One table of the shop. ``name``: of its staging table, and the kind in counts.

    ``natural``: what makes a staged row the same as another; ``columns``: compared and updated; ``links``: looked up,
    updated but not counted as a change; ``carried``: written along, never compared.
    """

    name: str
    table: Table
    stage: Table
    natural: tuple[str, ...]
    columns: tuple[str, ...]
    links: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    resolve: Callable[[Table, Table], Resolution] = _by_itself
    merges: Mapping[str, Merge] = field(default_factory=dict)
    also_set: Callable[[Table, Table], Mapping[str, Any]] = lambda stage, table: {}
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def merged(self, column: str, said: Said, current: Any) -> Any:
        """The value a row has after the import."""
        merge = self.merges.get(column)
        return merge(said, current) if merge else func.coalesce(said[column], current[column])

    def differs(self, columns: tuple[str, ...], said: Said, current: Any) -> ColumnElement[bool]:
        """Whether the file changes any of the columns."""
        changes = []
        for column in columns:
            after, before = self.merged(column, said, current), current[column]
            if isinstance(self.table.c[column].type, JSON):
                after, before = cast(after, Text), cast(before, Text)
            changes.append(after.is_distinct_from(before))
        return or_(*changes) if changes else literal(False)

    def inserted(self, stage: Table) -> dict[str, Any]:
        """Column to value of a new row: what the file says, else the column's default."""
        values: dict[str, Any] = {}
        for name in (*self.columns, *self.links, *self.carried):
            column = self.table.c[name]
            default = getattr(column.default, "arg", None)
            default = self.defaults.get(name, default)
            values[name] = (
                stage.c[name] if default is None else func.coalesce(stage.c[name], literal(default, column.type))
            )
        return values


def _keys_match(stage: Table, table: Any, *columns: str) -> ColumnElement[bool]:
    return and_(*(table.c[column] == stage.c[column] for column in columns))


def _table(model: type[Base]) -> Table:
    found: Any = model.__table__
    return found  # type: ignore[no-any-return]


SELLER, BUYER, ORDER = _table(products.Seller), _table(buyers.Buyer), _table(orders.Order)
IDENTIFIER = _table(buyers.BuyerIdentifier)
LINE = _table(orders.OrderLine)


def _resolve_product(stage: Table, table: Table) -> Resolution:
    supplier = SELLER.alias("supplier")
    joined = stage.outerjoin(table, _keys_match(stage, table, "platform", "ref")).outerjoin(
        supplier, and_(supplier.c.platform == stage.c.platform, supplier.c.ref == stage.c.supplier_ref)
    )
    return Resolution(joined, {"supplier_id": supplier.c.id})


def _resolve_buyer(stage: Table, table: Table) -> Resolution:
    # A buyer made up for one order, because its platform hides everything, is not needed once the order has a real one.
    own = ORDER.alias("own_order")
    joined = stage.outerjoin(table, table.c.ref == stage.c.ref).outerjoin(
        own, _keys_match(stage, own, "platform", "order_no")
    )
    return Resolution(joined, skips=and_(stage.c.derived, own.c.buyer_id.is_not(None)))


def _fill(column: str) -> Merge:
    """What a buyers' file says counts; what is gathered from orders only fills what is empty."""

    def merge(said: Said, current: Any) -> Any:
        filled = func.coalesce(func.nullif(current[column], ""), said[column], current[column])
        return case((said["derived"], filled), else_=func.coalesce(said[column], current[column]))

    return merge


def _consent(said: Said, current: Any) -> Any:
    """A no stands against any yes: files may come in any order, and consent is not won by importing an old one."""
    told, now = said["accepts_marketing"], current["accepts_marketing"]
    return case((told.is_(False), told), else_=func.coalesce(now, told))


def _resolve_identifier(stage: Table, table: Table) -> Resolution:
    joined = stage.outerjoin(BUYER, BUYER.c.ref == stage.c.buyer_ref).outerjoin(
        table,
        and_(table.c.buyer_id == BUYER.c.id, table.c.kind == stage.c.kind, table.c.value_hash == stage.c.value_hash),
    )
    return Resolution(joined, {"buyer_id": BUYER.c.id}, skips=BUYER.c.id.is_(None))


def _resolve_order(stage: Table, table: Table) -> Resolution:
    account, present = IDENTIFIER.alias("account"), BUYER.alias("present_buyer")
    first_holder = (
        select(func.min(account.c.buyer_id))
        .where(account.c.kind == "account", account.c.value_hash == stage.c.account_hash)
        .correlate(stage)
        .scalar_subquery()
    )
    joined = (
        stage.outerjoin(table, _keys_match(stage, table, "platform", "order_no"))
        .outerjoin(BUYER, BUYER.c.ref == stage.c.person_ref)
        .outerjoin(present, present.c.id == table.c.buyer_id)
    )
    # A stronger sign of who someone is may move the order to that buyer, a weaker one never.
    rank = case(
        (present.c.ref.like("order:%"), 0), (present.c.ref.like("phone:%"), 1), (present.c.ref.like("email:%"), 2),
        else_=3,
    )  # fmt: skip
    found = case((stage.c.account_hash.is_not(None), first_holder), else_=BUYER.c.id)
    allowed = or_(present.c.id.is_(None), stage.c.person_rank >= rank)
    return Resolution(joined, {"buyer_id": case((allowed, found), else_=None)})


def _sealed_contact(said: Said, current: Any) -> Any:
    differs = and_(said["contact_hash"].is_not(None), said["contact_hash"].is_distinct_from(current["contact_hash"]))
    return case((differs, said["contact_encrypted"]), else_=current["contact_encrypted"])


def _of_order(*keys: str, rejects: bool) -> Callable[[Table, Table], Resolution]:
    """Rows that belong to an order: found by platform and order number."""

    def resolve(stage: Table, table: Table) -> Resolution:
        same = [table.c[key] == stage.c[key] for key in keys]
        joined = stage.outerjoin(ORDER, _keys_match(stage, ORDER, "platform", "order_no")).outerjoin(
            table, and_(table.c.order_id == ORDER.c.id, *same)
        )
        missing = ORDER.c.id.is_(None)
        if rejects:
            return Resolution(joined, {"order_id": ORDER.c.id}, lacks=missing, comes=stage.c.waits)
        return Resolution(joined, {"order_id": ORDER.c.id}, skips=missing)

    return resolve


def _resolve_review(stage: Table, table: Table) -> Resolution:
    joined = (
        stage.outerjoin(table, _keys_match(stage, table, "platform", "key"))
        .outerjoin(ORDER, _keys_match(stage, ORDER, "platform", "order_no"))
        .outerjoin(BUYER, BUYER.c.ref == stage.c.person_ref)
    )
    return Resolution(joined, {"order_id": ORDER.c.id, "buyer_id": func.coalesce(BUYER.c.id, ORDER.c.buyer_id)})


TEXTS = ("stars", "grade", "title", "body", "followup_body")


def _next_text_version(stage: Table, table: Table) -> Mapping[str, Any]:
    changed = REVIEWS.differs(TEXTS, stage.c, table.c)
    return {"text_version": table.c.text_version + case((changed, 1), else_=0)}


def _resolve_incident(stage: Table, table: Table) -> Resolution:
    # The shop's own list names no platform: an order number that two platforms share is left open.
    number = ORDER.alias("numbered")
    only = (
        select(func.min(number.c.id))
        .where(number.c.order_no == stage.c.order_no)
        .having(func.count() == 1)
        .correlate(stage)
        .scalar_subquery()
    )
    return Resolution(stage.outerjoin(table, table.c.incident_no == stage.c.incident_no), {"order_id": only})


CATEGORIES = Target(
    "categories",
    _table(products.Category),
    staging.CATEGORIES,
    ("platform", "ref"),
    ("name",),
    carried=("platform", "ref"),
)
SELLERS = Target(
    "sellers", SELLER, staging.SELLERS, ("platform", "ref"), ("name", "city", "region", "postcode"),
    carried=("platform", "ref"), merges={name: _fill(name) for name in ("name", "city", "region", "postcode")},
)  # fmt: skip
PRODUCTS = Target(
    "products", _table(products.Product), staging.PRODUCTS, ("platform", "ref"),
    ("sku", "title", "category_ref", "stock"), links=("supplier_id",), carried=("platform", "ref"),
    resolve=_resolve_product,
)  # fmt: skip
BUYERS = Target(
    "buyers", BUYER, staging.BUYERS, ("ref",), ("name", "city", "region", "postcode", "accepts_marketing"),
    carried=("platform", "ref", "created_at"), resolve=_resolve_buyer,
    merges={name: _fill(name) for name in ("name", "city", "region", "postcode")} | {"accepts_marketing": _consent},
)  # fmt: skip
IDENTIFIERS = Target(
    "identifiers", IDENTIFIER, staging.IDENTIFIERS, ("buyer_ref", "kind", "value_hash"), ("expires_at",),
    carried=("buyer_id", "kind", "value_hash", "value_encrypted", "tail_hash"), resolve=_resolve_identifier,
)  # fmt: skip
ORDERS = Target(
    "orders", ORDER, staging.ORDERS, ("platform", "order_no"),
    ("shop_ref", "buyer_ref", "buyer_name", "status", "status_raw", "created_at", "paid_at", "shipped_at",
     "promised_at", "delivered_at", "confirmed_at", "close_reason", "currency", "goods", "shipping", "total", "paid",
     "refunded",
     "item_count", "buyer_note", "shop_note", "payment_method", "contact_hash"),
    links=("buyer_id",), carried=("platform", "order_no", "contact_encrypted"), resolve=_resolve_order,
    # A file that says nothing of the status lists paid orders.
    merges={"contact_encrypted": _sealed_contact}, defaults={"status": OrderStatus.PAID.value},
)  # fmt: skip
ORDER_LINES = Target(
    "order_lines", LINE, staging.ORDER_LINES, ("platform", "order_no", "line_no"),
    ("product_ref", "sku", "title", "spec", "qty", "price", "paid", "shipping", "status", "refund_status", "refunded",
     "seller_ref"),
    carried=("order_id", "line_no"), resolve=_of_order("line_no", rejects=True),
)  # fmt: skip
PAYMENTS = Target(
    "payments", _table(orders.Payment), staging.PAYMENTS, ("platform", "order_no", "sequence"),
    ("method", "amount", "instalments"), carried=("order_id", "sequence"), resolve=_of_order("sequence", rejects=True),
)  # fmt: skip
SHIPMENTS = Target(
    "shipments", _table(orders.Shipment), staging.SHIPMENTS, ("platform", "order_no", "tracking_no"),
    ("carrier", "shipped_at", "delivered_at"), carried=("order_id", "tracking_no"),
    resolve=_of_order("tracking_no", rejects=False),
)  # fmt: skip
REVIEWS = Target(
    "reviews", _table(reviews.Review), staging.REVIEWS, ("platform", "key"),
    ("order_no", "line_no", "buyer_name", "product_ref", "product_title", "spec", "inbox_rank", *TEXTS, "followup_at",
     "platform_reply", "platform_reply_at", "state", "verified", "photos", "answer", "created_at"),
    links=("order_id", "buyer_id"), carried=("platform", "key"), resolve=_resolve_review, also_set=_next_text_version,
    # Not rated is not bad.
    defaults={"inbox_rank": 1, "photos": []},
)  # fmt: skip
INCIDENTS = Target(
    "incidents", _table(cases.Incident), staging.INCIDENTS, ("incident_no",),
    ("kind", "order_no", "note", "cost", "currency", "occurred_at"), links=("order_id",), carried=("incident_no",),
    resolve=_resolve_incident,
)  # fmt: skip

# In the order in which they are applied, so that files may be given in any order.
TARGETS = (
    CATEGORIES, SELLERS, PRODUCTS, BUYERS, IDENTIFIERS, ORDERS, ORDER_LINES, PAYMENTS, SHIPMENTS, REVIEWS, INCIDENTS,
)  # fmt: skip
BY_NAME = {target.name: target for target in TARGETS}
BY_TABLE = {target.table.name: target for target in TARGETS}
