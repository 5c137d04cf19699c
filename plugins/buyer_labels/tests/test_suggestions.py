"""Who is perhaps the same person: what the job suggests, what people say of it, and what it means for orders."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some
from importing import run, undo
from labels_of_tests import NOW
from orders_file import order, orders
from people_of_tests import OWNER, READER
from policy_of_tests import change, decisions, grave_label, hold_of, live_rule
from shopadmin_buyer_labels.domain.policy import Effect, Level
from shopadmin_buyer_labels.domain.suggestions import Finding, Kept, last_night, pair, plan, settled
from shopadmin_buyer_labels.models import BuyerIndexed, MatchSuggestion
from shopadmin_buyer_labels.services import deciding, indexing, merging, never_match, suggesting, suggestions
from sqlalchemy import select

from shopadmin import testing
from shopadmin.models.orders import Order
from shopadmin.plugin_api import ForbiddenError, ObjectionsError, RefusedError, db, writing
from shopadmin.services import contacts

HOME = "广东省深圳市南山区阳光花园3栋1201"


def person(name: str, number: int, phone: str = "", address: str = HOME) -> int:
    """A buyer with an order that went there."""
    buyer_id = testing.make_buyer(name, phone)
    sealed, hashed = contacts.seal_contact(
        contacts.keyring(), contacts.contact_json(name, None, address)
    )
    testing.make_order(
        number, buyer_id=buyer_id, created_at=NOW, buyer_name=name, contact_encrypted=sealed, contact_hash=hashed
    )
    return buyer_id


def suggest(now: datetime = NOW) -> list[tuple[int, int, str]]:
    """What stands after the index and the job ran."""
    indexing.catch_up_all()
    suggesting.suggest(now)
    return pairs()


def pairs() -> list[tuple[int, int, str]]:
    db.session.rollback()
    rows = db.session.execute(
        select(MatchSuggestion.buyer_id, MatchSuggestion.other_id, MatchSuggestion.decision).order_by(
            MatchSuggestion.buyer_id, MatchSuggestion.other_id
        )
    )
    return [tuple(row) for row in rows]


def test_x(shop: Flask) -> None:
    one, two = person("王小样", 1), person("王小样", 2)
    other = person("李小样", 3)
    assert suggest() == []
    grave_label(one)
    print(suggest())
    assert suggest() == [(one, two, "")]
