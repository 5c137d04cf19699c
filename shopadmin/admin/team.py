"""The team: who is in it, what each may do, invitations, letting people out and in again."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from shopadmin.admin.base import AdminView
from shopadmin.admin.forms import InviteForm
from shopadmin.admin.profile import shown_points, shown_session
from shopadmin.contract import MenuItem, Text
from shopadmin.services import access, accounts, grants, holdings, invitations, links, lists, sessions
from shopadmin.services.refusals import ConflictError

_READ, _MANAGE = "core.team:read", "core.team:delegate"
_AREAS: Mapping[str, Text] = {
    "core.orders": _("Orders"),
    "core.buyers": _("Buyers"),
    "core.products": _("Products"),
    "core.reviews": _("Reviews"),
    "core.incidents": _("Incidents"),
    "core.complaints": _("Complaints"),
    "core.evidence": _("Evidence"),
    "core.messages": _("Messages"),
    "core.contact": _("Consent and do-not-contact"),
    "core.imports": _("Import"),
    "core.activity": _("Activity log"),
    "core.team": _("Team"),
}


class TeamView(AdminView):
    """The list, one account, and the way in."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": _READ,
        "account_view": _MANAGE,
        "save_access": _MANAGE,
        "deactivate": _MANAGE,
        "reactivate": _MANAGE,
        "end_sessions": _MANAGE,
        "make_password_link": _MANAGE,
        "invite_view": _MANAGE,
        "renew_invitation": _MANAGE,
        "revoke_invitation": _MANAGE,
    }
    menu_item = MenuItem("manage", 10, "people")

    def __init__(self) -> None:
        super().__init__(name=_("Team"), endpoint="team", url="/admin/team")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """Everybody, and to those who may invite the open invitations within their reach."""
        may_manage = self.actor.can(_MANAGE)
        return self.render(
            "admin/team/index.html",
            people=[_shown_person(found, may_manage) for found in accounts.team()],
            invitations=[_shown_invitation(found) for found in invitations.reachable(self.actor)],
            invite_url=url_for(".invite_view") if may_manage else None,
        )

    @expose("/accounts/<row_id>")
    def account_view(self, row_id: str) -> ResponseReturnValue:
        """One account, what it may do and from where."""
        found = self._find(row_id)
        may_manage = accounts.may_manage(self.actor, found.id)
        is_editable = not found.is_owner and found.id != self.actor.account_id
        own = {name: url_for(f".{name}", row_id=found.id) for name in self.permissions if name in _ON_ACCOUNTS}
        held = grants.direct_grants(found.id)
        return self.render(
            "admin/team/account.html",
            account=found,
            areas=_areas(holdings.choices(self.actor, held), is_editable),
            seen=sorted(held),
            passes_on=_MANAGE in held,
            sessions=[shown_session(row, False, "") for row in sessions.open_sessions(found.id)],
            held=shown_points(holdings.held_points(found.id)),
            save_url=own["save_access"] if is_editable else None,
            deactivate_url=own["deactivate"] if may_manage else None,
            activate_url=own["reactivate"] if may_manage else None,
            end_sessions_url=own["end_sessions"] if may_manage else None,
            reset_url=own["make_password_link"] if may_manage and found.active else None,
            activity_url=self._activity_url(found.id),
            back_url=url_for(".index_view"),
        )

    @expose("/accounts/<row_id>/access", methods=["POST"])
    def save_access(self, row_id: str) -> ResponseReturnValue:
        """Give what is ticked and take what is not, as far as the actor reaches."""
        found = self._find(row_id)
        grants.set_grants(
            self.actor,
            found.id,
            _posted_permissions(),
            seen=request.form.getlist("seen"),
            reason=request.form.get("reason", "").strip()[:500],
            with_passed_on="with_passed_on" in request.form or "passes_on" not in request.form,
        )
        flash(gettext("What %(name)s may do is saved.", name=found.name), "success")
        return self._back_to(found)

    @expose("/accounts/<row_id>/deactivate", methods=["POST"])
    def deactivate(self, row_id: str) -> ResponseReturnValue:
        """Lock somebody out; the page says which invitations stop with it."""
        found = self._find(row_id)
        stopped = accounts.deactivate(self.actor, found.id)
        flash(gettext("%(name)s is locked out.", name=found.name), "success")
        for invitation in stopped:
            text = gettext("The invitation of %(name)s has stopped working. Make a new link.", name=invitation.name)
            flash(text, "warning")
        return self._back_to(found)

    @expose("/accounts/<row_id>/reactivate", methods=["POST"])
    def reactivate(self, row_id: str) -> ResponseReturnValue:
        """Let somebody in again."""
        found = self._find(row_id)
        accounts.reactivate(self.actor, found.id)
        flash(gettext("%(name)s may sign in again.", name=found.name), "success")
        return self._back_to(found)

    @expose("/accounts/<row_id>/sessions/end", methods=["POST"])
    def end_sessions(self, row_id: str) -> ResponseReturnValue:
        """Sign somebody out everywhere."""
        found = self._find(row_id)
        accounts.end_sessions(self.actor, found.id)
        flash(gettext("%(name)s is signed out everywhere.", name=found.name), "success")
        return self._back_to(found)

    @expose("/accounts/<row_id>/password-link", methods=["POST"])
    def make_password_link(self, row_id: str) -> ResponseReturnValue:
        """A link for a new password, shown this once."""
        found = self._find(row_id)
        if not found.active:
            raise ConflictError(gettext("Let %(name)s in again first.", name=found.name))
        return self._show(accounts.make_password_link(self.actor, found.id))

    @expose("/invite", methods=["GET", "POST"])
    def invite_view(self) -> ResponseReturnValue:
        """The form, and the link that it makes, shown this once."""
        form = InviteForm()
        is_sent = request.method == "POST"
        ticked = _posted_permissions() if is_sent else []
        if is_sent and form.validate():
            return self._show(invitations.invite(self.actor, form.email.data, form.name.data, ticked))
        page = self.render(
            "admin/team/invite.html",
            form=form,
            areas=_areas(holdings.choices(self.actor, ticked), is_editable=True),
            presets=[],
            back_url=url_for(".index_view"),
        )
        return page, 400 if is_sent else 200

    @expose("/invitations/<row_id>/renew", methods=["POST"])
    def renew_invitation(self, row_id: str) -> ResponseReturnValue:
        """A new link for an open invitation; the old one ends."""
        try:
            return self._show(invitations.renew(self.actor, lists.parse_id(row_id)))
        except LookupError:
            abort(404)

    @expose("/invitations/<row_id>/revoke", methods=["POST"])
    def revoke_invitation(self, row_id: str) -> ResponseReturnValue:
        """Take an open invitation back."""
        try:
            invitations.revoke(self.actor, lists.parse_id(row_id))
        except LookupError:
            abort(404)
        flash(gettext("The invitation is taken back."), "success")
        return redirect(url_for(".index_view"))

    def _find(self, row_id: str) -> accounts.Person:
        found = accounts.person(lists.parse_id(row_id))
        if found is None:
            abort(404)
        return found

    def _back_to(self, found: accounts.Person) -> ResponseReturnValue:
        return redirect(url_for(".account_view", row_id=found.id))

    def _activity_url(self, account_id: int) -> str | None:
        if not self.actor.can("core.activity:read"):
            return None
        return url_for("activity.index_view", account=account_id)

    def _show(self, issued: links.IssuedLink) -> str:
        return str(
            self.render(
                "admin/team/invited.html",
                name=issued.name,
                email=issued.email,
                link=issued.url(request.url_root),
                expires_at=issued.expires_at,
                back_url=url_for(".index_view"),
            )
        )


_ON_ACCOUNTS = frozenset({"save_access", "deactivate", "reactivate", "end_sessions", "make_password_link"})


def _posted_permissions() -> list[str]:
    """What was ticked; 400 for a code that nobody declares."""
    ticked = request.form.getlist("permission")
    if any(code not in access.all_permissions() for code in ticked):
        abort(400)
    return ticked


def _shown_person(found: accounts.Person, may_manage: bool) -> dict[str, Any]:
    return {
        "name": found.name,
        "url": url_for(".account_view", row_id=found.id) if may_manage else None,
        "email": found.email,
        "role": gettext("Owner") if found.is_owner else gettext("Team member"),
        "state": "active" if found.active else "disabled",
        "last_seen_at": found.last_seen_at,
        "areas": gettext("Everything") if found.is_owner else _areas_of(grants.direct_grants(found.id)),
    }


def _areas_of(held: Collection[str]) -> str:
    """The areas somebody may use, in words."""
    areas = dict.fromkeys(code.partition(":")[0] if code.startswith("core.") else code.partition(".")[0]
                          for code in access.all_permissions() if code in held)  # fmt: skip
    return ", ".join(str(_area_title(area)) for area in areas)


def _area_title(area: str) -> Text:
    manifests = current_app.extensions["shopadmin.hooks"].plugins.manifests
    return _AREAS.get(area) or (manifests[area].title if area in manifests else area)


def _areas(choices: Mapping[str, list[holdings.Choice]], is_editable: bool) -> list[dict[str, Any]]:
    return [{"title": _area_title(area), "points": [_tick(found, is_editable) for found in points]}
            for area, points in choices.items()]  # fmt: skip


def _tick(found: holdings.Choice, is_editable: bool) -> dict[str, Any]:
    is_beyond = is_editable and found.is_locked
    return {
        "code": found.code,
        "label": found.label,
        "help": found.help,
        "sensitive": found.sensitive,
        "held": found.held,
        "locked": found.is_locked or not is_editable,
        "lock_reason": gettext("Only somebody who holds this can give it.") if is_beyond else "",
    }


def _shown_invitation(found: invitations.Invitation) -> dict[str, Any]:
    return {
        "name": found.name,
        "email": found.email,
        "expires_at": found.expires_at,
        "renew_url": url_for(".renew_invitation", row_id=found.id),
        "revoke_url": url_for(".revoke_invitation", row_id=found.id),
    }
