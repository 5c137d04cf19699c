"""Pictures of orders: the copy that pages show, served so that no browser takes it for anything else."""

import uuid
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import quote

from flask import Response, abort
from flask_admin.base import expose

from shopadmin.admin.base import AdminView
from shopadmin.services import attachments, orders

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class AttachmentsView(AdminView):
    """One picture by its uuid, for those who may see the order that it belongs to."""

    permissions: ClassVar[Mapping[str, str]] = {"details_view": "core.orders:read"}

    def __init__(self) -> None:
        # Flask-Admin wants every view to have a first page.
        self._default_view = "details_view"
        super().__init__(name="attachments", endpoint="attachments", url="/admin/attachments")

    @expose("/<row_id>")
    def details_view(self, row_id: str) -> Response:
        """The copy; 404 for an unknown uuid, for an order out of scope, and for a file that is not what was kept."""
        try:
            found = attachments.find(str(uuid.UUID(row_id)))
        except ValueError:
            abort(404)
        if found is None or orders.find(self.actor, found.subject_id) is None:
            abort(404)
        data = attachments.shown_copy(found)
        if data is None:
            abort(404)
        answer = Response(data, content_type=found.media_type, headers=_HEADERS)
        answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.file_name, safe='')}"
        return answer
