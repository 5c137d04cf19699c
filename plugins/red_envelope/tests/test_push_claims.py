"""Campaigns that are pushed: only who was sent the message knows of them, by the API and by the service (R24)."""

from typing import Any

import pytest
from flask import Flask
from red_envelope_api import ROOT, Buyer, buyer, check_problem
from red_envelope_push import members, names, past_buyer, past_buyers, push_campaign, sent, started
from red_envelope_shop import NOW, Clock, begun, make_campaign, stored
from shopadmin_red_envelope.services import claiming, recipients, sealing

from shopadmin import testing
from shopadmin.models.messages import OutboxMessage
from shopadmin.plugin_api import MissingError, db, writing


def unknown(client: Any, campaign: int, what: str = "") -> Any:
    """The answer about this campaign, as a problem document without the campaign's number."""
    path = f"{ROOT}/campaigns/{campaign}"
    answer = client.post(f"{path}/claims") if what == "claims" else client.get(path)
    found = answer.get_json()
    return answer.status_code, {name: value for name, value in found.items() if name != "instance"}


def test_r24_who_was_sent_the_push_sees_the_campaign_and_collects_and_nobody_else(shop: Flask, clock: Clock) -> None:
    campaign = push_campaign(clock)
    past_buyers(12)
    past_buyer(99, consents=False)
    sent(campaign)
    told, kept_back = names(members(campaign, "asked")), names(members(campaign, "holdout"))
    # A stranger, one without consent, one of the holdout; and the storefront in its own name.
    others: list[Any] = [buyer(shop, name) for name in ("stranger", "buyer99", *kept_back)]
    others.append(testing.api_client(shop))
    nowhere = unknown(others[0], 10**6), unknown(others[0], 10**6, "claims")
    assert [status for status, _body in nowhere] == [404, 404]

    for moment in (NOW, clock.start, clock.start + 24 * 3_600_000):
        clock.set(moment)
        sealing.seal_due()
        before = stored()
        for other in others:
            assert unknown(other, campaign) == nowhere[0]
            assert other.get(f"{ROOT}/campaigns").get_json()["items"] == []
        for other in others[:-1]:
            assert unknown(other, campaign, "claims") == nowhere[1]
        assert stored() == before

    clock.set(clock.start)
    lucky = buyer(shop, told[0])
    assert [each["id"] for each in lucky.get(f"{ROOT}/campaigns").get_json()["items"]] == [campaign]
    assert lucky.get(f"{ROOT}/campaigns/{campaign}").get_json()["status"] == "open"
    assert lucky.claim(campaign).status_code == 201
    check_problem(lucky.claim(campaign), 409, "already_claimed")


def test_before_the_start_a_recipient_is_told_to_wait_and_a_stranger_nothing(shop: Flask, clock: Clock) -> None:
    campaign = push_campaign(clock)
    past_buyers(3)
    sent(campaign)
    (first, *_rest) = names(members(campaign, "asked"))

    check_problem(buyer(shop, first).claim(campaign), 409, "claim_closed")
    check_problem(buyer(shop, "stranger").claim(campaign), 404, "not_found")


def test_when_all_are_gone_a_stranger_still_learns_nothing(shop: Flask, clock: Clock) -> None:
    campaign = push_campaign(clock, quantity=1)
    past_buyers(4)
    sent(campaign)
    first, second, *_rest = names(members(campaign, "asked"))
    clock.set(clock.start)
    assert buyer(shop, first).claim(campaign).status_code == 201
    check_problem(buyer(shop, second).claim(campaign), 409, "sold_out")

    check_problem(buyer(shop, second).claim(campaign), 409, "sold_out")
    check_problem(buyer(shop, "stranger").claim(campaign), 404, "not_found")


@pytest.mark.parametrize(
    ("state", "knows"),
    [("queued", True), ("sent", True), ("delivered", True), ("unknown", True), ("failed", False),
     ("suppressed", False), ("bad_number", False)],
)  # fmt: skip
def test_a_message_that_never_came_opens_nothing(clock: Clock, state: str, knows: bool) -> None:
    campaign = push_campaign(clock)
    past_buyers(2)
    sent(campaign)
    (told,) = members(campaign, "asked")
    (name,) = names([told])
    with writing() as session:
        session.query(OutboxMessage).update({"state": state})
    clock.set(clock.start)

    if knows:
        assert claiming.claim(campaign, f"test:{name}").refusal is None
    else:
        with pytest.raises(MissingError):
            claiming.claim(campaign, f"test:{name}")


def test_who_waits_for_the_message_does_not_know_yet(clock: Clock) -> None:
    campaign = push_campaign(clock)
    past_buyers(3)
    started(campaign)
    waiting = names(members(campaign, "waiting"))
    clock.set(clock.start)

    for name in waiting:
        with pytest.raises(MissingError):
            claiming.claim(campaign, f"test:{name}")


def test_a_row_that_is_somebody_elses_by_now_opens_nothing(clock: Clock) -> None:
    campaign = push_campaign(clock)
    past_buyers(2)
    sent(campaign)
    (told,) = members(campaign, "asked")
    clock.set(clock.start)
    with db.engine.connect().execution_options(shopadmin_writes=True) as connection:
        connection.exec_driver_sql(f"update buyer set ref = 'test:another' where id = {told}")
        connection.commit()

    with pytest.raises(MissingError):
        claiming.claim(campaign, "test:another")


def test_in_a_campaign_on_a_page_the_holdout_is_only_not_told(shop: Flask, clock: Clock) -> None:
    campaign = push_campaign(clock, mode="page")
    past_buyers(10)
    sent(campaign)
    (kept_back,) = names(members(campaign, "holdout"))
    clock.set(clock.start)

    assert buyer(shop, kept_back).claim(campaign).status_code == 201
    assert buyer(shop, "stranger").claim(campaign).status_code == 201


def test_a_campaign_on_a_page_asks_nothing_about_pushes(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = begun(clock)
    monkeypatch.setattr(recipients, "of_buyer", lambda *_: pytest.fail("asked"))

    assert claiming.claim(campaign, "test:anna").refusal is None


def test_a_pushed_campaign_without_a_push_is_nobodys(anna: Buyer, clock: Clock) -> None:
    campaign = make_campaign("scheduled", mode="push")
    clock.set(clock.start)

    check_problem(anna.claim(campaign), 404, "not_found")
    check_problem(anna.get(f"{ROOT}/campaigns/{campaign}"), 404, "not_found")


def test_the_list_pages_over_both_kinds(shop: Flask, clock: Clock) -> None:
    shown = [push_campaign(clock, mode=mode) for mode in ("push", "page", "push", "page")]
    past_buyers(2)
    sent(shown[0], holdout_percent=50)
    (told,) = names(members(shown[0], "asked"))
    client, seen, cursor = buyer(shop, told), [], None
    while True:
        options = {"query_string": {"limit": 1} | ({"cursor": cursor} if cursor else {})}
        page = client.get(f"{ROOT}/campaigns", **options).get_json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == [shown[0], shown[1], shown[3]]
