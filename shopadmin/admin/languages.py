"""Language and theme: what was chosen in this browser or account, else what the browser or the shop prefers."""

import logging
from pathlib import Path
from typing import Literal

from babel.support import Translations
from flask import Blueprint, Flask, abort, g, has_request_context, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_babel import Babel

from shopadmin.admin import gate
from shopadmin.services import connections, preferences, settings

LANGUAGES = (("en", "English"), ("zh", "简体中文"))
THEMES = ("auto", "light", "dark")

# Days and times of pages are of one width in every language, so that columns line up, and the same beside a list as in
# it. What goes to buyers is written as each language writes it.
_DATES = {"date.medium": "yyyy-MM-dd", "datetime.short": "yyyy-MM-dd HH:mm"}

log = logging.getLogger(__name__)
blueprint = Blueprint("preferences", __name__, url_prefix="/preferences")


def init_app(app: Flask) -> None:
    """Attach Babel and the two switches."""
    Babel(
        app,
        date_formats={**Babel.default_date_formats, **_DATES},
        default_translation_directories=";".join([*map(str, _plugin_catalogs(app)), "translations"]),
        locale_selector=locale,
        timezone_selector=zone_name,
    )
    app.register_blueprint(blueprint)
    gate.declare(app, "preferences.language", gate.PUBLIC)
    gate.declare(app, "preferences.theme", gate.PUBLIC)


def _plugin_catalogs(app: Flask) -> list[Path]:
    """Folders of the plugins' own texts. They come before the core's, which thereby has the last word on its own."""
    plugins = app.extensions["shopadmin.hooks"].plugins
    packages = {name: getattr(plugins.manager.get_plugin(name), "__path__", ()) for name in plugins.names()}
    found = [(name, Path(path) / "translations") for name, paths in packages.items() for path in paths]
    return [folder for name, folder in found if folder.is_dir() and _is_readable(name, folder)]


def _is_readable(plugin: str, folder: Path) -> bool:
    """A damaged catalog would be met on every page, long after the start."""
    try:
        for name in settings.LOCALES.values():
            Translations.load(folder, [name])
    except Exception as error:  # whatever stands in the file
        log.error("plugin %s is not translated: %s", plugin, error)
        return False
    return True


def language() -> str:
    """The page's language: the one chosen, else the browser's, else the shop's; in a terminal always the shop's.

    A call of the storefront API has said its own.
    """
    if "language" not in g:
        if not has_request_context():
            return settings.load().language
        chosen = session.get("language") or request.accept_languages.best_match(list(settings.LOCALES))
        g.language = chosen if chosen in settings.LOCALES else settings.load().language
    return str(g.language)


def theme() -> str:
    """The page's theme: auto, light or dark."""
    chosen = session.get("theme")
    return chosen if chosen in THEMES else "auto"


def locale() -> str:
    """Babel's name of the page's language."""
    return settings.LOCALES.get(language(), "en")


def zone_name() -> str:
    """The shop's time zone, in which every time is shown."""
    return settings.load().timezone


@blueprint.post("/language", endpoint="language")
def choose_language() -> ResponseReturnValue:
    """Switch the language of this browser, and of the account when somebody is signed in."""
    return _choose("language", tuple(settings.LOCALES))


@blueprint.post("/theme", endpoint="theme")
def choose_theme() -> ResponseReturnValue:
    """Switch the theme of this browser, and of the account when somebody is signed in."""
    return _choose("theme", THEMES)


def _choose(name: Literal["language", "theme"], allowed: tuple[str, ...]) -> ResponseReturnValue:
    value = request.form.get(name, "")
    if value not in allowed:
        abort(400)
    session[name] = value
    if actor := gate.current_actor():
        preferences.save(actor, name, value)
    target = request.form.get("next", "/")
    return redirect(target if connections.is_local_path(target) else "/")
