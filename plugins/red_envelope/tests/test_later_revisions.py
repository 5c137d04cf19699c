"""A shop that is upgraded with orders, refunds and a guard in it."""

from flask import Flask
from red_envelope_shop import Clock, begun, claimed, order
from shopadmin_red_envelope.services import holding, holds, refund_records, refunding

from shopadmin.plugin_api import db
from shopadmin.services import integrity, schema


def test_orders_from_before_get_their_buyers_platform_and_a_guard_that_was_pushed_comes_back(
    shop: Flask, clock: Clock
) -> None:
    hold = holding.hold(claimed(begun(clock)), order())
    holding.redeem(hold.id)
    refunding.cancel(refunding.start("S1", {"L01": 1}).id)
    kept = refunding.start("S1", {"L02": 1})
    db.session.rollback()

    schema.downgrade("red_envelope", "0003")
    with db.engine.execution_options(shopadmin_writes=True).begin() as connection:
        connection.exec_driver_sql(f"update plugin_red_envelope_guard set latest = {2**63 - 1}")
    schema.upgrade()

    assert holds.find(hold.id).platform == "test"
    assert [found.id for found in refund_records.of_order("S1", "test")] == [kept.id]
    assert integrity.problems() == []
