"""Names of rules: of those that act or watch no two share one, in any language, by whatever way they came."""

from typing import Any

import pytest
from flask import Flask
from people_of_tests import OWNER
from policy_of_tests import NOW, live_rule, rule_row
from shopadmin_buyer_labels.domain.policy import Effect, Level, Rule
from shopadmin_buyer_labels.models import PolicyRule
from shopadmin_buyer_labels.services import rules
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from shopadmin import testing
from shopadmin.models.audit import AuditEntry
from shopadmin.plugin_api import RefusedError, db, writing
from shopadmin.services import schema

FLAG = Rule(frozenset(), Effect(Level.FLAG))
NEW = "/admin/buyer-labels/rules/new"


def named(name: str) -> int:
    return rules.add(OWNER, rules.Draft(name, FLAG), NOW)


def names() -> list[str]:
    db.session.rollback()
    found = list(db.session.scalars(select(PolicyRule.name).order_by(PolicyRule.id)))
    db.session.rollback()  # a revision waits for whoever reads
    return found


def entries() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(AuditEntry.id)).all())


def copied(rule_id: int, **changes: Any) -> None:
    """A rule that no service has looked at."""
    row = rule_row(rule_id)
    kept = {column.key: getattr(row, column.key) for column in PolicyRule.__table__.columns if column.key != "id"}
    with writing() as session:
        session.add(PolicyRule(**kept | changes))


def test_the_form_refuses_a_name_that_another_rule_has_and_keeps_what_was_typed(shop: Flask) -> None:
    shop.config["WTF_CSRF_ENABLED"] = False
    rules.ensure_shipped(NOW)
    named("Grave cases")
    owner = testing.sign_in(shop, testing.make_account(shop, is_owner=True))
    typed = {"statuses": ["active"], "min_tier": "1", "min_severity": "1", "level": "2", "hold_hours": "24"}
    before = names(), entries()
    taken = ("Grave cases", " grave  CASES ", "Ｇrave cases", "Note every label", "所有标签都备注", "shipped.note")

    for language, words in (("en", "give this one a name of its own"), ("zh", "已有规则使用这个名称，请")):
        with owner.session_transaction() as cookie:
            cookie["language"] = language
        for name in taken:
            refused = owner.post(NEW, data=typed | {"name": name})

            assert (refused.status_code, words in refused.text, name in refused.text) == (400, True, True), name
    assert (names(), entries()) == before


def test_a_rule_keeps_its_own_name_and_one_that_is_over_leaves_it_to_others(shop: Flask) -> None:
    acts, watches = live_rule(), named("Watches")
    own = rule_row(acts).name
    newer = rules.edit(OWNER, acts, rules.Draft(own, FLAG), NOW)
    again = rules.edit(OWNER, newer, rules.Draft(own.upper(), FLAG), NOW)

    with pytest.raises(RefusedError) as refused:
        rules.edit(OWNER, watches, rules.Draft(own, FLAG), NOW)
    assert [(each.code, each.field) for each in refused.value.problems] == [("buyer_labels.name_taken", "name")]
    assert [(row.name, row.version) for row in rules.standing()] == [(own, 1), (own.upper(), 3), ("Watches", 1)]
    assert rule_row(watches).ended_at is None

    for rule_id in (acts, again):
        rules.switch_off(OWNER, rule_id, NOW)
    rules.edit(OWNER, watches, rules.Draft(own, FLAG), NOW)
    assert [row.name for row in rules.standing()] == [own]


def test_the_database_keeps_two_that_act_and_two_that_watch_apart(shop: Flask) -> None:
    acts, watches = live_rule(), named("Watches")

    for rule_id in (acts, watches):
        with pytest.raises(IntegrityError):
            copied(rule_id, family=99)

    copied(watches, family=99, ended_at=NOW, ended_why="off")
    assert len(names()) == 3


def test_doubles_of_an_older_shop_get_numbers_and_the_oldest_keeps_its_name(shop: Flask) -> None:
    schema.downgrade("buyer_labels", "0006")
    long = "x" * 80
    first = named("Grave cases")
    live = {"live_since": NOW, "live_by": 1}
    for number, more in ((11, {}), (12, {"name": "grave cases"}), (12, {"name": "grave cases", "version": 2, **live}),
                         (13, {"name": "Grave cases 2", **live}), (14, {"ended_at": NOW, "ended_why": "off"}),
                         (15, {"name": long}), (16, {"name": long})):  # fmt: skip
        copied(first, family=number, **more)
    before = names()

    schema.upgrade()

    assert names() == ["Grave cases", "Grave cases 3", "grave cases 4", "grave cases 4", "Grave cases 2", "Grave cases",
                       long, f"{long[:78]} 2"]  # fmt: skip
    schema.downgrade("buyer_labels", "0006")
    assert len(names()) == len(before)
    schema.upgrade()
