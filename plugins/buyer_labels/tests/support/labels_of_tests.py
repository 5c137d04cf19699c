"""Labels as rows, in whatever state a test needs."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from shopadmin_buyer_labels.domain import taxonomy
from shopadmin_buyer_labels.models import Label

from shopadmin.plugin_api import writing

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
CODE = "refund.item_swapped"
# Submitted by 2, approved by 3, its notice sent: an active label on evidence of a platform.
ACTIVE: dict[str, Any] = {
    "tier": 2, "evidence_tier": 2, "own_fault": False, "submitted_at": NOW, "submitted_by": 2, "reviewed_at": NOW,
    "reviewed_by": 3, "noticed_at": NOW, "notice_sent_at": NOW,
}  # fmt: skip


def add_label(**changes: Any) -> int:
    """A label as a row, a draft of the owner's unless ``changes`` say otherwise; returns its id."""
    code, created_at = changes.get("code", CODE), changes.get("created_at", NOW)
    values: dict[str, Any] = {
        "buyer_id": 1, "code": code, "tier": 0, "severity": 1, "happened_on": date(2026, 11, 13), "note": "",
        "created_at": created_at, "created_by": 1, "edited_by": 1, "latest_at": created_at + timedelta(days=365),
        "expires_at": created_at + timedelta(days=90),
    }  # fmt: skip
    if code in taxonomy.CODES:
        values["min_tier"] = taxonomy.CODES[code].min_tier
    with writing() as session:
        label = Label(**values | changes)
        session.add(label)
        session.flush()
        return label.id
