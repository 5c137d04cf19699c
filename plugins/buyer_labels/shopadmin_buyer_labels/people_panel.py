"""Who a buyer is besides: on the buyer's page and on the pages of suggestions and merges."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import or_, select

from shopadmin.plugin_api import Actor, BuyerId, BuyerSnapshot, Panel, buyer_snapshots, db, platform_name
from shopadmin_buyer_labels import labels, people_texts, permissions
from shopadmin_buyer_labels.models import BuyerMerge, BuyerSplit, MatchSuggestion
from shopadmin_buyer_labels.services import lookups, reading
from shopadmin_buyer_labels.services.people import same_people, ties

MERGES, SUGGESTIONS = "buyer_labels_merges", "buyer_labels_suggestions"


def panels(buyer: BuyerSnapshot, actor: Actor) -> Sequence[Panel]:
    """Who else in the shop's list the buyer is, by what, and the ways to say so and to take it back."""
    if not actor.can(permissions.READ):
        return []
    same = same_people([buyer.id])[buyer.id]
    lookups.saw(actor, "buyer", same - {buyer.id})
    may = actor.can(permissions.MERGE)
    context = {
        "people": people(actor, same - {buyer.id}, buyer.id),
        "merges": merges(same),
        "splits": [
            {"at": row.made_at, "why": row.why, "undo_url": url_for(f"{MERGES}.undo_split_view", row_id=row.id)}
            for row in _standing_splits(buyer.id)
        ],
        "suggestions": _open_suggestions(actor, same),
        "may": may,
        "merge_url": url_for(f"{MERGES}.create_view", buyer_id=buyer.id),
        "split_url": url_for(f"{MERGES}.split_view", buyer_id=buyer.id),
    }
    return [Panel(_("The same person"), "shopadmin_buyer_labels/people_panel.html", permissions.READ, context)]


def people(actor: Actor, buyer_ids: Collection[int], seen_from: int | None = None) -> list[dict[str, Any]]:
    """These buyers, names as the actor may see them, each with labels and by what it is the one ``seen_from``."""
    known, now = buyer_snapshots(actor, list(buyer_ids)), datetime.now(UTC)
    theirs = reading.labels_of(list(buyer_ids), now)
    by = ties([(seen_from, each) for each in buyer_ids]) if seen_from is not None else {}
    return [
        {
            "id": each,
            "name": name_of(known.get(BuyerId(each)), each),
            "platform": platform_name(known[BuyerId(each)].platform) if BuyerId(each) in known else "",
            "url": buyer_url(actor, each) if BuyerId(each) in known else "",
            "tie": people_texts.TIES[by[seen_from, each]] if seen_from is not None else "",
            "labels": label_marks(theirs.get(each, ())),
        }
        for each in sorted(buyer_ids)
    ]


def label_marks(found: Sequence[reading.LabelSnapshot]) -> list[dict[str, Any]]:
    """Labels as links with their status."""
    return [
        {
            "text": labels.CODES[label.code],
            "mark": labels.status_badge(label.status),
            "url": url_for("buyer_labels_labels.details_view", row_id=label.id),
        }
        for label in found
    ]


def name_of(buyer: BuyerSnapshot | None, buyer_id: int) -> str:
    """The buyer's name as the actor may see it, else the number."""
    return (buyer.name if buyer else "") or gettext("Buyer %(number)s", number=buyer_id)


def buyer_url(actor: Actor, buyer_id: int) -> str:
    """The buyer's page, empty for those who may not open it."""
    return url_for("buyers.details_view", row_id=buyer_id) if actor.can("core.buyers:read") else ""


def merges(buyer_ids: Collection[int]) -> list[dict[str, Any]]:
    """The merges that stand among these buyers."""
    query = select(BuyerMerge).where(BuyerMerge.buyer_id.in_(buyer_ids), BuyerMerge.ended_at.is_(None))
    return [
        {
            "text": gettext("Buyer %(one)s is buyer %(other)s", one=row.buyer_id, other=row.into_id),
            "at": row.made_at,
            "url": url_for(f"{MERGES}.details_view", row_id=row.id),
        }
        for row in db.session().scalars(query.order_by(BuyerMerge.id))
    ]


def _standing_splits(buyer_id: int) -> Sequence[BuyerSplit]:
    query = select(BuyerSplit).where(BuyerSplit.buyer_id == buyer_id, BuyerSplit.ended_at.is_(None))
    return db.session().scalars(query).all()


def _open_suggestions(actor: Actor, buyer_ids: Collection[int]) -> list[dict[str, str]]:
    query = (
        select(MatchSuggestion.id, MatchSuggestion.buyer_id, MatchSuggestion.other_id)
        .where(
            MatchSuggestion.decision == "",
            or_(MatchSuggestion.buyer_id.in_(buyer_ids), MatchSuggestion.other_id.in_(buyer_ids)),
        )
        .order_by(MatchSuggestion.score.desc(), MatchSuggestion.id)
        .limit(5)
    )
    found = [
        (row.id, row.other_id if row.buyer_id in buyer_ids else row.buyer_id) for row in db.session().execute(query)
    ]
    known = buyer_snapshots(actor, [other for _id, other in found])
    return [
        {
            "url": url_for(f"{SUGGESTIONS}.details_view", row_id=row_id),
            "name": name_of(known.get(BuyerId(other)), other),
        }
        for row_id, other in found
    ]
