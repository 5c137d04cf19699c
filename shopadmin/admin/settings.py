"""The shop's settings; the owner's alone."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import ClassVar

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _

from shopadmin.admin.base import AdminView
from shopadmin.admin.forms import SettingsForm
from shopadmin.contract import MenuItem
from shopadmin.services import settings

FIELDS = ("name", "currency", "timezone", "language")


class SettingsView(AdminView):
    """Name, currency, time zone, language."""

    permissions: ClassVar[Mapping[str, str]] = {"index_view": "core.settings:update"}
    menu_item = MenuItem("manage", 90, "gear")

    def __init__(self) -> None:
        super().__init__(name=_("Settings"), endpoint="settings", url="/admin/settings")

    @expose("/", methods=["GET", "POST"])
    def index_view(self) -> ResponseReturnValue:
        """The form, and what it sends."""
        shop = asdict(settings.load())
        form = SettingsForm(data=shop)
        is_sent = request.method == "POST"
        if is_sent and form.validate():
            changed = {name: form[name].data for name in FIELDS if form[name].data != shop[name]}
            if changed:
                settings.save(self.actor, **changed)
            flash(str(_("The settings are saved.")), "success")
            return redirect(url_for(".index_view"))
        page = str(self.render("admin/settings.html", title=_("Settings"), form=form))
        return page, 400 if is_sent else 200
