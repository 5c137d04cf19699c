# mypy: disable-error-code="no-untyped-call"
"""All that is held on a person, in one click."""

from collections.abc import Mapping
from typing import ClassVar

from flask import Response, abort, send_file
from flask_admin.base import expose
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import AdminView, MissingError, parse_id
from shopadmin_buyer_labels import permissions
from shopadmin_buyer_labels.services import dossiers


class DossiersView(AdminView):
    """A file for the person."""

    permissions: ClassVar[Mapping[str, str]] = {"download": permissions.EXPORT}

    def __init__(self) -> None:
        # Flask-Admin wants every view to have a first page.
        self._default_view = "download"
        super().__init__(name=_("Dossiers"), endpoint="buyer_labels_dossiers", url="/admin/buyer-labels/dossiers")

    @expose("/<row_id>.zip")
    def download(self, row_id: str) -> Response:
        """The dossier of one buyer; that it was taken out is written down."""
        buyer_id = parse_id(row_id)
        try:
            file = dossiers.export(self.actor, buyer_id)
        except MissingError:
            abort(404)
        answer: Response = send_file(file, "application/zip", as_attachment=True, download_name=f"buyer-{buyer_id}.zip")
        answer.headers["Cache-Control"] = "no-store"
        return answer
