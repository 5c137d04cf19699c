"""Language and theme: what was chosen in this browser or account, else what the browser or the shop prefers."""

from typing import Literal

from flask import Blueprint, Flask, abort, g, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_babel import Babel

from shopadmin.admin import gate
from shopadmin.services import preferences, settings

LANGUAGES = (("en", "English"), ("zh", "简体中文"))
THEMES = ("auto", "light", "dark")
_LOCALES = {"en": "en", "zh": "zh_Hans_CN"}

blueprint = Blueprint("preferences", __name__, url_prefix="/preferences")


def init_app(app: Flask) -> None:
    """Attach Babel and the two switches."""
    Babel(app, locale_selector=locale, timezone_selector=zone_name)
    app.register_blueprint(blueprint)
    gate.declare(app, "preferences.language", gate.PUBLIC)
    gate.declare(app, "preferences.theme", gate.PUBLIC)


def language() -> str:
    """The page's language: the one chosen, else the browser's, else the shop's."""
    if "language" not in g:
        known = list(_LOCALES)
        chosen = session.get("language") or request.accept_languages.best_match(known)
        g.language = chosen if chosen in known else settings.load().language
    return str(g.language)


def theme() -> str:
    """The page's theme: auto, light or dark."""
    chosen = session.get("theme")
    return chosen if chosen in THEMES else "auto"


def locale() -> str:
    """Babel's name of the page's language."""
    return _LOCALES.get(language(), "en")


def zone_name() -> str:
    """The shop's time zone, in which every time is shown."""
    return settings.load().timezone


@blueprint.post("/language", endpoint="language")
def choose_language() -> ResponseReturnValue:
    """Switch the language of this browser, and of the account when somebody is signed in."""
    return _choose("language", tuple(_LOCALES))


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
    return redirect(target if gate.is_local_path(target) else "/")
