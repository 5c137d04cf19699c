"""The order list against Django's admin: the same table, 50 rows a page, through the whole stack, in turn."""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from flask import Flask
from sqlalchemy import text

from bench import orders, rival
from bench.databases import Shop
from shopadmin import testing
from shopadmin.models import db
from shopadmin.services import lists
from shopadmin.services.transactions import writing

GOAL = 0.6
ROUNDS = 15

Fetch = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the table: medians in milliseconds, with the spread of ours."""

    name: str
    ours: float
    theirs: float
    spread: tuple[float, float]

    @property
    def ratio(self) -> float:
        """Ours over Django's."""
        return self.ours / self.theirs


def run_apart(shop: Shop, count: int) -> list[Result]:
    """The same in a process of its own: Django can be set up only once in one."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(run, shop, count).result()


def run(shop: Shop, count: int) -> list[Result]:
    """Fill the shop with ``count`` orders and time each page of both, A B A B."""
    app = shop.app()
    with app.app_context():
        with writing() as session:
            orders.fill(session.connection(), count)
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("vacuum analyze shop_order"))
        middle = _cursor_at(count // 2)
        rare = f"39{count // 2:017d}"
    django = rival.open_admin(shop.url)
    client = testing.sign_in(app, testing.make_account(app, is_owner=True))
    last = count // 50
    pages = {
        "first page": ("", ""),
        "middle page": (f"?cursor={middle}", f"?p={last // 2}"),
        "last page": ("?cursor=last", f"?p={last}"),
        "one status": ("?status=shipped", "?status__exact=shipped"),
        "by date": ("?sort=newest", "?o=-3"),
        "order number": (f"?search={rare}", f"?q={rare}"),
    }
    return [_compare(name, _ours(app, client, ours), _theirs(django, theirs)) for name, (ours, theirs) in pages.items()]


def _cursor_at(row_id: int) -> str:
    """The cursor of the page that begins after an order."""
    from shopadmin.services.orders import ORDERS

    row = db.session.execute(ORDERS.query.where(ORDERS.id_column == row_id)).one()
    return lists.cursor(ORDERS.sorts[0], row, "next")


def _ours(app: Flask, client: Any, query: str) -> Fetch:
    def fetch() -> None:
        response = client.get(f"/admin/orders/{query}")
        if response.status_code != 200:
            raise RuntimeError(f"{query}: {response.status_code}")

    return fetch


def _theirs(django: Callable[[str], bytes], query: str) -> Fetch:
    return lambda: django(query)


def _compare(name: str, ours: Fetch, theirs: Fetch) -> Result:
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + 1):
        for fetch, kept in zip((ours, theirs), times, strict=True):
            started = time.perf_counter()
            fetch()
            if turn:  # the first is a warm-up
                kept.append((time.perf_counter() - started) * 1000)
    return Result(name, statistics.median(times[0]), statistics.median(times[1]), (min(times[0]), max(times[0])))
