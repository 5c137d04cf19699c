"""``shopadmin plugins …``: what is installed, whether it holds up, switching it, erasing its data."""

from typing import Any

import click

from shopadmin.cli.main import RefusedError, answer, json_option, with_shop
from shopadmin.services import plugin_data, plugin_health, plugin_texts, plugin_trouble
from shopadmin.services import plugins as plugin_states
from shopadmin.services.conflicts import MissingError, ObjectionsError
from shopadmin.services.conflicts import RefusedError as ValueRefusedError

_name = click.argument("name")
_OFF = {
    False: "{name} is off. Its data is kept.",
    True: "{name} is off from the next start without safe mode on. Its data is kept.",
}


@click.group()
def plugins() -> None:
    """See, switch and erase plugins."""


@plugins.command("list")
@json_option
@with_shop
def list_plugins(as_json: bool) -> None:
    """Print every plugin with its state. Exit 0."""
    found = [_shown(card) for card in plugin_states.cards()]
    lines = [f"{row['name']:24} {row['state']:12} {_said(row)}".rstrip() for row in found]
    answer({"plugins": found}, as_json, "\n".join(lines) or "No plugin is installed.")


def _shown(card: plugin_states.PluginCard) -> dict[str, Any]:
    size = plugin_data.measure(card.name)
    failures = plugin_health.recent(card.name)
    return {
        "name": card.name,
        "state": card.state,
        "reason": str(card.reason),
        "decided": card.decided,
        "version": card.manifest.version if card.manifest else None,
        "api_version": card.manifest.api_version if card.manifest else None,
        "permissions": [permission.code for permission in card.permissions],
        "rows": size.rows,
        "failures": len(failures),
        "last_failure": _failed(failures[0]) if failures else None,
    }


def _failed(failure: plugin_health.Failure) -> dict[str, str]:
    error = str(plugin_texts.said(failure.error))
    return {"hook": failure.hook, "kind": failure.kind, "error": error, "at": failure.at.isoformat()}


def _said(row: dict[str, Any]) -> str:
    """Version, why it is not on, and its last failure, as far as there are any."""
    last = row["last_failure"]
    failed = f"last: {last['hook']} {last['error']}" if last else ""
    decided = f"at the next start: {row['decided'] or 'off'}" if row["state"] == "not_loaded" else ""
    return "; ".join(filter(None, (row["version"], row["reason"], decided, failed)))


@plugins.command("check")
@json_option
@with_shop
def check_plugins(as_json: bool) -> None:
    """Look the installed plugins over, for their authors: left out, paused, failed or slow since they were switched on.

    Exit 0 all hold up, 1 one does not.
    """
    found = [{"name": name, "reason": reason} for name, reason in plugin_trouble.findings()]
    text = "\n".join(f"{row['name']}: {row['reason']}" for row in found)
    is_safe = plugin_states.is_safe_mode()
    well = "No plugin is loaded (safe mode); none has failed lately." if is_safe else "Every plugin holds up."
    answer({"ok": not found, "safe_mode": is_safe, "problems": found}, as_json, text or well)
    if found:
        raise SystemExit(1)


@plugins.command("enable")
@_name
@json_option
@with_shop
def enable_plugin(name: str, as_json: bool) -> None:
    """Switch a plugin on. Exit 0 it is on, 2 it cannot be."""
    _do(name, lambda: plugin_states.enable(None, name))
    answer({"name": name, "state": "on"}, as_json, f"{name} is on.")


@plugins.command("disable")
@_name
@json_option
@with_shop
def disable_plugin(name: str, as_json: bool) -> None:
    """Switch a plugin off; its data stays. Exit 0 it is off, 2 there is no such plugin."""
    _do(name, lambda: plugin_states.disable(None, name))
    answer({"name": name, "state": "off"}, as_json, _OFF[plugin_states.is_safe_mode()].format(name=name))


@plugins.command("erase")
@_name
@click.option("--yes", "typed", metavar="NAME", default="", help="The plugin's name once more, instead of typing it.")
@json_option
@with_shop
def erase_plugin(name: str, typed: str, as_json: bool) -> None:
    """Take a plugin's tables away for good. Exit 0 erased, 2 it is on, it objects, or the name differs."""
    if not typed and not as_json:
        typed = click.prompt(f"Everything that {name} keeps is erased for good. Type its name")
    rows = _do(name, lambda: plugin_data.erase(None, name, typed))
    answer({"name": name, "rows": rows}, as_json, f"The data of {name} is erased ({rows} rows).")


def _do(name: str, act: Any) -> Any:
    try:
        plugin_states.card(name)
    except MissingError as error:
        raise RefusedError(f"there is no plugin {name} installed", "unknown_plugin") from error
    try:
        return act()
    except MissingError as error:
        raise RefusedError(f"the plugin {name} is not installed, or keeps no data", "unknown_plugin") from error
    except (ObjectionsError, ValueRefusedError) as error:
        said = "; ".join(str(problem.message) for problem in error.problems)
        raise RefusedError(said, error.problems[0].code) from error
