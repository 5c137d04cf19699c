"""What is known of buyers when orders of theirs are decided about: labels of the same people, and who was allowed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, null, select, union_all

from shopadmin.plugin_api import among, ask_around
from shopadmin_buyer_labels.domain.policy import LabelFacts, Match
from shopadmin_buyer_labels.models import BuyerAllowance
from shopadmin_buyer_labels.services import alike
from shopadmin_buyer_labels.services.people import same_people
from shopadmin_buyer_labels.services.reading import LabelSnapshot, labels_of

# Put as one question: whom somebody let pass, with nobody beside them, and of whom each is perhaps the same person.
_BESIDE: CompoundSelect[int, Any] = union_all(
    select(BuyerAllowance.buyer_id, null().label("other_id")).where(
        among(BuyerAllowance.buyer_id, "ids"), BuyerAllowance.until > bindparam("now")
    ),
    *alike.PAIRS_OF,
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of buyers: their labels with those of the same people, and whom somebody allowed."""

    labels: Mapping[int, Sequence[LabelSnapshot]]
    allowed: Collection[int]


def load_known(buyer_ids: Collection[int], now: datetime) -> Known:
    """Labels of these buyers and of those who are the same person, by buyer, and whom somebody allowed."""
    if not buyer_ids:  # as most are whom an order is looked up by
        return Known({}, ())
    people = same_people(buyer_ids)
    everybody = {each for same in people.values() for each in same}
    labels = labels_of(everybody, now)
    labelled: alike.Labels = {
        buyer_id: [label for each in sorted(same) for label in labels.get(each, ())]
        for buyer_id, same in people.items()
        if not labels.keys().isdisjoint(same)
    }
    let_pass, others = set[int](), defaultdict[int, set[int]](set)
    for buyer_id, other_id in ask_around(_BESIDE, {"ids": list(everybody), "now": now}):
        if other_id is None:
            let_pass.add(buyer_id)
        else:
            others[buyer_id].add(other_id)
    labelled = alike.with_alike(labelled, people, others, now)
    return Known(labelled, {buyer_id for buyer_id in labelled if people[buyer_id] & let_pass})


def matches_of(labels: Iterable[LabelSnapshot]) -> list[Match]:
    """The labels as the rules see them: of the buyer, of one who is known to be the same person, or perhaps is."""
    return [
        Match(LabelFacts(label.code, label.tier, label.severity, label.status, label.effect), label.is_exact)
        for label in labels
    ]
