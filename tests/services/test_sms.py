"""Text messages through a real gateway on this machine that fails in every way: once for each message, or unknown."""

import random
import runpy
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from gateway import AFTER, BEFORE, Gateway, admits_loopback, gateway_server, make_certificate
from mail_server import nobody_listening
from posting import MORNING, NIGHT, NOON, PHONE, request
from sqlalchemy import select, update

from shopadmin import testing
from shopadmin.contract import AccountId, Actor, OutgoingMessage
from shopadmin.domain.sms.answers import Receipt
from shopadmin.domain.sms.gateway import Gateway as Description
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.models.buyers import BuyerIdentifier
from shopadmin.models.messages import OutboxMessage
from shopadmin.models.settings import Setting
from shopadmin.services import failpoints, integrity, rotation
from shopadmin.services.conflicts import RefusedError
from shopadmin.services.messages import (
    blocks,
    channels,
    delivering,
    https,
    labels,
    marking,
    people,
    receipts,
    sms,
    sms_settings,
    trying,
)
from shopadmin.services.messages.sending import send
from shopadmin.services.transactions import writing

OWNER = Actor(AccountId(1), "Owner", True, frozenset())
DESCRIPTION = Description(
    headers="Authorization: Bearer {{secret}}", body='{"to": "{{to}}", "text": "{{text}}", "ref": "{{reference}}"}',
    success_path="status", success_values="ok", bad_number_values="no_number", retry_values="busy", id_path="id",
    receipt_path="state", receipt_id_path="id", receipt_delivered="delivered", receipt_failed="failed",
)  # fmt: skip
HALF_A_DAY = timedelta(hours=12)


@pytest.fixture
def app(make_app):
    made = make_app(ADDRESS_CHECK=admits_loopback)
    with made.app_context():
        testing.make_account(made, is_owner=True)
        yield made
        db.session.remove()


@pytest.fixture
def gateway():
    return Gateway()


@pytest.fixture
def served(app, gateway, tmp_path, monkeypatch):
    """A shop with a gateway; its address. The gateway makes nobody wait for long."""
    trusted, shown = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    monkeypatch.setattr(https, "STEP_SECONDS", 3.0)
    with gateway_server(gateway, shown) as url:
        set_up(url)
        yield url


def set_up(url, secret="plum orchard 7", **changes):
    sms_settings.save(OWNER, replace(DESCRIPTION, url=url, **changes), secret)


def ask(key="post.1", phone=PHONE, **changes):
    return send(OWNER, request(testing.make_buyer(phone=phone), key, channel="sms", **changes), NOON)


def deliver(until=NOON + HALF_A_DAY):
    """Let the worker do all that becomes due, at the moment that it does."""
    due = select(OutboxMessage.next_attempt_at).where(OutboxMessage.state == "queued")
    db.session.rollback()
    while (at := min(db.session.scalars(due), default=None)) is not None and at <= until:
        db.session.rollback()
        delivering.deliver_due("w", at)
        db.session.rollback()


def stored():
    db.session.rollback()
    return db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()


def one():
    (found,) = stored()
    return found


def test_a_text_message_arrives_with_its_number_reference_and_password(app, gateway, served):
    ask(text="您的订单 A1 已发出。", phone="139 0013 9001")

    deliver()

    message, ((headers, body),) = one(), gateway.asked
    assert (message.state, message.contact_at, message.attempts) == ("sent", NOON, 1)
    assert body == {"to": "+8613900139001", "text": "您的订单 A1 已发出。", "ref": headers["Idempotency-Key"]}
    assert headers["Authorization"] == "Bearer plum orchard 7"
    assert (headers["Idempotency-Key"], message.remote_ref) == (message.reference.hex(), f"gw-{body['ref'][:8]}")
    assert "post.1" not in str(headers)  # a key says what a message is about
    assert gateway.effects == {body["ref"]: 1}


@pytest.mark.parametrize(
    ("faults", "state", "effects", "asked"),
    [
        (["busy"], "sent", 1, 2),
        (["busy"] * 4, "failed", 0, 4),
        (["no_number"], "bad_number", 0, 1),
        (["redirect"], "failed", 0, 1),
        (["500"], "unknown", 0, 1),
        (["500_after"], "unknown", 1, 1),
        (["hang"], "unknown", 0, 1),
        (["hang_after"], "unknown", 1, 1),
        (["drop"], "unknown", 0, 1),
        (["drop_after"], "unknown", 1, 1),
        (["half_after"], "unknown", 1, 1),
        (["garbage"], "unknown", 0, 1),
        (["garbage_after"], "unknown", 1, 1),
    ],
)
def test_an_answer_that_is_lost_leaves_nobody_knowing_and_nothing_is_sent_twice(
    app, gateway, served, faults, state, effects, asked
):
    gateway.faults = list(faults)
    ask()

    deliver()

    message = one()
    assert (message.state, gateway.effects.total(), len(gateway.asked)) == (state, effects, asked)
    assert (message.contact_at is None) == (state in ("failed", "bad_number"))  # else it counts against the caps
    assert PHONE[-8:] not in message.result


@pytest.mark.parametrize("fault", ["500", "500_after", "hang_after", "drop_after", "half_after", "garbage_after"])
def test_a_gateway_that_takes_a_reference_once_is_asked_again_and_sends_once(app, gateway, served, fault):
    set_up(served, is_idempotent=True)
    gateway.is_idempotent, gateway.faults = True, [fault]
    ask()

    deliver()

    assert (one().state, one().attempts, one().contact_at) == ("sent", 2, NOON + timedelta(minutes=1))
    assert list(gateway.effects.values()) == [1]
    assert len({headers["Idempotency-Key"] for headers, _body in gateway.asked}) == 1


def test_a_message_that_was_tried_in_vain_and_may_be_out_ends_as_unknown(app, gateway, served):
    """Not as failed, even where the last attempts certainly came to nothing; and it counts from the first on."""
    set_up(served, is_idempotent=True)
    gateway.is_idempotent, gateway.faults = True, ["drop_after", "busy", "busy", "busy"]
    ask()

    deliver()

    assert (one().state, one().attempts, one().contact_at) == ("unknown", 4, NOON)


@pytest.mark.parametrize("how", ["taken back", "blocked"])
def test_a_message_that_may_be_out_is_not_said_to_be_stopped(app, gateway, served, how):
    set_up(served, is_idempotent=True)
    gateway.faults = ["drop_after"]
    ask()
    delivering.deliver_due("w", NOON)

    if how == "taken back":
        marking.cancel(OWNER, one().id)
    else:
        blocks.block_buyer(OWNER, one().buyer_id, "stop")
    deliver()

    assert (one().state, one().contact_at) == ("unknown", NOON)
    assert len(gateway.asked) == 1


@pytest.mark.parametrize("is_idempotent", [False, True])
def test_of_many_messages_under_random_faults_each_arrives_once_at_most_and_the_state_says_the_truth(
    app, gateway, served, is_idempotent
):
    gateway.is_idempotent = is_idempotent
    set_up(served, is_idempotent=is_idempotent)
    kinds = [fault for fault in ("", *BEFORE, *AFTER) if not fault.startswith("hang")]  # those take seconds each
    gateway.faults = random.Random(7).choices(kinds, k=90)
    for number in range(30):
        ask(f"post.{number}", phone=f"139001{number:05}")

    deliver()

    found, seen = stored(), Counter[str]()
    for message in found:
        effects = gateway.effects[message.reference.hex()]
        seen[message.state] += 1
        allowed = {"sent": {1}, "failed": {0}, "bad_number": {0}, "unknown": {0, 1}}[message.state]
        assert effects in allowed, message.state
    assert set(gateway.effects.values()) <= {0, 1}
    assert seen.total() == 30
    assert seen["sent"] > 5
    assert integrity.problems() == []


def test_a_retry_does_not_fall_into_the_night(app, gateway, served):
    gateway.faults = ["busy"]
    late = NIGHT - timedelta(hours=2, seconds=30)  # half a minute to nine
    send(OWNER, request(testing.make_buyer(phone=PHONE), channel="sms"), late)

    delivering.deliver_due("w", late)

    assert one().next_attempt_at == MORNING


def test_a_refused_connection_is_tried_again_until_it_was_often_enough(app, served):
    ask()

    with nobody_listening() as port:
        set_up(f"https://localhost:{port}/")
        deliver()

    assert (one().state, one().attempts, one().contact_at) == ("failed", 4, None)
    assert "got nothing" in one().result


def test_a_crash_between_send_and_record_is_unknown_until_a_receipt_tells(app, gateway, served, monkeypatch):
    ask()
    monkeypatch.setattr(failpoints, "_passed", Counter())
    monkeypatch.setenv("SHOPADMIN_FAILPOINT", "message.handed=raise")
    with pytest.raises(failpoints.FailpointError):
        delivering.deliver_due("w", NOON)
    monkeypatch.delenv("SHOPADMIN_FAILPOINT")

    deliver()
    delivering.deliver_due("w", NOON + timedelta(hours=1))

    assert (one().state, len(gateway.asked)) == ("unknown", 1)
    assert receipts.take([Receipt(one().reference.hex(), "delivered")]) == 1
    assert (one().state, one().contact_at) == ("delivered", NOON)


@pytest.mark.parametrize("by", ["the shop's name", "the gateway's"])
def test_a_receipt_that_comes_twice_has_one_effect_and_a_late_failure_none(app, gateway, served, by):
    ask()
    deliver()
    name = one().reference.hex() if by == "the shop's name" else one().remote_ref

    for _time in range(2):
        assert receipts.take([Receipt(name, "delivered")], NOON) == 1
    finished = one().finished_at
    assert receipts.take([Receipt(name, "failed")], NOON + HALF_A_DAY) == 1

    assert (one().state, one().contact_at, one().finished_at) == ("delivered", NOON, finished)


@pytest.mark.parametrize("state", ["failed", "bad_number", "duplicate"])
def test_what_did_not_arrive_counts_against_no_cap_and_may_still_arrive(app, gateway, served, state):
    ask()
    deliver()

    receipts.take([Receipt(one().remote_ref, state)], NOON)
    assert (one().state, one().contact_at) == (state, None)
    receipts.take([Receipt(one().remote_ref, "delivered")], NOON)
    assert (one().state, one().contact_at) == ("delivered", NOON)


def test_a_duplicate_of_a_later_attempt_says_that_an_earlier_one_was_taken(app, gateway, served):
    set_up(served, is_idempotent=True)
    gateway.is_idempotent, gateway.faults = True, ["drop_after"]
    ask()
    deliver()

    receipts.take([Receipt(one().reference.hex(), "duplicate")], NOON + HALF_A_DAY)

    assert (one().state, one().attempts, one().contact_at) == ("sent", 2, NOON + timedelta(minutes=1))


def test_a_receipt_that_is_faster_than_the_answer_is_kept(app, gateway, served, monkeypatch):
    hand_over = sms.deliver

    def tells_at_once(message: OutgoingMessage):
        delivery = hand_over(message)
        receipts.take([Receipt(message.reference, "delivered")], NOON)
        return delivery

    way = replace(channels.known()["sms"], deliver=tells_at_once)
    ask()

    delivering.deliver(one().id, {"sms": way}, "w", NOON)

    assert (one().state, one().lease_owner) == ("delivered", "")


def test_a_receipt_stops_what_would_be_tried_again(app, gateway, served):
    set_up(served, is_idempotent=True)
    gateway.faults = ["drop_after"]
    ask()
    delivering.deliver_due("w", NOON)

    receipts.take([Receipt(one().reference.hex(), "delivered")], NOON + timedelta(seconds=30))
    deliver()

    assert (one().state, len(gateway.asked)) == ("delivered", 1)
    assert one().contact_at == NOON + timedelta(seconds=30)


def test_a_receipt_of_what_was_never_handed_over_or_is_of_nobody_here_changes_nothing(app, gateway, served):
    ask()
    with writing() as session:
        session.execute(update(OutboxMessage).values(reference=b"x" * 16, remote_ref="known"))

    assert receipts.take([Receipt((b"x" * 16).hex(), "delivered"), Receipt("known", "failed")]) == 0
    assert receipts.take([Receipt("nobody's", "delivered"), Receipt("zz", "failed")]) == 0
    assert one().state == "queued"


@pytest.mark.parametrize(
    ("phone", "lent", "says"),
    [
        ("139****9001", None, "masked"),
        ("13900139001-1234", None, "virtual"),
        ("13900139001", HALF_A_DAY, "virtual"),
        ("13900139001", -HALF_A_DAY, "expired"),
        ("12", None, "invalid"),
        ("", None, "missing"),
    ],
)
def test_a_number_that_leads_nowhere_is_refused_with_the_reason_and_nothing_is_sent(
    app, gateway, served, phone, lent, says
):
    buyer_id = testing.make_buyer(phone=phone)
    lend(buyer_id, NOON + lent if lent else None)

    with pytest.raises(RefusedError) as refused:
        send(OWNER, request(buyer_id, channel="sms"), NOON)

    deliver()
    assert [problem.message for problem in refused.value.problems] == [labels.OBSTACLES[says]]
    assert people.reachable([buyer_id], "phone", now=NOON) == frozenset()
    assert (stored(), gateway.asked) == ([], [])


def lend(buyer_id, until):
    with writing() as session:
        session.execute(
            update(BuyerIdentifier).where(BuyerIdentifier.buyer_id == buyer_id).values(expires_at=until)
        )  # fmt: skip


def test_a_number_that_is_taken_back_while_its_message_waits_gets_nothing(app, gateway, served):
    ask()
    lend(one().buyer_id, NOON)

    deliver()

    assert (one().state, one().result, one().contact_at) == ("suppressed", "the number is expired", None)
    assert gateway.asked == []


def test_there_is_no_way_to_send_a_text_before_there_is_a_gateway(app):
    assert "sms" not in channels.known()
    assert sms.deliver(OutgoingMessage("k", PHONE, "", "t", "service", "r")).state == "retry"
    with pytest.raises(RefusedError):
        ask()
    set_up("https://gateway.example.com/")
    assert channels.known()["sms"].deliver is not None


def test_password_and_receipts_address_are_sealed_kept_turned_over_and_never_logged(app):
    set_up("https://gateway.example.com/", "plum orchard 7")
    first = sms_settings.load().token
    set_up("https://gateway.example.com/v2", None)

    found = sms_settings.load()
    kept = str(db.session.get(Setting, "sms").value)
    logged = str([(row.before, row.after) for row in db.session.scalars(select(AuditEntry))])
    assert (found.secret, found.token, found.gateway.url) == ("plum orchard 7", first, "https://gateway.example.com/v2")
    assert not any(hidden in kept + logged for hidden in ("plum orchard", first))
    db.session.remove()
    rotation.rotate()
    assert (sms_settings.load().secret, sms_settings.load().token) == ("plum orchard 7", first)
    sms_settings.save(OWNER, found.gateway, "", renew=True)
    assert sms_settings.load().secret == ""
    assert not sms_settings.is_token(first)
    assert sms_settings.is_token(sms_settings.load().token)
    app.config["SMS_SECRET"] = "from outside"
    assert sms_settings.load().secret == "from outside"


def test_a_password_out_of_a_file_comes_without_the_end_of_its_line(monkeypatch):
    monkeypatch.setenv("SHOPADMIN_SMS_SECRET", "plum orchard 7\n")

    read = runpy.run_path(str(Path(__file__).parents[2] / "config.py"))["from_environment"]
    assert read()["SMS_SECRET"] == "plum orchard 7"


@pytest.mark.parametrize("url", ["https://10.0.0.1/", "https://[::1]:8443/", "https://localhost/", "http://8.8.8.8/"])
def test_an_address_of_ones_own_network_is_refused_when_it_is_typed(make_app, url):
    with make_app().app_context():
        with pytest.raises(RefusedError) as refused:
            set_up(url)

        assert [problem.field for problem in refused.value.problems] == ["url"]
        assert db.session.get(Setting, "sms") is None


@pytest.fixture
def owner(app):
    return Actor(AccountId(testing.make_account(app, is_owner=True)), "Owner", True, frozenset())


def test_a_test_text_goes_to_the_own_phone_and_waits_in_quiet_hours(served, gateway, owner):
    assert trying.send_to_oneself(owner, "sms", "139 0013 9009", NOON).state == "sent"
    night = NOON + HALF_A_DAY
    held = trying.send_to_oneself(owner, "sms", "13900139009", night)

    assert gateway.effects.total() == 1
    assert gateway.asked[0][1]["to"] == "+8613900139009"
    assert held.state == "queued"
    assert held.send_at > night


@pytest.mark.parametrize("written", ["13900139001", "+86 139-0013-9001", "139****9001", "1390", ""])
def test_g1_no_test_text_goes_to_a_buyer_or_to_what_is_no_number(served, gateway, owner, written):
    testing.make_buyer(phone=PHONE)

    with pytest.raises(RefusedError) as refused:
        trying.send_to_oneself(owner, "sms", written, NOON)

    assert [problem.field for problem in refused.value.problems] == ["number"]
    assert gateway.asked == []
    assert db.session.query(OutboxMessage).count() == 0


def test_g4_no_test_text_goes_to_a_number_that_must_not_be_contacted(served, gateway, owner):
    blocks.block(OWNER, "phone", "13900139009", "stop")

    trial = trying.send_to_oneself(owner, "sms", "13900139009", NOON)

    assert (trial.state, gateway.asked) == ("blocked", [])
    assert trial.note
