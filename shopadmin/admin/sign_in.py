"""Signing in and out: Flask-Security shows the form and keeps the user, the check and the session are ours."""

from datetime import timedelta
from typing import Any

from flask import Flask, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_login import logout_user
from flask_security.core import Security
from flask_security.datastore import SQLAlchemyUserDatastore
from flask_security.forms import LoginForm
from flask_security.signals import user_authenticated
from flask_security.utils import login_user
from flask_wtf import FlaskForm
from werkzeug.datastructures import ImmutableMultiDict
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from shopadmin.admin import gate
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.services import accounts, connections, preferences, sessions, settings, sign_ins

SETTINGS: dict[str, Any] = {
    "SECURITY_JOIN_USER_ROLES": False,
    "SECURITY_PASSWORD_SALT": None,
    # Hashes are checked in services.passwords; the library asks for a scheme all the same.
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SINGLE_HASH": "argon2",
    "SECURITY_RETURN_GENERIC_RESPONSES": False,  # our form tells nobody who has an account; this replaced its texts
    "SECURITY_LOGIN_URL": "/login",
    "SECURITY_LOGIN_USER_TEMPLATE": "security/login_user.html",
    "SECURITY_POST_LOGIN_VIEW": "/admin/",
    "SECURITY_REDIRECT_VALIDATE_MODE": ["regex"],
    "SECURITY_DEFAULT_REMEMBER_ME": False,
    "SECURITY_REGISTERABLE": False,
    "SECURITY_FLASH_MESSAGES": False,
    "SECURITY_LOGOUT_METHODS": None,
    "SECURITY_API_ENABLED_METHODS": ["session"],
    "SECURITY_STATIC_FOLDER": None,
    "SECURITY_FRESHNESS": timedelta(days=-1),  # no page of its own for asking the password again
    "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
}


class SignInForm(LoginForm):
    """The log-in form, with tries counted per e-mail and address."""

    email = EmailField(_("E-mail"), [InputRequired(), Length(max=254)])
    password = PasswordField(_("Password"), [InputRequired(), Length(max=1000)])
    # The library would set a cookie of its own for a year.
    remember = None  # type: ignore[assignment]  # how WTForms takes an inherited field out

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The library looks in both places, and stumbles over what is no address at all.
        if not connections.is_local_path(self.next.data or "/"):
            self.next.data = ""
        if not connections.is_local_path(request.args.get("next") or "/"):
            request.args = ImmutableMultiDict()
        if not connections.is_local_path(request.form.get("next") or "/"):
            request.form = ImmutableMultiDict((name, value) for name, value in request.form.items() if name != "next")

    def validate(self, extra_validators: Any = None, **kwargs: Any) -> bool:
        """Check e-mail and password. Raises TooManyTriesError, the right password included."""
        if not FlaskForm.validate(self, extra_validators):
            return False
        account_id = sign_ins.check(self.email.data, self.password.data, request.remote_addr or "")
        if account_id is None:
            self.form_errors.append(_("The e-mail or the password is not right."))
            return False
        self.user = db.session.get(Account, account_id)
        self.user_authenticated = True
        return True


def init_app(app: Flask) -> None:
    """Attach Flask-Security for authentication alone, our log-out, and the door of the demo shop."""
    app.config.update(SETTINGS)
    datastore = SQLAlchemyUserDatastore(db, Account, None)  # type: ignore[arg-type]  # rights are grants, not roles
    security = Security(app, datastore, login_form=SignInForm)
    _leave_current_user_out(app)
    security.want_json(lambda _request: False)  # pages only: the JSON answers would hand out more than the form
    security.login_context_processor(lambda: {"demo_accounts": demo_accounts()})
    user_authenticated.connect(_begin_session, app)
    app.add_url_rule("/logout", "logout", _log_out, methods=["POST"])
    app.add_url_rule("/demo/sign-in", "demo_sign_in", _sign_in_to_demo, methods=["POST"])
    gate.declare(app, "logout", gate.SELF)
    gate.declare(app, "security.login", gate.PUBLIC)
    gate.declare(app, "demo_sign_in", gate.PUBLIC)


def _leave_current_user_out(app: Flask) -> None:
    """Flask-Login and Flask-Principal would read the whole account on every page: ours know the actor, and no roles."""
    processors = app.template_context_processors[None]
    processors[:] = [found for found in processors if found.__name__ != "_user_context_processor"]
    first = app.before_request_funcs[None]
    first[:] = [found for found in first if found.__module__ != "flask_principal"]


def _begin_session(app: Flask, user: Account, **_: Any) -> None:
    """A new session row and a new cookie; what the cookie carried before is gone, but for the sign-in itself."""
    before = session.get(gate.SESSION_KEY)
    kept = {key: session[key] for key in gate.SIGN_IN_KEYS if key in session and key != gate.SESSION_KEY}
    session.clear()
    session.update(kept)
    if isinstance(before, str):
        sessions.end(before)
    account_id = user.id
    session[gate.SESSION_KEY] = sessions.begin(account_id, request.remote_addr or "", request.user_agent.string)
    session.update({name: value for name, value in preferences.load(account_id).items() if value})


def sign_in_as(account_id: int) -> None:
    """Sign the account in without a password: whoever asks has proved who it is by a link."""
    login_user(db.session.get_one(Account, account_id), remember=False, authn_via=["link"])


def demo_accounts() -> list[dict[str, str]]:
    """Whom one may look around as: with demo data alone, on this machine alone, behind no proxy."""
    if not _is_demo_on_loopback():
        return []
    people = [found for found in accounts.team() if found.active]
    return [{"name": found.email, "label": found.name, "url": url_for("demo_sign_in")} for found in people]


def _is_demo_on_loopback() -> bool:
    return connections.is_loopback(request) and not connections.is_forwarded(request) and settings.load().is_demo


def _sign_in_to_demo() -> ResponseReturnValue:
    if not _is_demo_on_loopback():
        abort(404)
    found = accounts.find_by_email(request.form.get("account", ""))
    if found is None or not found.active:
        abort(404)
    sign_in_as(found.id)
    return redirect(url_for("admin.index_view"))


def _log_out() -> ResponseReturnValue:
    token = session.get(gate.SESSION_KEY)
    if token:
        sessions.end(token)
    logout_user()
    session.clear()
    return redirect(url_for("security.login"))
