"""What the importer knows of each table it fills: keys, what a file may say, how that meets what is there.

One description for each table; staging, classifying, applying and undoing are written once over all of them. A
staged value that is NULL means that the file does not say, and never overwrites.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, case, cast, func, literal, or_
from sqlalchemy.types import JSON, Text

from shopadmin.domain.orders import OrderStatus
from shopadmin.models import cases, orders, products, reviews, staging
from shopadmin.services.imports import resolutions
from shopadmin.services.imports.resolutions import BUYER, IDENTIFIER, ORDER, SELLER, Resolution, table_of

Said = Any
# Column name to value: of a staged row with what was looked up, of the shop's row. And how the two become one.
Merge = Callable[[Said, Any], Any]

LINE = table_of(orders.OrderLine)
TEXTS = ("stars", "grade", "title", "body", "followup_body")


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
    resolve: Callable[[Table, Table], Resolution] = resolutions.by_itself
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


def _sealed_contact(said: Said, current: Any) -> Any:
    differs = and_(said["contact_hash"].is_not(None), said["contact_hash"].is_distinct_from(current["contact_hash"]))
    return case((differs, said["contact_encrypted"]), else_=current["contact_encrypted"])


def _next_text_version(stage: Table, table: Table) -> Mapping[str, Any]:
    changed = REVIEWS.differs(TEXTS, stage.c, table.c)
    return {"text_version": table.c.text_version + case((changed, 1), else_=0)}


CATEGORIES = Target(
    "categories",
    table_of(products.Category),
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
    "products", table_of(products.Product), staging.PRODUCTS, ("platform", "ref"),
    ("sku", "title", "category_ref", "stock"), links=("supplier_id",), carried=("platform", "ref"),
    resolve=resolutions.product,
)  # fmt: skip
BUYERS = Target(
    "buyers", BUYER, staging.BUYERS, ("ref",), ("name", "city", "region", "postcode", "accepts_marketing"),
    carried=("platform", "ref", "created_at"), resolve=resolutions.buyer,
    merges={name: _fill(name) for name in ("name", "city", "region", "postcode")} | {"accepts_marketing": _consent},
)  # fmt: skip
IDENTIFIERS = Target(
    "identifiers", IDENTIFIER, staging.IDENTIFIERS, ("buyer_ref", "kind", "value_hash"), ("expires_at",),
    carried=("buyer_id", "kind", "value_hash", "value_encrypted", "tail_hash"), resolve=resolutions.identifier,
)  # fmt: skip
ORDERS = Target(
    "orders", ORDER, staging.ORDERS, ("platform", "order_no"),
    ("shop_ref", "buyer_ref", "buyer_name", "status", "status_raw", "created_at", "paid_at", "shipped_at",
     "promised_at", "delivered_at", "confirmed_at", "close_reason", "currency", "goods", "shipping", "total", "paid",
     "refunded",
     "item_count", "buyer_note", "shop_note", "payment_method", "contact_hash"),
    links=("buyer_id",), carried=("platform", "order_no", "contact_encrypted"), resolve=resolutions.order,
    # A file that says nothing of the status lists paid orders.
    merges={"contact_encrypted": _sealed_contact}, defaults={"status": OrderStatus.PAID.value},
)  # fmt: skip
ORDER_LINES = Target(
    "order_lines", LINE, staging.ORDER_LINES, ("platform", "order_no", "line_no"),
    ("product_ref", "sku", "title", "spec", "qty", "price", "paid", "shipping", "status", "refund_status", "refunded",
     "seller_ref"),
    carried=("order_id", "line_no"), resolve=resolutions.of_order("line_no", rejects=True),
)  # fmt: skip
PAYMENTS = Target(
    "payments", table_of(orders.Payment), staging.PAYMENTS, ("platform", "order_no", "sequence"),
    ("method", "amount", "instalments"), carried=("order_id", "sequence"),
    resolve=resolutions.of_order("sequence", rejects=True),
)  # fmt: skip
SHIPMENTS = Target(
    "shipments", table_of(orders.Shipment), staging.SHIPMENTS, ("platform", "order_no", "tracking_no"),
    ("carrier", "shipped_at", "delivered_at"), carried=("order_id", "tracking_no"),
    resolve=resolutions.of_order("tracking_no", rejects=False),
)  # fmt: skip
REVIEWS = Target(
    "reviews", table_of(reviews.Review), staging.REVIEWS, ("platform", "key"),
    ("order_no", "line_no", "buyer_name", "product_ref", "product_title", "spec", "inbox_rank", *TEXTS, "followup_at",
     "platform_reply", "platform_reply_at", "state", "verified", "photos", "answer", "created_at"),
    links=("order_id", "buyer_id"), carried=("platform", "key"), resolve=resolutions.review,
    also_set=_next_text_version,
    # Not rated is not bad.
    defaults={"inbox_rank": 1, "photos": []},
)  # fmt: skip
INCIDENTS = Target(
    "incidents", table_of(cases.Incident), staging.INCIDENTS, ("incident_no",),
    ("kind", "order_no", "note", "cost", "currency", "occurred_at"), links=("order_id",), carried=("incident_no",),
    resolve=resolutions.incident,
)  # fmt: skip

# In the order in which they are applied, so that files may be given in any order.
TARGETS = (
    CATEGORIES, SELLERS, PRODUCTS, BUYERS, IDENTIFIERS, ORDERS, ORDER_LINES, PAYMENTS, SHIPMENTS, REVIEWS, INCIDENTS,
)  # fmt: skip
BY_NAME = {target.name: target for target in TARGETS}
BY_TABLE = {target.table.name: target for target in TARGETS}
