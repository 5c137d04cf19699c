"""What ``shopadmin check`` looks at of labels, objections, and who is who: facts that contradict each other.

The tables refuse what one row alone can tell; here is what takes several rows, several tables, or the core's own.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from shopadmin.plugin_api import Problem, buyer_marks, buyer_refs, db
from shopadmin_buyer_labels.models import (
    Appeal,
    BuyerBlock,
    BuyerIndexed,
    BuyerKey,
    BuyerMerge,
    Label,
    LabelEvent,
    LabelEvidence,
    OrderDecision,
    OrderHold,
    Rebuttal,
)
from shopadmin_buyer_labels.services.policy_integrity import LATE, counted

_PAGE = 500
_IS_KEPT = Label.tombstoned_at.is_(None)
_OF_LABEL = LabelEvidence.label_id == Label.id
_BEST = select(func.max(LabelEvidence.tier)).where(_OF_LABEL).correlate(Label).scalar_subquery()
_OPEN = exists().where(Appeal.label_id == Label.id, Appeal.decided_at.is_(None)).correlate(Label)
_OPENED = exists().where(LabelEvent.label_id == Label.id, LabelEvent.code == "proposed").correlate(Label)
_WORDS = (Label.note, Label.own_fault_note, Label.review_note, Label.notice_text, Label.notice_impossible)


def problems(now: datetime | None = None) -> Iterator[Problem]:
    """Labels that rest on less than they say, were never told of, or are paused by nothing; holds that no label asks
    for; what is left of whom nobody knows any more; merges in a circle.
    """
    late = (now or datetime.now(UTC)) - LATE
    for code, (model, is_wrong, words) in _checks(late).items():
        yield from counted(model, is_wrong, code, words)
    yield from _strangers()
    yield from _circles()


def _checks(late: datetime) -> Mapping[str, tuple[Any, ColumnElement[bool], str]]:
    is_through = and_(_IS_KEPT, Label.submitted_at.is_not(None))
    label_of = Label.id == OrderDecision.label_id
    acts = and_(OrderDecision.ended_at.is_(None), OrderDecision.mode == "live")
    same_order = (OrderDecision.order_id == OrderHold.order_id, OrderDecision.ordered_at == OrderHold.ordered_at)
    ends = (Label.revoked_at, Label.corrected_at, Label.suspended_at, Label.disputed_at, Label.tombstoned_at)
    is_over = or_(Label.expires_at < late, *(at < late for at in ends))
    decided = and_(Appeal.outcome == "upheld", Label.id == Appeal.label_id, _IS_KEPT)
    is_as_before = and_(Label.corrected_at.is_(None), Label.revoked_at.is_(None))
    has_words = or_(
        *(words.is_not(None) for words in _WORDS), exists().where(_OF_LABEL).correlate(Label),
        exists().where(Rebuttal.label_id == Label.id, Rebuttal.text.is_not(None)).correlate(Label),
        exists().where(LabelEvent.label_id == Label.id, LabelEvent.text.is_not(None)).correlate(Label),
    )  # fmt: skip
    return {
        "unfounded": (
            Label, is_through & (Label.evidence_tier > func.coalesce(_BEST, 0)),
            "labels say that they rest on more than is attached",
        ),
        "untold": (
            Label, _IS_KEPT & Label.noticed_at.is_not(None) & Label.notice_text.is_(None),
            "labels were approved without a notice to the buyer",
        ),
        "unwritten": (Label, ~_OPENED, "labels have no line that says who proposed them"),
        "paused": (Label, _IS_KEPT & Label.disputed_at.is_not(None) & ~_OPEN, "labels are paused by no objection"),
        "unpaused": (Label, _IS_KEPT & Label.disputed_at.is_(None) & _OPEN, "labels count though somebody objects"),
        "unheeded": (
            Appeal, exists().where(decided, is_as_before).correlate(Appeal),
            "objections were right, and their labels stand",
        ),
        "hold_unlabelled": (
            OrderHold, OrderHold.released_at.is_(None) & ~exists().where(*same_order, acts).correlate(OrderHold),
            "orders are held though no label asks for it",
        ),
        "decision_over": (
            OrderDecision, acts & ~exists().where(label_of, ~func.coalesce(is_over, False)).correlate(OrderDecision),
            "decisions go on for labels that lead to nothing",
        ),
        "tombstone": (
            Label, Label.tombstoned_at.is_not(None) & has_words, "labels of forgotten buyers still hold words",
        ),
    }  # fmt: skip


def _strangers() -> Iterator[Problem]:
    """Hashes of buyers who are gone or forgotten, and labels of nobody."""
    session, after, known = db.session(), 0, set[int]()
    while marks := buyer_marks(after, _PAGE):
        known |= {mark.id for mark in marks}
        after = marks[-1].id
    held = {row for model in (BuyerKey, BuyerBlock, BuyerIndexed) for row in session.scalars(select(model.buyer_id))}
    if left := held - known:
        yield Problem("buyer_labels.stranger", f"{len(left)} buyers who are gone or forgotten are still known again")
    labelled = set(session.scalars(select(Label.buyer_id).distinct()))
    if lost := labelled - buyer_refs(labelled).keys():
        yield Problem("buyer_labels.nobody", f"{len(lost)} buyers with labels are not there")


def _circles() -> Iterator[Problem]:
    """Merges that stand and lead back to where they began; the tables let a buyer be merged once."""
    query = select(BuyerMerge.buyer_id, BuyerMerge.into_id).where(BuyerMerge.ended_at.is_(None))
    into = {row.buyer_id: row.into_id for row in db.session().execute(query)}
    found = 0
    for first in into:
        seen, current = {first}, into.get(first)
        while current is not None and current not in seen:
            seen.add(current)
            current = into.get(current)
        found += current == first
    if found:
        yield Problem("buyer_labels.merge_circle", f"{found} merges lead back to where they began")
