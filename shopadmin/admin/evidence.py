"""Evidence: the copy that pages show, served so that no browser takes it for anything else."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from flask import Response, abort
from flask_admin.base import expose

from shopadmin.admin.base import AdminView
from shopadmin.contract import Actor
from shopadmin.models.evidence import Evidence
from shopadmin.services import incidents, lists, orders, reviews
from shopadmin.services.complaints import listing
from shopadmin.services.evidence import labels, storing

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class EvidenceView(AdminView):
    """One piece by its uuid, for those who may see what it is about."""

    permissions: ClassVar[Mapping[str, str]] = {
        "order_view": "core.orders:read",
        "review_view": "core.reviews:read",
        "complaint_view": "core.complaints:read",
        "incident_view": "core.incidents:read",
    }

    def __init__(self) -> None:
        # Flask-Admin wants every view to have a first page.
        self._default_view = "order_view"
        super().__init__(name="evidence", endpoint="evidence", url="/admin/evidence")

    @expose("/order/<row_id>")
    def order_view(self, row_id: str) -> Response:
        """Evidence of an order."""
        return self._copy(row_id, "order", orders.find)

    @expose("/review/<row_id>")
    def review_view(self, row_id: str) -> Response:
        """Evidence of a review."""
        return self._copy(row_id, "review", reviews.find)

    @expose("/complaint/<row_id>")
    def complaint_view(self, row_id: str) -> Response:
        """Evidence that goes with a complaint, whatever it was kept for."""
        found = storing.find(_uuid(row_id))
        if found is None or not listing.is_evidence_visible(self.actor, found.id):
            abort(404)
        return shown_response(row_id, found.subject, found.subject_id)

    @expose("/incident/<incident_id>/<row_id>")
    def incident_view(self, incident_id: str, row_id: str) -> Response:
        """Evidence that an incident rests on, whatever it was kept for."""
        incident, found = incidents.find(self.actor, lists.parse_id(incident_id)), storing.find(_uuid(row_id))
        if incident is None or found is None or found.uuid not in (incident.evidence or ()):
            abort(404)
        return shown_response(row_id, found.subject, found.subject_id)

    def _copy(self, row_id: str, subject: str, find: Callable[[Actor, int], object | None]) -> Response:
        found = storing.find(_uuid(row_id))
        if found is None or found.subject != subject or find(self.actor, found.subject_id) is None:
            abort(404)
        return shown_response(row_id, subject, found.subject_id)


def shown_response(evidence_uuid: str, subject: str, subject_id: int) -> Response:
    """The copy as an answer. The caller has asked whether the actor may see the subject.

    404 for an unknown uuid, for evidence of something else, and for a file that is not what was kept.
    """
    found = storing.find(_uuid(evidence_uuid))
    if found is None or (found.subject, found.subject_id) != (subject, subject_id):
        abort(404)
    data = storing.shown_copy(found)
    if data is None:
        abort(404)
    kind = f"{found.media_type}; charset=utf-8" if found.media_type == "text/plain" else found.media_type
    answer = Response(data, content_type=kind, headers=_HEADERS)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.file_name, safe='')}"
    return answer


def shown_piece(row: Evidence, text: str | None, url: str) -> dict[str, Any]:
    """A piece as admin/evidence_piece.html shows it. ``text``: empty for a picture, None for one that is damaged."""
    return {
        "url": url,
        "name": row.file_name,
        "kind": labels.KINDS[row.kind],
        "is_picture": row.kind == "picture",
        "text": text,
        "captured_at": row.captured_at,
        "source": row.source,
        "tier": labels.TIERS[row.tier],
        "sha256": row.sha256.hex(),
    }


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        abort(404)
