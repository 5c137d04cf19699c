"""``shopadmin <plugin name> …``: what plugins bring to the command line."""

from collections.abc import Callable
from typing import Any

import click
from flask import Flask

import config as environment
from shopadmin import hook_calls, plugin_manager
from shopadmin.cli.contexts import inside
from shopadmin.cli.refusals import AS_JSON, RefusedError
from shopadmin.services import plugins


class ShopFreeCommand(click.Command):
    """A plugin's command that needs no shop: no database, no keys, no data folder, and none is made for it."""


class _PluginGroup(click.Group):
    """The commands of one plugin. The shop is opened when one is asked for that needs it, or all of them."""

    def __init__(self, plugin: str, open_shop: Callable[[], Flask]) -> None:
        name = plugin.replace("_", "-")
        super().__init__(name, callback=self._enter, help=f"What the plugin {plugin} brings. Exit 2: it is off.")
        self._plugin = plugin
        self._open_shop = open_shop
        self._app: Flask | None = None
        # What is only listed where there is no shop: whoever asks for one of these is told so.
        self._listed: dict[str, click.Command] = {}
        for command in _brought(plugin):
            if isinstance(command, ShopFreeCommand):
                self.add_command(command)

    def list_commands(self, ctx: click.Context) -> list[str]:
        try:
            self._shop()
        except RefusedError as error:
            if error.code != "no_shop" or not self.commands:
                raise
            self._listed = {str(command.name): command for command in _brought(self._plugin)}
        return sorted({*super().list_commands(ctx), *self._listed})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self._listed:
            return self._listed[cmd_name]
        if cmd_name not in self.commands:
            self._shop()
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        ctx.meta[AS_JSON] = "--json" in ctx.args  # of the command's options, which are read after _enter
        return super().invoke(ctx)

    def is_loaded(self) -> bool:
        """Whether there is no such plugin that safe mode has kept out."""
        return self._plugin not in self._shop().extensions["shopadmin.hooks"].not_loaded

    def _shop(self) -> Flask:
        """The app, whose registered plugins say what commands there are."""
        if self._app is None:
            self._app = self._open_shop()
            with inside(self._app):
                for owner, command in hook_calls.cli_commands():
                    if owner == self._plugin:
                        self.add_command(command)
        return self._app

    def _enter(self) -> None:
        """Commands run inside the app's context; those of a plugin that is off are refused."""
        ctx = click.get_current_context()
        if isinstance(self.commands[str(ctx.invoked_subcommand)], ShopFreeCommand):
            return
        ctx.with_resource(inside(self._shop()))
        if not hook_calls.is_on(self._plugin):
            if (found := plugins.card(self._plugin)).state == "quarantined":
                raise RefusedError(f"the plugin {self._plugin} is left out: {found.reason}", "plugin_off")
            raise RefusedError(
                f"the plugin {self._plugin} is off; shopadmin plugins enable {self._plugin}", "plugin_off"
            )


def group(name: str, open_shop: Callable[[], Flask]) -> click.Command | None:
    """The commands of the plugin, which the command line names with ``-`` for ``_``; None where there are none."""
    found = _PluginGroup(name.replace("-", "_"), open_shop)
    if found.commands or found.list_commands(click.Context(found)):
        return found
    return None if found.is_loaded() else _not_loaded(name)


def _not_loaded(name: str) -> click.Command:
    """Whatever is asked of it, it says why there is no answer."""
    anything = {"ignore_unknown_options": True, "allow_extra_args": True}

    @click.command(name, context_settings=anything, add_help_option=False)
    def refused() -> None:
        raise RefusedError(f"the plugin {name.replace('-', '_')} is not loaded (safe mode)", "safe_mode")

    return refused


def _brought(plugin: str) -> list[click.Command]:
    """The commands that the plugin's distribution brings; whether it is on is not asked."""
    settings: dict[str, Any] = environment.from_environment()
    if settings["SAFE_MODE"]:
        return []
    try:
        module = plugin_manager.distributed(plugin, settings["PLUGINS_ALLOWED"])
        found = list(module.shopadmin_cli_commands()) if hasattr(module, "shopadmin_cli_commands") else []
    except (Exception, SystemExit):  # a plugin may do anything at all; the shop, which is asked next, says what it was
        return []
    return [command for command in found if isinstance(command, click.Command)]
