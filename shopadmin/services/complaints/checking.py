"""Whether the owner has compared a platform's checklists and days with the platform's own page, and when.

What ships with the program was written by hand: it counts as not checked until the owner answers for it, and again
when an update changes it or half a year has gone, as platforms change theirs.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask_babel import lazy_gettext as _

from shopadmin.contract import Actor, Problem
from shopadmin.domain import complaints as rules
from shopadmin.models import db
from shopadmin.models.settings import Setting
from shopadmin.services import audit, settings
from shopadmin.services.conflicts import RefusedError
from shopadmin.services.refusals import ForbiddenError
from shopadmin.services.transactions import writing

_KEY = "complaint_checked."
STALE_AFTER = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Checked:
    """When a platform's lists were checked last, a day of the shop. ``is_current``: neither too long ago, nor another
    list by now.
    """

    on: date
    is_current: bool


def checked(platform: str, now: datetime | None = None) -> Checked | None:
    """When the owner said so; None where nobody has yet. ``now``: aware UTC."""
    row = db.session().get(Setting, _KEY + platform)
    if row is None:
        return None
    on, today = date.fromisoformat(row.value["on"]), _today(now)
    return Checked(on, row.value["lists"] == fingerprint(platform) and today < on + STALE_AFTER)


def confirm(actor: Actor, platform: str, now: datetime | None = None) -> None:
    """The owner has compared the platform's lists and days. Raises ForbiddenError for anybody else, RefusedError for a
    platform that has no lists of its own.
    """
    if not actor.is_owner:
        raise ForbiddenError("core.settings:update")
    if not rules.is_known(platform):
        raise RefusedError(Problem("platform", _("This platform has no checklists of its own."), "platform"))
    said = {"on": _today(now).isoformat(), "lists": fingerprint(platform)}
    with writing() as session:
        session.merge(Setting(key=_KEY + platform, value=said))
        audit.record(actor, "core.complaint.checked", "settings", platform, after={"on": said["on"]})


def fingerprint(platform: str) -> str:
    """Short name of what the lists say: another one when any item or number of days changes."""
    lists = sorted((ground, repr(rules.checklist(platform, ground))) for ground in rules.grounds(platform))
    return hashlib.sha256(repr(lists).encode()).hexdigest()[:16]


def _today(now: datetime | None) -> date:
    return (now or datetime.now(UTC)).astimezone(settings.load().zone).date()
