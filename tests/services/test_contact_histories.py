"""Random histories through the outbox: the rules hold and every decision is stored; on both engines."""

import random
from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from contact_rules import faults
from posting import NOON, Post, request
from sqlalchemy import select

from shopadmin import testing
from shopadmin.contract import AccountId, Actor
from shopadmin.domain.contact import Contact
from shopadmin.models import db
from shopadmin.models.messages import ContactDecision, OutboxMessage
from shopadmin.services.messages import blocks, calls, consents, delivering, sending

OWNER = Actor(AccountId(1), "Owner", True, frozenset())
KINDS = (
    {"channel": "call", "blocks": ("apology",)}, {"channel": "call", "blocks": ("apology", "invitation")},
    {"blocks": ("apology",)}, {"basis": "request", "blocks": ("steps",)}, {"blocks": ("invitation",)},
    {"basis": "farewell", "blocks": ("farewell",)}, {"basis": "statutory"}, {"blocks": ("compensation", "invitation")},
    {"purpose": "marketing", "basis": "consent", "blocks": ("offer",)},
)  # fmt: skip


@pytest.fixture
def app(make_app):
    made = make_app({"post": Post().plugin})
    with made.app_context():
        testing.make_account(made, is_owner=True)
        yield made
        db.session.remove()


# As many as take a second or two: what the pure rule is asked a hundred thousand times goes through the tables here.
def test_g1_in_random_histories_every_decision_is_stored_and_what_went_out_keeps_the_rules(app):
    asked, noes, now = Counter(), {}, NOON
    dice = random.Random(5)
    willing = {testing.make_buyer(phone=f"139001390{number:02}"): number % 2 == 0 for number in range(8)}
    for buyer_id in (one for one, agrees in willing.items() if agrees):
        consents.give(OWNER, buyer_id, "invitation", "order_form")

    for number in range(90):
        now += timedelta(minutes=dice.choice((1, 30, 240, 600, 1440)))
        delivering.deliver_due("w", now)
        buyer_id = dice.choice(tuple(willing))
        if dice.random() < 0.06:
            why = dice.choice(("refused", "stop"))
            blocks.block_buyer(OWNER, buyer_id, why)
            noes.setdefault(buyer_id, []).append((now, why))
            continue
        wanted = {"case": dice.choice("ab"), "review": dice.choice("rs"), **dice.choice(KINDS)}
        ask = calls.begin if wanted.get("channel") == "call" else sending.send
        result = ask(OWNER, request(buyer_id, f"post.{number}", **wanted), now)
        asked[result.message_id] = result.verdict
    for day in range(1, 4):
        delivering.deliver_due("w", now + timedelta(days=day))

    db.session.rollback()
    decisions = db.session.scalars(select(ContactDecision).order_by(ContactDecision.id)).all()
    assert {one.message_id: one.verdict for one in decisions if one.moment == "asked"} == asked
    assert len({*asked.values()}) == 3
    for buyer_id, agrees in willing.items():
        rows = db.session.scalars(select(OutboxMessage).where(OutboxMessage.buyer_id == buyer_id)).all()
        sent = sorted((row for row in rows if row.state == "sent"), key=lambda row: row.contact_at)
        for row in sent:
            last = [one for one in decisions if one.message_id == row.id][-1]
            assert (last.verdict, last.moment) == ("allow", "sending")
        went = [
            Contact(row.contact_at, row.medium, row.purpose, row.basis, tuple(row.blocks), row.case_ref, row.review_ref)
            for row in sent
        ]
        agreed = {"invitation"} if agrees else set()
        assert not faults(went, (ZoneInfo("Asia/Shanghai"),), agreed, noes.get(buyer_id, ()))
