"""What tests of appeals, complaints and dossiers share: a shop with three people and a label in force."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from shopadmin_buyer_labels import permissions
from shopadmin_buyer_labels.domain.status import Status, status
from shopadmin_buyer_labels.models import Label, LabelEvidence
from shopadmin_buyer_labels.services import reading

from shopadmin import testing
from shopadmin.plugin_api import (
    AccountId,
    Actor,
    EvidenceOrigin,
    ObjectionsError,
    db,
    evidence_snapshots,
    store_evidence,
    writing,
)

NOW = datetime.now(UTC).replace(microsecond=0)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WORKS = ("core.complaints:work", "core.orders:read")
OF_LABEL = "buyer_labels.label"


def make_actor(app: Flask, *points: str) -> Actor:
    """Somebody who may do just this."""
    account = testing.make_account(app, *points)
    return Actor(AccountId(account), f"Account {account}", False, frozenset(points))


def owner(app: Flask) -> Actor:
    """The owner, who may do everything."""
    return Actor(AccountId(testing.make_account(app, is_owner=True)), "Owner", True, frozenset())


def decider(app: Flask) -> Actor:
    """Somebody who may decide about objections."""
    return make_actor(app, permissions.DECIDE_APPEAL, permissions.READ)


def make_label(author: int, reviewer: int, buyer_id: int | None = None, words: str = "chat", **changes: Any) -> int:
    """An active label that rests on one piece of E2; call inside an app context. Returns its id."""
    made = NOW - 10 * DAY
    with writing() as session:
        label = Label(**({
            "buyer_id": buyer_id or testing.make_buyer(), "code": "refund.item_swapped", "tier": 2, "evidence_tier": 0,
            "min_tier": 2, "severity": 3, "happened_on": made.date(), "created_at": made, "created_by": author,
            "own_fault": False, "expires_at": NOW + 60 * DAY, "latest_at": NOW + 300 * DAY,
        } | {name: value for name, value in changes.items() if name in ("code", "min_tier", "note")}))  # fmt: skip
        session.add(label)
        session.flush()
        piece = store_evidence(None, OF_LABEL, label.id, "chat", words, EvidenceOrigin(made, "platform", 2))
        session.flush()
        (found,) = evidence_snapshots([piece])
        session.add(LabelEvidence(label_id=label.id, uuid=piece, tier=2, sha256=found.sha256, attached_at=made))
        label.evidence_tier = 2
        label.submitted_at = label.reviewed_at = label.noticed_at = label.notice_sent_at = made + DAY
        label.submitted_by, label.reviewed_by = author, reviewer
        for name, value in changes.items():
            setattr(label, name, value)
        session.flush()
        return label.id


@contextmanager
def refused(code: str) -> Iterator[None]:
    """Nothing is done, for this reason."""
    with pytest.raises(ObjectionsError) as caught:
        yield
    assert [problem.code for problem in caught.value.problems] == [f"buyer_labels.{code}"]


def label_of(label_id: int) -> Label:
    """The label as it is kept now."""
    db.session().rollback()
    return db.session().get_one(Label, label_id)


def stands(label_id: int, now: datetime = NOW) -> Status:
    """Its status."""
    return status(reading.facts(label_of(label_id)), now)
