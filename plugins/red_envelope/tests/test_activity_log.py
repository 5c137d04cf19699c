"""Whatever the plugin records has a sentence in the activity log, in both languages."""

import re
from dataclasses import replace
from pathlib import Path

import shopadmin_red_envelope
from flask import Flask
from flask_babel import force_locale
from red_envelope_push import OWNER
from red_envelope_shop import TERMS, Clock, make_campaign
from shopadmin_red_envelope.activity_log import MESSAGES
from shopadmin_red_envelope.services import campaigns
from sqlalchemy import select

from shopadmin.models.audit import AuditEntry
from shopadmin.plugin_api import db
from shopadmin.services import activity, activity_log

# What stands in an f-string is put together from the acts that the services name.
ACTS = re.compile(r'_(?:record|add)\((?:[^()"]|\([^()]*\))*"([a-z_]+)"')
CODES = re.compile(r'"(red_envelope\.[a-z]+(?:\.[a-z_]+)?)"')


def recorded() -> set[str]:
    folder = Path(str(shopadmin_red_envelope.__file__)).parent / "services"
    found: set[str] = set()
    for name, noun in (("campaigns", "campaign"), ("activities", "activity"), ("sealing", ""), ("denominations", ""),
                       ("demo", ""), ("claiming", ""), ("expiring", ""), ("holding", "hold"),
                       ("refunding", "refund"), ("pushes", "push"), ("push_drawing", ""),
                       ("push_sending", "")):  # fmt: skip
        text = (folder / f"{name}.py").read_text()
        found |= set(CODES.findall(text)) | {f"red_envelope.{noun}.{act}" for act in ACTS.findall(text) if noun}
    return found


def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    assert recorded() == {message.code for message in MESSAGES}


def test_the_log_says_it_in_the_readers_language(shop: Flask) -> None:
    with shop.test_request_context(), force_locale("zh_Hans_CN"):
        assert str(activity.sentence("red_envelope.campaign.scheduled")) == "为红包活动排期"
        assert activity.about("red_envelope.campaign", "3") == "红包活动 3"


def test_values_are_said_in_words_and_what_stayed_is_left_out(clock: Clock) -> None:
    campaign = make_campaign("draft")
    campaigns.edit(None, campaign, replace(TERMS, amount=2000, quantity=None), campaigns.find(campaign).activity_id, 1)
    campaigns.schedule(None, campaign, 2)
    query = select(AuditEntry).where(AuditEntry.object_type == "red_envelope.campaign").order_by(AuditEntry.id)

    with force_locale("en"):
        made, changed, scheduled = [
            activity_log.changes(OWNER, row.object_type, row.before or {}, row.after or {})
            for row in db.session.scalars(query)
        ]

    assert "Denomination: CN¥10.00" in made
    assert "Collected from: 2026-06-19 00:00" in made
    assert changed[:2] == ["Denomination: CN¥10.00 → CN¥20.00", "Pieces: 100"]
    assert scheduled[0] == "State: Draft → Scheduled"
    assert not any("{" in line or "1781" in line for line in made + changed + scheduled)
