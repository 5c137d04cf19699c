"""Signing in and out: Flask-Security checks the password, everything after that is a session row of ours."""

import threading
from typing import Any

from flask import Flask, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user
from flask_security.core import Security
from flask_security.datastore import SQLAlchemyUserDatastore
from flask_security.forms import LoginForm
from flask_security.signals import user_authenticated

from shopadmin.admin import gate
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.services import preferences, sessions, throttle

# An argon2 check takes 64 MiB: a flood of log-ins must not take all the memory.
_PARALLEL_CHECKS = threading.BoundedSemaphore(4)

SETTINGS: dict[str, Any] = {
    "SECURITY_JOIN_USER_ROLES": False,
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SINGLE_HASH": "argon2",
    "SECURITY_PASSWORD_SALT": None,
    "SECURITY_PASSWORD_LENGTH_MIN": 8,
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_LOGIN_URL": "/login",
    "SECURITY_LOGIN_USER_TEMPLATE": "security/login_user.html",
    "SECURITY_POST_LOGIN_VIEW": "/admin/",
    "SECURITY_REDIRECT_VALIDATE_MODE": ["regex"],
    "SECURITY_DEFAULT_REMEMBER_ME": False,
    "SECURITY_SEND_REGISTER_EMAIL": False,
    "SECURITY_REGISTERABLE": False,
    "SECURITY_FLASH_MESSAGES": False,
    "SECURITY_LOGOUT_METHODS": None,
    "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
}


class ThrottledLoginForm(LoginForm):  # type: ignore[misc]  # the library is untyped
    """The log-in form, with tries counted per e-mail and address."""

    def validate(self, **kwargs: Any) -> bool:
        """Answer 429 while the count is over the limit, the right password included."""
        email, ip = self.email.data or "", request.remote_addr or ""
        if throttle.seconds_to_wait(email, ip):
            abort(429)
        with _PARALLEL_CHECKS:
            is_right = bool(super().validate(**kwargs))
        if is_right:
            throttle.forget(email, ip)
        else:
            throttle.note_failure(email, ip)
        return is_right


def init_app(app: Flask) -> None:
    """Attach Flask-Security for authentication alone, and our log-out."""
    app.config.update(SETTINGS)
    datastore = SQLAlchemyUserDatastore(db, Account, None)
    Security(app, datastore, login_form=ThrottledLoginForm, register_blueprint=True)
    user_authenticated.connect(_begin_session, app)
    app.add_url_rule("/logout", "logout", _log_out, methods=["POST"])
    gate.declare(app, "logout", gate.SELF)
    gate.declare(app, "security.login", gate.PUBLIC)
    gate.declare(app, "security.verify", gate.SELF)


def _begin_session(app: Flask, user: Account, **_: Any) -> None:
    begin_session(user.id)


def begin_session(account_id: int) -> None:
    """Open a session on the server; whatever the cookie carried before is gone, but for the sign-in itself."""
    kept = {key: value for key, value in session.items() if key in ("_user_id", "_fresh", "_id", "fs_cc", "fs_paa")}
    session.clear()
    session.update(kept)
    browser = request.user_agent.string
    session[gate.SESSION_KEY] = sessions.begin(account_id, request.remote_addr or "", browser)
    session.update({name: value for name, value in preferences.load(account_id).items() if value})


def _log_out() -> ResponseReturnValue:
    token = session.get(gate.SESSION_KEY)
    if token:
        sessions.end(token)
    logout_user()
    session.clear()
    return redirect(url_for("security.login"))
