"""The plugin's tables. Instants are aware UTC, durations seconds of business time.

Rows of the core are referred to by their plain ids, without a foreign key.
"""

from shopadmin_review_recovery.models.cases import (
    ReviewCase,
    ReviewCaseEvent,
    ReviewCaseFollowUp,
    ReviewRecoveryMemo,
)

__all__ = ["ReviewCase", "ReviewCaseEvent", "ReviewCaseFollowUp", "ReviewRecoveryMemo"]
