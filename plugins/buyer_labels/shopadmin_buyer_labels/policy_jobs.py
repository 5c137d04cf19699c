"""What the worker does about orders, and what is done when an order is changed by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime

from shopadmin.plugin_api import BuyersChanged, OrderChange, OrderChanged, PeriodicJob, Problem, writing
from shopadmin_buyer_labels import policy_texts
from shopadmin_buyer_labels.services import allowances, deciding, holds, marks, orders, rules

# Before these a held order has not left the shop; to cancel it is a person's to do, and nothing keeps them from it.
LEAVES = ("shipped", "delivered", "completed")


def decide() -> None:
    """Decide about new orders, and about all of them after rules changed; let go of what is due."""
    rules.ensure_shipped()
    holds.release_due()
    deciding.decide_new()
    if marks.read(marks.ANEW):
        with writing() as session:
            marks.write(session, marks.ANEW, 0)
        deciding.decide_all()


def look_again() -> None:
    """What nobody told: labels that expired, imports that were undone, orders that went on."""
    deciding.decide_all()


JOBS = (
    PeriodicJob("buyer_labels.decide", 15, decide),
    PeriodicJob("buyer_labels.look_again", 900, look_again),
)


def objections(change: OrderChange) -> Sequence[Problem]:
    """A held order is not sent before somebody released it, or its time is over."""
    if change.status_after not in LEAVES:
        return []
    state = orders.states_of([change.order.id], datetime.now(UTC)).get(change.order.id)
    return [policy_texts.problem("held")] if state is not None and state.is_held else []


def buyers_changed(event: BuyersChanged) -> None:
    """Orders came, or somebody is known by something else: decide at once."""
    deciding.decide_for_buyers(event.buyer_ids, event.at)


def order_changed(event: OrderChanged) -> None:
    """The order went on: what was decided about it is over."""
    deciding.decide_orders([event.order_id], event.at)


def erase(buyer_id: int) -> None:
    """What people wrote when they decided about the buyer's orders goes; that they did stays."""
    allowances.forget(buyer_id)
    orders.forget(buyer_id)
