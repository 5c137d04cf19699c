"""Staging tables of an import: what its files say, row by row, before it is written to the shop.

Not part of ``Base``. On PostgreSQL the first revision makes them, unlogged, and ``run_id`` tells the runs apart; on
SQLite every run has a file of its own with the same tables, attached while it is worked on, so that a table's name
means the same on both. Every data column may be empty: an empty one means that the file does not say.
"""

from sqlalchemy import Boolean, Column, Integer, LargeBinary, MetaData, String, Table

from shopadmin.models import buyers, cases, orders, products, reviews
from shopadmin.models.base import Base, BigId, Code

STAGE = MetaData()

# Columns of the shop's tables that no file fills.
_OWN = frozenset({"id", "import_run_id", "revision", "recorded_by", "text_version"})


def _staging(name: str, model: type[Base], *more: Column[object], without: tuple[str, ...] = ()) -> Table:
    """The columns of the shop's table, all optional, after what the importer itself needs.

    ``derived``: made from another record, not counted; ``action``: what becomes of it, see classifying.py;
    ``target_id``: the shop's row; ``previous``: an earlier file's staged row of the same key.
    """
    columns = [
        Column(column.name, column.type, nullable=True)
        for column in model.__table__.columns
        if column.name not in _OWN and column.name not in without
    ]
    return Table(
        f"stage_{name}",
        STAGE,
        Column("run_id", BigId, primary_key=True, autoincrement=False),
        Column("seq", BigId, primary_key=True, autoincrement=False),
        Column("file_id", BigId, nullable=False),
        Column("row", Integer, nullable=False),
        Column("derived", Boolean, nullable=False),
        Column("action", String(1), nullable=False, server_default=""),
        Column("target_id", BigId),
        Column("previous", BigId),
        *columns,
        *more,
    )


# One row for each run whose staging is complete; gone as soon as it is not to be trusted any more.
COMPLETE = Table("stage_complete", STAGE, Column("run_id", BigId, primary_key=True, autoincrement=False))

CATEGORIES = _staging("categories", products.Category)
SELLERS = _staging("sellers", products.Seller)
PRODUCTS = _staging("products", products.Product, Column("supplier_ref", Code))
BUYERS = _staging("buyers", buyers.Buyer, Column("order_no", Code))
IDENTIFIERS = _staging("identifiers", buyers.BuyerIdentifier, Column("buyer_ref", Code))
ORDERS = _staging(
    "orders",
    orders.Order,
    Column("person_ref", Code),
    Column("person_rank", Integer),
    Column("account_hash", LargeBinary(16)),
)
ORDER_LINES = _staging(
    "order_lines", orders.OrderLine, Column("platform", String(40)), Column("order_no", Code), Column("waits", Boolean)
)
PAYMENTS = _staging(
    "payments", orders.Payment, Column("platform", String(40)), Column("order_no", Code), Column("waits", Boolean)
)
SHIPMENTS = _staging("shipments", orders.Shipment, Column("platform", String(40)), Column("order_no", Code))
REVIEWS = _staging("reviews", reviews.Review, Column("person_ref", Code))
INCIDENTS = _staging("incidents", cases.Incident, without=("buyer_id", "tier", "outcome", "evidence"))
