"""Buyers as plugins show and find them; the shop's own people among them; small tables; incidents that were kept."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from shopadmin import testing
from shopadmin.contract import AccountId, Actor, BuyerId, IncidentReport
from shopadmin.models import db
from shopadmin.services import incident_reports, shown_buyers, spreadsheets
from shopadmin.services.conflicts import RefusedError

CLERK = Actor(AccountId(1), "Robin", False, frozenset({"core.buyers:read"}))
OWNER = Actor(AccountId(1), "Owner", True, frozenset())


def found(actor: Actor, term: str) -> set[int]:
    return {row for query in shown_buyers.buyers_found(actor, term) for row in db.session.scalars(query)}


def test_names_are_masked_and_found_as_in_the_cores_own_list(app: Flask) -> None:
    buyer_id = testing.make_buyer("Wang Sample", phone="+8613800138000")

    assert shown_buyers.buyer_snapshots(OWNER, [buyer_id, 999])[BuyerId(buyer_id)].name == "Wang Sample"
    assert shown_buyers.buyer_snapshots(CLERK, [buyer_id])[BuyerId(buyer_id)].name != "Wang Sample"
    assert (found(OWNER, "Wang"), found(CLERK, "Wang"), found(CLERK, "Wang Sample")) == ({buyer_id}, set(), {buyer_id})


def test_the_shops_own_people_are_known_by_their_address(app: Flask) -> None:
    testing.make_account(app, email="Robin@shop.example")
    own, other = testing.make_buyer(email="robin@shop.example"), testing.make_buyer(email="li@buyer.example")

    assert shown_buyers.own_people([own, other]) == {own}


def test_the_shops_own_people_are_known_by_their_mailbox_however_a_letter_to_it_is_tagged(app: Flask) -> None:
    testing.make_account(app, email="kefu@shop.example")
    testing.make_account(app, email="Mei+Work@shop.example")
    own = [testing.make_buyer(email=f"{name}@shop.example") for name in ("kefu+x", "Kefu", "mei+gift", "mei")]
    others = [testing.make_buyer(email=email) for email in ("kefu2@shop.example", "kefu+x@buyer.example")]

    assert shown_buyers.own_people([*own, *others]) == set(own)
    assert shown_buyers.own_mailboxes() >= {"kefu@shop.example", "mei@shop.example"}


def test_incidents_are_listed_as_they_were_announced(app: Flask) -> None:
    buyer_id, at = BuyerId(testing.make_buyer()), datetime(2026, 1, 1, tzinfo=UTC)
    order_id = testing.make_order(1, buyer_id=buyer_id)
    for number, kind in enumerate(("tests.one", "tests.two", "tests.one")):
        report = IncidentReport(kind, f"tests.{number}", at, order_id=order_id, tier=1)  # type: ignore[arg-type]
        incident_reports.report(None, report)

    first, second = incident_reports.recorded(("tests.one",), 0)

    assert (first.kind, first.buyer_id, first.order_id, first.tier, first.at) == (
        "tests.one",
        buyer_id,
        order_id,
        1,
        at,
    )
    assert incident_reports.recorded(("tests.one",), first.incident_id) == [second]


def test_a_small_table_is_read_by_its_headings(app: Flask) -> None:
    text = "姓名,手机号,\r\n王样本, 13800138000 ,x\r\n"

    assert spreadsheets.read_table("a.csv", text.encode("gb18030"), 5) == [
        (1, {"姓名": "王样本", "手机号": "13800138000"})
    ]
    for content, most in ((b"", 5), (b"a\r\n1\r\n2\r\n", 1), (b"PK\x03\x04", 5)):
        with pytest.raises(RefusedError) as refused:
            spreadsheets.read_table("a.csv", content, most)
        assert refused.value.problems[0].field == "file"
    assert spreadsheets.read_day("2026/1/5 10:00") == date(2026, 1, 5)
    with pytest.raises(ValueError, match="soon"):
        spreadsheets.read_day("soon")
