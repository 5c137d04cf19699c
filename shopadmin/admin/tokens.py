"""Storefront tokens: who may use the API, for what, since when; the owner's alone."""

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext, lazy_pgettext
from flask_babel import lazy_gettext as _

from shopadmin.admin.base import AdminView
from shopadmin.contract import Badge, MenuItem, Text
from shopadmin.services import api_scopes, api_tokens, lists
from shopadmin.services.api_tokens import MANAGE, IssuedToken, TokenRow
from shopadmin.services.conflicts import MissingError, RefusedError

# Days a new token is good for, as the form offers them; empty: for ever.
LIFETIMES: tuple[tuple[str, Text], ...] = (
    ("90", _("90 days")),
    ("365", _("One year")),
    ("730", _("Two years")),
    ("", _("Until it is revoked")),
)


class TokensView(AdminView):
    """The list, a form for a new one, and revoking."""

    permissions: ClassVar[Mapping[str, str]] = {"index_view": MANAGE, "create": MANAGE, "revoke": MANAGE}
    menu_item = MenuItem("manage", 80, "key")

    def __init__(self) -> None:
        super().__init__(name=_("Storefront tokens"), endpoint="tokens", url="/admin/tokens")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """Every token, also those that have ended."""
        return self._page()

    @expose("/create", methods=["POST"])
    def create(self) -> ResponseReturnValue:
        """Make a token; its text is shown on this answer and never again."""
        try:
            issued = api_tokens.create(
                self.actor, request.form.get("label", ""), request.form.getlist("scope"), _posted_days()
            )
        except RefusedError as refused:
            return self._page({problem.field: problem.message for problem in refused.problems}), 400
        return self._show(issued)

    @expose("/<row_id>/revoke", methods=["POST"])
    def revoke(self, row_id: str) -> ResponseReturnValue:
        """End a token at once."""
        try:
            api_tokens.revoke(self.actor, lists.parse_id(row_id))
        except MissingError:
            abort(404)
        flash(gettext("The token is revoked. Whatever uses it is refused from now on."), "success")
        return redirect(url_for(".index_view"))

    def _page(self, errors: Mapping[str, Text] | None = None) -> str:
        return str(
            self.render(
                "admin/tokens/index.html",
                tokens=[_shown(found) for found in api_tokens.all_tokens()],
                scopes=list(api_scopes.declared().values()),
                ticked=request.form.getlist("scope"),
                label=request.form.get("label", ""),
                lifetimes=LIFETIMES,
                days=request.form.get("days", "365"),
                errors=errors or {},
                create_url=url_for(".create"),
            )
        )

    def _show(self, issued: IssuedToken) -> str:
        scopes = api_scopes.declared()
        return str(
            self.render(
                "admin/tokens/created.html",
                token=issued,
                scopes=[scopes[code].label for code in issued.scopes],
                back_url=url_for(".index_view"),
            )
        )


def _posted_days() -> int | None:
    """The posted lifetime; 400 for one that the form does not offer."""
    posted = request.form.get("days", "")
    if posted not in dict(LIFETIMES):
        abort(400)
    return int(posted) if posted else None


def _shown(found: TokenRow) -> dict[str, Any]:
    return {
        "label": found.label,
        "scopes": ", ".join(found.scopes),
        "made_by": found.created_by or gettext("the server's shell"),
        "created_at": found.created_at,
        "expires_at": found.expires_at,
        "last_used_at": found.last_used_at,
        "state": _state(found),
        "revoke_url": None if found.revoked_at else url_for(".revoke", row_id=found.id),
    }


def _state(found: TokenRow) -> Badge:
    if found.revoked_at:
        return Badge(_("Revoked"), "neutral", "x-circle")
    if found.is_active:
        return Badge(_("Active"), "ok", "check-circle-fill")
    return Badge(lazy_pgettext("token", "Ended"), "neutral", "clock")
