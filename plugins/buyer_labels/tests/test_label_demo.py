"""The demo shop shows labels in each status that a person leads to, and what followed from them."""

from datetime import UTC, datetime

from flask import Flask
from shopadmin_buyer_labels.domain.status import STATUSES, status
from shopadmin_buyer_labels.models import (
    Appeal,
    BuyerMerge,
    Label,
    LabelEvidence,
    MatchSuggestion,
    OrderDecision,
    OrderHold,
    PolicyRule,
)
from shopadmin_buyer_labels.services import complaints, indexing, policy_integrity, reading, reports, suggesting
from shopadmin_buyer_labels.services.reports import Span
from sqlalchemy import select

from shopadmin.plugin_api import complaints_of, db, evidence_by_uuid
from shopadmin.services.demo import load


def test_the_demo_has_labels_in_each_status_but_erased_and_orders_held_let_go_and_kept(shop: Flask) -> None:
    now = datetime.now(UTC)
    load.load(now)

    session = db.session()
    found = session.scalars(select(Label)).all()
    assert {status(reading.facts(label), now) for label in found} == set(STATUSES) - {"tombstoned"}
    holds = session.scalars(select(OrderHold)).all()
    assert {(hold.released_why, hold.confirmed_at is not None) for hold in holds} == {
        ("auto_released", False), ("by_hand", False), ("", True), ("", False),
    }  # fmt: skip
    standing = session.scalars(select(PolicyRule).where(PolicyRule.ended_at.is_(None))).all()
    assert {rule.name for rule in standing if rule.live_since is None} == {"shipped.campaigns"}
    assert len(standing) == 5
    assert sorted(session.scalars(select(Appeal.outcome))) == ["", "upheld"]
    assert [merge.ended_at is not None for merge in session.scalars(select(BuyerMerge))] == [True]
    objected = session.scalars(select(Appeal.label_id).where(Appeal.outcome == "")).one()
    assert [complaint.ground for complaint in complaints_of(complaints.OF_LABEL, objected)] == ["malicious_refund"]
    assert list(policy_integrity.problems()) == []
    pictures = {
        piece.label_id for piece in session.scalars(select(LabelEvidence))
        if evidence_by_uuid([piece.uuid])[0].kind == "picture"
    }  # fmt: skip
    decided = session.execute(select(OrderDecision.order_id, OrderDecision.label_id)).all()
    assert {hold.order_id for hold in holds} <= {row.order_id for row in decided if row.label_id in pictures}
    # What the reports compare is there.
    year = Span(now.date().replace(year=now.year - 1, day=1), now.date())
    assert not reports.rates(year).is_empty
    ((_rule, figures),) = reports.watching()
    assert figures.orders > 0
    # Who may be one person is what the worker finds as well.
    suggested = suggestions()
    assert sorted(decision for *_pair, decision in suggested) == ["", "other"]
    indexing.catch_up_all()
    suggesting.suggest(now)
    assert set(suggestions()) >= set(suggested)


def suggestions() -> list[tuple[int, int, int, tuple[str, ...], str]]:
    db.session.rollback()
    rows = db.session.scalars(select(MatchSuggestion).order_by(MatchSuggestion.id)).all()
    return [(row.buyer_id, row.other_id, row.score, tuple(row.reasons), row.decision) for row in rows]
