"""Orders: what may be changed by hand, who may object, and which index serves the list."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask_babel import force_locale
from sqlalchemy import event, insert, select, text

from shopadmin import testing
from shopadmin.contract import AccountId, Actor, Manifest, Problem
from shopadmin.domain.orders import OrderStatus, refundable
from shopadmin.hookspecs import hookimpl
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.models.orders import Chargeback, Order, OrderLine, Refund, Shipment, ShipmentLine
from shopadmin.services import access, lists, order_changes, orders
from shopadmin.services.conflicts import ChangedMeanwhileError, MissingError, ObjectionsError, RefusedError
from shopadmin.services.transactions import writing

ZONE = ZoneInfo("Asia/Shanghai")


class Watcher:
    """A plugin that objects when told to, and remembers what it was told."""

    def __init__(self):
        self.problems, self.events = [], []

    @hookimpl
    def shopadmin_manifest(self):
        return Manifest(name="watcher", title="Watcher", version="1", api_version=1)

    @hookimpl
    def shopadmin_check_order_change(self, change, actor):
        return self.problems

    @hookimpl
    def shopadmin_order_changed(self, event):
        self.events.append(event)


@pytest.fixture
def watcher():
    return Watcher()


@pytest.fixture
def shop(make_app, watcher):
    made = make_app(plugins={"watcher": watcher})
    with made.app_context():
        yield made
        db.session.remove()


@pytest.fixture
def actor(shop):
    found = access.load_actor(testing.make_account(shop, is_owner=True))
    assert found is not None
    return found


def order_of(order_id):
    db.session.rollback()
    return db.session.get(Order, order_id)


def entries(code):
    return db.session.scalars(select(AuditEntry).where(AuditEntry.code == code)).all()


def add_lines(order_id, *pieces):
    with writing() as session:
        lines = [OrderLine(order_id=order_id, line_no=str(n), qty=qty, price=100) for n, qty in enumerate(pieces, 1)]
        session.add_all(lines)
        session.flush()
        return [line.id for line in lines]


def test_a_change_of_status_is_kept_logged_and_announced(actor, watcher):
    order_id = testing.make_order()

    order_changes.change_status(actor, order_id, OrderStatus.SHIPPED, revision=1)

    order = order_of(order_id)
    assert (order.status, order.revision) == ("shipped", 2)
    assert order.shipped_at is not None
    assert [(found.before, found.after) for found in entries("core.order.status_changed")] == [
        ({"status": "paid"}, {"status": "shipped"})
    ]
    assert [(told.status_before, told.status_after) for told in watcher.events] == [("paid", "shipped")]


def test_a_change_that_the_rules_forbid_changes_nothing(actor, watcher):
    order_id = testing.make_order(status="cancelled")

    with pytest.raises(ObjectionsError):
        order_changes.change_status(actor, order_id, OrderStatus.SHIPPED, revision=1)

    assert order_of(order_id).status == "cancelled"
    assert not entries("core.order.status_changed")
    assert watcher.events == []


def test_a_plugins_objections_are_all_heard_and_nothing_changes(actor, watcher):
    order_id = testing.make_order()
    watcher.problems = [Problem("one", "One"), Problem("two", "Two")]

    with pytest.raises(ObjectionsError) as refused:
        order_changes.change_status(actor, order_id, OrderStatus.SHIPPED, revision=1)

    assert [problem.code for problem in refused.value.problems] == ["one", "two"]
    assert order_of(order_id).status == "paid"
    assert watcher.events == []


def test_who_was_slower_learns_both_values_and_changes_nothing(actor):
    order_id = testing.make_order()
    order_changes.change_status(actor, order_id, OrderStatus.CANCELLED, revision=1)

    with pytest.raises(ChangedMeanwhileError) as refused:
        order_changes.change_status(actor, order_id, OrderStatus.SHIPPED, revision=1)

    with force_locale("en"):
        assert (str(refused.value.wanted), str(refused.value.current)) == ("Shipped", "Cancelled")
    assert order_of(order_id).status == "cancelled"


def test_a_parcel_with_everything_ships_the_order(actor, watcher):
    order_id = testing.make_order()
    add_lines(order_id, 2, 1)

    order_changes.record_shipment(actor, order_id, "SF", "SF1")

    assert order_of(order_id).status == "shipped"
    assert db.session.scalars(select(ShipmentLine.qty).order_by(ShipmentLine.id)).all() == [2, 1]
    assert len(watcher.events) == 1


def test_a_parcel_with_a_part_leaves_the_order_to_ship(actor):
    order_id = testing.make_order()
    first, second = add_lines(order_id, 2, 1)

    order_changes.record_shipment(actor, order_id, "SF", "SF1", {first: 1, second: 0})

    assert order_of(order_id).status == "paid"
    lines = db.session.scalars(select(OrderLine)).all()
    assert orders.unshipped(order_id, lines) == {first: 1, second: 1}
    order_changes.record_shipment(actor, order_id, "SF", "SF2")
    assert order_of(order_id).status == "shipped"


@pytest.mark.parametrize("pieces", [3, -1])
def test_more_pieces_than_are_left_are_refused(actor, pieces):
    order_id = testing.make_order()
    (line_id,) = add_lines(order_id, 2)

    with pytest.raises(ObjectionsError):
        order_changes.record_shipment(actor, order_id, "SF", "SF1", {line_id: pieces})

    assert db.session.scalars(select(Shipment)).all() == []
    assert order_of(order_id).status == "paid"


def test_another_orders_line_cannot_be_shipped(actor):
    order_id = testing.make_order(1)
    (foreign,) = add_lines(testing.make_order(2), 1)

    with pytest.raises(MissingError):
        order_changes.record_shipment(actor, order_id, "SF", "SF1", {foreign: 1})

    assert db.session.scalars(select(Shipment)).all() == []


def test_the_same_parcel_is_recorded_once(actor):
    order_id = testing.make_order()
    first, _second = add_lines(order_id, 1, 1)
    order_changes.record_shipment(actor, order_id, "SF", "SF1", {first: 1})

    with pytest.raises(ObjectionsError):
        order_changes.record_shipment(actor, order_id, "SF", "SF1")

    assert len(db.session.scalars(select(Shipment)).all()) == 1


def test_an_objection_to_shipping_leaves_no_parcel_behind(actor, watcher):
    order_id = testing.make_order()
    watcher.problems = [Problem("hold", "On hold")]

    with pytest.raises(ObjectionsError):
        order_changes.record_shipment(actor, order_id, "SF", "SF1")

    assert db.session.scalars(select(Shipment)).all() == []
    assert order_of(order_id).status == "paid"


def test_refunds_never_exceed_what_was_paid(actor):
    order_id = testing.make_order()
    order_changes.record_refund(actor, order_id, "60", "broken")

    with pytest.raises(ObjectionsError):
        order_changes.record_refund(actor, order_id, "40.01", "again")
    with pytest.raises(RefusedError):
        order_changes.record_refund(actor, order_id, "1,0.00", "rest")
    order_changes.record_refund(actor, order_id, "10.00", "rest")

    assert db.session.scalars(select(Refund.amount).order_by(Refund.id)).all() == [6000, 1000]


@pytest.mark.parametrize("amount", ["", "0", "-1", "NaN", "1e309", "abc", "9" * 40, "１２"[:0]])
def test_an_amount_that_is_none_is_refused(actor, amount):
    order_id = testing.make_order()

    with pytest.raises(RefusedError):
        order_changes.record_refund(actor, order_id, amount, "")

    assert db.session.scalars(select(Refund)).all() == []


def test_the_larger_of_reported_and_recorded_refunds_counts():
    assert refundable(paid=100, total=120, reported=30, recorded=30) == 70
    assert refundable(paid=100, total=120, reported=None, recorded=40) == 60
    assert refundable(paid=None, total=120, reported=130, recorded=0) == 0


def test_a_chargeback_is_decided_once(actor):
    order_id = testing.make_order()
    order_changes.record_chargeback(actor, order_id, "100", "unknown card")
    chargeback_id = db.session.scalar(select(Chargeback.id))

    order_changes.decide_chargeback(actor, order_id, chargeback_id, is_won=True)
    with pytest.raises(ObjectionsError):
        order_changes.decide_chargeback(actor, order_id, chargeback_id, is_won=False)

    assert db.session.scalar(select(Chargeback.state)) == "won"


def test_a_chargeback_of_another_order_is_missing(actor):
    order_changes.record_chargeback(actor, testing.make_order(1), "1", "")
    other = testing.make_order(2)

    with pytest.raises(MissingError):
        order_changes.decide_chargeback(actor, other, db.session.scalar(select(Chargeback.id)), is_won=True)

    assert db.session.scalar(select(Chargeback.state)) == "open"


def test_a_phones_tail_is_found_by_those_alone_who_may_see_phones(app):
    buyer_id = testing.make_buyer(phone="13900001234")
    testing.make_order(1, buyer_id=buyer_id)
    testing.make_order(2)
    may = Actor(AccountId(1), "A", False, frozenset({"core.orders:read", "core.buyers:contact"}))
    may_not = Actor(AccountId(1), "B", False, frozenset({"core.orders:read"}))

    def found(actor, term):
        page = lists.fetch_page(orders.ORDERS, actor, lists.ListArguments(search=term), ZONE)
        return [row.order_no for row in page.rows], page.count

    assert found(may, "1234") == (["T000001"], 1)
    assert found(may_not, "1234") == found(may_not, "9876") == ([], 0)


MANY = 20_000


@pytest.fixture
def large(app):
    """A shop whose lists are too long to read whole; one order in 500 is refunded."""
    start = datetime(2025, 1, 1, tzinfo=UTC)
    with writing() as session:
        session.execute(
            insert(Order),
            [
                {
                    "platform": f"p{number % 3}",
                    "order_no": f"{number:08}",
                    "status": "refunded" if number % 500 == 0 else "shipped" if number % 7 == 0 else "completed",
                    "status_raw": "",
                    "created_at": start + timedelta(minutes=number),
                    "currency": "CNY",
                }
                for number in range(1, MANY + 1)
            ],
        )
        session.execute(text("analyze"))
    return app


def plan(statement, parameters):
    """How the engine reads the rows, as text."""
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            steps = connection.exec_driver_sql(f"explain query plan {statement}", parameters)
            return "\n".join(str(step[3]) for step in steps)
        return "\n".join(str(step[0]) for step in connection.exec_driver_sql(f"explain {statement}", parameters))


PAGES = (
    {},
    {"cursor": "last"},
    {"sort": "oldest"},
    {"sort": "number"},
    {"view": "to_ship"},
    {"view": "problems"},
    {"view": "completed"},
    {"filters": {"status": "refunded"}},
    {"filters": {"platform": "p1"}},
    {"filters": {"from": "2025-01-05", "to": "2025-01-06"}},
    {"search": "0001234"},
    {"search": "0001"},
)


def test_every_page_of_orders_is_served_by_an_index(large):
    owner = Actor(AccountId(1), "Owner", True, frozenset())
    row = db.session.execute(orders.ORDERS.query.where(Order.order_no == f"{MANY // 2:08}")).one()
    middle = {"cursor": lists.cursor(orders.ORDERS.sorts[0], row, "next")}
    seen = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _u, sql, values, _x, _m: seen.append((sql, values)))

    for arguments in (*PAGES, middle):
        seen.clear()
        lists.fetch_page(orders.ORDERS, owner, lists.ListArguments(**arguments), ZONE)

        steps = plan(*next(found for found in seen if "order_no" in found[0].partition("FROM")[0]))
        # A scan along an index that has the order is what paging by key is; a scan of the table never is.
        unserved = [line for line in steps.splitlines() if "SCAN shop_order" in line and "USING" not in line]
        assert not unserved, (arguments, steps)
        assert "Seq Scan on shop_order" not in steps, (arguments, steps)
        is_merged = "view" in arguments and arguments["view"] != "to_ship"
        assert is_merged or "TEMP B-TREE FOR ORDER BY" not in steps or "search" in arguments, (arguments, steps)
