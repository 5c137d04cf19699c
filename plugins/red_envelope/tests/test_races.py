"""The claim rush: many clients, several processes, one of them killed. Short here, the whole table by ``make race``.

After every rush: as many envelopes as the stock allows and no more, one to a buyer, everything that was answered is
there, and the books add up.
"""

import hashlib
import os
import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from red_envelope_race_table import as_line, tally
from red_envelope_rush import Rush, claim_rush, storefronts
from red_envelope_shop import Clock, claimed, make_activity, make_campaign, order, stored
from shopadmin_red_envelope.models import RedEnvelope, RedEnvelopeStock
from shopadmin_red_envelope.services import (
    books,
    claiming,
    holding,
    holds,
    integrity,
    refund_records,
    refunding,
    sealing,
)
from shopadmin_red_envelope.services.claiming import Call

from shopadmin import testing
from shopadmin.plugin_api import ApiKey, ApiRendered, ObjectionsError, db
from shopadmin.services import integrity as core_integrity

SEEDS = int(os.environ.get("SHOPADMIN_RACE_SEEDS", "1"))
# How the clients of a process run: each in a thread, or on one, as the server answers those that come at once.
TOGETHER = ", one thread"
WAYS = ("", TOGETHER)
CLIENTS = (2, 8, 32, 64) if SEEDS > 1 else (8, 32)
TOTAL, BUYERS = 20, 30
RaceLine = Callable[[int, str, int, Rush, int | None], None]


def campaigns(clock: Clock, count: int, **changes: Any) -> list[int]:
    """So many campaigns that begin together, and have begun."""
    activity = make_activity()
    made = [make_campaign("scheduled", activity, **({"quantity": TOTAL} | changes)) for _ in range(count)]
    clock.set(clock.start)
    sealing.seal_due()
    return made


def envelopes_of(campaign: int) -> list[tuple[str, int]]:
    """Every stored envelope of it: the buyer and the envelope's id."""
    db.session.rollback()
    found = db.session.execute(
        sa.select(RedEnvelope.buyer, RedEnvelope.id).where(RedEnvelope.campaign_id == campaign)
    ).all()
    return [(row.buyer, row.id) for row in found]


def rows_of(campaign: int) -> dict[str, int]:
    return dict(envelopes_of(campaign))


@pytest.fixture
def race_line(record_property: Callable[[str, object], None], database_kind: str) -> RaceLine:
    """Put a rush down for the race table, which ends ``make race``, before anything is asserted of it."""

    def write(processes: int, clients: str, campaign: int, rush: Rush, total: int | None) -> None:
        counts = tally(envelopes_of(campaign), rush, total)
        record_property("race", [database_kind, processes, clients, *as_line(counts)])

    return write


def check(campaign: int, rush: Rush, total: int | None) -> None:
    """What must be true of a rush that ended, and of one that was killed."""
    envelopes = envelopes_of(campaign)
    counts = tally(envelopes, rush, total)
    assert counts["over-issued"] == counts["duplicates"] == counts["answered but missing"] == 0
    stock = db.session.execute(
        sa.select(RedEnvelopeStock.claimed).where(RedEnvelopeStock.campaign_id == campaign)
    ).scalar_one_or_none()
    assert stock == (None if total is None else len(envelopes))
    assert dict(envelopes).keys() <= rush.asked
    for told in rush.answers.values():
        assert sum(refusal is None for refusal, _envelope in told) <= 1


def test_the_table_counts_what_must_never_be() -> None:
    rush = Rush()
    for buyer, envelope in (("a", 1), ("a", 2), ("b", 4)):
        rush.answers[buyer].append((None, envelope))

    counts = tally([("a", 1), ("a", 2), ("c", 3)], rush, total=2)

    assert (counts["over-issued"], counts["duplicates"], counts["answered but missing"]) == (1, 2, 1)


def is_sound() -> bool:
    """``shopadmin check`` finds nothing but the clock of the tests."""
    found = [problem.code for problem in core_integrity.problems()]
    db.session.rollback()
    return found == ["red_envelope.triggers"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("processes", [1, 3])
def test_a_rush_issues_what_there_is_to_each_buyer_once(
    shop: Flask, clock: Clock, processes: int, way: str, race_line: RaceLine
) -> None:
    rounds = [(clients, seed) for clients in CLIENTS for seed in range(SEEDS)]
    made = campaigns(clock, len(rounds))

    with storefronts(shop, processes) as fronts:
        for campaign, (clients, seed) in zip(made, rounds, strict=True):
            rush = claim_rush(fronts, campaign, clients, BUYERS, seed, together=way == TOGETHER)

            assert rush.errors == []
            race_line(processes, f"{clients}{way}", campaign, rush, TOTAL)
            check(campaign, rush, TOTAL)
            assert len(rows_of(campaign)) == TOTAL
            assert all(len(told) == 2 for told in rush.answers.values())

    assert is_sound()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("processes", [1, 3])
def test_a_rush_on_a_campaign_without_a_cap_issues_one_to_each_buyer(
    shop: Flask, clock: Clock, processes: int, way: str, race_line: RaceLine
) -> None:
    made = campaigns(clock, SEEDS, quantity=None)

    with storefronts(shop, processes) as fronts:
        for seed, campaign in enumerate(made):
            rush = claim_rush(fronts, campaign, 16, BUYERS, seed, together=way == TOGETHER)

            assert rush.errors == []
            race_line(processes, f"16, no cap{way}", campaign, rush, None)
            check(campaign, rush, None)
            assert len(rows_of(campaign)) == BUYERS

    assert is_sound()


def test_two_batches_that_share_their_callers_never_wait_for_each_other(shop: Flask, clock: Clock) -> None:
    """Nothing orders the batches of a campaign without a cap: rows written in two orders would be a deadlock."""

    def asked(key_of: str, number: int) -> claiming._Asked:
        key = ApiKey(hashlib.sha256(f"{key_of} {number}".encode()).digest(), b"f" * 32)
        return claiming._Asked(f"test:b{number}", claiming._nothing, Call(key, lambda _outcome: ApiRendered(200, b"")))

    def batch(campaign: int, key_of: str, order: int) -> int:
        works = [asked(key_of, number) for number in range(200)][::order]
        return sum(outcome.answer is not None for outcome in claiming._write(campaign, lambda: works))

    for campaign in campaigns(clock, 8, quantity=None):
        for key_of in (f"{campaign}, won", f"{campaign}, has one"):
            acts = [lambda order=order, at=(campaign, key_of): batch(*at, order) for order in (1, -1)] * 2

            assert at_once(shop, *acts) == ["200"] * 4
        assert len(envelopes_of(campaign)) == 200


@pytest.mark.fault
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(max(2, SEEDS)))
def test_what_a_killed_process_answered_is_there_and_what_it_did_not_can_be_repeated(
    shop: Flask, clock: Clock, seed: int, way: str, race_line: RaceLine
) -> None:
    (campaign,) = campaigns(clock, 1)

    with storefronts(shop, 3) as fronts:
        rush = claim_rush(fronts, campaign, 24, BUYERS, seed, kill_after=seed % 7, together=way == TOGETHER)
        race_line(3, f"24, one process killed{way}", campaign, rush, TOTAL)
        check(campaign, rush, TOTAL)

        stored_before = rows_of(campaign)
        for buyer in sorted(rush.asked - rush.answers.keys()):
            again = claiming.claim(campaign, buyer)
            assert again.envelope_id == rows_of(campaign).get(buyer)
            assert (again.refusal is None) <= (buyer not in stored_before)

    assert len(rows_of(campaign)) <= TOTAL
    assert is_sound()


NAIVE = """
insert into naive_envelope (buyer)
select '{buyer}' where (select count(*) from naive_envelope) < {total}
"""


def test_a_count_without_a_lock_issues_too_many_on_postgresql(shop: Flask, clock: Clock, database_kind: str) -> None:
    """The negative control: the same rush on the statement that everybody writes first. SQLite has one writer."""
    with clock.engine.begin() as connection:
        connection.exec_driver_sql("create table naive_envelope (buyer text)")
    threads_count, total = 16, 5
    barrier = threading.Barrier(threads_count)

    def run(number: int) -> None:
        with clock.engine.connect() as connection:
            if database_kind == "postgresql":
                barrier.wait(60)
            connection.exec_driver_sql(NAIVE.format(buyer=number, total=total))
            if database_kind == "postgresql":
                barrier.wait(60)
            connection.commit()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(threads_count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    with clock.engine.connect() as connection:
        issued = connection.exec_driver_sql("select count(*) from naive_envelope").scalar_one()
    assert issued == (threads_count if database_kind == "postgresql" else total)


def at_once(shop: Flask, *acts: Any) -> list[str]:
    """Do all of it at the same moment; what each came to: the state, or the code of the objection."""
    return [_told(result) for result in testing.at_once(shop, *acts)]


def _told(result: Any) -> str:
    if isinstance(result, ObjectionsError):
        return result.problems[0].code
    if isinstance(result, Exception):
        raise result
    return str(result)


@pytest.mark.parametrize("seed", range(max(4, SEEDS)))
def test_a_redemption_and_its_cancellation_have_one_winner(shop: Flask, clock: Clock, seed: int) -> None:
    (campaign,) = campaigns(clock, 1)
    hold = holding.hold(claimed(campaign), order())
    acts = [lambda: holding.redeem(hold.id).state, lambda: holding.cancel(hold.id).state] * (1 + seed % 2)

    results = set(at_once(shop, *acts))

    state = holds.find(hold.id).state
    assert results == (
        {"redeemed", "red_envelope.already_redeemed"}
        if state == "redeemed"
        else {"released", "red_envelope.hold_released"}
    )
    assert list(books.problems()) == []


def test_of_many_orders_one_gets_the_envelope(shop: Flask, clock: Clock) -> None:
    (campaign,) = campaigns(clock, 1)
    envelope = claimed(campaign)

    results = at_once(
        shop, *(lambda number=number: holding.hold(envelope, order(f"S{number}")).state for number in range(6))
    )

    assert results.count("live") == 1
    assert list(books.problems()) == []


def test_of_many_envelopes_one_gets_onto_the_order_and_the_others_hear_why(shop: Flask, clock: Clock) -> None:
    envelopes = [claimed(campaign) for campaign in campaigns(clock, 5)]

    results = at_once(shop, *(lambda each=each: holding.hold(each, order()).state for each in envelopes))

    assert sorted(results) == ["live", *["red_envelope.second_envelope"] * 4]
    assert list(books.problems()) == []


def test_of_many_refunds_of_the_same_units_one_starts(shop: Flask, clock: Clock) -> None:
    (campaign,) = campaigns(clock, 1)
    holding.redeem(holding.hold(claimed(campaign), order()).id)

    results = at_once(shop, *[lambda: refunding.start("S1", {"L01": 1}).cash] * 5)

    assert sorted(results) == ["3600", *["red_envelope.more_than_left"] * 4]
    assert list(books.problems()) == []


def test_the_completion_and_the_cancellation_of_a_refund_have_one_winner(shop: Flask, clock: Clock) -> None:
    (campaign,) = campaigns(clock, 1)
    holding.redeem(holding.hold(claimed(campaign), order()).id)
    refund = refunding.start("S1").id
    acts = [lambda: str(refunding.complete(refund).gives_back), lambda: str(refunding.cancel(refund).gives_back)]

    results = set(at_once(shop, *acts * 2))

    won, lost = ("True", "completed") if refund_records.find(refund).completed_at else ("None", "cancelled")
    assert results == {won, f"red_envelope.refund_{lost}"}
    assert list(books.problems()) == []


def test_of_many_completions_of_a_refund_all_say_the_same(shop: Flask, clock: Clock) -> None:
    (campaign,) = campaigns(clock, 1)
    holding.redeem(holding.hold(claimed(campaign), order()).id)
    refund = refunding.start("S1")

    results = at_once(shop, *[lambda: refunding.complete(refund.id)] * 5)

    assert len(set(results)) == 1
    assert len([row for row in stored()["ledger"] if "give_back" in row]) == 1
    assert list(integrity.problems())[1:] == []
