"""Requests that come at once: one key has one effect, one buyer gets one, and no more are given than there are."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from red_envelope_api import ROOT, Buyer
from red_envelope_shop import Clock, begun, stored
from shopadmin_red_envelope.services import claiming, integrity
from shopadmin_red_envelope.services.claiming import Call

from shopadmin import testing
from shopadmin.cooperative import run_together
from shopadmin.plugin_api import ApiKey, ApiRendered, db
from shopadmin.services.idempotency import KeyReusedError


@pytest.fixture(params=["in threads", "on one thread"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How the requests of a moment are answered: each in a thread, or together as the server does it in a rush."""
    if request.param == "on one thread":
        monkeypatch.setitem(globals(), "at_once", on_one_thread)


def on_one_thread(*requests: Callable[[], Any]) -> list[Any]:
    """As ``at_once``."""
    answers: dict[int, Any] = {}
    run_together([lambda at=at, send=send: answers.update({at: send()}) for at, send in enumerate(requests)])
    return [answers[at] for at in range(len(requests))]


def at_once(*requests: Callable[[], Any]) -> list[Any]:
    """Send them all in the same moment; returns the answers in the order of the requests."""
    answers: list[Any] = [None] * len(requests)
    start = threading.Barrier(len(requests))

    def run(number: int) -> None:
        start.wait(60)
        answers[number] = requests[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return answers


def in_waves(requests: list[Callable[[], Any]], size: int = 25) -> list[Any]:
    """As ``at_once``, so many at a time."""
    return [answer for at in range(0, len(requests), size) for answer in at_once(*requests[at : at + size])]


def codes(answers: list[Any]) -> Counter[str]:
    """How often each code came; ``201`` and so on for what was done."""
    return Counter(answer.get_json().get("code", str(answer.status_code)) for answer in answers)


@pytest.mark.parametrize("quantity", [100, None])
def test_claims_of_one_moment_with_one_key_have_one_effect_and_one_answer(
    clock: Clock, anna: Buyer, quantity: int | None
) -> None:
    campaign = begun(clock, quantity=quantity)

    answers = at_once(*[lambda: anna.claim(campaign, key="one")] * 8)

    told = {answer.data for answer in answers if answer.status_code == 201}
    assert len(told) == 1
    # PostgreSQL does not let a second one wait for the first.
    assert codes(answers).keys() <= {"201", "request_in_flight"}
    assert anna.claim(campaign, key="one").data in told
    assert len(stored()["envelope"]) == 1


def test_on_one_thread_too_a_request_waits_for_another_with_its_key(
    clock: Clock, anna: Buyer, database_kind: str
) -> None:
    campaign = begun(clock)

    answers = on_one_thread(*[lambda: anna.claim(campaign, key="one")] * 2)

    waits = database_kind == "sqlite"
    assert codes(answers) == ({"201": 2} if waits else {"201": 1, "request_in_flight": 1})
    assert len(stored()["envelope"]) == 1


def test_a20_fifty_claims_of_one_buyer_give_exactly_one(clock: Clock, anna: Buyer) -> None:
    campaign = begun(clock)

    answers = in_waves([lambda: anna.claim(campaign)] * 50)

    assert codes(answers) == {"201": 1, "already_claimed": 49}
    assert len(stored()["envelope"]) == 1


def test_a20_two_hundred_buyers_of_five_pieces_get_exactly_five(shop: Flask, clock: Clock) -> None:
    campaign = begun(clock, quantity=5)
    storefront = testing.api_client(shop)
    buyers = [Buyer(shop, storefront.for_buyer(f"b{number}").token) for number in range(200)]

    answers = in_waves([lambda each=each: each.claim(campaign) for each in buyers])

    assert codes(answers) == {"201": 5, "sold_out": 195}
    assert len(stored()["envelope"]) == 5
    assert list(integrity.problems())[1:] == []  # the clock is the test's own


def test_holds_of_one_moment_with_one_key_have_one_effect(clock: Clock, anna: Buyer) -> None:
    envelope = anna.claimed(begun(clock))

    answers = at_once(*[lambda: anna.hold(envelope, key="one")] * 6)

    assert codes(answers).keys() <= {"201", "request_in_flight"}
    assert len({answer.data for answer in answers if answer.status_code == 201}) == 1
    assert len(stored()["hold"]) == 1


def test_two_orders_never_hold_one_envelope(clock: Clock, anna: Buyer) -> None:
    envelope = anna.claimed(begun(clock))

    answers = at_once(*[lambda order=order: anna.hold(envelope, order) for order in ("S1", "S2", "S3", "S4")])

    assert codes(answers) == {"201": 1, "not_usable": 3}
    assert len(stored()["hold"]) == 1


@pytest.mark.parametrize("_attempt", range(4))
def test_a_redemption_and_its_own_cancellation_end_in_one_of_the_two(clock: Clock, anna: Buyer, _attempt: int) -> None:
    hold = anna.held(anna.claimed(begun(clock)))

    redeemed, cancelled = at_once(
        lambda: anna.post(f"{ROOT}/holds/{hold}/redeem"), lambda: anna.post(f"{ROOT}/holds/{hold}/cancel")
    )

    assert sorted([redeemed.status_code, cancelled.status_code]) == [200, 409]
    refused = redeemed if redeemed.status_code == 409 else cancelled
    assert refused.get_json()["code"] == ("hold_released" if refused is redeemed else "already_redeemed")
    (kept,) = anna.get(f"{ROOT}/wallet").get_json()["items"]
    assert kept["status"] == ("redeemed" if redeemed.status_code == 200 else "available")
    assert list(integrity.problems())[1:] == []  # the clock is the test's own


def test_refunds_of_one_moment_take_each_unit_once(clock: Clock, anna: Buyer) -> None:
    envelope = anna.claimed(begun(clock))
    hold = anna.hold(envelope, lines=[{"key": "A", "amount": 10_000, "qty": 3}]).get_json()["id"]
    anna.post(f"{ROOT}/holds/{hold}/redeem")

    answers = at_once(*[lambda: anna.post(f"{ROOT}/orders/S1/refunds", {"units": {"A": 1}})] * 5)

    assert codes(answers) == {"201": 3, "more_than_left": 2}
    assert sum(answer.get_json().get("cash", 0) for answer in answers) == 9000


@pytest.mark.parametrize("quantity", [100, None])
def test_a_request_that_another_process_answered_meanwhile_gets_that_answer(clock: Clock, quantity: int | None) -> None:
    """The caller has looked before the other one committed, and joins a batch of its own after."""
    campaign = begun(clock, quantity=quantity)
    key = ApiKey(b"k" * 32, b"f" * 32)
    first = claiming.claim(campaign, "test:anna", call=Call(key, lambda _outcome: ApiRendered(201, b"first")))

    second = claiming.claim(campaign, "test:anna", call=Call(key, lambda _outcome: ApiRendered(409, b"second")))

    assert first.answer is not None
    assert second.answer is not None
    assert (first.answer.body, first.answer.replayed) == (b"first", False)
    assert (second.answer.status, second.answer.body, second.answer.replayed) == (201, b"first", True)
    db.session.remove()


def test_a_request_that_another_process_answered_between_the_looks_gets_that_answer(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing orders the claims of a campaign without a cap but the unique key of the envelopes."""
    campaign = begun(clock, quantity=None)
    key = ApiKey(b"k" * 32, b"f" * 32)
    looks = []
    really = claiming.stored_api_answers

    def blind_at_first(session: Any, keys: Any) -> Any:
        looks.append(len(keys))
        return {} if len(looks) == 1 else really(session, keys)

    claiming.claim(campaign, "test:anna", call=Call(key, lambda _outcome: ApiRendered(201, b"first")))
    monkeypatch.setattr(claiming, "stored_api_answers", blind_at_first)

    second = claiming.claim(campaign, "test:anna", call=Call(key, lambda _outcome: ApiRendered(409, b"second")))

    assert second.answer == ApiRendered(201, b"first", replayed=True)
    assert looks == [1, 1]
    assert len(stored()["envelope"]) == 1


def test_a_key_that_another_process_used_for_another_request_fails_that_caller_alone(clock: Clock) -> None:
    campaign = begun(clock)
    claiming.claim(campaign, "test:anna", call=Call(ApiKey(b"k" * 32, b"f" * 32), lambda _: ApiRendered(201, b"1")))

    with pytest.raises(KeyReusedError):
        claiming.claim(campaign, "test:anna", call=Call(ApiKey(b"k" * 32, b"g" * 32), lambda _: ApiRendered(201, b"2")))

    assert len(stored()["envelope"]) == 1


def test_claims_alone_share_a_thread(shop: Flask) -> None:
    goes_together = shop.extensions["shopadmin.api"].goes_together

    assert goes_together("POST", f"/api/v1{ROOT}/campaigns/7/claims")
    assert not goes_together("GET", f"/api/v1{ROOT}/campaigns/7/claims")
    assert not goes_together("POST", f"/api/v1{ROOT}/campaigns/7/8/claims")
    assert not goes_together("POST", f"/api/v1{ROOT}/wallet/7/holds")
