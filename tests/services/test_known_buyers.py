"""A buyer for somebody whom a list names: the one there is, found as imports find it, or a new one; on both engines."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from importing import rows, run, undo
from orders_file import order, orders
from sqlalchemy import select

from shopadmin import testing
from shopadmin.contract import BuyerIdentifier
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.services import contacts
from shopadmin.services.conflicts import RefusedError
from shopadmin.services.known_buyers import buyer_found_or_made, known_or_new_buyer

PHONE, EMAIL = "17000000001", "Sample.Person@gmail.com"


def phone(text: str = PHONE) -> BuyerIdentifier:
    return BuyerIdentifier("phone", text)


def email(text: str = EMAIL) -> BuyerIdentifier:
    return BuyerIdentifier("email", text)


def uid(text: str = "AbC1", scope: str = "12345") -> BuyerIdentifier:
    return BuyerIdentifier("platform_uid", text, scope)


def nick(text: str, scope: str = "taobao") -> BuyerIdentifier:
    return BuyerIdentifier("nick", text, scope)


def buyers() -> list[tuple[object, ...]]:
    return rows("buyer", "id", "ref")


def test_a_new_buyer_has_all_that_was_given_and_is_written_down_once(app: Flask) -> None:
    given = [phone("+86 170 0000 0001"), email(), uid(), nick("Sample"), phone("138****0001")]

    first = known_or_new_buyer(None, given, " Sample Person ")
    again = [known_or_new_buyer(None, [each]) for each in (given[0], phone(f"0086{PHONE}"), email(), uid())]

    assert set(again) == {first}
    assert rows("buyer", "id", "ref", "platform", "name") == [(first, "12345:abc1", "12345", "Sample Person")]
    assert sorted(kind for (kind,) in rows("buyer_identifier", "kind")) == ["account", "email", "phone"]
    entries = db.session().scalars(select(AuditEntry).where(AuditEntry.code == "core.buyer.added")).all()
    assert [entry.after["identifiers"] for entry in entries] == [["account", "email", "phone"]]
    db.session.rollback()


def test_the_order_that_comes_later_joins_the_same_row(app: Flask) -> None:
    found = known_or_new_buyer(None, [phone("+86 17000000001")])

    run({"a.csv": orders(order(1, 买家会员名="测**01"))})

    assert rows("shop_order", "buyer_id") == [(found,)]
    assert len(buyers()) == 1


def test_the_buyer_whom_a_platform_names_is_taken_before_one_of_a_phone_alone(app: Flask) -> None:
    run({"a.csv": orders(order(1, 买家会员名="测**01"), order(2, 联系手机=f"'{PHONE}"))})
    named = next(row_id for row_id, ref in buyers() if ref == "taobao:nick2")

    assert known_or_new_buyer(None, [phone()]) == named
    assert known_or_new_buyer(None, [nick("NICK2")]) == named


def test_a_buyer_that_was_found_stays_when_its_import_is_undone(app: Flask) -> None:
    report = run({"a.csv": orders(order(1), order(2))})
    found = known_or_new_buyer(None, [phone()])

    undo(report.run_id)

    assert [row_id for row_id, _ref in buyers()] == [found]


@pytest.mark.parametrize(
    ("identifier", "code"),
    [
        (phone("138****8000"), "masked"),
        (phone("13800138000转1234"), "privacy_number"),
        (phone("+49 30 123456"), "not_mobile"),
        (email("service@example.org"), "role"),
        (nick("s**e"), "masked"),
        (nick("somebody"), "not_a_key"),
        (BuyerIdentifier("address", "Sample street 1"), "weak"),
        (phone("1" * 201), "too_long"),
        (uid("a\0b"), "invalid"),
    ],
)
def test_what_tells_nobody_is_refused_with_the_reason_and_adds_nobody(
    app: Flask, identifier: BuyerIdentifier, code: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        known_or_new_buyer(None, [identifier], "Sample Person")

    assert [(found.code, found.field) for found in refused.value.problems] == [(code, "identifiers")]
    assert buyers() == []


def test_of_many_who_name_the_same_person_at_once_one_makes_the_buyer(app: Flask) -> None:
    asked = [[phone()], [email(), phone()], [uid(), email()], [phone(), uid()]]
    start = Barrier(len(asked))

    def ask(given: list[BuyerIdentifier]) -> int:
        with app.app_context():
            start.wait()
            return known_or_new_buyer(None, [*given, phone("13900139000")])

    db.session.remove()
    with ThreadPoolExecutor(len(asked)) as pool:
        found = set(pool.map(ask, asked))

    assert len(found) == len(buyers()) == 1


def test_an_import_waits_for_whoever_is_making_the_same_buyer(app: Flask) -> None:
    start = Barrier(2)

    def make(_number: int) -> None:
        with app.app_context():
            start.wait()
            for number in range(1, 31):
                known_or_new_buyer(None, [phone(f"170{number:08}")])

    db.session.remove()
    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(make, 0)
        start.wait()
        report = run({"a.csv": orders(*(order(number, 买家会员名="测**01") for number in range(1, 31)))})
        making.result()

    assert report.state == "applied"
    assert len(buyers()) == 30
    assert len({buyer for (buyer,) in rows("shop_order", "buyer_id")}) == 30


def test_a_number_without_country_code_is_one_of_the_region_that_is_given_else_of_the_shop(app: Flask) -> None:
    one = known_or_new_buyer(None, [BuyerIdentifier("phone", "07400 123456", region="GB")])

    assert known_or_new_buyer(None, [phone("+447400123456")]) == one
    # The shop's own country has no such number, and the digits alone are nobody's.
    with pytest.raises(RefusedError):
        known_or_new_buyer(None, [phone("07400 123456")])
    with pytest.raises(RefusedError):
        known_or_new_buyer(None, [BuyerIdentifier("phone", "07400 123456", region="DE")])
    assert len(buyers()) == 1


def test_a_phone_is_kept_as_an_import_would_keep_it(app: Flask) -> None:
    known_or_new_buyer(None, [phone("(0044) 7400 123456")])

    ((value, tail),) = rows("buyer_identifier", "value_hash", "tail_hash")
    keys = contacts.keyring()
    assert value == contacts.identifier_hash(keys, "phone", "+447400123456")
    assert tail == contacts.tail_hash(keys, "3456")
    assert testing.make_buyer() != known_or_new_buyer(None, [phone("+447400123456")])


def test_whoever_asks_is_told_whether_the_buyer_was_made_just_now(app: Flask) -> None:
    made, is_new = buyer_found_or_made(None, [phone()])

    assert is_new
    assert buyer_found_or_made(None, [phone()]) == (made, False)
