"""Calls that people make: asked for at the gate, counted from the moment they begin; on both engines."""

from datetime import timedelta

import pytest
from posting import NIGHT, NOON, PHONE, Post, request
from sqlalchemy import select

from shopadmin import testing
from shopadmin.contract import AccountId, Actor, Problem
from shopadmin.models import db
from shopadmin.models.messages import ContactDecision, OutboxMessage
from shopadmin.services.conflicts import MissingError, RefusedError
from shopadmin.services.messages import blocks, calls, sending

OWNER = Actor(AccountId(1), "Owner", True, frozenset())


@pytest.fixture
def post():
    return Post()


@pytest.fixture
def app(make_app, post):
    made = make_app({"post": post.plugin})
    with made.app_context():
        testing.make_account(made, is_owner=True)
        yield made
        db.session.remove()


@pytest.fixture
def buyer_id(app):
    return testing.make_buyer(phone=PHONE)


def call(buyer_id, key="post.1", **changes):
    return request(buyer_id, key, **{"channel": "call", "case": "c1", "review": "7", "blocks": ("apology",)} | changes)


def stored(model=OutboxMessage):
    db.session.rollback()
    return db.session.scalars(select(model).order_by(model.id)).all()


def test_a_call_that_the_gate_allows_counts_from_this_moment_on(buyer_id):
    result = calls.begin(OWNER, call(buyer_id), NOON)

    assert result.verdict == "allow"
    (row,) = stored()
    assert (row.state, row.contact_at, row.is_connected) == ("sent", NOON, False)
    again = calls.begin(OWNER, call(buyer_id, "post.2"), NOON + timedelta(hours=1))
    assert (again.verdict, again.reasons) == ("hold", ("call_spacing",))


def test_a_call_that_must_wait_is_not_kept_and_counts_against_nothing(buyer_id):
    result = calls.begin(OWNER, call(buyer_id), NIGHT)

    assert (result.verdict, result.reasons) == ("hold", ("quiet_hours",))
    assert [(row.state, row.contact_at) for row in stored()] == [("suppressed", None)]
    assert calls.begin(OWNER, call(buyer_id, "post.2"), NIGHT + timedelta(hours=11)).verdict == "allow"


def test_a_call_to_somebody_who_wants_none_is_denied_and_the_answer_kept(buyer_id):
    blocks.block_buyer(OWNER, buyer_id, "stop")

    assert calls.begin(OWNER, call(buyer_id), NOON).reasons == ("do_not_contact",)
    assert [row.state for row in stored()] == ["blocked"]
    assert [row.verdict for row in stored(ContactDecision)] == ["deny"]


def test_a_plugin_may_object_to_a_call(buyer_id, post):
    post.objections = [Problem("post.no", "No.")]

    assert calls.begin(OWNER, call(buyer_id), NOON).verdict == "deny"
    assert [row.contact_at for row in stored()] == [None]


def test_the_same_key_again_rings_nobody_again(buyer_id):
    calls.begin(OWNER, call(buyer_id), NOON)

    assert calls.begin(OWNER, call(buyer_id), NOON + timedelta(days=2)).is_repeat
    assert len(stored()) == 1


def test_only_a_call_is_a_call(buyer_id):
    with pytest.raises(RefusedError):
        calls.begin(OWNER, request(buyer_id), NOON)

    assert stored() == []


def test_after_a_call_that_was_answered_there_is_no_other(buyer_id):
    calls.begin(OWNER, call(buyer_id), NOON)
    calls.answered("post.1")

    assert calls.begin(OWNER, call(buyer_id, "post.2"), NOON + timedelta(days=1)).reasons == ("call_connected",)


def test_a_call_holds_the_one_invitation_of_its_review(buyer_id):
    calls.begin(OWNER, call(buyer_id), NOON)

    assert calls.invite("post.1", NOON).verdict == "allow"
    assert stored()[0].blocks == ["apology", "invitation"]
    assert [row.moment for row in stored(ContactDecision)] == ["asked", "sending", "sending"]
    text = request(buyer_id, "post.2", blocks=("invitation",), review="7", case="c1")
    assert "invitation_cap" in sending.send(OWNER, text, NOON).reasons


def test_a_second_invitation_for_the_review_is_denied_and_not_counted(buyer_id):
    calls.begin(OWNER, call(buyer_id), NOON)
    calls.invite("post.1", NOON)
    calls.begin(OWNER, call(buyer_id, "post.2", basis="request"), NOON + timedelta(days=1))

    decision = calls.invite("post.2", NOON + timedelta(days=1))

    assert (decision.verdict, decision.reasons) == ("deny", ("invitation_cap",))
    assert stored()[1].blocks == ["apology"]


def test_money_and_an_invitation_do_not_go_into_one_call(buyer_id):
    calls.begin(OWNER, call(buyer_id, blocks=("compensation",)), NOON)

    assert calls.invite("post.1", NOON).reasons == ("blocks",)


def test_a_call_that_lasts_into_the_quiet_hours_may_still_hold_it(buyer_id):
    calls.begin(OWNER, call(buyer_id), NOON)

    assert calls.invite("post.1", NIGHT).verdict == "hold"
    assert "invitation" in stored()[0].blocks


@pytest.mark.parametrize("act", [calls.answered, calls.invite])
def test_a_call_that_was_not_made_is_missing(buyer_id, act):
    calls.begin(OWNER, call(buyer_id), NIGHT)

    with pytest.raises(MissingError):
        act("post.1")
    with pytest.raises(MissingError):
        act("post.9")
