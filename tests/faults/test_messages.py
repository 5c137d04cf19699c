"""A worker that is killed while it sends: what it was sending is unknown and is not sent again; nothing is lost."""

import os
import signal
import time
from typing import Any

import commands
import pytest
from flask import Flask
from mail_server import Mailbox, mail_server
from posting import request
from sqlalchemy import select

from shopadmin import testing
from shopadmin.contract import AccountId, Actor
from shopadmin.models import db
from shopadmin.models.messages import OutboxMessage
from shopadmin.services import integrity, settings
from shopadmin.services.messages import mail_settings
from shopadmin.services.messages.sending import send

pytestmark = pytest.mark.fault
OWNER = Actor(AccountId(1), "Owner", True, frozenset())


@pytest.fixture
def box() -> Mailbox:
    return Mailbox()


@pytest.fixture
def shop(app: Flask, box: Mailbox) -> Any:
    """A shop by day with a mail server and three messages that wait."""
    with mail_server(box) as port:
        testing.make_account(app, is_owner=True)
        hour = time.gmtime().tm_hour
        ahead = (14 - hour + 12) % 24 - 12
        settings.save(None, timezone=f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT")
        mail_settings.save(OWNER, host="127.0.0.1", port=port, security="none", user="", sender="shop@example.com")
        for number in range(3):
            buyer_id = testing.make_buyer(email=f"buyer{number}@example.com")
            send(OWNER, request(buyer_id, f"post.{number}", channel="email", subject="Sample"))
        yield app


def states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(OutboxMessage.state).order_by(OutboxMessage.id)))


def start_worker(app: Flask, **more: str) -> commands.Command:
    db.session.remove()
    url = str(app.config["DATABASE_URL"])
    there = {"SHOPADMIN_DATA": str(app.config["DATA_FOLDER"]), "DATABASE_URL": url, "DATABASE_MIGRATE_URL": url}
    environment = os.environ | there | {"SHOPADMIN_PLUGINS": ""} | more
    return commands.start_silent(["worker"], environment)


def wait_for(is_so: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.2)


def finish(app: Flask) -> None:
    """Let a worker that nobody disturbs do what is left."""
    worker = start_worker(app)
    try:
        wait_for(lambda: not {"queued", "sending"} & set(states()))
    finally:
        worker.terminate()
        assert worker.wait(60) == 0


@pytest.mark.parametrize(("point", "arrived"), [("message.handed:2", 3), ("message.claimed:2", 2)])
def test_a_message_whose_worker_is_killed_is_unknown_and_sent_at_most_once(
    shop: Flask, box: Mailbox, point: str, arrived: int
) -> None:
    killed = start_worker(shop, SHOPADMIN_FAILPOINT=f"{point}=kill")
    assert killed.wait(60) == -signal.SIGKILL
    assert states() == ["sent", "sending", "queued"]

    finish(shop)

    assert states() == ["sent", "unknown", "sent"]
    assert len(box.kept) == arrived
    assert len({kept.rcpt_tos[0] for kept in box.kept}) == arrived
    assert integrity.problems() == []


def test_a_worker_that_is_asked_to_end_finishes_what_it_is_sending(shop: Flask, box: Mailbox) -> None:
    worker = start_worker(shop)
    wait_for(lambda: "sent" in states())
    worker.terminate()

    assert worker.wait(60) == 0
    assert set(states()) <= {"sent", "queued"}
    assert len(box.kept) == states().count("sent")
