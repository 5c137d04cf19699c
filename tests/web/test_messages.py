"""Pages of messages, do-not-contact and consent: what they show, what their buttons do, and who is refused."""

from datetime import UTC, datetime

import pytest
from mail_server import Mailbox, mail_server
from posting import Post, request
from sqlalchemy import select

from shopadmin import testing
from shopadmin.contract import AccountId, Actor
from shopadmin.domain.contact import Decision
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.models.messages import Consent, DoNotContact, OutboxMessage
from shopadmin.models.settings import Setting
from shopadmin.services import settings
from shopadmin.services.messages import blocks, consents, mail_settings, marking
from shopadmin.services.messages.sending import send
from shopadmin.services.transactions import writing

READ, SEND = "core.messages:read", "core.messages:send"
CONTACT_READ, BLOCK, CONSENT = "core.contact:read", "core.contact:block", "core.contact:consent"
BUYERS = "core.buyers:read"
OWNER = Actor(AccountId(1), "Owner", True, frozenset())
PHONE = "13900139001"


@pytest.fixture
def app(make_app):
    made = make_app({"post": Post().plugin}, WTF_CSRF_ENABLED=False)
    with made.app_context():
        settings.save(None, timezone=zone_where_it_is(14), language="en")
        yield made
        db.session.remove()


def zone_where_it_is(hour):
    """A clock that shows about this hour now: what waits for daylight is tried by day."""
    ahead = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


@pytest.fixture
def buyer_id(app):
    return testing.make_buyer(email="ada@example.com")


@pytest.fixture
def by_hand(app, buyer_id):
    return send(OWNER, request(buyer_id, channel="chat", text="Sample words", subject="")).message_id


def state(message_id):
    db.session.rollback()
    return db.session.scalar(select(OutboxMessage.state).where(OutboxMessage.id == message_id))


def test_an_empty_outbox_and_an_empty_list_say_why(app, client_as):
    client = client_as(READ, CONTACT_READ)

    assert "No messages yet" in client.get("/admin/messages/").get_data(as_text=True)
    page = client.get("/admin/do-not-contact/").get_data(as_text=True)
    assert "Everybody may be contacted" in page or "Nothing in this view" in page


def test_the_list_shows_state_way_and_reasons_by_tab(app, client_as, buyer_id, by_hand):
    send(OWNER, request(buyer_id, "post.2", channel="email", purpose="marketing", basis="consent", blocks=("offer",)))
    client = client_as(READ)

    whole = client.get("/admin/messages/").get_data(as_text=True)
    stopped = client.get("/admin/messages/?view=stopped").get_data(as_text=True)

    assert "Platform chat, by hand" in whole
    assert "The buyer has not agreed to this kind of message." in stopped
    assert "Platform chat, by hand" not in stopped
    assert client.get("/admin/messages/?view=check").status_code == 200


def test_a_message_names_its_buyer_as_the_reader_may_see_the_name(app, client_as, by_hand, buyer_id):
    address = f"/admin/messages/details/{by_hand}"
    whole, masked, none = client_as(READ, BUYERS, "core.buyers:contact"), client_as(READ, BUYERS), client_as(READ)

    for path in ("/admin/messages/", address):
        assert "Sample Buyer" in whole.get(path).get_data(as_text=True)
        assert f"/admin/buyers/details/{buyer_id}" in masked.get(path).get_data(as_text=True)
        assert "Sample Buyer" not in masked.get(path).get_data(as_text=True)
        assert "/admin/buyers/details/" not in none.get(path).get_data(as_text=True)


def test_a_message_by_hand_is_shown_to_copy_and_marked_as_sent(app, client_as, by_hand):
    client = client_as(SEND)
    address = f"/admin/messages/details/{by_hand}"

    page = client.get(address).get_data(as_text=True)
    answer = client.post(f"{address}/sent")

    assert "Sample words" in page
    assert "Copy the text" in page
    assert "Allowed" in page
    assert answer.status_code == 302
    assert state(by_hand) == "sent"
    assert client.post(f"{address}/sent").status_code == 409
    assert "Copy the text" not in client.get(address).get_data(as_text=True)


def test_at_night_there_is_nothing_to_copy_and_marking_is_refused(app, client_as, by_hand):
    settings.save(None, timezone=zone_where_it_is(3))
    client = client_as(SEND)
    address = f"/admin/messages/details/{by_hand}"

    page = client.get(address).get_data(as_text=True)

    assert "Copy the text" not in page
    assert "It may go out from" in page
    assert client.post(f"{address}/sent").status_code == 409
    assert state(by_hand) == "queued"


def test_what_must_not_go_out_any_more_is_not_to_be_copied(app, client_as, buyer_id, by_hand):
    blocks.block_buyer(OWNER, buyer_id, "stop")
    client = client_as(SEND)
    address = f"/admin/messages/details/{by_hand}"

    page = client.get(address).get_data(as_text=True)

    assert "Copy the text" not in page
    assert "The buyer must not be contacted." in page
    assert client.post(f"{address}/sent").status_code == 409
    assert state(by_hand) == "suppressed"


def test_words_that_were_refused_stand_on_the_page_with_the_reason_in_the_readers_language(app, client_as, buyer_id):
    text = "Change it to five stars and we refund you."
    asked = send(OWNER, request(buyer_id, channel="chat", text=text))
    client = client_as(READ, SEND)

    page = client.get(f"/admin/messages/details/{asked.message_id}").get_data(as_text=True)
    with client.session_transaction() as cookie:
        cookie["language"] = "zh"
    chinese = client.get(f"/admin/messages/details/{asked.message_id}").get_data(as_text=True)

    assert state(asked.message_id) == "blocked"
    assert page.count("This offers something for a review.") == 2  # at the words, and as the gate's answer
    assert "wording.incentive" not in page
    assert "Mark as sent" not in page
    assert "wording.incentive" not in chinese
    assert "This offers" not in chinese


def test_a_note_about_the_words_is_shown_and_the_message_can_go_out(app, client_as, buyer_id):
    asked = send(OWNER, request(buyer_id, channel="chat", text="We never give a refund for a good review."))
    client = client_as(READ, SEND)

    page = client.get(f"/admin/messages/details/{asked.message_id}").get_data(as_text=True)

    assert "make sure nobody misreads it" in page
    assert "Mark as sent" in page


def test_a_message_is_taken_back(app, client_as, by_hand):
    client = client_as(SEND)

    assert client.post(f"/admin/messages/details/{by_hand}/cancel").status_code == 302
    assert state(by_hand) == "suppressed"
    assert client.post(f"/admin/messages/details/{by_hand}/cancel").status_code == 409


@pytest.mark.parametrize(("said", "becomes"), [("yes", "sent"), ("no", "failed")])
def test_a_person_settles_a_message_of_which_nobody_knows(app, client_as, by_hand, said, becomes):
    with writing() as session:
        session.get(OutboxMessage, by_hand).state = "unknown"
    client = client_as(SEND)
    address = f"/admin/messages/details/{by_hand}"

    assert "Nobody knows" in client.get(address).get_data(as_text=True)
    assert client.post(f"{address}/settle", data={"was_sent": said}).status_code == 302
    assert state(by_hand) == becomes
    assert client.post(f"{address}/settle", data={"was_sent": said}).status_code == 409


def test_reading_alone_sends_nothing_and_a_phone_is_masked(app, client_as, buyer_id):
    message_id = send(OWNER, request(buyer_id, channel="call", text="Ask", destination=PHONE)).message_id
    client = client_as(READ)
    address = f"/admin/messages/details/{message_id}"

    page = client.get(address).get_data(as_text=True)

    assert PHONE not in page
    assert "Somebody answered" not in page
    for act in ("sent", "cancel", "settle"):
        assert client.post(f"{address}/{act}").status_code == 403
    assert state(message_id) == "queued"
    assert client.get("/admin/messages/details/999").status_code == 404


def test_an_address_is_shown_on_request_alone_and_the_log_says_to_whom(app, client_as, buyer_id, monkeypatch):
    monkeypatch.setattr(marking, "decision_now", lambda row: Decision("allow", ()))  # by day, whatever the time is
    message_id = send(OWNER, request(buyer_id, channel="call", text="Ask", destination=PHONE)).message_id
    address = f"/admin/messages/details/{message_id}"
    may, may_not = client_as(SEND, "core.buyers:contact"), client_as(SEND)

    opened = may.get(address).get_data(as_text=True)
    noted_before = revealed()
    shown = may.post(f"{address}/reveal").get_data(as_text=True)

    assert PHONE not in opened
    assert f'action="{address}/reveal"' in opened
    assert noted_before == []
    assert PHONE in shown
    assert "Somebody answered" in shown
    assert revealed() == [("message", str(message_id))]
    assert f'action="{address}/reveal"' not in may_not.get(address).get_data(as_text=True)
    assert may_not.post(f"{address}/reveal").status_code == 403
    assert client_as("core.buyers:contact").post(f"{address}/reveal").status_code == 403
    assert may.post("/admin/messages/details/999/reveal").status_code == 404
    assert may.get(f"{address}/reveal").location == address
    assert len(revealed()) == 1


def revealed():
    found = select(AuditEntry.object_type, AuditEntry.object_id).where(AuditEntry.code == "core.contact.revealed")
    db.session.rollback()
    return list(map(tuple, db.session.execute(found)))


def test_a_phone_is_added_to_the_list_found_however_it_is_written_and_lifted_by_the_owner_alone(app, client_as):
    client, owner = client_as(BLOCK), client_as(owner=True)
    form = {"kind": "phone", "value": "+86 139 0013 9001", "platform": "taobao", "why": "stop", "note": "Rang us"}

    assert client.post("/admin/do-not-contact/new", data=form).status_code == 302
    assert "in the list already" in client.post(
        "/admin/do-not-contact/new", data=form | {"value": "008613900139001"}, follow_redirects=True
    ).get_data(as_text=True)

    found = client.get("/admin/do-not-contact/?search=%2B8613900139001").get_data(as_text=True)
    entry = db.session.scalars(select(DoNotContact)).one()
    assert "Rang us" in found
    assert "…01" in found
    assert "Rang us" not in client.get("/admin/do-not-contact/?search=13900139002").get_data(as_text=True)
    address = f"/admin/do-not-contact/details/{entry.id}"
    assert "Lift it" not in client.get(address).get_data(as_text=True)
    assert client.post(f"{address}/lift", data={"reason": "x"}).status_code == 403
    assert owner.post(f"{address}/lift", data={"reason": ""}).status_code == 400
    assert owner.post(f"{address}/lift", data={"reason": "They rang"}).status_code == 302
    assert "They rang" in owner.get(address).get_data(as_text=True)
    assert owner.post(f"{address}/lift", data={"reason": "again"}).status_code == 404


def test_only_an_account_name_has_a_platform_and_it_must_be_chosen(app, client_as):
    client = client_as(BLOCK)
    form = {"kind": "nick", "value": "sample_buyer", "platform": "", "why": "stop", "note": ""}

    shown = client.get("/admin/do-not-contact/new").get_data(as_text=True)
    refused = client.post("/admin/do-not-contact/new", data=form)
    entries = len(db.session.scalars(select(DoNotContact)).all())

    assert shown.index('<option value="">') < shown.index('<option value="amazon">')
    assert 'selected value="amazon"' not in shown
    assert refused.status_code == 400
    assert "Choose the platform that the account name is of." in refused.get_data(as_text=True)
    assert entries == 0
    assert client.post("/admin/do-not-contact/new", data=form | {"platform": "taobao"}).status_code == 302
    phone = form | {"kind": "phone", "value": PHONE}
    assert client.post("/admin/do-not-contact/new", data=phone).status_code == 302


@pytest.mark.parametrize(
    "changes",
    [{"value": ""}, {"value": "138****8000"}, {"value": "abc"}, {"kind": "fax"}, {"why": "whim"},
     {"kind": "email", "value": "nobody"}, {"note": "x" * 501}],
    ids=str,
)  # fmt: skip
def test_what_is_no_identifier_is_refused_with_the_form(app, client_as, changes):
    form = {"kind": "phone", "value": PHONE, "platform": "taobao", "why": "stop", "note": ""}

    response = client_as(BLOCK).post("/admin/do-not-contact/new", data=form | changes)

    assert response.status_code == 400
    assert "field-errors" in response.get_data(as_text=True)
    assert db.session.scalars(select(DoNotContact)).all() == []


def test_the_buyers_page_shows_and_changes_consent_and_do_not_contact(app, client_as, buyer_id, by_hand):
    client = client_as(BUYERS, BLOCK, CONSENT, READ)
    address = f"/admin/buyers/details/{buyer_id}"
    assert "No consent to marketing is known" in client.get(address).get_data(as_text=True)

    given = client.post(f"{address}/consent", data={"purpose": "marketing", "basis": "order_form", "note": "n"})

    assert given.status_code == 302
    page = client.get(address).get_data(as_text=True)
    assert "Offers and campaigns: Ticked when ordering" in page
    assert "Platform chat, by hand" in page
    assert client.post(f"{address}/withdraw", data={"purpose": "marketing"}).status_code == 302
    assert not consents.has_marketing_consent(buyer_id)
    assert client.post(f"{address}/block", data={"why": "refused", "note": ""}).status_code == 302
    assert "must not be contacted" in client.get(address).get_data(as_text=True)
    assert client.post(f"{address}/consent", data={"purpose": "all", "basis": "x"}).status_code == 400
    assert client.post(f"{address}/block", data={"why": "whim"}).status_code == 400
    assert client.post("/admin/buyers/details/999/block", data={"why": "stop"}).status_code == 404


def test_without_the_right_the_buyers_page_shows_and_does_nothing_of_it(app, client_as, buyer_id, by_hand):
    client = client_as(BUYERS)
    address = f"/admin/buyers/details/{buyer_id}"

    page = client.get(address).get_data(as_text=True)

    assert "No consent to marketing" not in page
    assert "Platform chat" not in page
    for act in ("consent", "withdraw", "block"):
        assert client.post(f"{address}/{act}", data={"why": "stop"}).status_code == 403
    assert db.session.scalars(select(Consent)).all() == []
    assert db.session.scalars(select(DoNotContact)).all() == []


def test_the_owner_sets_the_mail_server_up_and_the_password_never_comes_back(app, client_as):
    owner = client_as(owner=True)
    form = {"host": "mail.example.com", "port": "587", "security": "starttls", "user": "shop",
            "sender": "shop@example.com", "password": "plum orchard 7"}  # fmt: skip

    assert owner.post("/admin/settings/mail", data=form).status_code == 302
    page = owner.get("/admin/settings/mail").get_data(as_text=True)
    assert owner.post("/admin/settings/mail", data=form | {"password": "", "port": "588"}).status_code == 302

    db.session.rollback()
    assert mail_settings.load().password == "plum orchard 7"
    assert mail_settings.load().port == 588
    assert "mail.example.com" in page
    assert "plum orchard" not in page
    assert owner.post("/admin/settings/mail", data=form | {"forget": "y"}).status_code == 302
    db.session.rollback()
    assert mail_settings.load().password == ""


@pytest.mark.parametrize(
    "changes", [{"host": "a b"}, {"port": "x"}, {"sender": "nobody"}, {"security": "none"}], ids=str
)
def test_a_mail_server_that_cannot_be_is_refused_with_the_form(app, client_as, changes):
    form = {"host": "mail.example.com", "port": "587", "security": "starttls", "user": "", "sender": "s@example.com"}

    response = client_as(owner=True).post("/admin/settings/mail", data=form | changes)

    assert response.status_code == 400
    assert "field-errors" in response.get_data(as_text=True)
    assert db.session.get(Setting, "mail") is None


def test_further_time_zones_of_buyers_are_kept_and_a_wrong_one_is_refused(app, client_as):
    owner = client_as(owner=True)
    form = {"name": "Shop", "currency": "CNY", "timezone": "Asia/Shanghai", "language": "en"}

    assert owner.post("/admin/settings/", data=form | {"buyer_zones": "Europe/Berlin Mars/North"}).status_code == 400
    assert owner.post("/admin/settings/", data=form | {"buyer_zones": "Europe/Berlin"}).status_code == 302

    assert [zone.key for zone in settings.load().buyer_clocks] == ["Asia/Shanghai", "Europe/Berlin"]


def test_the_page_of_the_mail_server_sends_a_test_to_its_reader(app, client_as):
    owner = client_as(owner=True)
    assert "Send a test" not in owner.get("/admin/settings/mail").text
    with mail_server(box := Mailbox()) as port:
        form = {"host": "127.0.0.1", "port": str(port), "security": "none", "user": "", "sender": "s@example.com"}
        owner.post("/admin/settings/mail", data=form)
        assert "/admin/settings/mail/try" in owner.get("/admin/settings/mail").text

        page = owner.post("/admin/settings/mail/try", data={"number": "13900139001"}, follow_redirects=True).text

    assert "The test went out." in page
    assert len(box.kept) == 1
    assert client_as("core.messages:read").post("/admin/settings/mail/try").status_code == 403
