"""The demo shop's buyers and the people who work there."""

import random
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shopadmin.domain.records import Phone
from shopadmin.keys import Keyring
from shopadmin.models.accounts import Account, Grant
from shopadmin.models.buyers import Buyer, BuyerIdentifier
from shopadmin.services import contacts
from shopadmin.services.demo import catalogue
from shopadmin.services.imports import people

BUYERS = 180
# Buyers with nearly the name of another one, where that one lives: they may be one person.
_SAME_HOME = {172: 9, 179: 8}
# Mobiles that Australia's regulator keeps for films and books: they are valid, so that a call can be tried, and ring
# nobody. No such numbers exist in China.
_FOR_STORIES = (
    "570006", "570110", "570156", "570157", "570158", "570159", "570313", "570737", "571266", "571491", "571804",
    "572549", "572665", "572983", "573087", "573770", "574118", "574632", "575254", "575789", "576398", "576801",
    "577426", "577644", "578148", "578888", "578957", "579212", "579455", "579760",
)  # fmt: skip
OWNER_EMAIL = "owner@example.com"
# What each sub-account may do; the owner changes it on the Team page.
TEAM = (
    ("kefu@example.com", "客服", (
        "core.orders:read", "core.orders:note", "core.buyers:read", "core.reviews:read", "core.reviews:reply",
        "core.incidents:read", "core.incidents:create", "core.complaints:read", "core.complaints:work",
        "core.messages:read", "core.messages:send", "core.contact:read", "core.contact:block",
    )),
    ("yunying@example.com", "运营", ("core.orders:read", "core.reviews:read", "core.products:read")),
    ("cangku@example.com", "仓库", (
        "core.orders:read", "core.orders:update", "core.buyers:contact", "core.products:read", "core.products:update",
    )),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoBuyer:
    """A buyer as the orders need one. The phone is for stories, or starts with 100: no such mobile number exists."""

    id: int
    platform: str
    name: str
    phone: Phone
    address: str


def add_team(session: Session, now: datetime) -> dict[str, int]:
    """The owner and three sub-accounts, none of them with a password; ids by name, the owner's under ``owner``."""
    owner = _account(OWNER_EMAIL, "店主", now, is_owner=True)
    session.add(owner)
    session.flush()
    ids = {"owner": owner.id}
    for email, name, permissions in TEAM:
        account = _account(email, name, now)
        session.add(account)
        session.flush()
        ids[name] = account.id
        session.add_all(
            Grant(account_id=account.id, permission=code, granted_by=owner.id, granted_at=account.created_at)
            for code in permissions
        )
    return ids


def _account(email: str, name: str, now: datetime, is_owner: bool = False) -> Account:
    return Account(
        email=email,
        name=name,
        is_owner=is_owner,
        active=True,
        fs_uniquifier=uuid.uuid4().hex,
        created_at=now - timedelta(days=60),
    )


def add_buyers(session: Session, rng: random.Random, keys: Keyring, now: datetime) -> list[DemoBuyer]:
    """Buyers with phone, and an account or an e-mail address, as their platform names them."""
    made = [_buyer_row(rng, number, now) for number in range(1, BUYERS + 1)]
    rows = [{**row, "ref": _ref(keys, row, email)} for row, _phone, email in made]
    ids = session.scalars(insert(Buyer).returning(Buyer.id, sort_by_parameter_order=True), rows).all()
    identifiers = []
    buyers = []
    for buyer_id, (row, phone, email) in zip(ids, made, strict=True):
        found = [people.phone_identifier(keys, phone)]
        if row["platform"] == "taobao":
            found.append(people.account_identifier(keys, "taobao", row["name"]))
        else:
            found.append(people.email_identifier(keys, email))
        identifiers += [_identifier_row(keys, buyer_id, identifier) for identifier in found if identifier]
        buyers.append(DemoBuyer(buyer_id, row["platform"], row["name"], phone, _address(row, buyer_id)))
    session.execute(insert(BuyerIdentifier), identifiers)
    for number, other in _SAME_HOME.items():
        buyers[number - 1] = replace(buyers[number - 1], address=buyers[other - 1].address)
    return buyers


def _address(row: dict[str, Any], buyer_id: int) -> str:
    return f"{row['region']}{row['city']}样例路{buyer_id % 97 + 1}号示例小区{buyer_id % 12 + 1}栋"


def _buyer_row(rng: random.Random, number: int, now: datetime) -> tuple[dict[str, Any], Phone, str]:
    is_abroad = number % 5 == 0
    name = (
        f"{catalogue.NICK_ENGLISH[number // 5 % len(catalogue.NICK_ENGLISH)]} {number}"
        if is_abroad
        else f"{rng.choice(catalogue.NICK_FIRST)}{rng.choice(catalogue.NICK_SECOND)}{number:03}"
    )
    row: dict[str, Any] = {
        "platform": "shopify" if is_abroad else "taobao",
        "name": name,
        "city": rng.choice(("示例市", "样板市", "演示市")) if not is_abroad else "Sampleton",
        "region": rng.choice(("示例省", "样板省")) if not is_abroad else "Exampleshire",
        "accepts_marketing": rng.random() < 0.4 if is_abroad else None,
        "created_at": now - timedelta(days=60),
    }
    return row, Phone(_phone(number, is_abroad)), f"buyer{number}@example.com"


def _phone(number: int, is_abroad: bool) -> str:
    if is_abroad and number // 5 <= len(_FOR_STORIES):
        return f"+61491{_FOR_STORIES[number // 5 - 1]}"
    return f"100{number:08}"


def _ref(keys: Keyring, row: dict[str, Any], email: str) -> str:
    named = str(row["name"]) if row["platform"] == "taobao" else ""
    found = people.reference(str(row["platform"]), named, people.email_identifier(keys, email), None, False)
    assert found is not None  # noqa: S101 - every demo buyer has a name or an address
    return found[0]


def _identifier_row(keys: Keyring, buyer_id: int, identifier: people.Identifier) -> dict[str, Any]:
    return {
        "buyer_id": buyer_id,
        "kind": identifier.kind,
        "value_hash": identifier.value_hash,
        "value_encrypted": contacts.seal_identifier(keys, identifier.value),
        "tail_hash": contacts.tail_hash(keys, identifier.value) if identifier.kind == "phone" else None,
    }
