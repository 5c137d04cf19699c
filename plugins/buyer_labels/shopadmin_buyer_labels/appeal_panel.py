"""Cards of a label's page: what the buyer says of it with the way to object, and complaints to the platform."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from shopadmin.plugin_api import COMPLAINT_STATES, Actor, Panel, db
from shopadmin_buyer_labels import appeal_texts, permissions
from shopadmin_buyer_labels.appeal_views import mark
from shopadmin_buyer_labels.models import Appeal, Label
from shopadmin_buyer_labels.services import appeal_records, appeals, complaints

VIEW = "buyer_labels_appeals"


def make(label: Label, actor: Actor) -> Panel | None:
    """What the buyer says, objections so far, and one click for "this is wrong"; None of what is erased."""
    if label.tombstoned_at is not None:
        return None
    now, found = datetime.now(UTC), _appeals(label.id)
    stands = appeals.may_open(label, now)
    is_open = any(one.decided_at is None for one in found)
    context = {
        "appeals": [
            {"at": one.opened_at, "mark": mark(one, now), "url": url_for(f"{VIEW}.details_view", row_id=one.id)}
            for one in found
        ],
        "rebuttals": appeal_records.rebuttals_of([label.id]).get(label.id, []),
        "wrong_url": url_for(f"{VIEW}.wrong_view", label_id=label.id) if stands and not is_open else "",
        "raise_url": url_for(f"{VIEW}.raise_view", label_id=label.id) if stands else "",
        "dossier_url": (
            url_for("buyer_labels_dossiers.download", row_id=label.buyer_id) if actor.can(permissions.EXPORT) else ""
        ),
    }
    return Panel(_("What the buyer says"), "shopadmin_buyer_labels/appeal_panel.html", permissions.READ, context)


def make_complaints(label: Label, actor: Actor) -> Panel | None:
    """Complaints to the platform; None where there are none and none may be opened."""
    found = complaints.of_label(label.id)
    refusal = complaints.in_the_way(label, datetime.now(UTC))
    may_open = complaints.may_open(actor) and refusal not in ("label_over", "protective")
    if not (found or may_open):
        return None
    context: dict[str, Any] = {
        "complaints": [
            {"number": one.complaint_no, "state": COMPLAINT_STATES[one.state],
             "url": one.url if actor.can("core.complaints:read") else ""}
            for one in found
        ],
        "open_url": url_for("buyer_labels_complaints.label_view", row_id=label.id) if may_open and not refusal else "",
        "why_not": appeal_texts.REFUSALS[refusal] if may_open and refusal else "",
    }  # fmt: skip
    return Panel(
        _("Complaints to the platform"), "shopadmin_buyer_labels/complaints_panel.html", permissions.READ, context
    )


def _appeals(label_id: int) -> Sequence[Appeal]:
    query = select(Appeal).where(Appeal.label_id == label_id).order_by(Appeal.id.desc())
    return db.session().scalars(query).all()
