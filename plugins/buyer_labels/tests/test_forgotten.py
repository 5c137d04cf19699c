"""Everything about one buyer, written, taken out, and forgotten: the whole database is searched for what is left."""

import io
import json
import os
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path

from appeals_shop import HOUR, NOW, WORKS, decider, make_actor, make_label, owner
from flask import Flask
from flask_babel import force_locale
from people_of_tests import piece
from policy_of_tests import DAY, grave_label, live_rule
from shopadmin_buyer_labels import permissions
from shopadmin_buyer_labels.models import BuyerKey, MatchSuggestion
from shopadmin_buyer_labels.services import (
    appeals,
    attaching,
    complaints,
    deciding,
    dossiers,
    indexing,
    lookups,
    merging,
    orders,
)
from shopadmin_buyer_labels.services.appeals import Objection
from sqlalchemy import select, update

from shopadmin import testing
from shopadmin.models.cases import Incident, Note
from shopadmin.models.orders import Order
from shopadmin.plugin_api import (
    Actor,
    BuyerId,
    EvidenceOrigin,
    MessageRequest,
    OrderId,
    db,
    send_message,
    store_evidence,
    writing,
)
from shopadmin.services import contacts, erasing, integrity
from shopadmin.services.complaints import working

PHONE, EMAIL, NAME = "13800131313", "w.quagga@example.org", "Wang Quagga"
# In every word that a person wrote about the buyer.
WORD = "okapi"
BEFORE = NOW - DAY


def write_everything(shop: Flask, boss: Actor) -> int:
    """A buyer of whom every table that can tell something does; returns the id."""
    buyer_id = testing.make_buyer(NAME, PHONE, EMAIL, "taobao")
    other, like = testing.make_buyer("Li Sample", PHONE), testing.make_buyer("Wang Sample")
    indexing.catch_up_all()
    _write_orders(buyer_id)
    worker = make_actor(shop, permissions.PROPOSE, permissions.REVIEW, *WORKS)
    label_id = make_label(
        worker.account_id, 999, buyer_id, f"{WORD} {PHONE}", note=f"{WORD} note", notice_text=f"{NAME}: {WORD}",
        own_fault_note=WORD, review_note=WORD, notice_impossible=WORD,
    )  # fmt: skip
    appeal_id = appeals.open_for(boss, label_id, Objection(f"{WORD} says {NAME}", "phone"), NOW)
    appeals.decide(decider(shop), appeal_id, "rejected", "", f"{WORD} reason", NOW + HOUR)
    attaching.keep_piece(worker, label_id, piece(f"{WORD} more"), NOW)
    live_rule()
    grave_label(buyer_id, code="refund.empty_parcel", note=WORD)
    deciding.decide_new(NOW)
    orders.confirm(boss, 1, f"{WORD} {NAME}", NOW)
    orders.release(boss, 2, f"{WORD} {PHONE}", 30, NOW)
    merging.merge(boss, like, buyer_id, f"{WORD} merged")
    merging.split(boss, buyer_id, f"{WORD} split")
    complaint_id = complaints.open_for_label(worker, label_id, OrderId(1), "malicious_refund", f"{WORD} {NAME}")
    working.add_call(boss, complaint_id, "T-1", f"{WORD} call about {PHONE}")
    _write_words(buyer_id, other)
    store_evidence(boss, "order", 2, "chat", f"{WORD} {NAME}", EvidenceOrigin(BEFORE, "chat", 1), "okapi.txt")
    message = MessageRequest("buyer_labels.k1", BuyerId(buyer_id), "chat", f"{WORD} {NAME}", basis="statutory")
    send_message(boss, message)
    lookups.saw(boss, "label", [buyer_id])
    return buyer_id


def _write_orders(buyer_id: int) -> None:
    sealed, mark = contacts.seal_contact(
        contacts.keyring(), contacts.canonical({"phone": PHONE, "recipient": NAME, "address": "1 Okapi Road"})
    )
    for number in (1, 2):
        testing.make_order(number, buyer_id=buyer_id, platform="taobao", created_at=NOW)
    said = {"buyer_name": NAME, "buyer_note": WORD, "shop_note": WORD}
    with writing() as session:
        session.execute(update(Order).values(contact_encrypted=sealed, contact_hash=mark, **said))
    testing.make_review(1, buyer_id=buyer_id, order_id=1, buyer_name=NAME)


def _write_words(buyer_id: int, other: int) -> None:
    with writing() as session:
        for subject, subject_id in (("buyer", buyer_id), ("order", 1), ("review", 1)):
            session.add(Note(subject=subject, subject_id=subject_id, text=f"{WORD} {NAME}", written_by=1,
                             written_at=NOW))  # fmt: skip
        for number, about in enumerate(({"buyer_id": buyer_id}, {"order_id": 2})):
            session.add(Incident(incident_no=f"I{number}", kind="other", note=f"{WORD} {PHONE}", occurred_at=BEFORE,
                                 **about))  # fmt: skip
        first, second = sorted((buyer_id, other))
        session.add(MatchSuggestion(buyer_id=first, other_id=second, score=700, reasons=["name"], found_at=NOW))


def dump() -> bytes:
    """All bytes of the database: SQLite's file with its log, or a dump of PostgreSQL."""
    db.session.remove()
    engine = db.engine
    if engine.dialect.name == "sqlite":
        file = Path(str(engine.url.database))
        engine.dispose()
        return b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))
    binaries = max(Path("/usr/lib/postgresql").glob("*/bin"))
    place = str(engine.url.query["host"])
    command = [str(binaries / "pg_dump"), "-h", place, "-U", "shop", "-d", str(engine.url.database)]
    return subprocess.run(command, check=True, capture_output=True, cwd=place, env={**os.environ}).stdout


def found_in(content: bytes) -> list[str]:
    """Which of the buyer's words stand there, as they are or as PostgreSQL writes bytes."""
    return [
        word for word in (PHONE, EMAIL, NAME, WORD, "Okapi Road")
        if word.encode() in content or word.encode().hex().encode() in content
    ]  # fmt: skip


def test_g14_of_a_forgotten_buyer_no_word_is_left_in_the_whole_database(shop: Flask) -> None:
    boss = owner(shop)
    buyer_id = write_everything(shop, boss)

    with force_locale("en"):
        taken = dossiers.export(boss, buyer_id, NOW + timedelta(hours=2)).read()

    with zipfile.ZipFile(io.BytesIO(taken)) as archive:
        read = {name: archive.read(name).decode() for name in archive.namelist()}
    told = json.loads(read["dossier.json"])["orders_and_likeness"]
    assert [name for name, rows in told.items() if not rows] == []
    assert {row["kind"] for row in told["known_by"]} >= {"phone", "email", "tail", "likeness"}
    assert "kept as a keyed hash that nobody can read back" in read["dossier.html"]
    hashes = [value.hex() for value in db.session().scalars(select(BuyerKey.hash))]
    for text in read.values():
        assert not [value for value in hashes if value in text]
        assert [word for word in (PHONE, EMAIL, NAME, WORD, "Okapi Road") if word not in text] == []
        assert "Li Sample" not in text
    assert set(found_in(dump())) >= {NAME, WORD}

    erasing.erase_buyer(boss, buyer_id, str(buyer_id))

    assert found_in(dump()) == []
    # Labels that a test wrote as rows have no history.
    assert [problem for problem in integrity.problems() if problem.code != "buyer_labels.unwritten"] == []
