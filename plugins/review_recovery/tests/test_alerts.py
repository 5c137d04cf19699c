"""Alerts of new low reviews: a tile for the owner, and text messages to the phones that are set; on both engines."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
import shopadmin_review_recovery
from flask import Flask
from runs_of_tests import NOON, OWNER, events, make_case, set_platform
from shopadmin_review_recovery.core_pages import SettingsForm
from shopadmin_review_recovery.services import alerts
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from shopadmin import testing
from shopadmin.models.audit import AuditEntry
from shopadmin.models.messages import OutboxMessage
from shopadmin.plugin_api import (
    Delivery,
    Manifest,
    MessageChannel,
    OutgoingMessage,
    RefusedError,
    StaffMessage,
    db,
    hookimpl,
    send_to_staff,
)
from shopadmin.services import plugins, schema
from shopadmin.services.messages import delivering

PHONES = "13800138001\n+44 7400 123456"
NIGHT = NOON + timedelta(hours=13)
heard: list[OutgoingMessage] = []


def hear(message: OutgoingMessage) -> Delivery:
    heard.append(message)
    return Delivery("sent")


@hookimpl
def shopadmin_manifest() -> Manifest:
    return Manifest(name="sms", title="SMS", version="1", api_version=1)


@hookimpl
def shopadmin_message_channels() -> list[MessageChannel]:
    return [MessageChannel("sms.text", "Text", "text", "phone", hear)]


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    gateway = SimpleNamespace(
        shopadmin_manifest=shopadmin_manifest, shopadmin_message_channels=shopadmin_message_channels
    )
    made = make_app({"review_recovery": shopadmin_review_recovery, "sms": gateway}, prepare=schema.upgrade)
    heard.clear()
    with made.app_context():
        testing.make_account(made, is_owner=True)
        yield made
        db.session.remove()


def messages() -> list[OutboxMessage]:
    db.session.rollback()
    return list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def test_without_phones_nobody_is_texted(app: Flask) -> None:
    make_case()

    assert alerts.tell(NOON) == 0
    assert messages() == []


def test_what_is_new_goes_to_each_phone_once_in_one_message(app: Flask) -> None:
    set_platform(app, alert_phones=PHONES, alert_language="en")
    first, second = make_case(), make_case(phone="13900139002")

    assert (alerts.tell(NOON), alerts.tell(NOON + timedelta(minutes=1))) == (2, 0)

    assert [(found.basis, found.state, found.buyer_id) for found in messages()] == [("staff", "queued", 0)] * 2
    assert events(first) == events(second) == ["owner.told"]
    assert delivering.deliver_due("t:1", NOON + timedelta(hours=8)) == 2
    assert {found.destination for found in heard} == {"13800138001", "+44 7400 123456"}
    assert all("2 new low reviews" in found.text and "1390013" not in found.text for found in heard)


def test_old_reviews_and_cases_that_are_over_are_no_news(app: Flask) -> None:
    set_platform(app, alert_phones="13800138001")
    make_case(reviewed_at=NOON - timedelta(hours=49))
    make_case(state="invalid", closed_at=NOON, outcome="other", reason="why")

    assert alerts.tell(NOON) == 0


def test_the_gate_lets_more_than_three_through_and_none_in_the_night(app: Flask) -> None:
    set_platform(app, alert_phones="13800138001")
    for minute in range(5):
        make_case(phone=f"1390013900{minute}")
        alerts.tell(NOON + timedelta(minutes=minute))
    make_case(phone="13900139009", opened_at=NIGHT)
    alerts.tell(NIGHT)

    assert [found.verdict for found in messages()] == ["allow"] * 5 + ["hold"]
    assert messages()[-1].next_attempt_at == NIGHT + timedelta(hours=9, minutes=30)


def test_only_texts_to_whole_phones_are_for_staff(app: Flask) -> None:
    for channel, phone in (("chat", "13800138001"), ("sms.text", "138****8001")):
        with pytest.raises(RefusedError):
            send_to_staff(StaffMessage("review_recovery.t", channel, phone, "Sample"), NOON)

    assert messages() == []


@pytest.mark.parametrize(
    ("typed", "is_wrong"), [(PHONES, False), ("", False), ("1380013800*", True), ("\n".join(["13800138001"] * 6), True)]
)
def test_the_settings_take_five_whole_phones_at_most(app: Flask, typed: str, is_wrong: bool) -> None:
    with app.test_request_context():
        form = SettingsForm(MultiDict({"alert_phones": typed, "week": "mon-fri 09:00-18:00"}))
        form.validate()

    assert ("alert_phones" in form.errors) is is_wrong


def test_the_owner_alone_has_the_tile_and_messages_to_staff_lead_to_no_buyer(app: Flask) -> None:
    set_platform(app, alert_phones="13800138001")
    make_case(state="new")
    alerts.tell(NOON)
    owner = testing.sign_in(app, testing.make_account(app, is_owner=True))
    agent = testing.sign_in(app, testing.make_account(app, "review_recovery.case:reply"))

    assert "New bad reviews" in owner.get("/admin/").text
    assert "New bad reviews" not in agent.get("/admin/").text
    shown = owner.get(f"/admin/messages/details/{messages()[0].id}").text
    assert "The shop&#39;s own people" in shown
    assert "138****8001" in shown
    assert "buyers/details/0" not in shown + owner.get("/admin/messages/").text


def test_the_activity_log_shows_two_digits_of_a_phone(shop):
    testing.make_account(shop, is_owner=True)
    for phones in ("13900139001\n139 0013 9002", ""):
        plugins.save_settings(OWNER, "review_recovery", {"alert_phones": phones})

    logged = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert logged.before["alert_phones"] == "*********01\n*** **** **02"
