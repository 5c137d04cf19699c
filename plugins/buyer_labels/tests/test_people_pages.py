"""The pages of who is who: suggestions side by side, merges and their undoing, and what never matches."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from policy_of_tests import grave_label, live_rule
from shopadmin_buyer_labels import permissions
from shopadmin_buyer_labels.models import BuyerMerge, NeverMatch
from shopadmin_buyer_labels.services import indexing
from sqlalchemy import func, select
from suggested_people import pairs, person, suggest

from shopadmin import testing
from shopadmin.models.audit import AuditEntry
from shopadmin.plugin_api import db

SUGGESTIONS, NEVER = "/admin/buyer-labels/suggestions/", "/admin/buyer-labels/never-match/"
MERGES = "/admin/buyer-labels/merges/"


@pytest.fixture
def app(shop: Flask) -> Flask:
    shop.config["WTF_CSRF_ENABLED"] = False
    return shop


def owner(app: Flask) -> FlaskClient:
    return testing.sign_in(app, testing.make_account(app, is_owner=True))


def clerk(app: Flask, *more: str) -> FlaskClient:
    return testing.sign_in(app, testing.make_account(app, permissions.READ, *more))


def suggested() -> tuple[int, int]:
    one, two = person("Wang Sample", 1, "13800138000"), person("Wang Sample", 2, "13900138000")
    grave_label(one)
    assert suggest() == [(one, two, "")]
    return one, two


def count(model: Any, **values: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).filter_by(**values)) or 0


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def test_a_suggestion_is_decided_side_by_side_and_the_merge_taken_back(app: Flask) -> None:
    one, two = suggested()
    browser, reader = owner(app), clerk(app)

    assert "the names are alike" in words(reader.get(SUGGESTIONS))
    assert "the names are alike" in words(reader.get(f"{SUGGESTIONS}?search=%23{two}"))
    assert "the names are alike" not in words(browser.get(f"{SUGGESTIONS}?search=Nobody"))
    page = words(reader.get(f"{SUGGESTIONS}details/1"))
    for said in ("139****8000", "138****8000", "广东省深圳市****", "Another article came back", "W**", "agrees"):
        assert said in page, said
    for hidden in ("Merge them", "13900138000", "1201", "Wang Sample"):
        assert hidden not in page, hidden
    assert reader.post(f"{SUGGESTIONS}details/1/same", data={"why": "x"}).status_code == 403
    assert browser.post(f"{SUGGESTIONS}details/1/same", data={"why": " "}).status_code == 400
    assert pairs() == [(one, two, "")]

    assert browser.post(f"{SUGGESTIONS}details/1/same", data={"why": "They wrote so"}).status_code == 303
    assert browser.post(f"{SUGGESTIONS}details/1/apart").status_code == 409
    assert pairs() == [(one, two, "merged")]
    assert "somebody said so" in words(browser.get(f"/admin/buyers/details/{one}"))
    merge = words(browser.get(f"{MERGES}details/1"))
    assert "They wrote so" in merge
    assert "Undo this merge" in merge
    assert clerk(app).post(f"{MERGES}details/1/undo").status_code == 403
    assert browser.post(f"{MERGES}details/1/undo").status_code == 303
    assert browser.post(f"{MERGES}details/1/undo").status_code == 409

    assert pairs() == [(one, two, "")]
    assert browser.post(f"{SUGGESTIONS}details/1/apart").status_code == 303
    assert pairs() == [(one, two, "other")]
    assert "Ask again" in words(browser.get(f"{SUGGESTIONS}details/1"))
    assert browser.post(f"{SUGGESTIONS}details/1/again").status_code == 303
    assert pairs() == [(one, two, "")]
    seen = count(AuditEntry, code="buyer_labels.person.viewed", object_id=str(two))
    assert seen > 3


def test_an_order_says_when_its_buyer_is_only_perhaps_the_labelled_one(app: Flask) -> None:
    live_rule()
    suggested()
    browser = owner(app)

    assert "nobody has decided yet" in words(browser.get("/admin/orders/details/2"))
    assert "nobody has decided yet" not in words(browser.get("/admin/orders/details/1"))
    assert words(browser.get("/admin/orders/")).count("Perhaps a labelled buyer") == 1


def test_a_merge_by_hand_in_a_circle_is_refused_with_the_reason_and_changes_nothing(app: Flask) -> None:
    one, two = testing.make_buyer(phone="13800138000"), testing.make_buyer(phone="13800138000")
    browser = owner(app)

    def merge(buyer_id: int, into: object, why: str = "They wrote so") -> Any:
        return browser.post(f"{MERGES}new/{buyer_id}", data={"into_id": into, "why": why})

    assert merge(one, f"#{two}").status_code == 303
    for into, status, said in (
        (one, 409, "A circle says nothing"), (two, 400, "cannot be merged with itself"), (99, 400, "No buyer is found"),
        ("x", 400, "No buyer is found"), (10**20, 400, "No buyer is found"), (one, 400, "required"),
        ("13800138000", 400, "Several buyers are found"),
    ):  # fmt: skip
        answer = merge(two, into, "" if said == "required" else "They wrote so")
        assert (answer.status_code, said in words(answer)) == (status, True), words(answer)
    again = merge(one, two)
    assert (again.status_code, "A circle says nothing" in words(again)) == (409, True)
    assert browser.get(f"{MERGES}new/99").status_code == 404
    assert count(BuyerMerge) == 1

    # As people know somebody: by a phone, not by a row's number.
    third = testing.make_buyer(phone="13900139000")
    assert merge(third, "x").status_code == 400
    assert merge(two, "139 0013 9000").status_code == 303
    assert count(BuyerMerge) == 2


def test_the_other_buyer_is_named_by_a_whole_order_number_by_those_who_see_orders(app: Flask) -> None:
    one, two, other = (testing.make_buyer() for _each in range(3))
    for number, buyer_id in (("XA-7", two), ("XA-70", other), (str(one), two)):
        testing.make_order(len(number), order_no=number, buyer_id=buyer_id)
    blind = testing.sign_in(app, testing.make_account(app, permissions.MERGE, permissions.READ))

    def merge(browser: Any, into: str) -> Any:
        return browser.post(f"{MERGES}new/{one}", data={"into_id": into, "why": "They wrote so"})

    for browser, into, said in (
        (blind, "XA-7", "No buyer is found"), (owner(app), "XA-", "No buyer is found"),
        # A number that is one buyer's and another one's order's is nobody's.
        (owner(app), str(one), "Several buyers are found"), (owner(app), "XA-7\0", "No buyer is found"),
    ):  # fmt: skip
        answer = merge(browser, into)
        assert (answer.status_code, said in words(answer)) == (400, True), (into, words(answer))
    assert count(BuyerMerge) == 0

    assert merge(owner(app), "#XA-7").status_code == 303

    assert db.session.scalars(select(BuyerMerge.buyer_id)).all() == [two]


def test_a_buyer_is_split_off_and_back_from_the_buyers_page(app: Flask) -> None:
    one, two = testing.make_buyer(phone="13800138000"), testing.make_buyer(phone="13800138000")
    indexing.catch_up_all()
    browser = owner(app)
    assert "the same mobile number" in words(browser.get(f"/admin/buyers/details/{one}"))

    assert browser.post(f"{MERGES}split/{one}", data={"why": "Father and son"}).status_code == 303
    page = words(browser.get(f"/admin/buyers/details/{one}"))
    assert "Father and son" in page
    assert "Nobody else" in page
    assert browser.post(f"{MERGES}split/1/undo").status_code == 303
    assert "the same mobile number" in words(browser.get(f"/admin/buyers/details/{two}"))
    assert "Split off" not in words(clerk(app, "core.buyers:read").get(f"/admin/buyers/details/{one}"))


def test_lines_are_put_on_the_list_all_or_none_and_taken_off(app: Flask) -> None:
    browser = owner(app)
    assert "Nothing is on the list yet" in words(browser.get(NEVER))

    def add(text: str, **more: str) -> Any:
        return browser.post(f"{NEVER}new", data={"kind": "phone", "value": text, "cause": "pickup"} | more)

    bad = add("13800138000\n\n138****8000\n13900138000")
    assert bad.status_code == 400
    assert "Line 3 is no phone number" in words(bad)
    assert "13900138000" in words(bad)
    assert add("13800138000", cause="x").status_code == add("a\n" * 501).status_code == 400
    assert count(NeverMatch) == 0
    assert add("13800138000\n13900138000\n138 0013 8000").status_code == 303
    assert "13800138000" not in browser.get(NEVER).get_data(as_text=True)
    assert count(NeverMatch) == 2

    assert "…00" in words(browser.get(f"{NEVER}?search=%2B8613800138000"))
    assert "Nothing matches" in words(browser.get(f"{NEVER}?search=1380013"))

    assert clerk(app).post(f"{NEVER}details/1/end").status_code == 403
    assert browser.post(f"{NEVER}details/1/end").status_code == 303
    assert browser.post(f"{NEVER}details/1/end").status_code == 409
    assert "Taken off" in words(browser.get(f"{NEVER}details/1"))
    assert count(NeverMatch, ended_at=None) == 1


def test_an_address_of_ten_people_is_offered_and_put_on_the_list(app: Flask) -> None:
    for number in range(10):
        person(f"Person {chr(65 + number)}", number + 1, f"1380013800{number}")
    # The same person twice is one.
    for number in range(11):
        person("Zhao Sample", 20 + number, "13700137000", "浙江省杭州市西湖区绿园小区5幢301")
    indexing.catch_up_all()
    browser = owner(app)

    shown = browser.get(f"{NEVER}shared/fragment").get_data(as_text=True)
    assert "10 people share this" in shown
    assert shown.count("share this") == 1
    assert "1201" not in shown
    address = re.search(r'action="([^"]+/shared/\d+)"', shown)
    assert address is not None
    assert clerk(app).post(address[1], data={"cause": "dormitory"}).status_code == 403
    assert browser.post(f"{NEVER}shared/999", data={"cause": "dormitory"}).status_code == 404
    assert count(NeverMatch) == 0
    assert browser.post(address[1], data={"cause": "dormitory"}).status_code == 303

    assert count(NeverMatch, cause="dormitory", kind="address") == 1
    assert "share this" not in browser.get(f"{NEVER}shared/fragment").get_data(as_text=True)
