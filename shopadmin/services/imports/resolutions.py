"""How a staged row finds what it refers to in the shop: its own row, its order, its buyer, its supplier."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Table, and_, case, func, or_, select

from shopadmin.models import buyers, orders, products
from shopadmin.models.base import Base


def table_of(model: type[Base]) -> Table:
    """The table of a model."""
    found: Any = model.__table__
    return found  # type: ignore[no-any-return]


SELLER, BUYER, ORDER = table_of(products.Seller), table_of(buyers.Buyer), table_of(orders.Order)
IDENTIFIER = table_of(buyers.BuyerIdentifier)


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


def by_itself(stage: Table, table: Table) -> Resolution:
    """Its own row, by platform and reference."""
    return Resolution(stage.outerjoin(table, _keys_match(stage, table, "platform", "ref")))


def product(stage: Table, table: Table) -> Resolution:
    """Its supplier as well."""
    supplier = SELLER.alias("supplier")
    joined = stage.outerjoin(table, _keys_match(stage, table, "platform", "ref")).outerjoin(
        supplier, and_(supplier.c.platform == stage.c.platform, supplier.c.ref == stage.c.supplier_ref)
    )
    return Resolution(joined, {"supplier_id": supplier.c.id})


def buyer(stage: Table, table: Table) -> Resolution:
    """Its own row, by reference alone."""
    # A buyer made up for one order, because its platform hides everything, is not needed once the order has a real one.
    own = ORDER.alias("own_order")
    joined = stage.outerjoin(table, table.c.ref == stage.c.ref).outerjoin(
        own, _keys_match(stage, own, "platform", "order_no")
    )
    return Resolution(joined, skips=and_(stage.c.derived, own.c.buyer_id.is_not(None)))


def identifier(stage: Table, table: Table) -> Resolution:
    """Its buyer, and its own row there."""
    joined = stage.outerjoin(BUYER, BUYER.c.ref == stage.c.buyer_ref).outerjoin(
        table,
        and_(table.c.buyer_id == BUYER.c.id, table.c.kind == stage.c.kind, table.c.value_hash == stage.c.value_hash),
    )
    return Resolution(joined, {"buyer_id": BUYER.c.id}, skips=BUYER.c.id.is_(None))


def order(stage: Table, table: Table) -> Resolution:
    """Its buyer as well: by the account, else by the reference."""
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


def of_order(*keys: str, rejects: bool) -> Callable[[Table, Table], Resolution]:
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


def review(stage: Table, table: Table) -> Resolution:
    """Its order and its buyer."""
    joined = (
        stage.outerjoin(table, _keys_match(stage, table, "platform", "key"))
        .outerjoin(ORDER, _keys_match(stage, ORDER, "platform", "order_no"))
        .outerjoin(BUYER, BUYER.c.ref == stage.c.person_ref)
    )
    return Resolution(joined, {"order_id": ORDER.c.id, "buyer_id": func.coalesce(BUYER.c.id, ORDER.c.buyer_id)})


def incident(stage: Table, table: Table) -> Resolution:
    """Its order, where the number tells which."""
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


def _keys_match(stage: Table, table: Any, *columns: str) -> ColumnElement[bool]:
    return and_(*(table.c[column] == stage.c[column] for column in columns))
