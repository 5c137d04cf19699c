"""Orders by their buyers: what has not gone out, and what became of the rest; on both engines."""

from datetime import UTC, datetime, timedelta

from flask import Flask

from shopadmin import testing
from shopadmin.models.cases import Incident
from shopadmin.models.orders import Chargeback, Refund
from shopadmin.services import buyer_orders
from shopadmin.services.transactions import writing

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_orders_that_have_not_gone_out_are_listed_by_id_and_by_buyer(app: Flask) -> None:
    buyer, other = testing.make_buyer(), testing.make_buyer()
    paid = testing.make_order(1, buyer_id=buyer, created_at=NOW)
    unpaid = testing.make_order(2, buyer_id=buyer, status="pending_payment")
    shipped = testing.make_order(3, buyer_id=buyer, status="shipped")
    theirs, nobodys = testing.make_order(4, buyer_id=other), testing.make_order(5)
    every = [paid, unpaid, shipped, theirs, nobodys]

    assert [order.id for order in buyer_orders.unshipped_after()] == [paid, unpaid, theirs]
    assert [order.id for order in buyer_orders.unshipped_after(paid, 1)] == [unpaid]
    assert {order.id for order in buyer_orders.unshipped_among(every)} == {paid, unpaid, theirs}
    assert {order.id for order in buyer_orders.unshipped_of([buyer])} == {paid, unpaid}
    assert buyer_orders.unshipped_among([]) == buyer_orders.unshipped_of([]) == []
    assert buyer_orders.last_order_id() == nobodys
    (first, *_rest) = buyer_orders.unshipped_after()
    assert (first.buyer_id, first.created_at, first.total, first.outcome) == (buyer, NOW, 10_000, "")


def test_an_order_went_well_only_if_it_arrived_and_nothing_else_became_of_it(app: Flask) -> None:
    buyer = testing.make_buyer()
    statuses = ("delivered", "completed", "shipped", "refunded", "delivered", "delivered", "delivered", "delivered")
    ids = [
        testing.make_order(number, buyer_id=buyer, status=status, created_at=NOW)
        for number, status in enumerate(statuses, 1)
    ]
    testing.make_order(20, buyer_id=buyer, status="delivered", created_at=NOW - timedelta(days=1))
    with writing() as session:
        session.add(Refund(order_id=ids[4], amount=1, refunded_at=NOW))
        session.add(Chargeback(order_id=ids[5], amount=1, state="open", opened_at=NOW))
        session.add(Chargeback(order_id=ids[6], amount=1, state="won", opened_at=NOW, decided_at=NOW))
        session.add(Incident(incident_no="I1", kind="tests.one", order_id=ids[7], occurred_at=NOW))

    found = {order.id: order.outcome for order in buyer_orders.orders_since([buyer], NOW)}

    assert [found[each] for each in ids] == ["well", "well", "", "badly", "badly", "badly", "well", "badly"]
    assert len(found) == len(ids)
