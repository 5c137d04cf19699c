"""Bad input that a list, a command or a form may bring: refused with its reason, and nothing is changed."""

from typing import Any

from flask import Flask
from importing import run
from labels_of_tests import NOW
from orders_file import order, orders
from people_of_tests import OWNER, ROBIN
from shopadmin_buyer_labels.domain.never_match import MANY
from shopadmin_buyer_labels.domain.people import keys_of
from shopadmin_buyer_labels.models import BuyerKey, Label
from shopadmin_buyer_labels.services import bringing_in, indexing, matching, never_match
from shopadmin_buyer_labels.services.bringing_in import Row
from shopadmin_buyer_labels.services.people import same_people
from sqlalchemy import func, select

from shopadmin import testing
from shopadmin.models.audit import AuditEntry
from shopadmin.models.buyers import Buyer
from shopadmin.models.buyers import BuyerIdentifier as IdentifierRow
from shopadmin.plugin_api import db
from shopadmin.services import contacts

FINE: dict[str, Any] = {
    "identifiers": [{"kind": "phone", "value": "13800138000"}], "code": "refund.item_swapped", "tier": 0, "severity": 1,
    "happened_on": "2026-01-15", "note": "A brick came back",
}  # fmt: skip


def somebody(kind: str, value: str, scope: str = "") -> dict[str, Any]:
    return {"identifiers": [{"kind": kind, "value": value, "scope": scope}]}


# What is wrong with a row, and the reason that it is refused with.
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a phone with an extension": (somebody("phone", "13800138000转1234"), "privacy_number"),
    "a phone with a short number behind": (somebody("phone", "13800138000-1234"), "privacy_number"),
    "a masked phone": (somebody("phone", "138****8000"), "masked"),
    "a fixed line": (somebody("phone", "010-62345678"), "not_mobile"),
    "a masked nick": (somebody("nick", "t**8", "taobao"), "masked"),
    "a nick with a Cyrillic letter": (somebody("nick", "niсk1", "taobao"), "not_a_key"),
    "an e-mail address with a Cyrillic letter": (somebody("email", "wаng@example.org"), "invalid"),
    "a mailbox of a function": (somebody("email", "service@example.org"), "role"),
    "an address": (somebody("address", "1 Sample Road"), "weak"),
    "an end in the past": ({"ends_on": "2026-01-16"}, "buyer_labels.expires_past"),
    "an end too far away": ({"ends_on": "2036-01-16"}, "buyer_labels.expires_late"),
    "evidence of no tier": ({"tier": 5}, "buyer_labels.tier_value"),
    "more than the evidence carries": ({"tier": 1, "severity": 3}, "buyer_labels.severity_cap"),
    "a code that is none": ({"code": "buyer.bad"}, "buyer_labels.code"),
    "a character": ({"note": "骗 子"}, "buyer_labels.character"),
    "one of the shop's own people": (somebody("email", "Owner@example.com"), "buyer_labels.staff"),
}


def everything() -> list[Any]:
    db.session.rollback()
    models = (Label, Buyer, IdentifierRow, BuyerKey, AuditEntry)
    found = [db.session.scalar(select(func.count()).select_from(model)) for model in models]
    db.session.rollback()
    return found


def test_each_wrong_row_of_a_list_says_why_and_leaves_nothing_behind(shop: Flask) -> None:
    testing.make_account(shop, is_owner=True)
    run({"a.csv": orders(order(1))})  # whose nick is nick1, in Latin letters
    before = everything()

    for what, (changes, code) in WRONG.items():
        (outcome,) = bringing_in.bring_in(ROBIN, [Row(7, FINE | changes)], "list", NOW)
        assert (outcome.number, outcome.label_id) == (7, None), what
        assert [found.code for found in outcome.problems] == [code], what
        assert everything() == before, what
    (outcome,) = bringing_in.bring_in(ROBIN, [Row(8, FINE)], "list", NOW)
    assert outcome.label_id is not None


def test_letters_that_look_alike_join_nobody(shop: Flask) -> None:
    latin, cyrillic = "a.sample@example.org", "а.sample@example.org"
    one, other = testing.make_buyer(email=latin), testing.make_buyer(email=cyrillic)
    run({"a.csv": orders(order(1, 买家会员名="alice", 联系手机=""), order(2, 买家会员名="аlice", 联系手机=""))})
    indexing.catch_up_all()

    found = same_people(buyers := list(db.session.scalars(select(Buyer.id).order_by(Buyer.id))))

    assert len(buyers) == 4
    assert {one, other} <= set(buyers)
    assert [sorted(found[each]) for each in buyers] == [[each] for each in buyers]


def test_what_forty_people_share_joins_and_suggests_none_of_them(shop: Flask) -> None:
    home = "广东省深圳市南山区科技园路12号阳光花园3栋2单元501室"
    sealed, mark = contacts.seal_contact(contacts.keyring(), contacts.contact_json("Sample", None, home))
    crowd = [testing.make_buyer("王小明" if number == 0 else f"住户{number}", "13700137000") for number in range(MANY)]
    for number, buyer_id in enumerate(crowd, 1):
        testing.make_order(number, buyer_id=buyer_id, contact_encrypted=sealed, contact_hash=mark)
    indexing.catch_up_all()

    assert sorted(same_people(crowd[:1])[crowd[0]]) == crowd[:1]
    assert matching.match(frozenset(), "王小明", [home]) == []
    # Nor by the end of their phone, which is as much of an agreement as an address.
    tail = keys_of([("phone", "+8613900137000", "")])
    assert matching.match(tail, "王小明") == []


def test_the_end_of_a_phone_that_never_matches_says_nothing_however_few_share_it(shop: Flask) -> None:
    testing.make_buyer("王小明", "13700137000")
    indexing.catch_up_all()
    phone = keys_of([("phone", "+8613700137000", "")])
    (alike,) = matching.match(keys_of([("phone", "+8613900137000", "")]), "王小明")
    assert alike.reasons == ("name_alike", "same_tail")

    never_match.add(OWNER, "phone", "13700137000", "forwarder")

    assert matching.match(phone, "王小明") == []
