"""E-mail through real servers on this machine: one that takes it, others that refuse, break off or drip."""

import ast
import random
from collections import Counter
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from mail_server import Mailbox, dripping_server, dropping_server, mail_server, nobody_listening
from posting import NOON, request
from sqlalchemy import select

from shopadmin import testing
from shopadmin.contract import AccountId, Actor, OutgoingMessage
from shopadmin.keys import KeyringError
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.models.messages import OutboxMessage
from shopadmin.models.settings import Setting
from shopadmin.services import rotation
from shopadmin.services.conflicts import ObjectionsError, RefusedError
from shopadmin.services.messages import consents, delivering, mail, mail_settings, trying
from shopadmin.services.messages.sending import send
from shopadmin.services.refusals import ForbiddenError
from shopadmin.services.transactions import writing

ROOT = Path(__file__).resolve().parents[2]
OWNER = Actor(AccountId(1), "Owner", True, frozenset())
MESSAGE = OutgoingMessage("k1", "ada@example.com", "Your order", "Sample text\n", "service")


@pytest.fixture
def box():
    return Mailbox()


@pytest.fixture
def served(app, box):
    """A shop with a mail server."""
    with mail_server(box) as port:
        set_up(port)
        yield port


def set_up(port, **changes):
    fields = {"host": "127.0.0.1", "security": "none", "user": "", "sender": "shop@example.com"}
    mail_settings.save(OWNER, **(fields | {"port": port} | changes))


def test_a_message_arrives_whole_with_its_headers(app, box, served):
    buyer_id = testing.make_buyer(email="ada@example.com")
    consents.give(OWNER, buyer_id, "marketing", "order_form")
    asked = {"channel": "email", "subject": "您的订单", "text": "样例 Sample\n.\nend"}
    offer = {"purpose": "marketing", "basis": "consent", "blocks": ("offer",)}
    send(OWNER, request(buyer_id, "k1", **asked), NOON)
    send(OWNER, request(buyer_id, "k2", **asked, **offer), NOON)

    assert delivering.deliver_due("w", NOON) == 2

    service, marketing = (message_from_bytes(kept.content, policy=policy.default) for kept in box.kept)
    assert [kept.rcpt_tos for kept in box.kept] == [["ada@example.com"]] * 2
    assert service["From"].addresses[0].addr_spec == "shop@example.com"
    assert (service["To"], service["Subject"]) == ("ada@example.com", "您的订单")
    assert service.get_content().replace("\r\n", "\n") == "样例 Sample\n.\nend\n"
    assert service["List-Unsubscribe"] is None
    assert marketing["List-Unsubscribe"] == "<mailto:shop@example.com?subject=unsubscribe>"
    assert service["Message-ID"] != marketing["Message-ID"]
    assert set(db.session.scalars(select(OutboxMessage.state))) == {"sent"}


@pytest.mark.parametrize(
    ("rcpt", "data", "state"),
    [
        ("550 no such user", "250 OK", "bad_number"),
        ("450 busy", "250 OK", "retry"),
        ("571 not you", "250 OK", "failed"),
        ("250 OK", "451 later", "retry"),
        ("250 OK", "554 spam", "failed"),
        ("250 OK", "250 OK", "sent"),
    ],
)
def test_what_the_server_says_decides_whether_it_is_tried_again(app, box, served, rcpt, data, state):
    box.rcpt_answer, box.data_answer = rcpt, data

    delivery = mail.deliver(MESSAGE)

    assert delivery.state == state
    assert "ada@example.com" not in delivery.note


def test_a_line_that_breaks_while_the_text_is_sent_leaves_nobody_knowing(app, box, served):
    box.breaks_off = True

    assert mail.deliver(MESSAGE).state == "unknown"


def test_a_server_that_hangs_up_in_the_middle_of_a_message_is_not_sent_it_again(app):
    buyer_id = testing.make_buyer(email="ada@example.com")
    with dropping_server() as port:
        set_up(port)
        send(OWNER, request(buyer_id, channel="email", subject="Sample", text="Sample text\n" * 800), NOON)
        worked = [delivering.deliver_due("w", NOON + timedelta(hours=hour)) for hour in range(3)]

    message = db.session.scalars(select(OutboxMessage)).one()
    assert (worked, message.state, message.contact_at) == ([1, 0, 0], "unknown", NOON)


def test_of_many_e_mails_under_random_faults_each_arrives_once_at_most_and_the_state_says_the_truth(app, box, served):
    kinds = ("", "rcpt 450 busy", "rcpt 550 nobody", "data 451 later", "data 554 spam", "drop", "kept drop")
    box.faults = random.Random(8).choices(kinds, k=40)
    for number in range(18):
        buyer_id = testing.make_buyer(email=f"buyer{number}@example.com")
        send(OWNER, request(buyer_id, f"post.{number}", channel="email", subject="Sample"), NOON)

    for minutes in (0, 1, 6, 36):
        delivering.deliver_due("w", NOON + timedelta(minutes=minutes))

    arrived = Counter(kept.rcpt_tos[0] for kept in box.kept)
    names = Counter(message_from_bytes(kept.content)["Message-ID"] for kept in box.kept)
    messages = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    for number, message in enumerate(messages):
        effects = arrived[f"buyer{number}@example.com"]
        assert effects in {"sent": {1}, "failed": {0}, "bad_number": {0}, "unknown": {0, 1}}[message.state]
    assert set(names.values()) == {1}
    assert {message.state for message in messages} == {"sent", "failed", "bad_number", "unknown"}


def test_a_server_that_is_not_there_is_tried_again(app):
    with nobody_listening() as port:
        set_up(port)

        assert mail.deliver(MESSAGE).state == "retry"


def test_a_server_that_drips_is_cut_off(app, monkeypatch):
    monkeypatch.setattr(mail, "WHOLE_SECONDS", 0.3)
    with dripping_server() as port:
        set_up(port)
        delivery = mail.deliver(MESSAGE)

    assert delivery.state == "retry"


def test_a_server_without_tls_gets_nothing_where_tls_is_wanted(app, box, served):
    set_up(served, security="starttls")
    assert mail.deliver(MESSAGE).state == "retry"
    set_up(served, security="tls")
    assert mail.deliver(MESSAGE).state == "retry"
    assert box.kept == []


def test_a_password_that_is_not_accepted_is_no_reason_to_give_the_message_up(app, box, served):
    set_up(served, user="shop", password="wrong")

    assert mail.deliver(MESSAGE).state == "retry"
    assert box.kept == []


def test_without_a_server_the_message_waits(app):
    assert mail.deliver(MESSAGE).state == "retry"


@pytest.mark.parametrize(
    "changes",
    [
        {"destination": "ada@example.com\r\nBcc: eve@example.com"},
        {"destination": "ada@example.com, eve@example.com"},
        {"subject": "Hello\nBcc: eve@example.com"},
        {"subject": "a\0b"},
    ],
    ids=str,
)
def test_a_value_that_would_begin_another_header_goes_nowhere(app, box, served, changes):
    fields = {"key": "k1", "destination": "ada@example.com", "subject": "s", "text": "t", "purpose": "service"}

    assert mail.deliver(OutgoingMessage(**(fields | changes))).state == "failed"
    assert box.kept == []


def test_the_password_is_sealed_kept_and_never_logged(app):
    set_up(25, user="shop", password="plum orchard 7")
    set_up(26, user="shop")

    assert mail_settings.load().password == "plum orchard 7"
    assert "plum orchard" not in str(db.session.get(Setting, "mail").value)
    assert "plum orchard" not in str([(row.before, row.after) for row in db.session.scalars(select(AuditEntry))])
    db.session.remove()
    rotation.rotate()
    assert mail_settings.load().password == "plum orchard 7"
    set_up(26, password="")
    assert mail_settings.load().password == ""


def test_the_environments_password_goes_before(app):
    set_up(25, user="shop", password="stored")
    app.config["SMTP_PASSWORD"] = "from outside"

    assert mail_settings.load().password == "from outside"


def test_a_password_of_another_shops_key_is_an_error(app):
    with writing() as session:
        stored = {"host": "h", "port": 1, "security": "tls", "user": "u", "sender": "s@example.com"}
        session.add(Setting(key="mail", value=stored | {"sealed_password": "AQID"}))

    with pytest.raises(KeyringError):
        mail_settings.load()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"host": "http://x", "security": "tls"}, "host"), ({"host": "a b", "security": "tls"}, "host"),
        ({"port": 0}, "port"), ({"port": 70000}, "port"), ({"security": "ssl3"}, "security"),
        ({"host": "mail.example.com", "security": "none"}, "security"), ({"sender": "nobody"}, "sender"),
        ({"sender": "a@example.com\nBcc: b@example.com"}, "sender"), ({"user": "a\nb"}, "user"),
    ],
    ids=str,
)  # fmt: skip
def test_a_server_that_cannot_be_is_refused_with_its_field(app, changes, field):
    fields = {"host": "127.0.0.1", "port": 25, "security": "none", "user": "", "sender": "shop@example.com"}
    with pytest.raises(RefusedError) as refused:
        mail_settings.save(OWNER, **(fields | changes))

    assert [problem.field for problem in refused.value.problems] == [field]
    assert db.session.get(Setting, "mail") is None


SENDERS = {"smtplib", "aiosmtplib", "telnetlib", "ftplib", "poplib", "imaplib", "requests", "httpx", "urllib3"}
SENDERS |= {"http.client", "urllib.request", "xmlrpc.client", "aiohttp"}


def is_sender(module):
    """Whether a library that could send is this module, or around it."""
    return any(module == sender or module.startswith(f"{sender}.") for sender in SENDERS)


def imported(path):
    """Full names of the modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))


def test_g1_nothing_but_the_channels_can_send():
    sources = sorted([*ROOT.glob("shopadmin/**/*.py"), *ROOT.glob("plugins/*/shopadmin_*/**/*.py")])
    found = {path.relative_to(ROOT).as_posix() for path in sources if any(map(is_sender, imported(path)))}

    assert found == {"shopadmin/services/messages/mail.py", "shopadmin/services/messages/https.py"}


def test_g1_a_channel_is_called_from_the_outbox_alone():
    """``deliver`` of a channel is named where channels are listed, and called where the gate was asked just before."""
    known = [(path.name, set(imported(path))) for path in sorted(ROOT.glob("shopadmin/**/*.py"))]
    naming = {
        way: {name for name, modules in known if f"shopadmin.services.messages.{way}" in modules}
        for way in ("mail", "sms", "https")
    }

    # Receipts ask the text channel for its name, its settings ask for the check of addresses.
    assert naming == {
        "mail": {"channels.py"}, "sms": {"channels.py", "receipts.py"}, "https": {"sms.py", "sms_settings.py"},
    }  # fmt: skip


def test_a_test_goes_to_the_own_address_once_and_is_in_the_outbox_and_the_log(app, box, served):
    own = Actor(AccountId(testing.make_account(app, trying.POINT)), "Mei", False, frozenset({trying.POINT}))

    trial = trying.send_to_oneself(own, "email", now=NOON)

    assert trial.state == "sent"
    assert [envelope.rcpt_tos for envelope in box.kept] == [[trying.own_email(own)]]
    kept = db.session.scalars(select(OutboxMessage)).one()
    assert (kept.basis, kept.buyer_id, kept.created_by) == ("staff", 0, own.account_id)
    query = select(AuditEntry.object_id).where(AuditEntry.code == "core.message.tried")
    assert db.session.scalars(query).one() == str(trial.message_id)


def test_a_test_that_the_server_refuses_says_why(app, box, served):
    box.rcpt_answer = "450 Try later"
    own = Actor(AccountId(testing.make_account(app, is_owner=True)), "Owner", True, frozenset())

    trial = trying.send_to_oneself(own, "email", now=NOON)

    assert (trial.state, trial.send_at) == ("queued", None)
    assert "450" in trial.note


def test_a_fourth_test_in_ten_minutes_and_one_without_permission_send_nothing(app, box, served):
    own = Actor(AccountId(testing.make_account(app, is_owner=True)), "Owner", True, frozenset())
    for _number in range(trying.MOST):
        trying.send_to_oneself(own, "email", now=NOON)

    with pytest.raises(ObjectionsError):
        trying.send_to_oneself(own, "email", now=NOON)
    with pytest.raises(ForbiddenError):
        trying.send_to_oneself(
            Actor(own.account_id, "Clerk", False, frozenset({"core.messages:send"})), "email", now=NOON
        )

    assert len(box.kept) == trying.MOST
    assert db.session.query(OutboxMessage).count() == trying.MOST
