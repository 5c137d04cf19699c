"""Incidents become drafts, once each; the shop's old list becomes drafts, row by row."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from labels_of_tests import NOW
from shopadmin_buyer_labels import permissions
from shopadmin_buyer_labels.models import Label
from shopadmin_buyer_labels.services import incidents, records
from sqlalchemy import delete, select, update

from shopadmin import testing
from shopadmin.models.buyers import Buyer
from shopadmin.models.cases import Incident
from shopadmin.plugin_api import (
    BuyerId,
    EvidenceOrigin,
    IncidentReport,
    OrderId,
    db,
    record_incident,
    refund_counts,
    store_evidence,
    writing,
)


def report(**changes: Any) -> int:
    values: dict[str, Any] = {
        "kind": "review.extortion_demand", "key": "tests.case.1", "occurred_at": datetime.now(UTC) - timedelta(hours=1),
        "tier": 1,
    }  # fmt: skip
    return record_incident(None, IncidentReport(**values | changes))


def labels() -> list[Label]:
    db.session.rollback()
    return list(db.session.scalars(select(Label).order_by(Label.id)))


def test_an_incident_opens_one_draft_with_its_evidence_and_everything_still_to_be_looked_at(shop: Flask) -> None:
    buyer_id = BuyerId(testing.make_buyer())
    proof = store_evidence(None, "tests.case", 1, "chat", "50 or one star", EvidenceOrigin(NOW))

    report(buyer_id=buyer_id, evidence=(proof,))
    report(buyer_id=buyer_id, evidence=(proof,))  # the same key again

    (label,) = labels()
    assert (label.buyer_id, label.code, label.origin, label.tier, label.evidence_tier) == (
        buyer_id, "review.extortion_demand", "incident", 1, 1,
    )  # fmt: skip
    assert [piece.uuid for piece in records.pieces(label.id)] == [proof]
    assert (label.created_by, label.own_fault, label.contacted_on, label.submitted_at) == (None, None, None, None)


def test_what_the_books_say_is_attached_where_nothing_else_was_kept(shop: Flask) -> None:
    report(kind="payment.chargeback_represented_won", buyer_id=BuyerId(testing.make_buyer()), tier=2, outcome="won")

    (label,) = labels()
    assert (label.tier, label.evidence_tier, label.severity) == (2, 2, 2)


def test_the_label_leads_to_its_incident_and_order_for_those_who_may_see_them(shop: Flask) -> None:
    buyer_id = testing.make_buyer()
    testing.make_order(1, buyer_id=buyer_id)
    order_id = testing.make_order(2, buyer_id=buyer_id)
    incident_id = report(order_id=OrderId(order_id), buyer_id=BuyerId(buyer_id))
    (label,) = labels()
    page, points = f"/admin/buyer-labels/labels/details/{label.id}", (permissions.READ, "core.incidents:read")

    shown = testing.sign_in(shop, testing.make_account(shop, *points, "core.orders:read")).get(page).text
    assert f"/admin/incidents/details/{incident_id}" in shown
    assert f"/admin/orders/details/{order_id}" in shown
    shown = testing.sign_in(shop, testing.make_account(shop, permissions.READ)).get(page).text
    assert "T000002" in shown
    assert f"/admin/orders/details/{order_id}" not in shown
    worker = testing.sign_in(
        shop, testing.make_account(shop, permissions.PROPOSE, "core.complaints:work", "core.orders:read")
    )
    closed = worker.get(f"/admin/buyer-labels/complaints/label/{label.id}")
    assert "First look whether it was the shop&#39;s own fault" in worker.get(closed.location).text
    with writing() as session:
        session.execute(update(Label).values(own_fault=False))
    offered = worker.get(f"/admin/buyer-labels/complaints/label/{label.id}").text.partition('name="order"')[2]
    assert offered.index("T000002") < offered.index("T000001")
    with writing() as session:
        session.execute(delete(Incident))
    assert "T000002" not in testing.sign_in(shop, testing.make_account(shop, *points)).get(page).text


def test_incidents_without_a_name_or_a_buyer_and_refunds_make_no_label(shop: Flask) -> None:
    buyer_id = testing.make_buyer()
    for number in range(3):
        testing.make_order(number, buyer_id=buyer_id, status="refunded")
    report(kind="tests.something", buyer_id=BuyerId(buyer_id))

    assert labels() == []
    assert refund_counts([buyer_id]) == {buyer_id: 3}


def test_what_was_missed_is_caught_up_with_once(shop: Flask) -> None:
    report(buyer_id=BuyerId(testing.make_buyer()))
    first = labels()[0].id
    with writing() as session:
        for name in ("event", "evidence", "label"):
            session.connection().execute(delete(Label.metadata.tables[f"plugin_buyer_labels_{name}"]))

    assert incidents.catch_up() == 1
    assert incidents.catch_up() == 0
    assert [label.origin for label in labels()] == ["incident"]
    assert first


LINES: list[Any] = [
    {"identifiers": [{"kind": "phone", "value": "138 0013 8000"}], "code": "refund.item_swapped", "tier": 2,
     "severity": 3, "happened_on": "2026-01-15", "note": "Another serial number came back"},
    {"identifiers": [{"kind": "phone", "value": "+86 13800138000"}], "code": "shopadmin:refund.item_swapped", "tier": 2,
     "severity": 2, "happened_on": "2026-01-15", "note": "again"},
    {"identifiers": [{"kind": "email", "value": "li@buyer.example"}], "code": "conduct.threat_to_staff", "tier": 1,
     "severity": 3, "happened_on": "2026-01-15", "note": ""},
    {"identifiers": [{"kind": "address", "value": "Hangzhou, Xihu 1"}], "code": "promo.multi_account", "tier": 1,
     "severity": 1, "happened_on": "2026-01-15", "note": ""},
    {"identifiers": [{"kind": "phone", "value": "138****8000"}], "code": "person.liar", "tier": "2", "severity": 1,
     "happened_on": "soon", "note": "x"},
    "no object",
]  # fmt: skip


def test_a_file_of_lines_becomes_drafts_and_names_what_did_not(shop: Flask, tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in LINES), encoding="utf-8")
    run = shop.test_cli_runner().invoke

    result = json.loads(_command(run, ["import", str(file), "--json"], 1))

    assert result["drafts"] == [{"line": 1, "id": 1}]
    assert [row["line"] for row in result["duplicates"]] == [2]
    named = {row["line"]: [(found["field"]) for found in row["problems"]] for row in result["refused"]}
    assert named == {
        3: ["severity"], 4: ["identifiers"], 5: ["code", "happened_on", "tier"], 6: ["line"],
    }  # fmt: skip
    assert db.session.scalar(select(Buyer.id).where(Buyer.id > 1)) is None  # nothing of a refused row is left
    (shown,) = json.loads(_command(run, ["labels", "--json"], 0))["labels"]
    assert shown["expires_at"].startswith("20")
    assert {name: shown[name] for name in ("id", "buyer", "code", "tier", "severity", "status")} == {
        "id": 1, "buyer": 1, "code": "refund.item_swapped", "tier": 2, "severity": 3, "status": "draft",
    }  # fmt: skip
    # Nothing is attached to it yet: the lines say so, and the page, by the same reading.
    assert "E2 3 (attached: E0)" in _command(run, ["labels"], 0)
    browser = testing.sign_in(shop, testing.make_account(shop, permissions.READ))
    listed = browser.get("/admin/buyer-labels/labels/?view=drafts").text
    assert "said to be E2 record of the platform, the courier or a bank, attached: E0" in listed


def test_a_phone_of_a_list_is_one_of_its_region_else_of_the_shop(shop: Flask, tmp_path: Path) -> None:
    phones: list[dict[str, Any]] = [
        {"value": "07400 123456", "region": "gb"}, {"value": "+44 7400 123456"}, {"value": "07400 123456"},
        {"value": "07400 123456", "region": "UK1"}, {"value": "07400 123456", "region": 44},
    ]  # fmt: skip
    file = tmp_path / "old.jsonl"
    file.write_text("\n".join(json.dumps(LINES[0] | {"identifiers": [{"kind": "phone"} | each]}) for each in phones))

    result = json.loads(_command(shop.test_cli_runner().invoke, ["import", str(file), "--json"], 1))

    assert result["drafts"] == [{"line": 1, "id": 1}]
    assert [row["line"] for row in result["duplicates"]] == [2]  # the same person, with the country code
    named = {row["line"]: [(found["code"], found["field"]) for found in row["problems"]] for row in result["refused"]}
    assert named == {
        3: [("invalid", "identifiers")], 4: [("buyer_labels.region", "identifiers")],
        5: [("buyer_labels.identifiers", "identifiers")],
    }  # fmt: skip
    assert len(labels()) == 1


def _command(run: Any, words: list[str], code: int) -> str:
    from shopadmin_buyer_labels.cli import buyer_labels

    result = run(buyer_labels, words, obj=None)
    assert result.exit_code == code, result.output
    return str(result.output)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00"])
def test_a_file_that_is_no_text_is_refused(shop: Flask, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "old.jsonl"
    file.write_bytes(content)

    from shopadmin_buyer_labels.cli import buyer_labels

    result = shop.test_cli_runner().invoke(buyer_labels, ["import", str(file)], obj=None)

    assert result.exit_code == 2
    assert labels() == []
