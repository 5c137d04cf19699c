"""``shopadmin buyer-labels normalise`` and ``match``: one answer a line, a bad line named, the others answered."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from shopadmin_buyer_labels.match_command import match_command
from shopadmin_buyer_labels.normalise_command import normalise_command
from shopadmin_buyer_labels.services import indexing, never_match

from shopadmin import testing
from shopadmin.plugin_api import AccountId, Actor
from shopadmin.services import contacts


def answers(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.output.splitlines()]


def lines(*rows: Any) -> str:
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)


@pytest.fixture
def match(shop: Flask) -> Callable[..., list[list[dict[str, Any]]]]:
    def ask(*rows: dict[str, Any]) -> list[list[dict[str, Any]]]:
        result = CliRunner().invoke(match_command, input=lines(*rows), obj=lambda: shop)
        assert result.exit_code == 0, result.output
        return [row["matches"] for row in answers(result)]

    return ask


def phone(value: str, **more: str) -> dict[str, Any]:
    return {"identifiers": [{"kind": "phone", "value": value, **more}]}


def test_identifiers_are_answered_with_key_or_reason_and_bad_lines_by_number() -> None:
    given = [
        {"kind": "phone", "value": "+86 138-0013-8000"},
        {"kind": "phone", "value": "138****8000"},
        {"kind": "phone", "value": "13800138000转1234"},
        {"kind": "phone", "value": "(415) 555-2671 ext 12", "region": "us"},
        {"kind": "email", "value": "A.b+c@GoogleMail.com"},
        {"kind": "platform_uid", "value": "AbC", "scope": "12345"},
        {"kind": "nick", "value": "аlice", "scope": "taobao"},
        {"kind": "address", "value": "南山区阳光花园3栋"},
        "",
        {"kind": "fax", "value": "1"},
        "{",
        {"kind": "phone", "value": "1", "regoin": "CN"},
        {"kind": "phone", "value": "13900139000"},
    ]

    result = CliRunner().invoke(normalise_command, input=lines(*given))

    found = answers(result)
    assert result.exit_code == 3
    assert [(row["key"], row["reason"]) for row in found if "key" in row] == [
        ("+8613800138000", None), (None, "masked"), (None, "privacy_number"), ("+14155552671", None),
        ("ab@gmail.com", None), ("12345|AbC", None), (None, "not_a_key"), (None, "weak"), ("+8613900139000", None),
    ]  # fmt: skip
    assert [re.match(r"line \d+", row["error"])[0] for row in found if "error" in row] == [
        "line 10",
        "line 11",
        "line 12",
    ]
    assert found[0] == {"kind": "phone", "value": "+86 138-0013-8000", "key": "+8613800138000", "reason": None}


def test_an_exact_match_says_by_which_keys_and_who_else_it_is(match: Any) -> None:
    one = testing.make_buyer(phone="13800138000")
    two = testing.make_buyer(phone="13800138000", email="sample@example.org")
    testing.make_buyer(phone="13900139000")

    by_phone, by_email, nobody = match(
        {"id": 1, **phone("0086 13800138000")},
        {"id": 2, "identifiers": [{"kind": "email", "value": "sample@EXAMPLE.org"}]},
        {"id": 3, **phone("138****8000")},
    )

    assert by_phone == [
        {"buyer": each, "kind": "exact", "score": 1.0, "reasons": ["phone"]} for each in (one, two)
    ]  # fmt: skip
    assert [(row["buyer"], row["reasons"]) for row in by_email] == [(one, ["same_person"]), (two, ["email"])]
    assert nobody == []


def test_bad_lines_name_their_field_and_the_others_are_answered(shop: Flask) -> None:
    given = [
        {"id": "a", "identifiers": {"kind": "phone"}},
        {"id": "b", "identifiers": [{"kind": "phone", "value": 5}]},
        {"id": "c", "identifiers": [{"kind": "phone", "value": "1", "region": "China"}]},
        {"id": "d", "name": 7},
        {"id": "e", "nmae": "x"},
        {"id": "f", **phone("13800138000")},
    ]

    result = CliRunner().invoke(match_command, input=lines(*given), obj=lambda: shop)

    found = answers(result)
    assert result.exit_code == 3
    assert [(row["id"], "error" in row) for row in found] == [(each["id"], each["id"] != "f") for each in given]
    assert "identifier 1: value must be a text" in found[1]["error"]


def test_a_likely_buyer_comes_with_reasons_and_a_housemate_does_not(match: Any, shop: Flask) -> None:
    home = "广东省深圳市南山区科技园路12号阳光花园3栋2单元501室"
    people = {}
    for number, (name, address) in enumerate(
        [("王小明", home), ("李芳", home), ("王小明", "深圳市南山区菜鸟驿站3号"), ("陈大文", "北京市朝阳区建国路88号")],
        1,
    ):
        people[number] = testing.make_buyer(name)
        testing.make_order(number, buyer_id=people[number], **contact(name, address))

    (found,) = match({"id": 1, "name": "王小明", "address": "南山区陽光花園三棟二單元501(放門口)"})

    assert [(row["buyer"], row["kind"], row["reasons"]) for row in found] == [
        (people[1], "fuzzy", ["name_alike", "address_alike"])
    ]
    assert 0.677 <= found[0]["score"] <= 1
    assert indexing.catch_up() == 0


def test_g16_a_home_on_the_list_of_what_never_matches_suggests_nobody(match: Any, shop: Flask) -> None:
    homes = ["深圳市南山区阳光花园3栋2单元501室", "深圳市福田区翠湖家园2单元902室"]
    known = [testing.make_buyer(), testing.make_buyer()]
    for number, home in enumerate(homes):
        testing.make_order(number, buyer_id=known[number], **contact("王小明", home))
    # Alike in both, the same in neither: once the known one's home is on the list, once the one that is asked about.
    asked = [
        {"id": 1, "name": "Wang Xiaoming", "address": "南山区阳光花园2单元501"},
        {"id": 2, "name": "Wang Xiaoming", "address": "福田区翠湖家园7栋2单元902"},
    ]
    owner = Actor(AccountId(1), "Owner", True, frozenset())
    assert [[row["buyer"] for row in found] for found in match(*asked)] == [[each] for each in known]

    for home in (homes[0], asked[1]["address"]):
        never_match.add(owner, "address", str(home), "shared")

    assert match(*asked) == [[], []]


def test_a_phone_that_ends_alike_and_a_name_suggest_without_a_home(match: Any) -> None:
    known = testing.make_buyer("张伟", phone="13800138000")
    testing.make_buyer("张伟", phone="13900139001")

    (found,) = match({"id": 1, "name": "張偉", **phone("15012348000")})

    assert [(row["buyer"], row["reasons"]) for row in found] == [(known, ["name_alike", "same_tail"])]


def contact(name: str, address: str) -> dict[str, Any]:
    sealed, mark = contacts.seal_contact(contacts.keyring(), contacts.contact_json(name, None, address))
    return {"contact_encrypted": sealed, "contact_hash": mark}
