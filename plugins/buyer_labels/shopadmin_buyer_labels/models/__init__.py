"""The plugin's tables. Instants are aware UTC. Rows of the core are referred to by plain ids, without a foreign key."""

from shopadmin_buyer_labels.models.appeals import Appeal, Outcome, Rebuttal
from shopadmin_buyer_labels.models.labels import Label, LabelEvent, LabelEvidence

__all__ = ["Appeal", "Label", "LabelEvent", "LabelEvidence", "Outcome", "Rebuttal"]
