"""The plugin's tables: in step with the revisions, and what the database itself refuses."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from labels_of_tests import ACTIVE, NOW, add_label
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shopadmin.plugin_api import db, writing
from shopadmin.services import schema

COUNT = text("select count(*) from plugin_buyer_labels_label")


def test_models_and_revisions_agree_down_and_up_again(shop: Flask) -> None:
    assert schema.differences("buyer_labels") == []
    db.session.rollback()

    schema.downgrade("buyer_labels", "base")

    assert schema.upgrade() == ["buyer_labels"]


def refuse(**wrong: Any) -> None:
    with pytest.raises(IntegrityError):
        add_label(**wrong)
    db.session.rollback()


def test_the_database_refuses_what_makes_no_sense(shop: Flask) -> None:
    refuse(code="person.bad", min_tier=2)
    refuse(tier=5)
    refuse(tier=1, evidence_tier=2)
    refuse(tier=1, severity=3)
    refuse(severity=0)
    refuse(min_tier=0)
    refuse(suspended_at=NOW)
    refuse(revoked_why="by_hand")
    refuse(noticed_at=NOW)
    refuse(notice_sent_at=NOW)
    add_label(origin="incident", origin_id="7")
    refuse(origin="incident", origin_id="7")

    assert db.session().scalar(COUNT) == 1


def test_g2_evidence_of_the_codes_tier_is_needed_to_leave_the_draft(shop: Flask) -> None:
    submitted: dict[str, Any] = {"own_fault": False, "submitted_at": NOW, "submitted_by": 2}

    refuse(tier=1, evidence_tier=1, **submitted)  # a swapped item needs E2
    refuse(tier=3, evidence_tier=2, **submitted)  # what is said of it is not attached

    add_label(tier=2, evidence_tier=2, **submitted)
    assert db.session().scalar(COUNT) == 1


def test_g3_the_reviewer_is_none_of_the_authors_unless_the_pause_is_over(shop: Flask) -> None:
    for author in ("created_by", "edited_by", "submitted_by"):
        refuse(**ACTIVE | {author: 3})
    refuse(**ACTIVE | {"submitted_by": 3, "cooling_until": NOW + timedelta(hours=1)})

    add_label(**ACTIVE | {"submitted_by": 3, "cooling_until": NOW})
    add_label(**ACTIVE)
    assert db.session().scalar(COUNT) == 2


def test_g4_a_label_without_an_end_or_with_one_too_far_is_refused(shop: Flask) -> None:
    refuse(expires_at=None)
    refuse(expires_at=NOW)
    refuse(expires_at=NOW + timedelta(days=366))

    label_id = add_label(expires_at=NOW + timedelta(days=365))
    with pytest.raises(IntegrityError), writing() as session:
        session.connection().execute(
            text("update plugin_buyer_labels_label set expires_at = null where id = :id"), {"id": label_id}
        )


def test_what_was_the_shops_own_fault_never_reaches_review(shop: Flask) -> None:
    for wrong in ({"own_fault": None}, {"own_fault": True, "code": "review.extortion_demand"}):
        refuse(**{"tier": 2, "evidence_tier": 2, "submitted_at": NOW, **wrong})

    assert db.session().scalar(COUNT) == 0
