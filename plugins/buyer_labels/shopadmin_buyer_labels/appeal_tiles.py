"""Objections on Today: how many wait, and how many of them are due soon."""

from datetime import UTC, datetime

from flask import url_for
from flask_babel import lazy_gettext as _
from flask_babel import ngettext

from shopadmin.plugin_api import Tile
from shopadmin_buyer_labels import permissions
from shopadmin_buyer_labels.domain.appeals import REMINDERS
from shopadmin_buyer_labels.services import appeal_records


def tiles(now: datetime | None = None) -> list[Tile]:
    """Nothing where nobody objects. The reminder: red from three days before one is due."""
    waiting, soon = appeal_records.waiting((now or datetime.now(UTC)) + max(REMINDERS))
    if not waiting:
        return []
    note = ngettext("%(num)s is due within three days", "%(num)s are due within three days", soon) if soon else ""
    return [
        Tile(
            _("Objections to decide"), str(waiting), url_for("buyer_labels_appeals.index_view"),
            permissions.DECIDE_APPEAL, note,
            "danger" if soon else "warn", "chat-square-dots", 34,
        )
    ]  # fmt: skip
