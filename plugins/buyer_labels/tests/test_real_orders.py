"""A rule over real orders of 2016 to 2018 with planted labels: who would have waited, and how often in vain."""

import random
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from importing import run
from policy_of_tests import DAY, HOLD, grave_label, live_rule, rule_row
from shopadmin_buyer_labels.models import OrderHold
from shopadmin_buyer_labels.services import deciding, holds, looking_back
from sqlalchemy import func, select, update

from shopadmin.models.cases import Incident
from shopadmin.models.orders import Order
from shopadmin.plugin_api import db, writing

AFTER = datetime(2018, 12, 1, tzinfo=UTC)
SHARE_WITH_TROUBLE = 0.5


@pytest.mark.data
def test_a_hold_on_real_orders_ends_by_itself_and_its_figures_tell_how_often_it_was_in_vain(
    shop: Flask, test_data: Path
) -> None:
    """Olist: whoever bought again is labelled for the first order, and the later ones would have been held. No order of
    the set tells of fraud: every second later one, by a seed, is given an incident. The table stands in README.md.
    """
    run([test_data / "olist" / f"olist_{part}_dataset.csv" for part in ("orders", "customers")])
    later, bad = plant(random.Random(4))
    rule_id = live_rule(HOLD)

    found = looking_back.figures([rule_row(rule_id)], AFTER, days=900)[rule_id]
    with writing() as session:
        session.execute(update(Order).where(Order.id.in_(later)).values(status="paid"))
    deciding.decide_all(AFTER)
    held = db.session().scalar(select(func.count(OrderHold.id)))

    assert (found.orders, found.holds, found.badly) == (len(later), len(later), len(bad))
    assert 0.2 < (found.false_positive_rate or 0) < 0.8
    # One more may wait than was placed later: a first order of the set that had never gone out.
    assert len(later) <= (held or 0) <= len(later) + 2
    assert holds.release_due(AFTER + DAY - timedelta(seconds=1)) == 0
    assert holds.release_due(AFTER + DAY) == held


def plant(seeded: random.Random) -> tuple[list[int], list[int]]:
    """Label buyers for their first order; returns their orders of later days, and those that an incident followed."""
    by_buyer: dict[int, list[tuple[datetime, int]]] = {}
    query = select(Order.buyer_id, Order.created_at, Order.id).where(Order.buyer_id.is_not(None))
    for buyer_id, at, order_id in db.session().execute(query.order_by(Order.created_at)):
        by_buyer.setdefault(buyer_id, []).append((at, order_id))
    db.session.rollback()
    later: list[int] = []
    for buyer_id, orders in by_buyer.items():
        first = orders[0][0].date()
        if then := [order_id for at, order_id in orders if at > datetime.combine(first, time(), UTC) + DAY]:
            made = AFTER - 90 * DAY
            grave_label(
                buyer_id, happened_on=first, created_at=made, latest_at=made + 365 * DAY, expires_at=made + 180 * DAY
            )
            later += then
    bad = [order_id for order_id in later if seeded.random() < SHARE_WITH_TROUBLE]
    with writing() as session:
        session.add_all(
            Incident(incident_no=f"P{order_id}", kind="tests.planted", order_id=order_id, occurred_at=AFTER - DAY)
            for order_id in bad
        )
    return later, bad
