"""A machine that does whatever may come, in any order, with the clock jumping: after each step the books add up.

Short here, at least 2,000 steps by ``make race``.
"""

import os
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from red_envelope_shop import HOUR, Clock, make_activity, make_campaign, order
from shopadmin_red_envelope.domain.baskets import Line
from shopadmin_red_envelope.models import (
    RedEnvelope,
    RedEnvelopeAllocation,
    RedEnvelopeHold,
    RedEnvelopeRefund,
    RedEnvelopeStock,
)
from shopadmin_red_envelope.services import books, claiming, expiring, holding, refunding, sealing
from shopadmin_red_envelope.services.holds import find as find_hold

from shopadmin.plugin_api import MissingError, ObjectionsError, db

IS_LONG = int(os.environ.get("SHOPADMIN_RACE_SEEDS", "1")) > 1
EXAMPLES, STEPS = (70, 40) if IS_LONG else (5, 20)
BUYERS = [f"test:b{number}" for number in range(4)]
STOCK = 3
BASKETS = [
    [Line("L01", 4000), Line("L02", 6000)],
    [Line("L01", 7001, quantity=3), Line("G", 0)],
    [Line("L01", 1, quantity=1), Line("L02", 5999, quantity=7), Line("F", 800, type="freight")],
    [Line("L01", 1000)],
]
# Numbers of orders and of shops' days: what one example did is behind the next one.
_orders, _days = iter(range(10**9)), iter(range(10**9))


class Envelopes(RuleBasedStateMachine):
    """One campaign of three envelopes, four buyers, any number of orders."""

    shop: Flask
    clock: Clock

    envelopes = Bundle("envelopes")
    holds = Bundle("holds")
    refunds = Bundle("refunds")

    @initialize()
    def begin(self) -> None:
        self.steps = 0
        self.instant = self.start = self.clock.start + next(_days) * 24 * HOUR
        self.clock.set(self.start - HOUR)
        activity = make_activity(starts_at=self.start, ends_at=self.start + HOUR)
        self.campaign = make_campaign(
            "scheduled", activity, quantity=STOCK, claim_from=self.start, claim_to=self.start + HOUR,
            use_from=self.start, use_to=self.start + 3 * HOUR,
        )  # fmt: skip
        self.clock.set(self.start)
        sealing.seal_due()
        self.owners: dict[int, str] = {}
        self.paid: dict[str, int] = {}
        self.cash: dict[str, int] = {}
        self.was_sold_out = False

    @rule(target=envelopes, buyer=st.sampled_from(BUYERS))
    def claim(self, buyer: str) -> Any:
        outcome = claiming.claim(self.campaign, buyer)
        if outcome.refusal == "sold_out":
            self.was_sold_out = True
        if outcome.refusal is not None:
            assert outcome.envelope_id is None or self.owners[outcome.envelope_id] == buyer
            return multiple()
        assert not self.was_sold_out
        assert buyer not in self.owners.values()
        assert outcome.envelope_id is not None
        self.owners[outcome.envelope_id] = buyer
        return outcome.envelope_id

    @rule(target=holds, envelope=envelopes, basket=st.sampled_from(BASKETS), is_owner=st.booleans())
    def hold(self, envelope: int, basket: list[Line], is_owner: bool) -> Any:
        buyer = self.owners[envelope] if is_owner else "test:thief"
        placed = order(f"S{next(_orders)}", buyer, lines=basket)
        verdict = holding.quote(envelope, placed)
        try:
            found = holding.hold(envelope, placed)
        except holding.NotUsableError as refused:
            told = refused.verdict
        else:
            told = None
        assert told == (None if verdict.usable else verdict)
        if told:
            return multiple()
        assert is_owner
        assert sum(found.shares.values()) == found.amount
        self.paid[found.order_no] = found.payable_goods
        return found.id

    @rule(hold=holds)
    def redeem(self, hold: str) -> None:
        _tried(lambda: holding.redeem(hold), {"hold_lapsed", "hold_released"})

    @rule(hold=holds)
    def cancel(self, hold: str) -> None:
        _tried(lambda: holding.cancel(hold), {"already_redeemed"})

    @rule(hold=holds)
    def receive(self, hold: str) -> None:
        _tried(lambda: holding.receive(find_hold(hold).order_no), {"not_redeemed"})

    @rule(
        target=refunds, hold=holds,
        units=st.none() | st.dictionaries(st.sampled_from(["L01", "L02", "G", "F"]), st.integers(0, 3), min_size=1),
    )  # fmt: skip
    def start_refund(self, hold: str, units: dict[str, int] | None) -> Any:
        order_no = find_hold(hold).order_no
        known = {key: count for key, count in units.items() if key in find_hold(hold).shares} if units else units
        found = _tried(
            lambda: refunding.start(order_no, known),
            {"not_redeemed", "more_than_left", "nothing_to_refund", "no_units"},
        )
        if found is None:
            return multiple()
        self.cash[order_no] = self.cash.get(order_no, 0) + found.cash
        assert self.cash[order_no] <= self.paid[order_no]
        return found.id

    @rule(refund=consumes(refunds))
    def complete_refund(self, refund: str) -> None:
        first = refunding.complete(refund)
        assert first.given_back in (0, 1000)
        assert not (first.given_back and first.forfeited)
        assert refunding.complete(refund) == first

    @rule(refund=consumes(refunds))
    def cancel_refund(self, refund: str) -> None:
        found = _tried(lambda: refunding.cancel(refund), {"later_refund"})
        if found is not None:
            self.cash[found.order_no] -= found.cash
            assert refunding.cancel(refund) == found

    @rule(minutes=st.sampled_from([1, 29, 30, 31, 60, 119, 180, -1, -45]))
    def jump(self, minutes: int) -> None:
        self.instant = max(self.start, self.instant + minutes * 60_000)
        self.clock.set(self.instant)

    @rule()
    def jobs(self) -> None:
        expiring.release_lapsed()
        expiring.expire_unused()
        assert (expiring.release_lapsed(), expiring.expire_unused()) == (0, 0)

    @invariant()
    def the_books_add_up(self) -> None:
        if not hasattr(self, "campaign"):
            return
        Envelopes.steps_done += 1
        db.session.rollback()
        assert [str(problem.message) for problem in books.problems()] == []
        assert sum(books.balances(self.campaign).values()) == sum(books.balances(self.campaign, "money").values()) == 0
        _check_rows(self.campaign, self.owners)

    steps_done = 0


def _check_rows(campaign: int, owners: dict[int, str]) -> None:
    session = db.session
    rows = session.execute(
        sa.select(RedEnvelope.id, RedEnvelope.buyer, RedEnvelope.amount).where(RedEnvelope.campaign_id == campaign)
    ).all()
    assert {row.id: row.buyer for row in rows} == owners
    assert {row.amount for row in rows} <= {1000}
    assert (
        session.scalar(sa.select(RedEnvelopeStock.claimed).where(RedEnvelopeStock.campaign_id == campaign))
        == len(rows)
        <= STOCK
    )
    # R21, in every order: no more cash back than was paid; and one envelope comes back once a completed full refund.
    back = sa.select(sa.func.sum(RedEnvelopeRefund.cash)).where(
        RedEnvelopeRefund.hold_id == RedEnvelopeHold.id, RedEnvelopeRefund.cancelled_at.is_(None)
    )
    paid = sa.select(sa.func.sum(RedEnvelopeAllocation.paid)).where(RedEnvelopeAllocation.hold_id == RedEnvelopeHold.id)
    overpaid = sa.select(RedEnvelopeHold.id).where(back.scalar_subquery() > paid.scalar_subquery())
    assert session.scalars(overpaid).all() == []


def _tried(act: Callable[[], Any], allowed: set[str]) -> Any:
    """What it gives, None for a refusal; only these."""
    try:
        return act()
    except MissingError:
        return None
    except ObjectionsError as refused:
        code = refused.problems[0].code.removeprefix("red_envelope.")
    assert code in allowed
    return None


def test_whatever_happens_the_books_add_up(shop: Flask, clock: Clock) -> None:
    Envelopes.shop, Envelopes.clock, Envelopes.steps_done = shop, clock, 0

    run_state_machine_as_test(
        Envelopes,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, database=None, derandomize=not IS_LONG,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip

    assert Envelopes.steps_done >= (2000 if IS_LONG else 60)


@pytest.mark.parametrize("minutes", [30, 180])
def test_a_clock_that_is_set_back_never_makes_a_refund_end_before_its_start(
    shop: Flask, clock: Clock, minutes: int
) -> None:
    campaign = make_campaign()
    clock.set(clock.start)
    outcome = claiming.claim(campaign, "test:anna")
    holding.redeem(holding.hold(outcome.envelope_id or 0, order()).id)
    clock.set(clock.start + minutes * 60_000)
    refund = refunding.start("S1")
    clock.set(clock.start)

    done = refunding.complete(refund.id)

    assert done.completed_at == done.started_at
    assert list(books.problems()) == []
