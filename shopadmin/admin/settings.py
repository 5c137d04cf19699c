"""The shop's settings; the owner's alone."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any, ClassVar

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import format_datetime, gettext
from flask_babel import lazy_gettext as _

from shopadmin.admin.base import AdminView
from shopadmin.admin.forms import MailForm, SettingsForm
from shopadmin.admin.sms_form import GROUPS, SmsForm
from shopadmin.contract import MenuItem
from shopadmin.domain.sms.gateway import Gateway
from shopadmin.services import settings
from shopadmin.services.conflicts import ObjectionsError, RefusedError
from shopadmin.services.messages import mail_settings, sms_settings, trying

FIELDS = ("name", "currency", "timezone", "language", "buyer_zones")
MAIL_FIELDS = ("host", "port", "security", "user", "sender")


class SettingsView(AdminView):
    """Name, currency, time zone, language; the mail server and the gateway for text messages."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": "core.settings:update",
        "mail_view": "core.settings:update",
        "sms_view": "core.settings:update",
        "try_mail_view": "core.settings:update",
        "try_sms_view": "core.settings:update",
    }
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
        ways = {"mail_url": url_for(".mail_view"), "sms_url": url_for(".sms_view")}
        page = str(self.render("admin/settings.html", title=_("Settings"), form=form, **ways))
        return page, 400 if is_sent else 200

    @expose("/mail", methods=["GET", "POST"])
    def mail_view(self) -> ResponseReturnValue:
        """The mail server, and what its form sends. The password goes in and never comes out."""
        form, status = MailForm(data=_without_password(mail_settings.load())), 200
        if request.method == "POST":
            status = 400
            if form.validate() and self._save_mail(form):
                flash(str(_("The settings are saved.")), "success")
                return redirect(url_for(".mail_view"))
        shown = {
            "try_url": url_for(".try_mail_view") if mail_settings.load().is_set else "",
            "own_address": trying.own_email(self.actor),
            "back_url": url_for(".index_view"),
            "back_text": _("Settings"),
        }
        return str(self.render("admin/settings_mail.html", title=_("Mail server"), form=form, **shown)), status

    @expose("/mail/try", methods=["POST"])
    def try_mail_view(self) -> ResponseReturnValue:
        """Send a message to the own address."""
        return self._try("email", ".mail_view")

    @expose("/sms/try", methods=["POST"])
    def try_sms_view(self) -> ResponseReturnValue:
        """Send a text to the own phone."""
        return self._try("sms", ".sms_view")

    def _try(self, channel: str, page: str) -> ResponseReturnValue:
        """Try the way, say what came of it and show the settings anew."""
        try:
            found = trying.send_to_oneself(self.actor, channel, request.form.get("number", ""))
        except (RefusedError, ObjectionsError) as refused:
            for problem in refused.problems:
                flash(str(problem.message), "error")
        else:
            flash(*_said(found))
        return redirect(url_for(page), 303)

    def _save_mail(self, form: MailForm) -> bool:
        typed = "" if form.forget.data else form.password.data or None
        values: dict[str, Any] = {name: form[name].data or "" for name in MAIL_FIELDS}
        return _kept(form, lambda: mail_settings.save(self.actor, password=typed, **values))

    @expose("/sms", methods=["GET", "POST"])
    def sms_view(self) -> ResponseReturnValue:
        """The gateway for text messages, and what its form sends. The password goes in and never comes out."""
        found, status = sms_settings.load(), 200
        form = SmsForm(data=asdict(found.gateway) if found.is_set else None)
        if request.method == "POST":
            status = 400
            if form.validate() and self._save_sms(form):
                flash(str(_("The settings are saved.")), "success")
                return redirect(url_for(".sms_view"))
        shown = {
            "is_set": found.is_set,
            "receipts_url": url_for("sms_receipts", token=found.token, _external=True) if found.token else "",
            "try_url": url_for(".try_sms_view") if found.is_set else "",
            "groups": GROUPS,
            "back_url": url_for(".index_view"),
            "back_text": _("Settings"),
        }
        return str(self.render("admin/settings_sms.html", title=_("Text messages"), form=form, **shown)), status

    def _save_sms(self, form: SmsForm) -> bool:
        typed = "" if form.forget.data else form.secret.data or None
        values: dict[str, Any] = {field.name: form[field.name].data or field.default for field in fields(Gateway)}
        return _kept(form, lambda: sms_settings.save(self.actor, Gateway(**values), typed, bool(form.renew.data)))


def _said(found: trying.Trial) -> tuple[str, str]:
    """What became of a test, and its category."""
    if found.state in ("sent", "delivered"):
        return gettext("The test went out. Look whether it arrives."), "success"
    if found.send_at is not None:
        at = format_datetime(found.send_at.astimezone(settings.load().zone), "short", rebase=False)
        return gettext("There are quiet hours now. The test goes out on %(at)s.", at=at), "warning"
    if found.state == "queued":
        return gettext("The test did not go out yet and is tried again: %(why)s", why=found.note), "error"
    return gettext("The test did not go out: %(why)s", why=found.note or found.state), "error"


def _kept(form: Any, save: Callable[[], None]) -> bool:
    """Whether it was saved; else the form says why not."""
    try:
        save()
    except RefusedError as refused:
        for problem in refused.problems:
            form[problem.field].errors = [*form[problem.field].errors, str(problem.message)]
        return False
    return True


def _without_password(found: mail_settings.MailSettings) -> dict[str, Any]:
    return {name: getattr(found, name) for name in MAIL_FIELDS}
