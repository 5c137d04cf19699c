"""From the claim to the refund through the services, on both engines: amounts, states, and what the ledger says."""

from typing import Any

from red_envelope_shop import TERMS, Clock, begun, claimed, order, stored
from shopadmin_red_envelope.services import claiming, holding, refunding
from shopadmin.plugin_api import db


def test_a_buyer_claims_holds_redeems_and_gets_everything_back(clock: Clock) -> None:
    campaign = begun(clock)

    outcome = claiming.claim(campaign, "test:anna")
    hold = holding.hold(outcome.envelope_id or 0, order())
    holding.redeem(hold.id)
    refund = refunding.start("S1")
    done = refunding.complete(refund.id)

    assert outcome.refusal is None
    assert hold.shares == {"L01": 400, "L02": 600}
    assert (done.cash, done.given_back, done.forfeited, done.is_full) == (9000, 1000, 0, True)
    print(stored()["ledger"])
