"""``shopadmin check``: each contradiction of labels, objections, holds and merges is named; a sound shop has none."""

import pytest
from flask import Flask
from labels_of_tests import NOW
from people_of_tests import KIM, OWNER, READER, active, piece
from policy_of_tests import DAY, HOUR, lasting_label, live_rule, order_of
from shopadmin_buyer_labels.services import appeals, deciding, indexing, label_integrity, merging
from shopadmin_buyer_labels.services.appeals import Objection
from sqlalchemy import text

from shopadmin import testing
from shopadmin.plugin_api import db
from shopadmin.services import erasing, integrity

PREFIX = "plugin_buyer_labels_"
# What somebody who writes into the tables by hand could leave behind, and what the check says of it.
BROKEN = {
    "unfounded": ["delete from {p}evidence where label_id = :label"],
    "untold": ["update {p}label set notice_text_encrypted = null where id = :label"],
    "unwritten": ["delete from {p}event where label_id = :label and code = 'proposed'"],
    "paused": ["update {p}label set disputed_at = created_at where id = :label"],
    "unpaused": ["update {p}label set disputed_at = null where id = :doubted"],
    "unheeded": ["update {p}label set corrected_at = null where id = :corrected"],
    "hold_unlabelled": ["update {p}decision set ended_at = decided_at, ended_why = 'person'"],
    "decision_over": ["update {p}label set revoked_at = created_at, revoked_why = 'by_hand' where id = :label"],
    "tombstone": [
        "update {p}label set tombstoned_at = created_at where id = :label",
        "update {p}decision set ended_at = decided_at, ended_why = 'tombstoned'",
        "update {p}hold set released_at = held_at, released_why = 'tombstoned'",
    ],
    "stranger": ["update {p}buyer_key set buyer_id = :forgotten where buyer_id = :buyer"],
    "nobody": ["update {p}label set buyer_id = 999999 where id = :doubted"],
    "merge_circle": ["update {p}buyer_merge set into_id = :friend where buyer_id = :buyer"],
}


@pytest.fixture
def shop_with_all(shop: Flask) -> dict[str, int]:
    """An active label with a held order, one that somebody objects to, one that was corrected, a merge, and somebody
    who was forgotten.
    """
    testing.make_account(shop, is_owner=True)
    for _number in range(3):
        testing.make_account(shop)
    buyer, friend, third, forgotten = (testing.make_buyer(phone=f"1380013800{number}") for number in range(4))
    indexing.catch_up_all()
    live_rule(min_tier=3, min_severity=2)
    label = lasting_label(pieces=(piece(tier=3, kind="decision"),), buyer_id=buyer)
    doubted, corrected = active(buyer_id=third), active(buyer_id=third, code="refund.empty_parcel")
    appeals.open_for(KIM, doubted, Objection(), NOW)
    decided = appeals.open_for(KIM, corrected, Objection(), NOW)
    appeals.decide(OWNER, decided, "upheld", "corrected", "Another parcel", NOW + 2 * DAY)
    merging.merge(OWNER, friend, buyer, "They said so")
    merging.merge(OWNER, buyer, third, "They said so, too")
    erasing.erase_buyer(OWNER, forgotten, str(forgotten))
    order_of(buyer)
    deciding.decide_new(NOW)
    return {
        "label": label, "doubted": doubted, "corrected": corrected, "buyer": buyer, "friend": friend,
        "forgotten": forgotten, "reader": READER.account_id,
    }  # fmt: skip


def test_facts_that_contradict_each_other_are_named_and_none_is_in_a_sound_shop(shop_with_all: dict[str, int]) -> None:
    assert integrity_codes() == []

    for code, statements in BROKEN.items():
        connection = db.session().connection()
        for statement in statements:
            names = {name: value for name, value in shop_with_all.items() if f":{name}" in statement}
            assert connection.execute(text(statement.format(p=PREFIX)), names).rowcount, statement
        found = {problem.code.removeprefix("buyer_labels.") for problem in label_integrity.problems(NOW + 2 * HOUR)}
        db.session().rollback()
        assert code in found, (code, found)
    assert integrity_codes() == []


def integrity_codes() -> list[str]:
    found = [problem.code for problem in label_integrity.problems(NOW + 2 * HOUR)]
    db.session().rollback()
    return found


def test_the_check_of_the_shop_asks_for_labels_too(shop_with_all: dict[str, int]) -> None:
    assert [problem for problem in integrity.problems() if "hold_late" not in problem.code] == []
