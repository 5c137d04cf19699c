"""``shopadmin red-envelope``: JSON in, JSON out, refusals with exit 2; and the demo's campaigns."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from click.testing import CliRunner
from flask import Flask
from red_envelope_shop import TERMS, Clock, make_activity, make_campaign, stored
from shopadmin_red_envelope.cli import red_envelope
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.models import (
    RedEnvelope,
    RedEnvelopeAllocation,
    RedEnvelopeCampaign,
    RedEnvelopeHold,
)
from shopadmin_red_envelope.services import books, envelope_lists
from sqlalchemy import select

from shopadmin.cli.main import build
from shopadmin.models.buyers import Buyer
from shopadmin.models.orders import Order
from shopadmin.plugin_api import db, order_lines, shop_settings
from shopadmin.services import integrity
from shopadmin.services.demo import load


def call(shop: Flask, *arguments: str, given: object = None) -> tuple[int, dict[str, Any]]:
    """Exit code and the object that was printed."""
    command = build(lambda: shop, ())
    answer = CliRunner().invoke(
        command, ["red-envelope", *arguments, "--json"], input=json.dumps(given), obj=lambda: shop
    )
    return answer.exit_code, json.loads(answer.stdout)


def test_a_campaign_is_set_up_by_commands(shop: Flask, clock: Clock) -> None:
    activity = make_activity()
    windows = {name: getattr(TERMS, name) for name in ("claim_from", "claim_to", "use_from", "use_to")}
    terms = {"title": "Ten", "category": "womens_clothing", "amount": 1000, "activity_id": activity, **windows}

    code, made = call(shop, "campaign", "create", given=terms)
    assert (code, made["campaign"]["state"]) == (0, "draft")
    campaign = made["campaign"]["id"]
    assert call(shop, "campaign", "schedule", given={"id": campaign, "version": 1})[0] == 0
    assert call(shop, "campaign", "set-amount", given={"id": campaign, "version": 2, "amount": 500})[0] == 0

    code, found = call(shop, "campaigns")
    assert code == 0
    assert found["campaigns"] == [
        {"id": campaign, "state": "scheduled", "amount": 500, "lock_at": clock.start, "version": 3} | windows
    ]


def test_bad_input_exits_with_2_and_changes_nothing(shop: Flask, clock: Clock) -> None:
    campaign = make_campaign()
    before = stored()

    for arguments, given in (
        (("campaign", "create"), {"title": "x", "category": "womens_clothing", "amount": 700}),
        (("campaign", "create"), {"title": "x", "category": "womens_clothing", "amount": True}),
        (("campaign", "create"), {"title": "x", "state": "scheduled"}),
        (("campaign", "create"), [1]),
        (("campaign", "set-amount"), {"id": campaign, "version": 1, "amount": 500}),
        (("campaign", "set-amount"), {"id": campaign, "version": 2}),
        (("campaign", "withdraw"), {"id": 999, "version": 1}),
        (("campaign", "schedule"), {"id": campaign, "version": 2}),
        (("campaign", "schedule"), {"id": 2**70, "version": 2}),
    ):
        code, answer = call(shop, *arguments, given=given)
        assert (code, list(answer)) == (2, ["error", "code"]), given

    assert stored() == before


def test_the_commands_name_their_exit_codes() -> None:
    campaign = red_envelope.commands["campaign"]
    for command in campaign.commands.values():  # type: ignore[attr-defined]
        assert "Exit 0" in command.help


def test_the_demo_has_a_campaign_in_each_state_behind_the_whole_lock(shop: Flask) -> None:
    load.load(datetime.now(UTC))

    _code, found = call(shop, "campaigns")

    assert sorted({row["state"] for row in found["campaigns"]}) == [
        "draft", "ended", "running", "scheduled", "withdrawn",
    ]  # fmt: skip
    assert integrity.problems() == []


def test_the_demos_running_campaign_has_envelopes_in_use(shop: Flask) -> None:
    load.load(datetime.now(UTC))

    (running,) = [row["id"] for row in call(shop, "campaigns")[1]["campaigns"] if row["state"] == "running"]
    found = envelope_lists.burn(running)

    assert {name: count > 0 for name, count in found.states.items()} == {
        "available": True, "held": True, "redeemed": True, "forfeited": False, "expired": False,
    }  # fmt: skip
    assert found.given_back == 1
    assert found.discount > 0
    assert list(books.problems()) == []


def test_the_demos_envelopes_lie_on_the_lines_that_their_orders_have(shop: Flask) -> None:
    load.load(datetime.now(UTC))

    held = db.session.execute(
        select(RedEnvelopeHold.id, RedEnvelopeHold.order_no, RedEnvelope.buyer).join(
            RedEnvelope, RedEnvelope.id == RedEnvelopeHold.envelope_id
        )
    ).all()
    assert len(held) > 3
    bought = (
        select(Order.order_no, Buyer.ref)
        .join(Buyer, Buyer.id == Order.buyer_id)
        .where(Order.order_no.in_([hold.order_no for hold in held]))
    )
    assert {(hold.order_no, hold.buyer) for hold in held} == {tuple(row) for row in db.session.execute(bought)}
    for hold in held:
        table = RedEnvelopeAllocation
        kept = db.session.execute(
            select(table.line_key, table.quantity, table.before)
            .where(table.hold_id == hold.id)
            .order_by(table.line_key)
        ).all()
        ordered = order_lines(hold.buyer.partition(":")[0], hold.order_no)
        assert [tuple(line) for line in kept] == [(line.line_no, line.qty, line.qty * line.price) for line in ordered]


def test_the_demos_campaigns_begin_and_end_at_midnight_of_the_shop(shop: Flask) -> None:
    load.load(datetime.now(UTC))

    times = [
        to_datetime(time).astimezone(shop_settings().zone)
        for row in db.session.scalars(select(RedEnvelopeCampaign))
        for time in (row.claim_from, row.claim_to, row.use_from, row.use_to)
    ]
    assert {time.strftime("%H:%M:%S") for time in times} == {"00:00:00"}


def test_a_demo_of_another_day_has_campaigns_alone(shop: Flask) -> None:
    load.load(datetime.now(UTC) - timedelta(days=60))

    assert stored()["campaign"] != []
    assert stored()["envelope"] == []
