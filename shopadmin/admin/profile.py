"""The own account: open sessions, the password, what one may do."""

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import abort, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import format_date, gettext
from flask_babel import lazy_gettext as _

from shopadmin.admin import gate
from shopadmin.admin.base import AdminView
from shopadmin.admin.forms import ChangePasswordForm
from shopadmin.models.accounts import LoginSession
from shopadmin.services import accounts, holdings, lists, sessions

_OWN = "core.profile:read"


class ProfileView(AdminView):
    """Everybody's own, nobody else's."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": _OWN,
        "change_password": _OWN,
        "end_session": _OWN,
        "end_others": _OWN,
    }

    def __init__(self) -> None:
        super().__init__(name=_("My profile"), endpoint="profile", url="/admin/profile")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The page."""
        return self._page(ChangePasswordForm(formdata=None))

    @expose("/password", methods=["POST"])
    def change_password(self) -> ResponseReturnValue:
        """Set a new password; every other browser is signed out, and whoever copied this one's cookie."""
        person = self._person()
        form = ChangePasswordForm(person.name, person.email)
        if not form.validate():
            return self._page(form), 400
        token = accounts.change_password(
            self.actor, form.current.data, form.password.data, request.remote_addr or "", _own_token()
        )
        if token is None:
            form.current.errors = (gettext("This is not your present password."),)
            return self._page(form), 400
        session[gate.SESSION_KEY] = token
        flash(gettext("The password is changed. All other devices are signed out."), "success")
        return redirect(url_for(".index_view"))

    @expose("/sessions/<row_id>/end", methods=["POST"])
    def end_session(self, row_id: str) -> ResponseReturnValue:
        """Sign one of the own browsers out; 404 for anybody else's."""
        if not sessions.end_by_id(self.actor, lists.parse_id(row_id)):
            abort(404)
        flash(gettext("That device is signed out."), "success")
        return redirect(url_for(".index_view"))

    @expose("/sessions/end-others", methods=["POST"])
    def end_others(self) -> ResponseReturnValue:
        """Sign every other browser out."""
        sessions.end_others(self.actor, _own_token())
        flash(gettext("All other devices are signed out."), "success")
        return redirect(url_for(".index_view"))

    def _person(self) -> accounts.Person:
        found = accounts.person(self.actor.account_id)
        if found is None:
            abort(404)
        return found

    def _page(self, form: ChangePasswordForm) -> str:
        own = sessions.token_hash(_own_token())
        rows = sessions.open_sessions(self.actor.account_id)
        return str(
            self.render(
                "admin/profile.html",
                account=self._person(),
                password_form=form,
                password_url=url_for(".change_password"),
                sessions=[
                    shown_session(row, row.token_hash == own, url_for(".end_session", row_id=row.id)) for row in rows
                ],
                end_others_url=url_for(".end_others"),
                held=shown_points(holdings.held_points(self.actor.account_id)),
            )
        )


def _own_token() -> str:
    return str(session.get(gate.SESSION_KEY, ""))


def shown_session(row: LoginSession, is_current: bool, end_url: str) -> dict[str, Any]:
    """A signed-in browser as admin/sessions.html shows it."""
    return {
        "browser": row.browser,
        "ip": row.ip,
        "created_at": row.created_at,
        "seen_at": row.seen_at,
        "is_current": is_current,
        "end_url": end_url,
    }


def shown_points(points: list[holdings.HeldPoint]) -> list[dict[str, str]]:
    """Each point with its source in words; those without effect come last, with the cause."""
    return [{"label": str(point.label), "source": _source(point)} for point in points]


def _source(point: holdings.HeldPoint) -> str:
    match point.source:
        case "owner":
            return gettext("owner")
        case "baseline":
            return gettext("everybody")
        case "expired":
            return gettext("without effect: expired")
        case "switched_off":
            return gettext("without effect: the plugin is off")
        case "implied":
            return gettext("comes with another permission")
    since = format_date(point.at) if point.at else ""
    if point.until:
        return gettext("from %(name)s, %(since)s, until %(until)s", name=point.by, since=since,
                       until=format_date(point.until))  # fmt: skip
    return gettext("from %(name)s, %(since)s", name=point.by, since=since)
