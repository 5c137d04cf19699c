"""What an open suggestion means before anybody decided: the labels of whom a buyer is like, worth a flag at the most.

The rules cap what is only alike (section 4, ``domain/policy.py``); here is which labels that are.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, union_all
from sqlalchemy.orm import aliased

from shopadmin.plugin_api import among, ask_around, db
from shopadmin_buyer_labels.domain.status import Effect
from shopadmin_buyer_labels.models import MatchSuggestion, OrderDecision
from shopadmin_buyer_labels.services.people import same_people
from shopadmin_buyer_labels.services.reading import LabelSnapshot, labels_of

# How a decision names the tie between the buyer of the order and the labelled one.
VIA = "alike"
_IS_OPEN = MatchSuggestion.decision == ""
_ANY = aliased(MatchSuggestion)
# In a shop without open suggestions nobody is looked for.
_SOME_ARE = select(_ANY.id).where(_ANY.decision == "").exists()
# Buyers with those whom each of them is perhaps, from both ends.
PAIRS_OF = (
    select(MatchSuggestion.buyer_id, MatchSuggestion.other_id).where(
        among(MatchSuggestion.buyer_id, "ids"), _IS_OPEN, _SOME_ARE
    ),
    select(MatchSuggestion.other_id, MatchSuggestion.buyer_id).where(
        among(MatchSuggestion.other_id, "ids"), _IS_OPEN, _SOME_ARE
    ),
)
_PAIRS = union_all(*PAIRS_OF)
Labels = Mapping[int, Sequence[LabelSnapshot]]


def with_alike(
    labelled: Labels, people: Mapping[int, frozenset[int]], others: Mapping[int, Collection[int]], now: datetime
) -> Labels:
    """``labelled`` and, for each buyer of ``people`` (with everybody who is the same person), the labels with an effect
    of those who are perhaps the same person, as not exact. ``others``: the open pairs of everybody.
    """
    if not others:
        return labelled
    theirs = same_people({each for found in others.values() for each in found})
    labels = labels_of({each for same in theirs.values() for each in same}, now)
    found = dict(labelled)
    for buyer_id, same in people.items():
        perhaps = {each for member in same for other in others.get(member, ()) for each in theirs[other]} - same
        if more := [replace(label, is_exact=False) for each in sorted(perhaps) for label in _telling(labels, each)]:
            found[buyer_id] = [*labelled.get(buyer_id, ()), *more]
    return found


def open_pairs(buyer_ids: Collection[int]) -> Mapping[int, Collection[int]]:
    """Each of these buyers who has open suggestions, with the others of them."""
    found: dict[int, set[int]] = defaultdict(set)
    for buyer_id, other_id in ask_around(_PAIRS, {"ids": list(buyer_ids)}) if buyer_ids else ():
        found[buyer_id].add(other_id)
    return found


def suspected_of(order_id: int) -> frozenset[int]:
    """The labels that mark the order only because its buyer is perhaps the labelled one."""
    query = select(OrderDecision.label_id).where(
        OrderDecision.order_id == order_id, OrderDecision.ended_at.is_(None), OrderDecision.via == VIA
    )
    return frozenset(db.session().scalars(query))


def _telling(labels: Labels, buyer_id: int) -> Sequence[LabelSnapshot]:
    return [each for each in labels.get(buyer_id, ()) if each.effect > Effect.NONE and not each.is_protective]
