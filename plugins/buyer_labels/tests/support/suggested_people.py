"""Buyers with orders that went somewhere, and what the job suggests of them."""

from datetime import datetime

from labels_of_tests import NOW
from shopadmin_buyer_labels.models import MatchSuggestion
from shopadmin_buyer_labels.services import indexing, suggesting
from sqlalchemy import select

from shopadmin import testing
from shopadmin.plugin_api import db
from shopadmin.services import contacts

HOME = "广东省深圳市南山区阳光花园3栋1201"


def person(name: str, number: int, phone: str = "", address: str = HOME) -> int:
    """A buyer with an order that went there."""
    buyer_id = testing.make_buyer(name, phone)
    sealed, hashed = contacts.seal_contact(contacts.keyring(), contacts.contact_json(name, None, address))
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
    """All suggestions with what was decided, by their buyers."""
    db.session.rollback()
    row = MatchSuggestion
    rows = db.session.execute(select(row.buyer_id, row.other_id, row.decision).order_by(row.buyer_id, row.other_id))
    found = [(each.buyer_id, each.other_id, each.decision) for each in rows]
    db.session.rollback()
    return found
