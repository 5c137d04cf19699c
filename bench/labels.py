"""What labels cost: the order list with their marks beside without, and decisions about many orders at once."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import shopadmin_buyer_labels
from shopadmin_buyer_labels.domain.people import Key
from shopadmin_buyer_labels.domain.policy import Effect, Level, Rule
from shopadmin_buyer_labels.models import BuyerKey, Label, OrderDecision, OrderHold
from shopadmin_buyer_labels.services import deciding, rules
from shopadmin_buyer_labels.services.hashes import key_hash
from sqlalchemy import func, insert, literal, select

from bench import databases, lookups, orders
from bench.databases import Shop
from bench.lists import Result, compare, cursor_at, fetch_orders, settle
from shopadmin import testing
from shopadmin.contract import AccountId, Actor
from shopadmin.models import db
from shopadmin.models.buyers import Buyer
from shopadmin.models.orders import Order
from shopadmin.services.transactions import writing

GOAL = 1.10
ROUNDS = 101
# Of this many orders one is marked, of this many buyers one is labelled, and one has the phone of the one before.
MARKED, LABELLED, SHARED = 10, 50, 10
HOLD = Rule(frozenset(), Effect(Level.HOLD, hold_hours=24), 3, 3)


def report(count: int, rows: int) -> str:
    """The section of the document: a list of ``count`` orders, ``rows`` orders to decide about."""
    lines = [
        f"## labels\nThe order list of a shop with {count:,} orders, 50 a page, one in {MARKED} marked by a label, "
        f"beside the same shop without the plugin. Medians of {ROUNDS} in turn, milliseconds. Goal: "
        f"ratio at most {GOAL}.\n",
        "| database | page | with labels | min–max | without | ratio | goal |",
        "|---|---|---|---|---|---|---|",
    ]
    for opened in (databases.sqlite_shop, databases.postgresql_shop):
        with opened() as shop:
            lines += [_row(shop.kind, found) for found in lists(shop, count)]
    lines += [
        f"\n{rows:,} orders with a phone, an e-mail address and a platform id each, looked up against {rows:,} "
        f"labelled buyers, {lookups.BATCH:,} at a time; one order in {lookups.KNOWN} is of one of them. Ours begins "
        "with what stands in files and ends with what the shop's rules make of it; the floor is given canonical "
        "identifiers, hashes them by HMAC-SHA-256 and joins the same table with the labels. One phone in "
        f"{lookups.FOREIGN} is not Chinese, one in {lookups.SPACED} is written with blanks, one e-mail address in "
        f"{lookups.OWN_DOMAIN} has a domain of its own. Medians of {lookups.RUNS} in turn, seconds. Goals: ratio at "
        f"most {lookups.GOAL:.0f}; a single order in {lookups.ALONE_GOAL_MS:.0f} ms, 99 times of 100.\n",
        "| database | ours | min–max | floor | ratio | goal | one order, p99, ms | goal |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for opened in (databases.sqlite_shop, databases.postgresql_shop):
        with opened() as shop:
            lines.append(_look_up(shop, rows))
    lines += [
        f"\nDecisions about {rows:,} orders that have just come, of half as many buyers: one in {LABELLED} is "
        f"labelled, one in {SHARED} has the phone of another; then those that were held are looked at again. Most new "
        "orders are passed over, so the two are set against what was held. One run, no goal.\n",
        "| database | new orders a second | held | held a second | looked at again a second |",
        "|---|---|---|---|---|",
    ]
    for opened in (databases.sqlite_shop, databases.postgresql_shop):
        with opened() as shop:
            lines.append(_decide(shop, rows))
    return "\n".join(lines) + "\n"


def lists(shop: Shop, count: int) -> list[Result]:
    """Fill the shop with ``count`` orders and time its list with marks of labels and without the plugin, A B A B."""
    plain = shop.app()
    marked = shop.app({"buyer_labels": shopadmin_buyer_labels})
    owner = testing.make_account(plain, is_owner=True)
    with marked.app_context():
        with writing() as session:
            orders.fill(session.connection(), count)
        rule_id = _live_rule(owner)
        with writing() as session:
            session.execute(_decisions(rule_id))
        settle()
        middle = cursor_at(count // 2)
    pages = {"first page": "", "middle page": f"?cursor={middle}"}
    with_labels, without = testing.sign_in(marked, owner), testing.sign_in(plain, owner)
    return [
        compare(name, fetch_orders(with_labels, query), fetch_orders(without, query), ROUNDS)
        for name, query in pages.items()
    ]


def _live_rule(owner: int) -> int:
    actor = Actor(AccountId(owner), "", True, frozenset())
    now = datetime.now(UTC)
    rule_id = rules.add(actor, rules.Draft("Grave cases", HOLD), now - timedelta(days=20))
    rules.go_live(actor, rule_id, True, now)
    return rule_id


def _decisions(rule_id: int) -> Any:
    said = {
        "buyer_id": 1, "label_id": 1, "rule_id": rule_id, "version": 1, "via": "buyer", "level": 2, "requires": "",
        "campaigns": True, "hold_hours": 0, "mode": "live", "ended_why": "",
    }  # fmt: skip
    chosen = select(Order.id, Order.created_at, Order.created_at, *map(literal, said.values()))
    columns = ("order_id", "ordered_at", "decided_at", *said)
    return insert(OrderDecision).from_select(columns, chosen.where(Order.id % MARKED == 0))


def _look_up(shop: Shop, count: int) -> str:
    app = shop.app({"buyer_labels": shopadmin_buyer_labels})
    owner = testing.make_account(app, is_owner=True)
    with app.app_context():
        _live_rule(owner)
        found = lookups.run(shop, count, label)
    low, high = found.spread
    return (
        f"| {shop.kind} | {found.ours:.2f} | {low:.2f}–{high:.2f} | {found.floor:.2f} | {found.ratio:.2f} "
        f"| {_met(found.ratio <= lookups.GOAL)} | {found.alone:.1f} | {_met(found.alone <= lookups.ALONE_GOAL_MS)} |"
    )


def _met(is_met: bool) -> str:
    return "met" if is_met else "missed"


def _decide(shop: Shop, count: int) -> str:
    app = shop.app({"buyer_labels": shopadmin_buyer_labels})
    owner = testing.make_account(app, is_owner=True)
    with app.app_context():
        _fill(count)
        _live_rule(owner)
        settle()
        started = time.perf_counter()
        looked_at = deciding.decide_new()
        first = time.perf_counter() - started
        started = time.perf_counter()
        again = deciding.decide_all()
        second = time.perf_counter() - started
        held = db.session().scalar(select(func.count(OrderHold.id)))
        db.session.remove()
    return f"| {shop.kind} | {looked_at / first:,.0f} | {held:,} | {held / first:,.0f} | {again / second:,.0f} |"


def _fill(count: int) -> None:
    now, buyers = datetime.now(UTC), max(count // 2, 1)
    waiting = (
        order | {"status": "paid", "status_raw": "paid", "paid": order["total"], "buyer_id": number % buyers + 1}
        for number, order in enumerate(orders.orders(count))
    )
    people: Iterator[dict[str, Any]] = (
        {"id": each, "platform": "taobao", "ref": f"taobao:{each}", "name": "", "created_at": now}
        for each in range(1, buyers + 1)
    )
    keys = (
        {"buyer_id": each, "kind": "phone", "strength": "strong", "hash": key_hash(Key("phone", _phone(each)))}
        for each in range(1, buyers + 1)
    )
    labels = (label(each, now) for each in range(SHARED - 1, buyers + 1, LABELLED))
    with writing() as session:
        for model, rows in ((Buyer, people), (Order, waiting), (BuyerKey, keys), (Label, labels)):
            while batch := list(islice(rows, orders.BATCH)):
                session.execute(insert(model), batch)


def _phone(buyer: int) -> str:
    return f"+86170{buyer - (buyer % SHARED == 0):08d}"


def label(buyer_id: int, now: datetime) -> dict[str, Any]:
    """In force on a decision of the platform."""
    made = now - timedelta(days=10)
    return {
        "buyer_id": buyer_id, "code": "refund.item_swapped", "tier": 3, "evidence_tier": 3, "min_tier": 2,
        "severity": 3, "happened_on": made.date(), "created_at": made, "created_by": 1, "edited_by": 1,
        "own_fault": False, "latest_at": made + timedelta(days=365), "expires_at": made + timedelta(days=180),
        "submitted_at": made, "submitted_by": 2, "reviewed_at": made, "reviewed_by": 3, "noticed_at": made,
        "notice_sent_at": made,
    }  # fmt: skip


def _row(kind: str, found: Result) -> str:
    low, high = found.spread
    return (
        f"| {kind} | {found.name} | {found.ours:.1f} | {low:.1f}–{high:.1f} | {found.theirs:.1f} "
        f"| {found.ratio:.2f} | {_met(found.ratio <= GOAL)} |"
    )
