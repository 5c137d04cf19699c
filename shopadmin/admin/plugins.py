"""Plugins: which there are, whether they are on, what they ask for, what went wrong in them. The owner's alone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from wtforms import Form

from shopadmin import hook_calls
from shopadmin.admin import pages
from shopadmin.admin.base import AdminView
from shopadmin.contract import MenuItem
from shopadmin.services import plugin_data, plugin_health, plugin_texts, plugin_trouble
from shopadmin.services import plugins as plugin_states
from shopadmin.services.conflicts import MissingError

_MANAGE = "core.plugins:manage"


class PluginsView(AdminView):
    """The list, and the page of one plugin."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": _MANAGE,
        "details_view": _MANAGE,
        "enable": _MANAGE,
        "disable": _MANAGE,
        "save_settings": _MANAGE,
        "erase": _MANAGE,
    }
    menu_item = MenuItem("manage", 80, "plug")

    def __init__(self) -> None:
        super().__init__(name=_("Plugins"), endpoint="plugins", url="/admin/plugins")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """Every plugin with its state."""
        rows = [_shown(card) for card in plugin_states.cards()]
        return self.render("admin/plugins/index.html", rows=rows, is_safe=plugin_states.is_safe_mode())

    @expose("/details/<plugin>")
    def details_view(self, plugin: str) -> ResponseReturnValue:
        """One plugin."""
        return self._page(plugin)

    @expose("/details/<plugin>/enable", methods=["POST"])
    def enable(self, plugin: str) -> ResponseReturnValue:
        """Switch it on."""
        return self._attempt(plugin, lambda: plugin_states.enable(self.actor, plugin), _("The plugin is on."))

    @expose("/details/<plugin>/disable", methods=["POST"])
    def disable(self, plugin: str) -> ResponseReturnValue:
        """Switch it off; its data stays."""
        done = _("The plugin is off. Its data is kept.")
        return self._attempt(plugin, lambda: plugin_states.disable(self.actor, plugin), done)

    @expose("/details/<plugin>/settings", methods=["POST"])
    def save_settings(self, plugin: str) -> ResponseReturnValue:
        """Keep what the plugin's own form holds."""
        form = _settings_form(_find(plugin), request.form)
        if form is None:
            abort(404)
        if not form.validate():
            flash(str(_("Nothing is saved yet. Correct what is marked under Settings.")), "error")
            return self._page(plugin, form), 400
        values = {field.name: field.data for field in form}
        return self._attempt(
            plugin, lambda: plugin_states.save_settings(self.actor, plugin, values), _("The settings are saved.")
        )

    @expose("/details/<plugin>/erase", methods=["POST"])
    def erase(self, plugin: str) -> ResponseReturnValue:
        """Take its data away for good, once its name is typed."""
        typed = request.form.get("typed", "").strip()
        status = pages.attempt(
            lambda: plugin_data.erase(self.actor, plugin, typed), _("The data of the plugin is erased.")
        )
        if status != 200:
            return self._page(plugin), status
        return redirect(url_for(".index_view"))

    def _attempt(self, name: str, change: Any, done: Any) -> ResponseReturnValue:
        status = pages.attempt(change, done)
        return redirect(url_for(".details_view", plugin=name)) if status == 200 else (self._page(name), status)

    def _page(self, name: str, form: Form | None = None) -> str:
        card = _find(name)
        return str(
            self.render(
                "admin/plugins/details.html",
                plugin=_shown(card),
                permissions=card.permissions,
                data=plugin_data.measure(name),
                warnings=_warnings(card),
                left_out=[found.message for found in plugin_trouble.left_out(card)],
                failures=[(found, plugin_texts.said(found.error)) for found in plugin_health.recent(name)],
                form=form or _settings_form(card),
                **{
                    f"{act}_url": url_for(f".{act}", plugin=name)
                    for act in ("enable", "disable", "save_settings", "erase")
                },
                back_url=url_for(".index_view"),
            )
        )


def _find(name: str) -> plugin_states.PluginCard:
    try:
        return plugin_states.card(name)
    except MissingError:
        abort(404)


def _warnings(card: plugin_states.PluginCard) -> list[Any]:
    """What the plugin would have said against, before it is switched off."""
    return [problem.message for problem in hook_calls.warnings_of(card.name)] if card.state == "on" else []


def _settings_form(card: plugin_states.PluginCard, posted: Any = None) -> Form | None:
    """The plugin's form with what was saved, or with what is posted; none for a plugin that is not on."""
    kind = hook_calls.settings_form(card.name) if card.state == "on" else None
    if kind is None:
        return None
    # A form of plain WTForms speaks English unless it is told otherwise.
    form: Form = kind(posted, data=plugin_states.load_settings(card.name), meta={"locales": [str(get_locale())]})
    return form


def _shown(card: plugin_states.PluginCard) -> dict[str, Any]:
    made = card.manifest
    trouble = plugin_trouble.summary(card, datetime.now(UTC))
    return {
        "name": card.name,
        "title": made.title if made else card.name,
        "summary": made.summary if made else "",
        "reason": card.reason,
        "version": made.version if made else "",
        "api_version": made.api_version if made else "",
        "homepage": made.homepage if made else "",
        "state": card.state,
        "decided": card.decided,
        "is_known": made is not None,
        "slowness": plugin_trouble.slowness(plugin_trouble.counting(card), datetime.now(UTC)),
        "trouble": " · ".join(map(str, trouble)),
        "url": url_for("plugins.details_view", plugin=card.name),
    }
