"""What waits on Today: held orders, and labels for a second person. One tile a thought, none when there is nothing."""

from datetime import UTC, datetime, timedelta

from flask import url_for
from flask_babel import format_timedelta, gettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Actor, Tile
from shopadmin_buyer_labels import label_page, permissions
from shopadmin_buyer_labels.services import waiting

_SOON = timedelta(hours=4)


def tiles(actor: Actor, now: datetime | None = None) -> list[Tile]:
    """For those who may decide about them; red where a held order goes on within four hours."""
    now, found = now or datetime.now(UTC), list[Tile]()
    if actor.can(permissions.RELEASE):
        found += _holds(now)
    if actor.can(permissions.REVIEW):
        found += _reviews(actor, now)
    return found


def _holds(now: datetime) -> list[Tile]:
    held = waiting.holds(now)
    if held.release_at is None:
        return []
    left = held.release_at - now
    note = gettext("the next goes on by itself in %(time)s", time=format_timedelta(left, granularity="minute"))
    tone, url = "danger" if left < _SOON else "warn", url_for("buyer_labels_holds.index_view")
    return [Tile(_("Held orders"), f"{held.count:,}", url, permissions.RELEASE, note, tone, "pause-circle", 32)]  # type: ignore[arg-type]


def _reviews(actor: Actor, now: datetime) -> list[Tile]:
    count = waiting.reviews(actor, now)
    if not count:
        return []
    url = url_for(f"{label_page.VIEW}.index_view", view="review")
    note = gettext("proposed by somebody else, and not in force before")
    return [Tile(_("Labels to review"), f"{count:,}", url, permissions.REVIEW, note, "warn", "hourglass-split", 33)]
