"""What a dossier says of a person besides labels: by what one is known, with whom one was said to be one, what was
decided about orders. Other people are counted, never named; what is kept as a hash is said in words, not shown.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import func, or_, select

from shopadmin.plugin_api import OrderId, db, order_snapshots
from shopadmin_buyer_labels import dossier_words
from shopadmin_buyer_labels.models import (
    BuyerAllowance,
    BuyerBlock,
    BuyerKey,
    BuyerMerge,
    BuyerSplit,
    MatchSuggestion,
    OrderDecision,
    OrderHold,
    PolicyRule,
)

Values = Callable[[Any], dict[str, Any]]
# What is kept of an identifier: ``likeness`` are parts of names and addresses, by which those who are alike are found.
KINDS: Mapping[str, Any] = {
    "phone": _("Mobile number"),
    "email": _("E-mail address"),
    "platform_uid": _("Id of a platform"),
    "fixed": _("Fixed line"),
    "address": _("Address"),
    "tail": _("Last digits of a phone"),
    "nick": _("Account name"),
    "likeness": _("Parts of the name and the address"),
}


def records(buyer_ids: Collection[int], values: Values) -> dict[str, list[dict[str, Any]]]:
    """By kind of thing. ``buyer_ids``: rows of one person; ``values``: makes plain values of a row's columns."""
    merged = or_(BuyerMerge.buyer_id.in_(buyer_ids), BuyerMerge.into_id.in_(buyer_ids))
    alike = or_(MatchSuggestion.buyer_id.in_(buyer_ids), MatchSuggestion.other_id.in_(buyer_ids))
    return {
        "decisions_on_orders": _decisions(buyer_ids, values),
        "holds_of_orders": [_of_order(row, values) for row in _all(OrderHold, OrderHold.buyer_id.in_(buyer_ids))],
        "let_pass": [values(row) for row in _all(BuyerAllowance, BuyerAllowance.buyer_id.in_(buyer_ids))],
        "known_by": _known_by(buyer_ids),
        "merges": [_pair(row, (row.buyer_id, row.into_id), buyer_ids, values) for row in _all(BuyerMerge, merged)],
        "splits": [values(row) for row in _all(BuyerSplit, BuyerSplit.buyer_id.in_(buyer_ids))],
        "suggestions": [
            _pair(row, (row.buyer_id, row.other_id), buyer_ids, values) for row in _all(MatchSuggestion, alike)
        ],
    }


def in_words(found: Mapping[str, Sequence[Mapping[str, Any]]], zone: tzinfo) -> dict[str, Sequence[Any]]:
    """The same for reading: names, codes and hashes in the reader's language, times by the clock of ``zone``."""
    hashed = [
        gettext(
            "%(kind)s: %(number)s, kept as a keyed hash that nobody can read back",
            kind=KINDS[row["kind"]], number=row["number"],
        )
        for row in found["known_by"]
    ]  # fmt: skip
    return {
        kind: hashed if kind == "known_by" else dossier_words.said(kind, rows, zone) for kind, rows in found.items()
    }


def _decisions(buyer_ids: Collection[int], values: Values) -> list[dict[str, Any]]:
    found = _all(OrderDecision, OrderDecision.buyer_id.in_(buyer_ids))
    names = {row.id: row.name for row in _all(PolicyRule, PolicyRule.id.in_({row.rule_id for row in found}))}
    return [_of_order(row, values) | {"rule": names.get(row.rule_id, "")} for row in found]


def _of_order(row: Any, values: Values) -> dict[str, Any]:
    """The row with the number that the person knows the order by, where the order is still the same."""
    for order in order_snapshots([OrderId(row.order_id)]):
        if order.created_at == row.ordered_at:
            return {"order_no": order.order_no} | values(row)
    return values(row)


def _known_by(buyer_ids: Collection[int]) -> list[dict[str, Any]]:
    """Which kinds of identifiers are kept, and how many of each."""
    count = func.count(func.distinct(BuyerKey.hash))
    query = select(BuyerKey.kind, count).where(BuyerKey.buyer_id.in_(buyer_ids)).group_by(BuyerKey.kind)
    found = {row[0]: row[1] for row in db.session().execute(query)}
    blocks = select(func.count(func.distinct(BuyerBlock.hash))).where(BuyerBlock.buyer_id.in_(buyer_ids))
    found["likeness"] = db.session().scalar(blocks) or 0
    return [
        {"kind": kind, "number": found[kind], "kept_as": "keyed hash"} for kind in KINDS if found.get(kind)
    ]  # fmt: skip


def _pair(row: Any, pair: tuple[int, int], buyer_ids: Collection[int], values: Values) -> dict[str, Any]:
    """A row about two buyers, without the number of the one who is somebody else."""
    return {name: value for name, value in values(row).items() if name not in ("buyer_id", "into_id", "other_id")} | {
        "between": [each for each in pair if each in buyer_ids],
        "with_somebody_else": not set(pair) <= set(buyer_ids),
    }


def _all(model: Any, where: Any) -> Sequence[Any]:
    return db.session().scalars(select(model).where(where).order_by(model.id)).all()
