"""Many at once: the caps hold, a key is one message, and two workers hand a message over once; on both engines."""

import contextlib
from functools import partial

import pytest
from posting import NOON, PHONE, Post, request
from sqlalchemy import func, select

from shopadmin import testing
from shopadmin.contract import AccountId, Actor
from shopadmin.models import db
from shopadmin.models.messages import ContactDecision, OutboxMessage
from shopadmin.services import erasing
from shopadmin.services.conflicts import MissingError
from shopadmin.services.messages import blocks, consents, contents, delivering
from shopadmin.services.messages.sending import send

OWNER = Actor(AccountId(1), "Owner", True, frozenset())
AT_ONCE = 8


@pytest.fixture
def post():
    return Post()


@pytest.fixture
def app(make_app, post):
    made = make_app({"post": post.plugin})
    with made.app_context():
        yield made
        db.session.remove()


def all_at_once(app, act):
    """What each of them got, begun at the same moment, each with a session of its own; an error of one is raised."""
    db.session.remove()
    found = testing.at_once(app, *(partial(act, number) for number in range(AT_ONCE)))
    for result in found:
        if isinstance(result, Exception):
            raise result
    return found


def test_of_many_messages_that_start_together_three_get_through(app):
    buyer_id = testing.make_buyer(phone=PHONE)

    results = all_at_once(app, lambda number: send(None, request(buyer_id, f"post.{number}"), NOON))

    assert sorted(result.state for result in results) == ["blocked"] * (AT_ONCE - 3) + ["queued"] * 3


def test_a_buyer_under_two_names_has_one_cap_under_load_as_well(app):
    buyers = [testing.make_buyer(phone=written) for written in (PHONE, f"+86{PHONE}")]

    results = all_at_once(app, lambda number: send(None, request(buyers[number % 2], f"post.{number}"), NOON))

    assert sum(result.state == "queued" for result in results) == 3


def test_of_many_offers_that_start_together_one_gets_through(app):
    buyer_id = testing.make_buyer(phone=PHONE)
    consents.give(OWNER, buyer_id, "marketing", "order_form")
    offer = {"purpose": "marketing", "basis": "consent", "blocks": ("offer",)}

    results = all_at_once(app, lambda number: send(None, request(buyer_id, f"post.{number}", **offer), NOON))

    assert sum(result.state == "queued" for result in results) == 1


def test_one_key_is_one_message_however_many_ask(app):
    buyers = [testing.make_buyer(phone=PHONE)] * AT_ONCE

    results = all_at_once(app, lambda number: send(None, request(buyers[number]), NOON))

    assert len({result.message_id for result in results}) == 1
    assert sum(not result.is_repeat for result in results) == 1
    assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 1
    assert db.session.scalar(select(func.count()).select_from(ContactDecision)) == 1


def test_whoever_is_forgotten_while_many_write_has_no_message_on_its_way(app):
    testing.make_account(app, is_owner=True)
    buyer_id = testing.make_buyer(phone=PHONE)

    def act(number):
        if number == 0:
            return erasing.erase_buyer(OWNER, buyer_id, str(buyer_id))
        with contextlib.suppress(MissingError):
            return send(None, request(buyer_id, f"post.{number}"), NOON)

    all_at_once(app, act)

    kept = db.session.execute(select(OutboxMessage.state, OutboxMessage.content_encrypted)).all()
    assert not [row for row in kept if row.state == "queued" or row.content_encrypted != contents.FORGOTTEN]


def test_many_workers_hand_each_message_over_once(app, post):
    for number in range(6):
        send(None, request(testing.make_buyer(phone=f"1390013900{number}"), f"post.{number}"), NOON)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(delivering.jobs, "is_dead", lambda owner: False)
        counts = all_at_once(app, lambda number: delivering.deliver_due(f"w{number}", NOON))

    assert sum(counts) == 6
    assert sorted(message.key for message in post.handed) == [f"post.{number}" for number in range(6)]
    assert set(db.session.scalars(select(OutboxMessage.state))) == {"sent"}


def test_after_a_block_is_written_nothing_that_is_asked_for_gets_through(app):
    buyer_id = testing.make_buyer(phone=PHONE)

    def act(number):
        if number == 0:
            return blocks.block_buyer(None, buyer_id, "stop")
        return send(None, request(buyer_id, f"post.{number}"), NOON)

    all_at_once(app, act)

    assert delivering.deliver_due("w", NOON) == 0
    assert set(db.session.scalars(select(OutboxMessage.state))) <= {"blocked", "suppressed"}
