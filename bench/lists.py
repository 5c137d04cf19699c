"""The order list against Django's admin: the same table, 50 rows a page, through the whole stack, in turn."""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

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
    """One row of the table: medians in milliseconds, with the spread of ours. ``theirs``: what ours is held against."""

    name: str
    ours: float
    theirs: float
    spread: tuple[float, float]

    @property
    def ratio(self) -> float:
        """Ours over theirs."""
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
        settle()
        middle = cursor_at(count // 2)
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
    return [
        compare(name, fetch_orders(client, ours), _theirs(django, theirs)) for name, (ours, theirs) in pages.items()
    ]


def settle() -> None:
    """Let PostgreSQL look over what was filled in, as it does by itself in a shop that lives on."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum analyze"))


def cursor_at(row_id: int) -> str:
    """The cursor of the page that begins after an order."""
    from shopadmin.services.orders import ORDERS

    row = db.session.execute(ORDERS.query.where(ORDERS.id_column == row_id)).one()
    return lists.cursor(ORDERS.sorts[0], row, "next")


def fetch_orders(client: Any, query: str) -> Fetch:
    """Get one page of the order list. Raises RuntimeError for anything but the page."""

    def fetch() -> None:
        response = client.get(f"/admin/orders/{query}")
        if response.status_code != 200:
            raise RuntimeError(f"{query}: {response.status_code}")

    return fetch


def _theirs(django: Callable[[str], bytes], query: str) -> Fetch:
    return lambda: django(query)


def compare(name: str, ours: Fetch, theirs: Fetch, rounds: int = ROUNDS) -> Result:
    """Time both in turn, ``rounds`` times after a warm-up."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        for fetch, kept in zip((ours, theirs), times, strict=True):
            started = time.perf_counter()
            fetch()
            if turn:  # the first is a warm-up
                kept.append((time.perf_counter() - started) * 1000)
    return Result(name, statistics.median(times[0]), statistics.median(times[1]), (min(times[0]), max(times[0])))
