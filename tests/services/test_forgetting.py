"""Personal data that goes: phones and texts when their time is over, a whole buyer when the owner says so."""

from datetime import timedelta
from types import SimpleNamespace

import forms
import pytest
from posting import NOON, PHONE, Post, request
from sqlalchemy import select, text, update

from shopadmin import testing
from shopadmin.contract import AccountId, Actor, Manifest
from shopadmin.hookspecs import hookimpl
from shopadmin.models import db
from shopadmin.models.buyers import Buyer, BuyerIdentifier
from shopadmin.models.cases import Note
from shopadmin.models.imports import ImportChange, ImportRun
from shopadmin.models.messages import OutboxMessage
from shopadmin.models.orders import Order
from shopadmin.models.reviews import Review
from shopadmin.services import contacts, erasing, forgetting, integrity, schema, schema_state
from shopadmin.services.conflicts import MissingError, ObjectionsError, RefusedError
from shopadmin.services.messages import blocks, consents, contents, delivering, people
from shopadmin.services.messages.sending import send
from shopadmin.services.plugins import PluginCard
from shopadmin.services.refusals import ForbiddenError
from shopadmin.services.transactions import writing

OWNER = Actor(AccountId(1), "Owner", True, frozenset())
CLERK = Actor(AccountId(2), "Clerk", False, frozenset({"core.buyers:read", "core.buyers:contact"}))


# What platforms tell beside the address.
OWN_WORDS = {"buyer_name": "Wang Sample", "buyer_ref": "Wang", "buyer_note": "Ring Wang"}


class Memory:
    """A plugin that remembers who was to be forgotten, or cannot forget."""

    def __init__(self):
        self.forgotten, self.error = [], None
        self.plugin = SimpleNamespace(
            shopadmin_manifest=hookimpl(lambda: Manifest(name="memory", title="Memory", version="1", api_version=1)),
            shopadmin_erase_buyer=hookimpl(lambda buyer_id: self.forget(buyer_id)),
        )

    def forget(self, buyer_id):
        if self.error:
            raise self.error
        self.forgotten.append(buyer_id)


@pytest.fixture
def memory():
    return Memory()


@pytest.fixture
def app(make_app, memory):
    made = make_app({"post": Post().plugin, "memory": memory.plugin})
    with made.app_context():
        testing.make_account(made, is_owner=True)
        yield made
        db.session.remove()


@pytest.fixture
def buyer_id(app):
    """A buyer with an order that is over, a review, and a message that went out."""
    made = testing.make_buyer(name="Wang Sample", phone=PHONE, email="wang@example.com")
    order_id = testing.make_order(1, buyer_id=made, status="completed", created_at=NOON - timedelta(days=300))
    sealed, mark = contacts.seal_contact(
        contacts.keyring(), contacts.canonical({"phone": PHONE, "recipient": "Wang Sample", "address": "1 Sample Road"})
    )
    with writing() as session:
        run = ImportRun(created_at=NOON)
        session.add(run)
        session.flush()
        identifier = session.scalar(select(BuyerIdentifier.id).where(BuyerIdentifier.kind == "phone"))
        for table, row_id in (("buyer_identifier", identifier), ("shop_order", order_id)):
            was = {"value": f"{PHONE}, as {table} had it"}
            session.add(ImportChange(run_id=run.id, table_name=table, row_id=row_id, revision=2, before=was))
        session.execute(
            update(Order).where(Order.id == order_id).values(contact_encrypted=sealed, contact_hash=mark, **OWN_WORDS)
        )
    testing.make_review(1, buyer_id=made, buyer_name="Wang Sample", order_id=order_id)
    send(OWNER, request(made), NOON)
    delivering.deliver_due("w", NOON)
    return made


def everything():
    """What the tables hold, opened as far as it is sealed."""
    db.session.rollback()
    keys = contacts.keyring()
    sealed = db.session.scalars(select(Order.contact_encrypted).where(Order.contact_encrypted.is_not(None)))
    columns = (*(getattr(Order, name) for name in OWN_WORDS), Review.buyer_name)
    known = db.session.scalars(select(BuyerIdentifier.value_encrypted))
    return "".join(
        [
            *(keys.decrypt(value, contacts.CONTACT_PURPOSE) for value in sealed),
            *(contacts.open_identifier(keys, value) for value in known),
            *(str(contents.unseal(value)) for value in db.session.scalars(select(OutboxMessage.content_encrypted))),
            *map(str, db.session.execute(select(Buyer.name, Buyer.ref)).all()),
            *map(str, db.session.execute(select(*columns).join_from(Order, Review)).all()),
            *(str(db.session.execute(text(f"select * from {name}")).all()) for name in ("note", "import_change")),
        ]
    )  # fmt: skip


def test_g12_a_phone_goes_wherever_it_stands_and_the_rest_of_the_address_stays(buyer_id):
    assert forgetting.forget_phones([buyer_id], NOON - timedelta(days=90)) == 1

    left = everything()
    assert PHONE not in left
    assert "1 Sample Road" in left
    assert "wang@example.com" in left
    assert "Sample text" in left
    assert forgetting.forget_phones([buyer_id], NOON - timedelta(days=90)) == 0
    assert integrity.problems() == []


@pytest.mark.parametrize("order", [{"status": "shipped"}, {"created_at": NOON}])
def test_g12_who_waits_for_a_parcel_or_ordered_since_keeps_the_phone(buyer_id, order):
    testing.make_order(
        2, buyer_id=buyer_id, **{"status": "completed", "created_at": NOON - timedelta(days=300)} | order
    )

    assert forgetting.forget_phones([buyer_id], NOON - timedelta(days=90)) == 0
    assert PHONE in everything()


def test_g12_a_virtual_number_is_used_no_more_once_it_has_expired_and_then_goes(buyer_id):
    with writing() as session:
        expires = update(BuyerIdentifier).where(BuyerIdentifier.kind == "phone")
        session.execute(expires.values(expires_at=forgetting.database_now() - timedelta(seconds=2)))
    lend(1, NOON - timedelta(days=1))
    testing.make_order(2, buyer_id=buyer_id, status="completed")
    lend(2, forgetting.database_now() + timedelta(days=1))

    with pytest.raises(RefusedError):
        send(OWNER, request(buyer_id, "post.2"), NOON)
    assert forgetting.expire_virtual_numbers() == 1
    assert forgetting.expire_virtual_numbers() == 0
    assert people.find(buyer_id).email == "wang@example.com"
    assert [found.phone for found in addresses()] == ["", PHONE]
    assert addresses()[0].address == "1 Sample Road"
    assert integrity.problems() == []


def test_numbers_that_were_taken_back_before_go_from_orders_by_the_upgrade(buyer_id):
    testing.make_order(2, buyer_id=buyer_id, status="completed")
    lend(1, NOON - timedelta(days=1))
    lend(2, forgetting.database_now() + timedelta(days=1))
    schema.downgrade(schema_state.CORE, "0005")

    schema.upgrade()

    assert [found.phone for found in addresses()] == ["", PHONE]
    assert "as shop_order had it" not in everything()
    assert integrity.problems() == []


def lend(order_id, until):
    """The phone of the order is one that a platform lent."""
    parts = {"phone": PHONE, "extension": "1234", "expires_at": until.isoformat(), "address": "1 Sample Road"}
    sealed, mark = contacts.seal_contact(contacts.keyring(), contacts.canonical(parts))
    with writing() as session:
        session.execute(update(Order).where(Order.id == order_id).values(contact_encrypted=sealed, contact_hash=mark))


def addresses():
    db.session.rollback()
    kept = db.session.scalars(select(Order.contact_encrypted).order_by(Order.id)).all()
    db.session.rollback()
    return [contacts.open_contact(contacts.keyring(), sealed) for sealed in kept]


def test_texts_of_a_closed_case_go_and_those_on_their_way_stay(buyer_id):
    send(OWNER, request(buyer_id, "post.2", case="c1"), NOON)
    assert forgetting.forget_messages(["c1"]) == 0
    delivering.deliver_due("w", NOON)

    assert forgetting.forget_messages(["c1"]) == 1

    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [contents.unseal(row.content_encrypted).text for row in rows] == ["Sample text", ""]
    assert rows[1].contact_at == NOON  # the caps still count it
    assert integrity.problems() == []


def test_a_buyer_is_forgotten_everywhere_and_do_not_contact_stays_by_its_hash(app, memory, buyer_id):
    blocks.block_buyer(OWNER, buyer_id, "stop")
    send(OWNER, request(buyer_id, "post.2", basis="statutory", not_before=NOON + timedelta(days=1)), NOON)
    counted = db.session.query(Review).count(), db.session.query(Order).count()

    erasing.erase_buyer(OWNER, buyer_id, f" {buyer_id} ")

    left = everything()
    assert not any(word in left for word in (PHONE, "Wang", "wang@", "Sample Road", "Sample text"))
    assert memory.forgotten == [buyer_id]
    assert (db.session.query(Review).count(), db.session.query(Order).count()) == counted
    assert delivering.deliver_due("w", NOON + timedelta(days=2)) == 0
    assert integrity.problems() == []
    again = testing.make_buyer(phone=PHONE)
    assert blocks.is_contact_blocked(again)
    with pytest.raises(MissingError):
        send(OWNER, request(buyer_id, "post.3", channel="chat"), NOON)
    with pytest.raises(MissingError):
        erasing.erase_buyer(OWNER, buyer_id, str(buyer_id))


def test_a_forgotten_buyer_who_is_brought_again_agreed_to_nothing_and_stays_blocked_without_a_phone(buyer_id):
    ref = people.find(buyer_id).ref
    consents.give(OWNER, buyer_id, "marketing", "in_a_call", "Wang said yes")
    blocks.block(OWNER, "phone", PHONE, "stop")

    erasing.erase_buyer(OWNER, buyer_id, str(buyer_id))

    again = testing.make_buyer()
    with writing() as session:
        session.execute(update(Buyer).where(Buyer.id == again).values(ref=ref))
    assert not consents.has_marketing_consent(again)
    assert [row.note for row in consents.of_buyer(again)] == [""]
    assert blocks.is_contact_blocked(again)


def test_a_message_that_may_be_out_counts_when_its_buyer_is_forgotten(buyer_id):
    for key in ("post.2", "post.3"):
        send(OWNER, request(buyer_id, key, basis="statutory", not_before=NOON + timedelta(days=1)), NOON)
    with writing() as session:
        tried = update(OutboxMessage).where(OutboxMessage.key == "post.2")
        session.execute(tried.values(may_be_out_at=NOON))

    erasing.erase_buyer(OWNER, buyer_id, str(buyer_id))

    rows = db.session.scalars(select(OutboxMessage).where(OutboxMessage.key != "post.1").order_by(OutboxMessage.key))
    found = [(row.state, row.contact_at, row.finished_at is None, row.next_attempt_at) for row in rows]
    assert found == [("unknown", NOON, False, None), ("suppressed", None, False, None)]


def test_what_colleagues_noted_on_orders_and_reviews_goes_with_the_buyer(buyer_id):
    order_id, review_id = db.session.scalar(select(Order.id)), db.session.scalar(select(Review.id))
    with writing() as session:
        session.execute(update(Order).values(shop_note="Wang rings twice"))
        for subject, subject_id in (("order", order_id), ("review", review_id), ("order", order_id + 1)):
            written = {"subject": subject, "subject_id": subject_id, "written_by": 1, "written_at": NOON}
            session.add(Note(text="Wang" if subject_id == order_id or subject == "review" else "Other", **written))

    erasing.erase_buyer(OWNER, buyer_id, str(buyer_id))

    assert db.session.scalars(select(Note.text)).all() == ["Other"]
    assert db.session.scalars(select(Order.shop_note)).all() == [""]


def test_who_is_forgotten_while_a_message_is_asked_for_gets_none(buyer_id, monkeypatch):
    whole = people.lock_person

    def forgotten_first(session, person, *more):
        monkeypatch.setattr(people, "lock_person", whole)
        erasing.erase_buyer(OWNER, buyer_id, str(buyer_id))
        whole(session, person, *more)

    monkeypatch.setattr(people, "lock_person", forgotten_first)

    with pytest.raises(MissingError):
        send(OWNER, request(buyer_id, "post.2", channel="chat"), NOON)


def refused(buyer_id, memory, error, actor=OWNER, typed=None):
    before = everything()
    with pytest.raises(error):
        erasing.erase_buyer(actor, buyer_id, typed or str(buyer_id))
    assert everything() == before


def test_only_the_owner_who_types_the_number_forgets_a_buyer(memory, buyer_id):
    refused(buyer_id, memory, ForbiddenError, CLERK)
    refused(buyer_id, memory, RefusedError, typed="wang")
    assert memory.forgotten == []


def test_a_plugin_that_cannot_forget_keeps_the_buyer_everywhere(memory, buyer_id):
    memory.error = RuntimeError("on purpose")

    refused(buyer_id, memory, RuntimeError)


@pytest.mark.parametrize("state", ["quarantined", "missing"])
def test_while_a_plugin_cannot_be_asked_nobody_is_forgotten(memory, buyer_id, monkeypatch, state):
    monkeypatch.setattr(erasing.plugins, "cards", lambda: [PluginCard("absent", state)])
    monkeypatch.setattr(erasing.schema_state, "heads", lambda: {"absent": "0001"})

    refused(buyer_id, memory, ObjectionsError)


def test_while_a_message_goes_out_nobody_is_forgotten(memory, buyer_id):
    with writing() as session:
        session.execute(update(OutboxMessage).values(state="sending"))

    refused(buyer_id, memory, ObjectionsError)


def test_the_page_has_the_buyer_forgotten_and_shows_what_is_left(app, buyer_id):
    client = testing.sign_in(app, testing.make_account(app, "core.buyers:read", email="second@example.com"))
    address = f"/admin/buyers/details/{buyer_id}"
    assert f"{address}/erase" not in client.get(address).text
    client = testing.sign_in(app, testing.make_account(app, email="owner@example.com", is_owner=True))

    wrong = forms.send(client, address, f"{address}/erase", typed="0")
    done = forms.send(client, address, f"{address}/erase", typed=str(buyer_id))

    assert (wrong.status_code, done.status_code) == (400, 302)
    left = client.get(address).text
    assert "Wang" not in left
    assert f"{address}/erase" not in left
