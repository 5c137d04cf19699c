"""What plugins cost the order list: three that each add a badge from a query of their own, beside none."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

from sqlalchemy import BigInteger, Column, MetaData, String, Table, insert, literal, select

from bench import orders
from bench.databases import Shop
from bench.lists import Result, compare, cursor_at, fetch_orders, settle
from shopadmin import testing
from shopadmin.contract import API_VERSION, Badge, Manifest, OrderId, OrderSnapshot
from shopadmin.hookspecs import hookimpl
from shopadmin.models import db
from shopadmin.models.id_lists import among
from shopadmin.models.orders import Order
from shopadmin.services.transactions import writing

GOAL = 1.15
# More than elsewhere: the difference is small.
ROUNDS = 101
NAMES = ("bench_first", "bench_second", "bench_third")


def run(shop: Shop, count: int) -> list[Result]:
    """Fill the shop with ``count`` orders and time its list with the plugins and without, A B A B."""
    tables = [_table(name) for name in NAMES]
    plain = shop.app()
    extended = shop.app({name: _plugin(name, labels) for name, labels in zip(NAMES, tables, strict=True)})
    with plain.app_context():
        with writing() as session:
            orders.fill(session.connection(), count)
            for number, labels in enumerate(tables):
                labels.create(session.connection())
                every_third = select(Order.id, literal(f"Label {number}")).where(Order.id % 3 == number)
                session.execute(insert(labels).from_select(("id", "text"), every_third))
        settle()
        middle = cursor_at(count // 2)
    owner = testing.make_account(plain, is_owner=True)
    pages = {"first page": "", "middle page": f"?cursor={middle}"}
    with_plugins, without = testing.sign_in(extended, owner), testing.sign_in(plain, owner)
    return [
        compare(name, fetch_orders(with_plugins, query), fetch_orders(without, query), ROUNDS)
        for name, query in pages.items()
    ]


def _table(name: str) -> Table:
    columns = Column("id", BigInteger, primary_key=True), Column("text", String(20))
    return Table(f"plugin_{name}_label", MetaData(), *columns)


def _plugin(name: str, labels: Table) -> SimpleNamespace:
    """A plugin that marks a third of all orders, from a table of its own, as HOOKS.md shows it."""
    query = select(labels).where(among(labels.c.id, "ids"))

    def badges(orders: Sequence[OrderSnapshot]) -> Mapping[OrderId, Sequence[Badge]]:
        found = db.session().execute(query, {"ids": [order.id for order in orders]})
        return {OrderId(row.id): [Badge(row.text, "info", "tag")] for row in found}

    return SimpleNamespace(
        shopadmin_manifest=hookimpl(lambda: Manifest(name, name.title(), "1.0", API_VERSION)),
        shopadmin_order_badges=hookimpl(badges),
    )
