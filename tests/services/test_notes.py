"""Notes, and the timelines that they stand in."""

from datetime import UTC, datetime

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from shopadmin import testing
from shopadmin.contract import AccountId, Actor
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.models.cases import Note
from shopadmin.models.orders import Order
from shopadmin.services import audit, notes, timeline
from shopadmin.services.conflicts import RefusedError
from shopadmin.services.transactions import writing


@pytest.fixture
def actor(app):
    with force_locale("en"):
        yield Actor(AccountId(testing.make_account(app, is_owner=True)), "Owner", True, frozenset())


def reader(*permissions):
    return Actor(AccountId(2), "Reader", False, frozenset(permissions))


def events(actor, order_id):
    db.session.rollback()
    return timeline.order_events(actor, db.session.get(Order, order_id))


@pytest.mark.parametrize("text", ["", " \n ", "x" * 4001, "a\0b"])
def test_a_note_that_cannot_be_is_refused(actor, text):
    with pytest.raises(RefusedError):
        notes.add_note(actor, "order", 1, text)

    assert db.session.scalars(select(Note)).all() == []


def test_a_note_is_told_with_its_writer_and_its_text_stays_out_of_the_log(actor):
    order_id = testing.make_order()

    notes.add_note(actor, "order", order_id, " Call back ")

    told = next(event for event in events(actor, order_id) if event.note)
    assert (told.who, told.body) == ("Owner", "Call back")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.code == "core.note.added")).one()
    assert "Call back" not in str(entry.after)


def test_the_newest_stands_on_top_and_notes_of_others_stay_away(actor):
    order_id = testing.make_order(paid_at=datetime(2026, 1, 2, tzinfo=UTC))
    notes.add_note(actor, "review", order_id, "On a review")
    notes.add_note(actor, "order", order_id, "On the order")

    told = [str(event.text) for event in events(actor, order_id)]

    assert told == ["wrote a note", "Paid", "The order was placed"]


def test_timeline_hides_foreign_plugin_events_and_who_looked_at_contact_data(actor):
    order_id = testing.make_order()
    with writing():
        audit.record(actor, "red_envelope.grant.made", "order", order_id)
        audit.record(actor, "core.contact.revealed", "order", order_id)

    seller = events(reader("core.orders:read"), order_id)
    auditor = events(reader("core.orders:read", "core.activity:read"), order_id)

    assert [str(event.text) for event in seller] == ["The order was placed"]
    assert "looked at the buyer's contact data" in [str(event.text) for event in auditor]
    assert not any("red_envelope" in str(event.text) for event in auditor)
