"""The plugin's tables. Instants are aware UTC. Rows of the core are referred to by plain ids, without a foreign key."""

from shopadmin_buyer_labels.models.appeals import Appeal, Outcome, Rebuttal
from shopadmin_buyer_labels.models.labels import Label, LabelEvent, LabelEvidence
from shopadmin_buyer_labels.models.people import (
    BuyerBlock,
    BuyerIndexed,
    BuyerKey,
    BuyerMerge,
    BuyerSplit,
    MatchSuggestion,
    NeverMatch,
)
from shopadmin_buyer_labels.models.policy import BuyerAllowance, OrderDecision, OrderHold, PolicyMark, PolicyRule

__all__ = [
    "Appeal",
    "BuyerAllowance",
    "BuyerBlock",
    "BuyerIndexed",
    "BuyerKey",
    "BuyerMerge",
    "BuyerSplit",
    "Label",
    "LabelEvent",
    "LabelEvidence",
    "MatchSuggestion",
    "NeverMatch",
    "OrderDecision",
    "OrderHold",
    "Outcome",
    "PolicyMark",
    "PolicyRule",
    "Rebuttal",
]
