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

__all__ = [
    "Appeal",
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
    "Outcome",
    "Rebuttal",
]
