"""``shopadmin <plugin name> …``: what plugins bring to the command line."""

import click
from flask import Flask

from shopadmin import hook_calls


def group(app: Flask, name: str) -> click.Group | None:
    """The commands of the plugin, which the command line names with ``-`` for ``_``; None where there are none.

    They run inside the app's context; those of a plugin that is off are refused.
    """
    plugin = name.replace("-", "_")
    with app.app_context():
        commands = [command for owner, command in hook_calls.cli_commands() if owner == plugin]
    if not commands:
        return None

    @click.group(name, help=f"What the plugin {plugin} brings. Exit 2: it is off.")
    @click.pass_context
    def found(ctx: click.Context) -> None:
        ctx.with_resource(app.app_context())
        if not hook_calls.is_on(plugin):
            raise click.UsageError(f"the plugin {plugin} is off; shopadmin plugins enable {plugin}")

    for command in commands:
        found.add_command(command)
    return found
