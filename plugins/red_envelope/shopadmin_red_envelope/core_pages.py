"""What the plugin adds to the core's pages: a tile on Today, hits of the search."""

from collections.abc import Sequence
from datetime import timedelta

from flask import url_for
from flask_babel import format_timedelta, gettext, ngettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import SearchHit, Tile, plugin_settings
from shopadmin_red_envelope import labels, permissions
from shopadmin_red_envelope.domain import states
from shopadmin_red_envelope.services import changing, listing
from shopadmin_red_envelope.settings_form import REMIND_DAYS


def tiles() -> list[Tile]:
    """How many campaigns run, and what comes next; nothing in a shop that has none of that."""
    days = plugin_settings("red_envelope").get("remind_days", REMIND_DAYS)
    found = listing.overview(timedelta(days=days))
    if not (found.running or found.scheduled or found.late_drafts):
        return []
    view = "running" if found.running else "scheduled"
    notes, tone = [], "ok"
    if found.next_start is not None:
        left = format_timedelta(timedelta(milliseconds=found.next_start - found.now), granularity="minute")
        notes.append(gettext("the next begins in %(left)s", left=left))
        tone = "info"
    if found.late_drafts:
        view, tone = "draft", "warn"
        late = ngettext(
            "%(num)s draft begins soon and is not scheduled",
            "%(num)s drafts begin soon and are not scheduled",
            found.late_drafts,
        )
        notes.append(late)
    url = url_for("red_envelope_campaigns.index_view", view=view)
    note = " · ".join(notes)
    return [Tile(_("Red envelopes running"), str(found.running), url, permissions.READ, note, tone, "tag", 50)]  # type: ignore[arg-type]


def hits(term: str) -> Sequence[SearchHit]:
    """Campaigns whose name holds the term, with their states."""
    now = changing.now()
    return [
        SearchHit(
            row.title,
            url_for("red_envelope_campaigns.details_view", row_id=row.id),
            permissions.READ,
            str(labels.STATE_LABELS[states.shown_state(states.Standing(row.state, row.lock_at, row.use_to), now)]),
            _("Red envelopes"),
        )
        for row in listing.find_titles(term)
    ]
