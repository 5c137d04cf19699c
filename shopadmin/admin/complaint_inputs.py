"""What the pages of complaints are sent: an order or a review in the address, times, and where evidence is from."""

from datetime import UTC, datetime

from flask import abort, request
from flask_babel import lazy_gettext as _

from shopadmin.contract import Actor, EvidenceOrigin, Problem
from shopadmin.services import lists, settings
from shopadmin.services.complaints import opening
from shopadmin.services.conflicts import RefusedError


def about(actor: Actor) -> opening.About | None:
    """The order or review of the address; 404 for one that the actor may not know of."""
    for name, find, permission in (
        ("order_id", opening.about_order, "core.orders:read"),
        ("review_id", opening.about_review, "core.reviews:read"),
    ):
        if name in request.args:
            found = find(actor, lists.parse_id(request.args[name])) if actor.can(permission) else None
            return found or abort(404)
    return None


def time(name: str) -> datetime:
    """A time of the form, written by the shop's clock. Raises RefusedError."""
    try:
        found = datetime.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise RefusedError(Problem("time", _("Write the time as 2026-03-01T10:00."), name)) from None
    return found.replace(tzinfo=settings.load().zone).astimezone(UTC)


def origin() -> EvidenceOrigin:
    """Where the evidence of the form is from: now, where nobody said when. Raises RefusedError."""
    tier = request.form.get("tier", "")
    if tier not in ("0", "1", "2", "3", "4"):
        raise RefusedError(Problem("tier", _("Choose what it is: E0 to E4."), "tier"))
    at = time("captured_at") if request.form.get("captured_at") else datetime.now(UTC)
    return EvidenceOrigin(at, request.form.get("source", ""), int(tier))
