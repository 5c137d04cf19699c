"""``create_app``: a table of contents of named steps. No query runs here."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask_admin.base import Admin
from flask_admin.theme import Theme
from flask_babel import lazy_gettext as _
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader
from sqlalchemy import make_url
from werkzeug.middleware.proxy_fix import ProxyFix

import config as environment
from shopadmin import builtin, hook_calls, hook_guard, keys, plugin_manager, web
from shopadmin.admin import gate, languages, links, opting_out, shell, sign_in, transport
from shopadmin.admin.base import AdminView
from shopadmin.admin.icons import icons
from shopadmin.contract import Text
from shopadmin.http_api import receipts, wsgi
from shopadmin.models import db, engine
from shopadmin.services import access, activity, plugin_health, restore_swap, transactions
from shopadmin.services import plugins as plugin_states


def create_app(config: Mapping[str, Any] | None = None, plugins: Mapping[str, object] | None = None) -> Flask:
    """Build the application.

    ``config`` overrides what the environment says (see ``config.py``); ``plugins`` (name to module or object) takes
    the place of the installed ones.
    """
    app = Flask("shopadmin", static_folder="static", template_folder="templates")
    _configure(app, config or {})
    restore_swap.finish(app.config)  # one that a crash cut short
    _open_keys(app)
    _open_database(app)
    _register_plugins(app, plugins)
    _protect(app)
    _sign_in(app)
    _add_pages(app)
    _add_api(app)
    _trust_proxies(app)
    return app


def _configure(app: Flask, config: Mapping[str, Any]) -> None:
    app.config.update(environment.from_environment())
    app.config.update(config)
    app.config["DATA_FOLDER"] = Path(app.config["DATA_FOLDER"])
    app.config["DATA_FOLDER"].mkdir(mode=0o700, parents=True, exist_ok=True)
    app.config.update(
        MAX_CONTENT_LENGTH=600 * 2**20,
        MAX_FORM_MEMORY_SIZE=2 * 2**20,
        MAX_FORM_PARTS=2000,
        PERMANENT_SESSION_LIFETIME=timedelta(days=14),
        SESSION_COOKIE_HTTPONLY=True,  # its name and Secure: see admin.transport
        SESSION_COOKIE_SAMESITE="Lax",
        BOOTSTRAP_SERVE_LOCAL=True,
        WTF_CSRF_TIME_LIMIT=None,  # the token lives and dies with the session
    )


def _open_keys(app: Flask) -> None:
    folder = app.config["DATA_FOLDER"] / "keys"
    app.config["SECRET_KEY"] = app.config.get("SECRET_KEY") or keys.signing_key(folder)
    if len(app.config["SECRET_KEY"]) < keys.MIN_SIGNING_KEY:
        raise keys.KeyringError(f"SECRET_KEY is shorter than {keys.MIN_SIGNING_KEY} characters")
    app.extensions["shopadmin.keyring"] = keys.load_keyring(folder)


def _open_database(app: Flask) -> None:
    url = app.config["DATABASE_URL"]
    if make_url(url).drivername == "postgresql":
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine.engine_options(url)
    db.init_app(app)
    with app.app_context():
        engine.prepare(db.engine)
    transactions.guard(db.session.session_factory.class_)


def _register_plugins(app: Flask, plugins: Mapping[str, object] | None) -> None:
    failed: list[plugin_manager.Quarantined] = []
    given, not_loaded = frozenset(plugins or ()), frozenset[str]()
    where = (app.config["PLUGINS_ALLOWED"], app.config["DATA_FOLDER"] / "plugins")
    if app.config["SAFE_MODE"]:
        not_loaded = plugin_manager.known_names(*where) if plugins is None else given
        plugins = {}  # not even imported: that may be what keeps the shop from starting
    elif plugins is None:
        plugins, failed = plugin_manager.installed(*where)
    registered = plugin_manager.create(builtin, plugins)
    registered.quarantined.extend(failed)
    app.extensions["shopadmin.hooks"] = hook_guard.HookRecord(
        registered, plugin_states.is_on, given, not_loaded=not_loaded
    )
    # Under the package's own name: no plugin can take the place of another's template, or of the core's.
    folders = {name: FileSystemLoader(folder) for name, folder in registered.template_folders().items()}
    app.jinja_loader = ChoiceLoader([FileSystemLoader(Path(app.root_path, "templates")), PrefixLoader(folders)])
    with app.app_context():
        access.declare_permissions(app)
        activity.declare_messages(app)
    plugin_health.init_app(app)


def _protect(app: Flask) -> None:
    transport.init_app(app)
    gate.init_app(app)
    CSRFProtect(app)
    web.init_app(app)


def _sign_in(app: Flask) -> None:
    languages.init_app(app)
    sign_in.init_app(app)
    links.init_app(app)
    opting_out.init_app(app)


def _add_pages(app: Flask) -> None:
    Bootstrap5(app)
    gate.declare(app, "bootstrap.static", gate.PUBLIC)
    gate.declare(app, "static", gate.PUBLIC)
    app.register_blueprint(icons)
    gate.declare(app, "icons.sprite", gate.PUBLIC)
    shell.init_app(app)
    admin = Admin(
        app,
        name="shopadmin",
        url="/admin",
        theme=Theme(folder="admin", base_template="admin/base.html"),
        index_view=builtin.index_view(),
    )
    for view in builtin.admin_views(development=app.config["DEVELOPMENT"]):
        admin.add_view(view)
    _add_plugin_views(app, admin)
    app.extensions["shopadmin.admin"] = admin


def _add_plugin_views(app: Flask, admin: Admin) -> None:
    """Add what the plugins bring; a view that is not ours to trust takes its whole plugin out."""
    plugins = app.extensions["shopadmin.hooks"].plugins
    with app.app_context():
        for plugin, view in hook_calls.admin_views():
            if plugin not in plugins.manifests:
                continue
            try:
                why = _wrong_view(app, plugin, view)
                if why is None:
                    view.plugin = plugin
                    admin.add_view(view)
            except Exception as error:  # a plugin may do anything while it is added
                why = str(error)
            if why is not None:
                plugins.quarantine(plugin, _("view %(view)s: %(why)s", view=type(view).__name__, why=why))


def _add_api(app: Flask) -> None:
    """After the pages: a plugin that one of them takes out has no endpoint either."""
    with app.app_context():
        api = wsgi.StorefrontApi(app, web.HEADERS)
    app.extensions["shopadmin.api"] = api
    app.wsgi_app = api  # type: ignore[method-assign]
    receipts.init_app(app)
    app.extensions["csrf"].exempt(receipts.receive)
    gate.declare(app, receipts.ENDPOINT, gate.BEARER)


def _trust_proxies(app: Flask) -> None:
    """Before everything else: what stands in front says where a request came from."""
    if proxies := app.config["TRUSTED_PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]


def _wrong_view(app: Flask, plugin: str, view: Any) -> Text | None:
    """Why the view cannot be had; None for one that can."""
    if not isinstance(view, AdminView):
        return _("is not an AdminView")
    if not view.endpoint.startswith(plugin):
        return _("endpoint %(endpoint)s does not start with %(plugin)s", endpoint=view.endpoint, plugin=plugin)
    if view.endpoint in app.blueprints:
        return _("endpoint %(endpoint)s is taken", endpoint=view.endpoint)
    for code in view.permissions.values():
        if not code.startswith(f"{plugin}.") or code not in access.all_permissions():
            return _("permission %(code)s is not one of the plugin's", code=code)
    return None
