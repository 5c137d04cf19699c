"""The shop's people, and a label by the services as they work on it."""

from datetime import date, datetime, timedelta
from typing import Any

from labels_of_tests import NOW
from shopadmin_buyer_labels import labels
from shopadmin_buyer_labels.domain.drafts import Draft
from shopadmin_buyer_labels.domain.status import Status, status
from shopadmin_buyer_labels.models import Label, LabelEvent
from shopadmin_buyer_labels.services import proposing, reading, reviewing
from shopadmin_buyer_labels.services.attaching import Piece
from sqlalchemy import select

from shopadmin import testing
from shopadmin.plugin_api import AccountId, Actor, EvidenceOrigin, db

READ, PROPOSE, REVIEW = (f"buyer_labels.label:{verb}" for verb in ("read", "propose", "review"))
OWNER = Actor(AccountId(1), "Owner", True, frozenset())
ROBIN = Actor(AccountId(2), "Robin", False, frozenset({READ, PROPOSE}))
KIM = Actor(AccountId(3), "Kim", False, frozenset({READ, PROPOSE, REVIEW}))
READER = Actor(AccountId(4), "Reader", False, frozenset({READ}))
SOON = NOW + timedelta(hours=1)


def draft(**changes: Any) -> Draft:
    values: dict[str, Any] = {
        "code": "refund.item_swapped", "severity": 2, "happened_on": date(2026, 11, 13), "note": "Sent back a brick",
    }  # fmt: skip
    return Draft(**values | changes)


def piece(text: str = "The courier's photo shows a brick", tier: int = 2, kind: str = "logistics") -> Piece:
    return Piece(kind, text, EvidenceOrigin(NOW - timedelta(days=1), "courier", tier))


def propose(pieces: tuple[Piece, ...] | None = None, buyer_id: int | None = None, **changes: Any) -> int:
    """A draft of Robin's with a courier's record."""
    found = testing.make_buyer() if buyer_id is None else buyer_id
    return proposing.propose(ROBIN, found, draft(**changes), (piece(),) if pieces is None else pieces, now=NOW)


def prepare(label_id: int, is_own: bool = False) -> None:
    """What is needed before review: looked at (S10), talked to (S11)."""
    proposing.check_own_fault(ROBIN, label_id, None, is_own, labels.LOOKED_AT, now=NOW)
    proposing.contacted(ROBIN, label_id, None, date(2026, 11, 18), now=NOW)


def submitted(**changes: Any) -> int:
    label_id = propose(**changes)
    prepare(label_id)
    reviewing.submit(ROBIN, label_id, None, NOW)
    return label_id


def active(**changes: Any) -> int:
    label_id = submitted(**changes)
    reviewing.approve(KIM, label_id, None, now=NOW)
    reviewing.told(KIM, label_id, None, "Told them in the chat", NOW)
    return label_id


def row(label_id: int) -> Label:
    db.session.rollback()
    found = db.session.get(Label, label_id, populate_existing=True)
    assert found is not None
    return found


def status_of(label_id: int, now: datetime = SOON) -> Status:
    return status(reading.facts(row(label_id)), now)


def events(label_id: int) -> list[str]:
    query = select(LabelEvent.code).where(LabelEvent.label_id == label_id).order_by(LabelEvent.id)
    return list(db.session.scalars(query))
