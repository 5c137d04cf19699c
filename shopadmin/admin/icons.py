"""Icons: one SVG sprite with those in use, cut out of Bootstrap-Flask's own copy of Bootstrap Icons (MIT).

The whole sprite is 1.1 MB; ours is a few kB and kept by browsers for a year, for its address changes with its content.
"""

import re
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files

from flask import Blueprint, Response, abort, request, url_for
from markupsafe import Markup

from shopadmin.contract import Text

ICONS = (
    "activity", "archive", "arrow-clockwise", "arrow-counterclockwise", "arrow-left-right", "arrow-repeat",
    "arrow-right", "bag", "bag-check", "bar-chart", "bell", "box-arrow-right", "box-seam", "calendar3",
    "caret-down-fill", "caret-up-fill", "cart", "cash-coin", "chat-left-text", "chat-square-quote", "check-circle",
    "check-circle-fill", "check-lg", "chevron-left", "chevron-right", "circle", "circle-half", "clipboard-check",
    "clock", "clock-history", "copy", "credit-card", "dot", "download", "emoji-frown", "emoji-neutral", "emoji-smile",
    "envelope", "envelope-paper", "exclamation-octagon-fill", "exclamation-triangle-fill", "eye", "eye-slash",
    "file-earmark-arrow-down", "file-earmark-arrow-up", "flag", "funnel", "gear", "gift", "graph-up", "grid",
    "heart-pulse", "hourglass-split", "house", "house-door", "image", "inbox", "info-circle", "info-circle-fill",
    "key", "keyboard", "laptop", "layout-sidebar", "lightning", "link-45deg", "list", "list-ul", "lock",
    "moon-stars", "patch-check", "pencil", "people", "person", "person-check", "person-circle", "person-plus",
    "person-slash", "phone", "plug", "plus-lg", "power", "printer", "puzzle", "question-circle", "receipt", "reply",
    "search", "send", "shield-check", "shield-exclamation", "shield-lock", "shop", "signpost", "sliders", "star",
    "star-fill", "star-half", "sun", "tag", "tags", "three-dots", "translate", "trash", "truck", "upload", "wrench",
    "x-circle", "x-lg",
)  # fmt: skip

UNKNOWN = "question-circle"
SHEET = "core"

_SYMBOL = re.compile(r'<symbol [^>]*?viewBox="([^"]+)"[^>]*? id="([^"]+)">(.*?)</symbol>', re.DOTALL)

icons = Blueprint("icons", __name__, url_prefix="/icons")


def _symbols() -> dict[str, str]:
    source = files("flask_bootstrap").joinpath("static/bootstrap5/icons/bootstrap-icons.svg").read_text("utf-8")
    return {
        name: f'<symbol id="{name}" viewBox="{box}">{drawing}</symbol>'
        for box, name, drawing in _SYMBOL.findall(source)
    }


@cache
def known_icons() -> frozenset[str]:
    """Every name that Bootstrap Icons has."""
    return frozenset(_symbols())


@cache
def _sheet(sheet: str) -> str:
    wanted = ICONS if sheet == SHEET else (sheet,)
    symbols = _symbols()
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols[name] for name in wanted)}</svg>'


@cache
def _version() -> str:
    return sha256(_sheet(SHEET).encode()).hexdigest()[:12]


@cache
def _address(name: str, prefix: str) -> str:
    shown = name if name in known_icons() else UNKNOWN
    sheet = SHEET if shown in ICONS else shown
    return f"{url_for('icons.sprite', version=_version(), sheet=sheet)}#{shown}"


@icons.app_template_global()
def icon_href(name: str) -> str:
    """Where the icon's drawing is: in our sprite, for other Bootstrap icons in a sheet of its own.

    An unknown name shows a question mark, so that a plugin's mistake costs no page.
    """
    return _address(name, request.script_root)


@cache
def _drawing(name: str, prefix: str) -> Markup:
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>').format(_address(name, prefix))


@icons.app_template_global()
def icon_svg(name: str) -> Markup:
    """The icon as decoration, ready made: a list of 50 rows draws some hundred."""
    return _drawing(name, request.script_root)


# What a tone is drawn with where nothing else is asked for: never colour alone.
_TONE_ICONS = {
    "ok": "check-circle-fill", "warn": "exclamation-triangle-fill", "danger": "exclamation-octagon-fill",
    "info": "info-circle-fill", "neutral": "circle",
}  # fmt: skip


@lru_cache(maxsize=2048)
def _badge(text: str, tone: str, icon: str, title: str, prefix: str) -> Markup:
    drawing = _drawing(icon or _TONE_ICONS.get(tone, UNKNOWN), prefix)
    more = Markup(' title="{}"').format(title) if title else ""
    return Markup('<span class="mark mark-{}"{}>{}{}</span>').format(tone, more, drawing, text)


@icons.app_template_global()
def badge_html(text: Text, tone: str = "neutral", icon: str = "", title: Text = "") -> Markup:
    """Icon, word and colour together, ready made: most rows of a list have the same few."""
    return _badge(str(text), tone, icon, str(title or ""), request.script_root)


@icons.get("/<version>/<sheet>.svg")
def sprite(version: str, sheet: str) -> Response:
    """The sprite: `core`, or one other Bootstrap icon alone. Public: it says nothing about the shop."""
    if sheet != SHEET and sheet not in known_icons():
        abort(404)
    answer = Response(_sheet(sheet), mimetype="image/svg+xml")
    answer.set_etag(f"{_version()}-{sheet}")
    if version == _version():
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    answer.make_conditional(request)
    return answer
