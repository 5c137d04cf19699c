"""Offers say how there will be no more: the line, the signed link, its page, and the header of e-mails."""

import re
from email import message_from_bytes, policy

import pytest
from mail_server import Mailbox, mail_server
from posting import NOON, PHONE, Post, request
from sqlalchemy import select

from shopadmin import testing
from shopadmin.contract import AccountId, Actor
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.models.messages import Consent, OutboxMessage
from shopadmin.services.messages import consents, delivering, mail_settings, opting_out, people
from shopadmin.services.messages.sending import send

OWNER = Actor(AccountId(1), "Owner", True, frozenset())
OFFER = {"purpose": "marketing", "basis": "consent", "blocks": ("offer",), "text": "Ten yuan off."}
BASE = "https://shop.example"


@pytest.fixture
def post():
    return Post()


@pytest.fixture
def app(make_app, post):
    """A shop that buyers reach, and whose forms are asked for their token."""
    made = make_app({"post": post.plugin}, PUBLIC_URL=f"{BASE}/")
    with made.app_context():
        testing.make_account(made, is_owner=True)
        yield made
        db.session.remove()


@pytest.fixture
def buyer_id(app):
    made = testing.make_buyer(phone=PHONE, email="ada@example.com")
    consents.give(OWNER, made, "marketing", "order_form")
    return made


def offered(post, buyer_id, **changes):
    """The text of an offer that went out."""
    send(OWNER, request(buyer_id, **(OFFER | changes)), NOON)
    delivering.deliver_due("w", NOON)
    return post.handed[-1].text


def path_in(text):
    return re.search(rf"{BASE}(/unsubscribe/\S+)$", text).group(1)


def agreed():
    db.session.rollback()
    return list(db.session.scalars(select(Consent.withdrawn_at.is_(None))))


def test_one_click_and_a_confirmation_stop_offers_and_nothing_else(app, post, buyer_id):
    path = path_in(offered(post, buyer_id))
    client = app.test_client()

    asked = client.get(path)
    assert (asked.status_code, agreed()) == (200, [True])
    assert b'<form method="post">' in asked.data
    # As a mail program does it, without a cookie or a token of ours.
    answers = [app.test_client().post(path, data={"List-Unsubscribe": "One-Click"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert agreed() == [False]
    log = db.session.scalars(select(AuditEntry.account_id).where(AuditEntry.code == "core.consent.withdrawn")).all()
    assert log == [None]
    refused = send(OWNER, request(buyer_id, "k2", **OFFER), NOON)
    assert (refused.state, refused.reasons) == ("blocked", ("no_consent", "marketing_cap"))
    assert send(OWNER, request(buyer_id, "k3"), NOON).state == "queued"


def test_what_waits_when_the_buyer_stops_offers_does_not_go_out(app, post, buyer_id):
    send(OWNER, request(buyer_id, **OFFER), NOON)

    app.test_client().post(opting_out.address(people.find(buyer_id)).removeprefix(BASE))

    assert (delivering.deliver_due("w", NOON), post.handed) == (0, [])
    assert db.session.scalars(select(OutboxMessage.state)).all() == ["suppressed"]


def test_a_link_that_was_changed_or_is_anothers_leads_nowhere(app, post, buyer_id):
    path = path_in(offered(post, buyer_id))

    for wrong in (path[:-1], path + "x", "/unsubscribe/x", "/unsubscribe/W10.x"):
        for answer in (app.test_client().get(wrong), app.test_client().post(wrong)):
            assert answer.status_code == 404
    assert agreed() == [True]


def test_the_line_and_the_page_are_in_the_buyers_language(app, post, buyer_id):
    text = offered(post, buyer_id, text="红包十元等您来领。")

    assert "退订优惠信息" in text
    page = app.test_client().get(path_in(text), headers={"Accept-Language": "zh-CN"})
    assert "不再接收优惠信息" in page.get_data(as_text=True)


def test_mail_programs_get_the_link_in_a_header(app, buyer_id):
    box = Mailbox()
    with mail_server(box) as port:
        mail_settings.save(OWNER, host="127.0.0.1", port=port, security="none", user="", sender="shop@example.com")
        send(OWNER, request(buyer_id, channel="email", subject="Offer", **OFFER), NOON)
        delivering.deliver_due("w", NOON)

    mail = message_from_bytes(box.kept[0].content, policy=policy.default)
    link = BASE + path_in(mail.get_content().strip())
    assert mail["List-Unsubscribe"] == f"<{link}>, <mailto:shop@example.com?subject=unsubscribe>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(("text", "line"), [
    ("示例小铺: a red envelope waits for you.", "Answer this message, and there will be no more offers."),
    ("Sample Shop 送您十元红包，欢迎领取。", "回复本消息即可退订优惠信息。"),
])  # fmt: skip
def test_the_line_is_in_the_language_that_most_of_the_text_is_in(app, post, buyer_id, text, line):
    app.config["PUBLIC_URL"] = ""

    assert offered(post, buyer_id, text=text) == f"{text}\n\n{line}"


def test_where_buyers_do_not_reach_the_shop_an_answer_is_enough(app, post, buyer_id):
    app.config["PUBLIC_URL"] = ""

    assert offered(post, buyer_id) == "Ten yuan off.\n\nAnswer this message, and there will be no more offers."
    assert post.handed[-1].unsubscribe_url == ""
