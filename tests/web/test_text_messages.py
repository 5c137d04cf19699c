"""The page of the text-message gateway, the address of its receipts, and what a text message costs."""

from dataclasses import replace

import pytest
from posting import request
from sqlalchemy import select

from shopadmin import testing
from shopadmin.contract import AccountId, Actor
from shopadmin.domain.sms.gateway import Gateway
from shopadmin.models import db
from shopadmin.models.messages import OutboxMessage
from shopadmin.models.settings import Setting
from shopadmin.services.messages import sms_settings
from shopadmin.services.messages.sending import send
from shopadmin.services.transactions import writing

PAGE = "/admin/settings/sms"
OWNER = Actor(AccountId(1), "Owner", True, frozenset())
FORM = {
    "url": "https://gateway.example.com/messages", "headers": "Authorization: Bearer {{secret}}",
    "secret": "plum orchard 7", "body_kind": "json", "body": '{"to": "{{to}}", "text": "{{text}}"}',
    "success_status": "200", "success_path": "status", "success_values": "ok",
    "receipt_path": "state", "receipt_id_path": "id", "receipt_delivered": "delivered", "receipt_failed": "failed",
}  # fmt: skip

DESCRIPTION = Gateway(**{name: text for name, text in FORM.items() if name != "secret"})


@pytest.fixture
def owner(app, client_as):
    app.config["WTF_CSRF_ENABLED"] = False
    return client_as(owner=True)


@pytest.fixture
def address(app):
    """Where receipts come to, in a shop whose pages ask for their token."""
    testing.make_account(app, is_owner=True)
    sms_settings.save(OWNER, DESCRIPTION)
    db.session.rollback()
    return f"/receipts/sms/{sms_settings.load().token}"


@pytest.fixture
def message(address):
    """One that the gateway took."""
    buyer_id = testing.make_buyer(phone="13900139001")
    made = send(OWNER, request(buyer_id, channel="sms", text="您的订单 A1 已发出。" * 10)).message_id
    with writing() as session:
        row = session.get(OutboxMessage, made)
        row.state, row.attempts, row.remote_ref = "sent", 1, "gw-1"
    return made


def state(message_id):
    db.session.rollback()
    return db.session.scalar(select(OutboxMessage.state).where(OutboxMessage.id == message_id))


def test_the_owner_sets_the_gateway_up_and_the_password_never_comes_back(owner):
    assert "No gateway is set up" in owner.get(PAGE).get_data(as_text=True)

    assert owner.post(PAGE, data=FORM).status_code == 302
    page = owner.get(PAGE).get_data(as_text=True)
    assert owner.post(PAGE, data=FORM | {"secret": "", "is_idempotent": "y"}).status_code == 302

    db.session.rollback()
    found = sms_settings.load()
    assert (found.secret, found.gateway.is_idempotent, found.gateway.success_values) == ("plum orchard 7", True, "ok")
    assert "No gateway is set up" not in page
    assert f"/receipts/sms/{found.token}" in page
    assert "plum orchard" not in page
    assert owner.post(PAGE, data=FORM | {"secret": "", "forget": "y", "renew": "y"}).status_code == 302
    db.session.rollback()
    assert sms_settings.load().secret == ""
    assert sms_settings.load().token not in page


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"url": "http://gateway.example.com/"}, "has to begin with https://"),
        ({"url": "https://192.168.1.1/"}, "to none of its own network"),
        ({"headers": "X-Api-Key: abc"}, "write {{secret}} here"),
        ({"body": '{"to": "{{phone}}"}'}, "There is no {{phone}} to fill in here."),
        ({"success_status": "302"}, "such as 200 201"),
        ({"secret": "密码"}, "plain letters, digits and signs"),
    ],
)
def test_a_gateway_that_cannot_be_is_refused_with_the_form_and_what_was_typed(owner, changes, says):
    response = owner.post(PAGE, data=FORM | changes)

    page = response.get_data(as_text=True)
    assert response.status_code == 400
    assert says in page
    assert "gateway.example.com/messages" in page or "url" in changes
    assert db.session.get(Setting, "sms") is None


def test_the_page_is_the_owners(client_as):
    assert client_as("core.messages:read").get(PAGE).status_code == 403


def test_a_receipt_is_taken_from_whoever_knows_the_address_with_no_cookie(app, address, message):
    gateway = app.test_client()

    first = gateway.post(address, json={"id": "gw-1", "state": "enroute"})
    assert (first.status_code, state(message)) == (200, "sent")
    for _time in range(2):
        answer = gateway.post(address, json=[{"id": "gw-1", "state": "delivered"}, {"id": "gw-9", "state": "failed"}])
        assert (answer.status_code, answer.get_json()) == (200, {"taken": 1})
        assert state(message) == "delivered"


def test_a_receipt_may_come_as_the_fields_of_a_form(app, address, message):
    assert app.test_client().post(address, data={"id": "gw-1", "state": "failed"}).get_json() == {"taken": 1}
    assert state(message) == "failed"


def test_whoever_does_not_know_the_address_is_told_nothing_and_changes_nothing(app, address, message):
    gateway, receipt = app.test_client(), {"id": "gw-1", "state": "failed"}

    assert gateway.post("/receipts/sms/guessed", json=receipt).status_code == 401
    assert gateway.get(address).status_code == 405
    sms_settings.save(OWNER, replace(DESCRIPTION, receipt_path=""))
    assert gateway.post(address, json=receipt).status_code == 401  # none are taken any more
    assert state(message) == "sent"


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"{", 400), (b"[" * 100_000, 400), (b'{"id": "nobody", "state": "failed"}', 404), (b"[]", 200),
     (b'"' + b"a" * 300_000 + b'"', 413),
     (rb'{"id": "a\u0000", "state": "failed"}', 200), (rb'{"id": "\ud800", "state": "failed"}', 200)],
    ids=["broken", "deep", "nobody's", "empty", "long", "NUL", "half a character"],
)  # fmt: skip
def test_what_is_no_receipt_of_ours_is_refused_and_nothing_changes(app, address, message, content, status):
    answer = app.test_client().post(address, data=content, content_type="application/json")

    assert answer.status_code == status
    assert state(message) == "sent"


def test_a_message_says_how_many_parts_it_takes(client_as, message):
    page = client_as("core.messages:read").get(f"/admin/messages/details/{message}").get_data(as_text=True)

    assert "2 (UCS-2, 14 characters left in the last)" in page
