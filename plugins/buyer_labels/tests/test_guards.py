"""Guards of the specification (section 8) that take the whole plugin: no socket, no cancelled order, everything of a
label that goes released, the log, and who may do what. The others stand with what they guard.
"""

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from labels_of_tests import ACTIVE, NOW, add_label
from people_of_tests import KIM, OWNER, READ, ROBIN, active, draft, piece
from policy_of_tests import DAY, HOUR, change, grave_label, held, lasting_label, live_rule, order_of
from shopadmin_buyer_labels import permissions
from shopadmin_buyer_labels.domain.policy import REQUIREMENTS, STATUSES, Effect, Level, Rule, contradictions
from shopadmin_buyer_labels.domain.taxonomy import CODES
from shopadmin_buyer_labels.models import OrderHold
from shopadmin_buyer_labels.services import (
    allowances,
    appeals,
    attaching,
    deciding,
    dossiers,
    ending,
    holds,
    lookups,
    merging,
    never_match,
    orders,
    proposing,
    reviewing,
    rules,
)
from shopadmin_buyer_labels.services.appeals import Objection
from sqlalchemy import select, text

from shopadmin import testing
from shopadmin.models.audit import AuditEntry
from shopadmin.models.orders import Order
from shopadmin.plugin_api import AccountId, Actor, ForbiddenError, MissingError, ObjectionsError, RefusedError, db
from shopadmin.services import integrity

TESTS = Path(__file__).parent
CHILD = TESTS / "support" / "no_sockets.py"
_NUMBERS = count(1)


def test_g1_a_fresh_shop_opens_no_socket_whatever_is_done_with_labels_and_has_no_feed(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, str(CHILD), str(tmp_path)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["imported"] == 0
    assert told["sockets"] == []
    assert list(told["statuses"].values()) == [200, 200, 200, 404, 404]


def test_g5_no_sequence_of_rules_labels_and_acts_cancels_an_order_or_holds_it_past_a_day(shop: Flask) -> None:
    seeded = random.Random(6)
    buyers = [testing.make_buyer(phone=f"1380013{number:04}") for number in range(4)]
    live_rule()
    for buyer_id in buyers[:3]:
        grave_label(buyer_id)
    placed = [order_of(buyer_id, 1000 + buyer_id) for buyer_id in buyers]
    deciding.decide_new(NOW)
    assert len(db.session.scalars(select(OrderHold)).all()) == 3
    now = NOW

    for step in range(80):
        now += timedelta(hours=seeded.randint(0, 20))
        placed += _random_act(seeded, buyers, placed, now, step)
        _assert_nobody_suffers(placed, now)
    # The walk came to what it is about.
    assert "" not in {hold.released_why for hold in db.session.scalars(select(OrderHold)) if not hold.confirmed_at}


def _random_act(seeded: random.Random, buyers: list[int], placed: list[int], now: datetime, step: int) -> list[int]:
    """Something that people or the worker do; refusals are as good as anything. Returns the orders that came."""
    try:
        match seeded.choice(("rule", "rule", "label", "label", "order", "order", "lose", "release", "keep", "work")):
            case "rule":
                _random_rule(seeded, now)
            case "label":
                _random_label(seeded, seeded.choice(buyers), now)
            case "order":
                order_id = testing.make_order(step + 1, buyer_id=seeded.choice(buyers), created_at=now)
                deciding.decide_new(now)
                return [order_id]
            case "lose":
                _lose_a_label(seeded, now)
            case "release":
                orders.release(OWNER, seeded.choice(placed), "Fine", seeded.choice((0, 1)), now)
            case "keep":
                orders.confirm(OWNER, seeded.choice(placed), "Look again", now)
            case "work":
                holds.release_due(now)
                deciding.decide_all(now)
    except (ObjectionsError, IndexError):
        pass
    return []


def _random_rule(seeded: random.Random, now: datetime) -> None:
    level = seeded.choice(list(Level))
    effect = Effect(
        level, frozenset(seeded.sample(REQUIREMENTS, seeded.randint(0, 2))), seeded.random() < 0.7,
        seeded.choice((1, 24)) if level is Level.HOLD else 0,
    )  # fmt: skip
    rule = Rule(frozenset(), effect, seeded.randint(0, 3), seeded.randint(1, 3),
                frozenset(seeded.sample(STATUSES, seeded.randint(1, 4))))  # fmt: skip
    if not contradictions(rule):
        rule_id = rules.add(OWNER, rules.Draft(f"Random {next(_NUMBERS)}", rule), now - 20 * DAY)
        rules.go_live(OWNER, rule_id, True, now)


def _random_label(seeded: random.Random, buyer_id: int, now: datetime) -> None:
    tier = seeded.randint(0, 4)
    stage = seeded.choice(({}, ACTIVE, ACTIVE | {"notice_sent_at": None}))
    codes = [code for code, rule in CODES.items() if not stage or rule.min_tier <= tier]
    found = {"code": seeded.choice(codes), "tier": tier, "evidence_tier": tier, "severity": 1 + min(tier, 2)}
    label_id = add_label(**stage | found | {"buyer_id": buyer_id, "created_at": now - DAY,
                                            "expires_at": now + seeded.randint(1, 60) * DAY})  # fmt: skip
    change(label_id)


def _lose_a_label(seeded: random.Random, now: datetime) -> None:
    label_id = seeded.randint(1, 12)
    if db.session().scalar(text("select id from plugin_buyer_labels_label where id = :id").bindparams(id=label_id)):
        change(label_id, **seeded.choice(({"disputed_at": now}, {"revoked_at": now, "revoked_why": "by_hand"},
                                          {"corrected_at": now})))  # fmt: skip


def _assert_nobody_suffers(placed: list[int], now: datetime) -> None:
    db.session.rollback()
    assert set(db.session.scalars(select(Order.status))) <= {"paid"}
    holds = db.session.scalars(select(OrderHold)).all()
    assert len({hold.order_id for hold in holds}) == len(holds)
    assert all(hold.release_at - hold.held_at <= DAY for hold in holds)
    by_hand = {hold.order_id for hold in holds if hold.confirmed_at is not None}
    # A day after it was held no order waits any more, but for what a person kept back.
    late = {hold.order_id for hold in holds if hold.held_at <= now - DAY} - by_hand
    waiting = {order_id for order_id, state in orders.states_of(placed, now).items() if state.is_held}
    assert not late & waiting
    db.session.rollback()


def test_g13_a_label_that_is_taken_back_lets_orders_go_looks_at_them_anew_and_tells_staff(shop: Flask) -> None:
    for _number in range(3):
        testing.make_account(shop)
    browser = testing.sign_in(shop, testing.make_account(shop, READ, "core.orders:read"))
    buyer = testing.make_buyer()
    live_rule()
    live_rule(Effect(Level.FLAG), min_tier=0, min_severity=1)
    label_id = lasting_label(pieces=(piece(tier=3, kind="decision"),), severity=3, buyer_id=buyer)
    other = lasting_label(buyer_id=buyer, code="refund.empty_parcel")
    order_id = order_of(buyer)
    deciding.decide_new(NOW)
    assert orders.states_of([order_id], NOW + HOUR)[order_id].is_held

    ending.revoke(KIM, label_id, None, "It was another buyer", NOW + HOUR)

    assert held(order_id).released_why == "revoked"
    state = orders.states_of([order_id], NOW + HOUR)[order_id]
    assert (state.level, state.labels) == (Level.FLAG, (other,))
    (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.code == "buyer_labels.hold.released"))
    assert entry.after["why"] == "revoked"
    db.session.rollback()
    told = "Released: the label was taken back"
    assert told in browser.get("/admin/buyer-labels/holds/?view=over").text
    assert told in browser.get(f"/admin/orders/details/{order_id}").text


def test_g15_a_changed_log_of_labels_views_and_decisions_is_found(shop: Flask) -> None:
    for _number in range(4):
        testing.make_account(shop)
    label_id = active()
    lookups.saw(KIM, "label", [1])
    lookups.saw_list(KIM, "blacklist", [1])
    appeal_id = appeals.open_for(ROBIN, label_id, Objection(), NOW)
    appeals.decide(OWNER, appeal_id, "rejected", "", "It was that parcel", NOW + HOUR)
    db.session.rollback()
    assert integrity.problems() == []
    with forging() as connection:
        on = "" if connection.dialect.name == "sqlite" else " on audit_entry"
        connection.execute(text(f"drop trigger audit_entry_refuses_update{on}"))
    change_it = text("update audit_entry set object_id = :said where id = :id")

    for code in ("label.approve", "label.appeal_rejected", "person.viewed", "list.viewed"):
        row = db.session.scalars(select(AuditEntry).where(AuditEntry.code == f"buyer_labels.{code}")).one()
        number, said = row.id, row.object_id
        db.session.rollback()
        with forging() as connection:
            connection.execute(change_it, {"id": number, "said": "99"})
        assert "audit_chain" in {problem.code for problem in integrity.problems()}, code
        with forging() as connection:
            connection.execute(change_it, {"id": number, "said": said})
        assert integrity.problems() == []


def forging() -> Any:
    return db.engine.execution_options(shopadmin_writes=True).begin()


# What each right opens, and nothing else does: rows are acts, the right that each of them asks for.
ACTS: dict[str, tuple[str, Callable[[Actor], object]]] = {
    "propose": (permissions.PROPOSE, lambda actor: proposing.propose(actor, 99, draft())),
    "edit": (permissions.PROPOSE, lambda actor: proposing.edit(actor, 99, None, draft())),
    "attach": (permissions.PROPOSE, lambda actor: attaching.keep_piece(actor, 99, piece())),
    "submit": (permissions.PROPOSE, lambda actor: reviewing.submit(actor, 99, None)),
    "renew": (permissions.PROPOSE, lambda actor: proposing.renew(actor, 99, piece())),
    "approve": (permissions.REVIEW, lambda actor: reviewing.approve(actor, 99, None)),
    "send notice": (permissions.REVIEW, lambda actor: reviewing.ask_to_send(actor, 99, None, "chat")),
    "told": (permissions.REVIEW, lambda actor: reviewing.told(actor, 99, None, "By letter")),
    "decide": (permissions.DECIDE_APPEAL, lambda actor: appeals.decide(actor, 99, "rejected", "", "So it is")),
    "object": (permissions.READ, lambda actor: appeals.open_for(actor, 99, Objection())),
    "take back": (permissions.READ, lambda actor: appeals.take_back(actor, 99)),
    "release": (permissions.RELEASE, lambda actor: orders.release(actor, 99, "Fine")),
    "keep": (permissions.RELEASE, lambda actor: orders.confirm(actor, 99, "Look")),
    "allow": (permissions.RELEASE, lambda actor: allowances.allow(actor, 99, 0, "Fine")),
    "merge": (permissions.MERGE, lambda actor: merging.merge(actor, 98, 99, "One")),
    "split": (permissions.MERGE, lambda actor: merging.split(actor, 99, "Two")),
    "never match": (permissions.MERGE, lambda actor: never_match.add(actor, "phone", "1", "pickup")),
    "dossier": (permissions.EXPORT, lambda actor: dossiers.export(actor, 99)),
}


def test_g18_each_act_asks_for_its_own_right_and_no_other_opens_it(shop: Flask) -> None:
    points = {point.code: frozenset({point.code, *point.implies}) for point in permissions.PERMISSIONS}

    found = {
        act: {point for point, held_too in points.items() if not _is_forbidden(do, held_too)}
        for act, (_wanted, do) in ACTS.items()
    }

    for act, (wanted, _do) in ACTS.items():
        assert found[act] == {point for point, held_too in points.items() if wanted in held_too}, act
    assert db.session().scalar(text("select count(*) from plugin_buyer_labels_label")) == 0


def _is_forbidden(do: Callable[[Actor], object], points: frozenset[str]) -> bool:
    """Whether the right is what is missing; whatever else it says comes after that question."""
    try:
        do(Actor(AccountId(7), "Somebody", False, points))
    except ForbiddenError:
        return True
    except (MissingError, RefusedError, ObjectionsError):
        return False
    pytest.fail("it did something")


def test_g18_each_look_at_labels_is_written_down_and_none_leaves_in_bulk(shop: Flask) -> None:
    label_id, order_id = _held_today()
    pages = {
        f"/admin/buyer-labels/labels/details/{label_id}": ("person", "label"),
        f"/admin/orders/details/{order_id}": ("person", "order"),
        "/admin/buyers/details/1": ("person", "buyer"),
        "/admin/buyer-labels/holds/details/1": ("person", "hold"),
        f"/admin/buyer-labels/objections/label/{label_id}/raise": ("person", "objection"),
        "/admin/buyer-labels/labels/": ("list", "blacklist"),
        "/admin/buyer-labels/holds/": ("list", "holds"),
    }
    account = testing.make_account(shop, READ, "core.orders:read", "core.buyers:read")
    browser = testing.sign_in(shop, account)

    for page, (kind, name) in pages.items():
        assert browser.get(page).status_code == 200, page
        assert list(_looks(account))[-1] == (f"buyer_labels.{kind}.viewed", name), page
    assert len(list(_looks(account))) == len(pages)
    # The mark in the list of orders names no label: it says what the shop does with the order.
    assert "Held for review" in browser.get("/admin/orders/").text
    assert len(list(_looks(account))) == len(pages)
    assert [
        rule.rule for rule in shop.url_map.iter_rules() if "buyer-labels" in rule.rule and "export" in rule.rule
    ] == []


def _held_today() -> tuple[int, int]:
    today = datetime.now(NOW.tzinfo)
    times = {"created_at": today - DAY, "latest_at": today + 90 * DAY, "expires_at": today + 60 * DAY}
    buyer = testing.make_buyer()
    label_id = grave_label(buyer, **times)
    live_rule()
    order_id = testing.make_order(1, buyer_id=buyer, created_at=today)
    deciding.decide_new()
    return label_id, order_id


def _looks(account: int) -> Iterator[tuple[str, str]]:
    db.session().rollback()
    query = select(AuditEntry).where(AuditEntry.account_id == account, AuditEntry.code.endswith(".viewed"))
    for row in db.session().scalars(query.order_by(AuditEntry.id)):
        yield row.code, row.after.get("page", row.object_id)
