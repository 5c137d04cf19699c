"""The plugin's tables. Instants are aware UTC, durations seconds of business time.

Rows of the core are referred to by their plain ids, without a foreign key.
"""

from shopadmin_review_recovery.models.cases import (
    ReviewCase,
    ReviewCaseEvent,
    ReviewCaseFollowUp,
    ReviewCaseText,
    ReviewRecoveryMemo,
)
from shopadmin_review_recovery.models.compensation import ReviewCompensation
from shopadmin_review_recovery.models.prevention import ReviewPrevention, ReviewPreventionTick
from shopadmin_review_recovery.models.replies import ReviewAnswer, ReviewQuickReply
from shopadmin_review_recovery.models.scripts import (
    ReviewInvitation,
    ReviewScript,
    ReviewScriptNote,
    ReviewScriptRun,
    ReviewScriptStep,
    ReviewScriptVersion,
)
from shopadmin_review_recovery.models.suspicions import ReviewSuspicion

__all__ = [
    "ReviewAnswer",
    "ReviewCase",
    "ReviewCaseEvent",
    "ReviewCaseFollowUp",
    "ReviewCaseText",
    "ReviewCompensation",
    "ReviewInvitation",
    "ReviewPrevention",
    "ReviewPreventionTick",
    "ReviewQuickReply",
    "ReviewRecoveryMemo",
    "ReviewScript",
    "ReviewScriptNote",
    "ReviewScriptRun",
    "ReviewScriptStep",
    "ReviewScriptVersion",
    "ReviewSuspicion",
]
