"""All that is held on a person, nothing of another; being forgotten; and who looked at whom."""

import io
import json
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from appeals_shop import HOUR, NOW, OF_LABEL, WORKS, decider, label_of, make_actor, make_label, owner, stands
from flask import Flask
from flask_babel import force_locale
from shopadmin_buyer_labels import cli, dossier_words, permissions
from shopadmin_buyer_labels.models import (
    Appeal,
    BuyerAllowance,
    BuyerMerge,
    BuyerSplit,
    Label,
    LabelEvent,
    LabelEvidence,
    MatchSuggestion,
    OrderDecision,
    OrderHold,
    Outcome,
    Rebuttal,
)
from shopadmin_buyer_labels.services import appeals, complaints, dossiers, lookups
from shopadmin_buyer_labels.services.appeals import Objection
from sqlalchemy import inspect, select, text

from shopadmin import testing
from shopadmin.models.audit import AuditEntry
from shopadmin.models.buyers import Buyer, BuyerIdentifier
from shopadmin.models.cases import Incident, Note
from shopadmin.models.complaints import Complaint, ComplaintEvent
from shopadmin.models.evidence import Evidence
from shopadmin.models.messages import Consent, DoNotContact, OutboxMessage
from shopadmin.models.orders import Chargeback, Order, OrderLine, Payment, Refund, Shipment
from shopadmin.models.reviews import Reply, Review, ReviewVersion
from shopadmin.plugin_api import (
    ForbiddenError,
    IncidentReport,
    MissingError,
    OrderId,
    db,
    evidence_of,
    record_incident,
)
from shopadmin.services import erasing, integrity, subject_records, subject_words

PREFIX = "plugin_buyer_labels_"


def make_person(shop: Flask, number: int) -> tuple[int, int]:
    """A buyer with a label, a rebuttal and a decision; each text carries the person's number. Returns buyer, label."""
    buyer_id = testing.make_buyer(f"Sample Person {number}", f"1380000000{number}")
    label_id = make_label(
        make_actor(shop).account_id, make_actor(shop).account_id, buyer_id, f"chat {number}",
        note=f"Note {number}", notice_text=f"Notice {number}", own_fault_note=f"Looked {number}",
        review_note=f"Review {number}", notice_impossible=f"Gone {number}",
    )  # fmt: skip
    appeal_id = appeals.open_for(owner(shop), label_id, Objection(f"Rebuttal {number}", "phone"), NOW)
    appeals.decide(decider(shop), appeal_id, "rejected", "", f"Reason {number}", NOW + HOUR)
    return buyer_id, label_id


def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_g9_a_dossier_holds_everything_of_one_person_and_nothing_of_another(shop: Flask) -> None:
    (buyer_id, label_id), _other = make_person(shop, 1), make_person(shop, 2)
    lookups.saw(owner(shop), "label", [buyer_id])

    content = dossiers.export(owner(shop), buyer_id, NOW + HOUR).read()

    found = files(content)
    assert list(found) == ["dossier.html", "dossier.json"]
    told = json.loads(found["dossier.json"])
    (label,) = told["labels"]
    assert (label["id"], label["status"], label["code"]) == (label_id, "active", "refund.item_swapped")
    assert [appeal["outcome"] for appeal in label["appeals"]] == ["rejected"]
    assert [view["page"] for view in told["look_ups"]] == ["label"]
    for page in found.values():
        words = page.decode()
        for kept in ("Sample Person 1", "13800000001", "Note 1", "Notice 1", "Looked 1", "Rebuttal 1", "Reason 1"):
            assert kept in words, kept
        assert not [word for word in ("Person 2", "13800000002", "Note 2", "Rebuttal 2") if word in words]
        assert "owner@example.com" not in words
    # The page is for people: times and answers as they write them, and no name of what nothing is known of.
    assert "+00:00" in found["dossier.json"].decode()
    assert not [word for word in ("+00:00", ">False<", ">None<", "<dd></dd>") if word in found["dossier.html"].decode()]
    assert dossiers.export(owner(shop), buyer_id, NOW + HOUR).read() == content
    taken = db.session().scalars(select(AuditEntry).where(AuditEntry.code == "buyer_labels.dossier.exported")).all()
    assert [row.object_id for row in taken] == [str(buyer_id)] * 2


def test_the_page_is_in_words_of_the_reader_with_money_and_the_shops_clock_and_the_file_stays_exact(
    shop: Flask,
) -> None:
    buyer_id, label_id = make_person(shop, 1)
    at = datetime(2026, 11, 1, 20, 30, 15, tzinfo=UTC)
    order_id = testing.make_order(1, buyer_id=buyer_id, created_at=at, total=31_500, status_raw="TRADE_OK")
    report = IncidentReport("payment.chargeback_represented_won", "core.chargeback.1", at, order_id=OrderId(order_id),
                            tier=2, outcome="won")  # fmt: skip
    record_incident(None, report, NOW)
    lookups.saw(owner(shop), "label", [buyer_id])

    with force_locale("zh_Hans_CN"):
        found = files(dossiers.export(owner(shop), buyer_id, NOW + HOUR).read())

    page, told = found["dossier.html"].decode(), json.loads(found["dossier.json"])
    for said in ("¥315.00", "2026-11-02 04:30", "Asia/Shanghai", "退回的商品被调换", "标签页面", "店铺胜诉的拒付"):
        assert said in page, said
    for raw in ("31500", "+00:00", "core.chargeback.1", "refund.item_swapped", "rejected", "paid_at", "buyer id"):
        assert raw not in page, raw
    # Every name of a field is Chinese: no field was forgotten.
    names = re.findall(r"<dt>([^<]+)</dt>", page)
    assert len(names) > 30
    assert [name for name in names if name.isascii() and name not in ("SHA-256", "SKU")] == []
    order = told["shop"]["orders"][0]
    assert (order["total"], order["created_at"]) == (31_500, at.isoformat())
    assert told["labels"][0]["id"] == label_id


def test_every_field_that_a_dossier_can_hold_has_a_name_of_its_own() -> None:
    """Of each table: nothing is shown by its column's name, and no two columns of one record by the same word."""
    parts = {
        "core": (subject_words.NAMES, (Order, OrderLine, Payment, Refund, Chargeback, Shipment, Buyer, BuyerIdentifier,
                 Review, ReviewVersion, Reply, Consent, DoNotContact, OutboxMessage, Incident, Note, Complaint,
                 ComplaintEvent, Evidence), subject_records._INTERNAL | subject_words._OURS),
        "labels": (dossier_words.NAMES, (Label, LabelEvidence, LabelEvent, Rebuttal, Appeal, Outcome, OrderDecision,
                   OrderHold, BuyerAllowance, BuyerMerge, BuyerSplit, MatchSuggestion), dossiers._INTERNAL),
    }  # fmt: skip
    for names, models, internal in parts.values():
        for model in models:
            columns = [column.key for column in inspect(model).column_attrs]
            shown = [name for name in columns if name not in internal and name != "id" and not name.endswith("_id")]
            assert [name for name in shown if name not in names] == [], model
            texts = [str(names[name]) for name in shown]
            assert len(set(texts)) == len(texts), (model, sorted(texts))


def test_a_dossier_is_for_those_who_may_take_it_out_and_of_somebody_who_is_there(shop: Flask) -> None:
    buyer_id, _label_id = make_person(shop, 1)

    with pytest.raises(ForbiddenError):
        dossiers.export(make_actor(shop, permissions.READ, permissions.REVIEW), buyer_id)
    with pytest.raises(MissingError):
        dossiers.export(owner(shop), buyer_id + 99)


def test_one_command_writes_the_dossier_and_overwrites_nothing(shop: Flask, tmp_path: Path) -> None:
    buyer_id, _label_id = make_person(shop, 1)
    db.session().rollback()
    out, runner = tmp_path / "dossier.zip", shop.test_cli_runner()
    words = ["dossier", str(buyer_id), "--out", str(out), "--json"]

    done, again = (runner.invoke(cli.buyer_labels, words) for _time in range(2))
    nobody = runner.invoke(cli.buyer_labels, ["dossier", "99", "--out", str(tmp_path / "nobody.zip")])

    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["buyer"] == buyer_id
    assert set(files(out.read_bytes())) == {"dossier.html", "dossier.json"}
    assert out.stat().st_mode & 0o077 == 0
    assert (again.exit_code, nobody.exit_code) == (2, 2)
    assert list(tmp_path.glob("*.zip")) == [out]


def test_g14_whoever_is_forgotten_leaves_a_tombstone_and_no_word_in_any_table_of_the_plugin(shop: Flask) -> None:
    (buyer_id, label_id), (_stays, other_id) = make_person(shop, 1), make_person(shop, 2)
    order_id = OrderId(testing.make_order(1, buyer_id=buyer_id, platform="taobao"))
    used = make_label(make_actor(shop).account_id, make_actor(shop).account_id, buyer_id, "used", note="Note 3")
    worker = make_actor(shop, permissions.PROPOSE, permissions.READ, *WORKS)
    complaints.open_for_label(worker, used, order_id, "malicious_refund")
    appeals.open_for(worker, used, Objection("Open words"), NOW)
    (erased,) = evidence_of(OF_LABEL, label_id)

    erasing.erase_buyer(owner(shop), buyer_id, str(buyer_id))

    assert (stands(label_id), stands(used), stands(other_id, NOW + HOUR)) == ("tombstoned", "tombstoned", "active")
    left = personal_cells({label_id, used})
    assert left == []
    assert db.session().scalars(select(Evidence.uuid).where(Evidence.uuid == erased.uuid)).all() == []
    assert not db.session().scalars(select(LabelEvidence).where(LabelEvidence.label_id.in_([label_id, used]))).all()
    (kept,) = evidence_of(OF_LABEL, used)
    (entry,) = db.session().scalars(select(AuditEntry).where(AuditEntry.code == "buyer_labels.person.erased"))
    assert entry.after["evidence_kept_with_complaints"] == [kept.uuid]
    assert "Note 2" in label_of(other_id).note
    assert db.session().scalars(select(Appeal).where(Appeal.label_id == label_id)).one().outcome == "rejected"


def personal_cells(label_ids: set[int]) -> list[tuple[str, str, object]]:
    """Every cell of the plugin's tables, read as it lies there, that could still say something of these labels."""
    connection, found = db.session().connection(), []
    for table in inspect(connection).get_table_names():
        if not table.startswith(PREFIX) or table.endswith("alembic_version"):
            continue
        for row in connection.execute(text(f"select * from {table}")).mappings():
            if row.get("label_id", row["id"] if table == f"{PREFIX}label" else None) in label_ids:
                found += [(table, name, value) for name, value in row.items() if name.endswith("_encrypted") and value]
                found += [(table, name, value) for name, value in row.items() if "words" in str(value)]
    return found


def test_g15_look_ups_are_chained_and_tampering_is_found(shop: Flask) -> None:
    staff = make_actor(shop, permissions.READ)
    lookups.saw(staff, "order", [7, 7, 8])
    rows = db.session().scalars(select(AuditEntry).where(AuditEntry.code == lookups.CODE)).all()
    assert [(row.account_id, row.object_id) for row in rows] == [(staff.account_id, "7"), (staff.account_id, "8")]
    assert integrity.problems() == []
    forged = rows[0].id

    db.session().rollback()
    with db.engine.connect().execution_options(shopadmin_writes=True) as connection, connection.begin():
        on = "" if connection.dialect.name == "sqlite" else " on audit_entry"
        connection.execute(text(f"drop trigger audit_entry_refuses_update{on}"))
        connection.execute(text("update audit_entry set object_id = '9' where id = :id"), {"id": forged})

    assert "audit_chain" in {problem.code for problem in integrity.problems()}
