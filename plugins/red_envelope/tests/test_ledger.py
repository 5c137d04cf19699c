"""From the claim to the refund through the services, on both engines: amounts, states, and what the ledger says."""

from typing import Any

import pytest
import sqlalchemy as sa
from red_envelope_shop import HOUR, NOW, Clock, begun, claimed, order, stored
from shopadmin_red_envelope.domain.baskets import Line, Tool
from shopadmin_red_envelope.models import RedEnvelope, RedEnvelopeAllocation, RedEnvelopeHold
from shopadmin_red_envelope.services import books, claiming, erasing, expiring, holding, refunding

from shopadmin.plugin_api import MissingError, ObjectionsError, RefusedError, db, writing
from shopadmin.services import plugins

MINUTE = 60_000
USE_TO = NOW + 72 * HOUR


def state_of(envelope: int) -> str:
    db.session.rollback()
    return db.session.scalar(sa.select(RedEnvelope.state).where(RedEnvelope.id == envelope)) or ""


def bought(clock: Clock, **changes: Any) -> int:
    """An envelope that is redeemed on order S1."""
    envelope = claimed(begun(clock))
    holding.redeem(holding.hold(envelope, order(**changes)).id)
    return envelope


@pytest.fixture(autouse=True)
def _books_balance(clock: Clock) -> Any:
    """Whatever a test does, the books must add up afterwards."""
    yield
    db.session.rollback()
    assert [problem.message for problem in books.problems()] == []
    assert sum(books.balances().values()) == sum(books.balances(book="money").values()) == 0


def test_a_buyer_claims_holds_redeems_and_gets_everything_back(clock: Clock) -> None:
    envelope = claimed(begun(clock))
    hold = holding.hold(envelope, order())
    assert (state_of(envelope), books.balances()) == ("held", {"held": 1000, "outstanding": 0, "unissued": -1000})
    holding.redeem(hold.id)
    assert books.balances(book="money") == {"cash": 9000, "sales": -10000, "subsidy": 1000}
    refund = refunding.start("S1")

    done = refunding.complete(refund.id)

    assert hold.shares == {"L01": 400, "L02": 600}
    assert (done.cash, done.given_back, done.forfeited, done.is_full) == (9000, 1000, 0, True)
    assert state_of(envelope) == "available"
    assert books.balances(book="money") == {"cash": 0, "sales": 0, "subsidy": 0}
    assert holding.hold(envelope, order("S2")).order_no == "S2"


@pytest.mark.parametrize(("line", "cash", "forfeited"), [("L01", 3600, 400), ("L02", 5400, 600)])
def test_r20_r21_r22_a_part_comes_back_without_its_share(clock: Clock, line: str, cash: int, forfeited: int) -> None:
    envelope = bought(clock)

    done = refunding.complete(refunding.start("S1", {line: 1}).id)

    assert (done.cash, done.given_back, done.forfeited) == (cash, 0, forfeited)
    assert state_of(envelope) == "redeemed"


def test_r20_parts_that_add_up_to_all_give_nothing_back(clock: Clock) -> None:
    envelope = bought(clock)

    for line in ("L01", "L02"):
        refunding.complete(refunding.start("S1", {line: 1}).id)

    assert state_of(envelope) == "forfeited"
    assert books.balances() == {"forfeited": 1000, "held": 0, "outstanding": 0, "redeemed": 0, "unissued": -1000}


@pytest.mark.parametrize(("when", "state"), [(USE_TO - 1, "available"), (USE_TO, "forfeited")])
def test_r18_r19_the_completion_decides_to_the_millisecond(clock: Clock, when: int, state: str) -> None:
    envelope = bought(clock)
    refund = refunding.start("S1")
    clock.set(when)

    done = refunding.complete(refund.id)

    assert done.gives_back is (state == "available")
    assert state_of(envelope) == state


@pytest.mark.parametrize(("receipt", "gives_back"), [(-1, False), (0, False), (1, True)])
def test_r18_a_refund_starts_strictly_before_the_receipt(clock: Clock, receipt: int, gives_back: bool) -> None:
    bought(clock)
    started = clock.start + HOUR
    for at, act in sorted([(started, "start"), (started + receipt, "receive")], key=lambda step: (step[0], step[1])):
        clock.set(at)
        if act == "start":
            refund = refunding.start("S1")
        else:
            holding.receive("S1")

    assert refunding.complete(refund.id).gives_back is gives_back


def test_the_receipt_is_set_once(clock: Clock) -> None:
    bought(clock)
    first = holding.receive("S1").received_at
    clock.set(clock.start + HOUR)

    assert holding.receive("S1").received_at == first == clock.start


def test_a_receipt_of_an_unpaid_order_is_refused(clock: Clock) -> None:
    holding.hold(claimed(begun(clock)), order())
    before = stored()

    with pytest.raises(ObjectionsError) as refused:
        holding.receive("S1")
    with pytest.raises(MissingError):
        holding.receive("S9")

    assert refused.value.problems[0].code == "red_envelope.not_redeemed"
    assert stored() == before


def test_the_units_of_a_line_come_back_by_cumulative_floors(clock: Clock) -> None:
    bought(clock, lines=[Line("L01", 7001, quantity=3), Line("L02", 0)])

    cash = [refunding.complete(refunding.start("S1", {"L01": 1}).id).cash for _ in range(3)]

    assert cash == [2000, 2000, 2001]


def test_two_started_refunds_never_take_the_same_unit(clock: Clock) -> None:
    bought(clock)
    refunding.start("S1", {"L01": 1})
    before = stored()

    with pytest.raises(ObjectionsError) as refused:
        refunding.start("S1", {"L01": 1})

    assert refused.value.problems[0].code == "red_envelope.more_than_left"
    assert stored() == before


def test_a_refund_is_completed_once(clock: Clock) -> None:
    bought(clock)
    refund = refunding.start("S1")
    first = refunding.complete(refund.id)
    before = stored()
    clock.set(clock.start + HOUR)

    assert refunding.complete(refund.id) == first
    assert stored() == before


BAD_REFUNDS: dict[str, tuple[dict[str, int], type[Exception], str]] = {
    "a line that is not there": ({"L09": 1}, RefusedError, "unknown_line"),
    "units below zero": ({"L01": -1}, RefusedError, "bad_units"),
    "more units than there are": ({"L01": 2}, ObjectionsError, "more_than_left"),
    "no units": ({"L01": 0}, ObjectionsError, "no_units"),
}


@pytest.mark.parametrize("name", BAD_REFUNDS)
def test_a_refund_that_cannot_be_changes_nothing(clock: Clock, name: str) -> None:
    units, error, code = BAD_REFUNDS[name]
    bought(clock)
    before = stored()

    for act in (refunding.preview, refunding.start):
        with pytest.raises(error) as refused:
            act("S1", units)
        assert refused.value.problems[0].code == f"red_envelope.{code}"  # type: ignore[attr-defined]

    assert stored() == before


def test_a_refund_in_another_currency_is_refused(clock: Clock) -> None:
    bought(clock)
    before = stored()

    with pytest.raises(ObjectionsError):
        refunding.start("S1", currency="EUR")

    assert stored() == before


def test_a_preview_says_what_the_refund_then_does(clock: Clock) -> None:
    bought(clock)
    before = stored()

    found = refunding.preview("S1")

    assert stored() == before
    assert (found.settlement.cash, found.settlement.given_back) == (9000, 1000)
    assert refunding.start("S1").cash == found.act.cash


def test_freight_neither_counts_nor_comes_back(clock: Clock) -> None:
    bought(clock, lines=[Line("L01", 6000), Line("F", 1200, type="freight")])

    done = refunding.complete(refunding.start("S1").id)

    assert (done.cash, done.given_back) == (5000, 1000)
    assert "'F'" not in str(stored()["ledger"])


def test_shares_are_taken_after_other_discounts_and_the_basis_is_kept(clock: Clock) -> None:
    envelope = claimed(begun(clock))

    holding.hold(envelope, order(tools=[Tool("store_full_reduction", 2000), Tool("gold_coins", 300)]))

    hold = db.session.execute(sa.select(RedEnvelopeHold)).scalar_one()
    lines = db.session.scalars(sa.select(RedEnvelopeAllocation).order_by(RedEnvelopeAllocation.line_key)).all()
    assert (hold.goods, hold.discounts, hold.basis) == (10000, 2000, 10000)
    assert [(line.before, line.share, line.paid) for line in lines] == [(3200, 400, 2800), (4800, 600, 4200)]


NOT_USABLE: dict[str, dict[str, Any]] = {
    "not_owner": {"buyer": "test:berta"},
    "below_threshold": {"lines": [Line("L01", 4999)]},
    "conflicts_with_coupon": {"tools": [Tool("store_coupon", 100)]},
    "tool_not_listed": {"tools": [Tool("lottery", 100)]},
    "no_goods": {"lines": [Line("F", 9000, type="freight")]},
    "remainder_not_above_envelope": {"tools": [Tool("store_full_discount", 9000)]},
}


@pytest.mark.parametrize("reason", NOT_USABLE)
def test_an_order_that_does_not_fit_holds_nothing(clock: Clock, reason: str) -> None:
    envelope = claimed(begun(clock))
    before = stored()

    with pytest.raises(holding.NotUsableError) as refused:
        holding.hold(envelope, order(**NOT_USABLE[reason]))

    assert refused.value.verdict.reasons == (reason,)
    assert holding.quote(envelope, order(**NOT_USABLE[reason])) == refused.value.verdict
    assert stored() == before


def test_an_order_in_another_currency_holds_nothing(clock: Clock) -> None:
    envelope = claimed(begun(clock))
    before = stored()

    with pytest.raises(ObjectionsError):
        holding.hold(envelope, order(currency="EUR"))

    assert stored() == before


@pytest.mark.parametrize(("when", "reasons"), [(-1, ("not_started",)), (0, ()), (1, ())])
def test_an_envelope_is_used_from_its_first_millisecond(clock: Clock, when: int, reasons: tuple[str, ...]) -> None:
    envelope = claimed(begun(clock, use_from=clock.start + HOUR))
    clock.set(clock.start + HOUR + when)

    if reasons:
        with pytest.raises(holding.NotUsableError) as refused:
            holding.hold(envelope, order())
        assert refused.value.verdict.reasons == reasons
    else:
        assert holding.hold(envelope, order()).state == "live"


def test_r9_an_order_takes_one_envelope(clock: Clock) -> None:
    first, second = claimed(begun(clock)), 0
    clock.set(NOW)
    other = begun(clock)
    second = claimed(other)
    holding.hold(first, order())
    before = stored()

    with pytest.raises(holding.NotUsableError) as refused:
        holding.hold(second, order())

    assert refused.value.verdict.reasons == ("second_envelope",)
    assert stored() == before


def test_an_order_may_repeat_its_hold_as_it_was(clock: Clock) -> None:
    envelope = claimed(begun(clock))
    first = holding.hold(envelope, order())
    before = stored()

    assert holding.hold(envelope, order()) == first
    with pytest.raises(ObjectionsError) as refused:
        holding.hold(envelope, order(lines=[Line("L01", 4000), Line("L02", 6100)]))
    with pytest.raises(holding.NotUsableError) as other:
        holding.hold(envelope, order("S2"))

    assert refused.value.problems[0].code == "red_envelope.hold_differs"
    assert other.value.verdict.reasons == ("held_by_other_order",)
    assert stored() == before


def test_d5_a_cancelled_hold_gives_the_envelope_back_and_repeating_is_no_harm(clock: Clock) -> None:
    envelope = claimed(begun(clock))
    hold = holding.hold(envelope, order())

    holding.cancel(hold.id)
    before = stored()
    assert holding.cancel(hold.id).state == "released"

    assert stored() == before
    assert state_of(envelope) == "available"
    with pytest.raises(ObjectionsError) as refused:
        holding.redeem(hold.id)
    assert refused.value.problems[0].code == "red_envelope.hold_released"
    assert holding.hold(envelope, order()).id != hold.id


def test_a_redeemed_hold_is_not_cancelled_and_redeeming_again_is_success(clock: Clock) -> None:
    hold = holding.hold(claimed(begun(clock)), order())
    first = holding.redeem(hold.id, "S1")
    before = stored()

    assert holding.redeem(hold.id, "S1") == first
    with pytest.raises(ObjectionsError) as refused:
        holding.cancel(hold.id)
    with pytest.raises(ObjectionsError) as other:
        holding.redeem(hold.id, "S2")

    assert refused.value.problems[0].code == "red_envelope.already_redeemed"
    assert other.value.problems[0].code == "red_envelope.other_order"
    assert stored() == before


@pytest.mark.parametrize(("after", "is_paid"), [(30 * MINUTE - 1, True), (30 * MINUTE, False)])
def test_a_hold_lives_thirty_minutes_to_the_millisecond(clock: Clock, after: int, is_paid: bool) -> None:
    envelope = claimed(begun(clock))
    hold = holding.hold(envelope, order())
    clock.set(clock.start + after)

    if is_paid:
        assert holding.redeem(hold.id).state == "redeemed"
    else:
        with pytest.raises(ObjectionsError) as refused:
            holding.redeem(hold.id)
        assert refused.value.problems[0].code == "red_envelope.hold_lapsed"
        # Whether or not the job has come by, another order may have it.
        assert holding.hold(envelope, order("S2")).order_no == "S2"


@pytest.mark.parametrize(("minutes", "lives"), [(1, 1), (24 * 60, 24 * 60), (None, 30)])
def test_the_owner_sets_how_long_a_hold_lives(clock: Clock, minutes: int | None, lives: int) -> None:
    plugins.save_settings(None, "red_envelope", {"hold_minutes": minutes})

    hold = holding.hold(claimed(begun(clock)), order())

    assert hold.expires_at - hold.held_at == lives * MINUTE


def test_a_live_hold_redeems_past_the_end_and_one_that_lapses_there_lets_the_envelope_expire(clock: Clock) -> None:
    campaign = begun(clock)
    paid, unpaid = claimed(campaign), claimed(campaign, "test:berta")
    clock.set(USE_TO - 1)
    first, second = holding.hold(paid, order()), holding.hold(unpaid, order("S2", "test:berta"))
    clock.set(USE_TO + 1)

    holding.redeem(first.id)
    holding.cancel(second.id)

    assert (state_of(paid), state_of(unpaid)) == ("redeemed", "expired")


def test_the_jobs_catch_up_after_a_standstill_and_may_be_repeated(clock: Clock) -> None:
    campaign = begun(clock)
    held, unused = claimed(campaign), claimed(campaign, "test:berta")
    holding.hold(held, order())
    clock.set(clock.start + HOUR)
    assert (expiring.release_lapsed(), expiring.release_lapsed()) == (1, 0)
    assert state_of(held) == "available"
    clock.set(USE_TO - 1)
    assert expiring.expire_unused() == 0
    clock.set(USE_TO)

    assert (expiring.expire_unused(), expiring.expire_unused()) == (2, 0)

    assert (state_of(held), state_of(unused)) == ("expired", "expired")
    assert books.balances(campaign)["expired"] == 2000


def test_data_stays_until_orders_and_refunds_are_settled(clock: Clock) -> None:
    bought(clock)
    refunding.start("S1")
    clock.set(USE_TO)

    assert [problem.code for problem in erasing.objections()] == ["red_envelope.not_completed"]


def test_a_claim_inside_another_transaction_is_a_mistake(clock: Clock) -> None:
    campaign = begun(clock)
    with pytest.raises(RuntimeError, match="outside"), writing():
        claiming.claim(campaign, "test:anna")
