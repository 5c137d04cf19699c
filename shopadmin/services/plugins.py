"""Which plugins are on, and switching them: asked on every request, so that a switch needs no restart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from flask import g
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from shopadmin.contract import Actor, Manifest, Permission, Problem
from shopadmin.hook_guard import record
from shopadmin.models import db
from shopadmin.models.plugins import PluginState
from shopadmin.services import access, audit, schema
from shopadmin.services.conflicts import MissingError, ObjectionsError
from shopadmin.services.transactions import writing

# ``quarantined``: wrong, left out at the start; ``missing``: its tables are here, the plugin is not.
State = Literal["on", "off", "paused", "quarantined", "missing"]


@dataclass(frozen=True, slots=True)
class PluginCard:
    """What is known of a plugin without calling it. ``reason``: why it is quarantined."""

    name: str
    state: State
    manifest: Manifest | None = None
    reason: str = ""
    permissions: tuple[Permission, ...] = ()


def is_on(name: str) -> bool:
    """Whether the plugin is on: what was decided last, else whether it is on by itself. One query per request."""
    if "plugin_states" not in g:
        g.plugin_states = dict(db.session().execute(select(PluginState.name, PluginState.state)).all())
    state = g.plugin_states.get(name)
    return state == "on" if state else name in record().on_by_default


def switch_on_installed() -> None:
    """In a new shop, all that is installed is on; what is installed later waits for the owner's word."""
    with writing() as session:
        known = set(session.scalars(select(PluginState.name)))
        for name in record().plugins.names():
            if name not in known:
                session.add(PluginState(name=name, state="on", changed_at=datetime.now(UTC), settings={}))
    g.pop("plugin_states", None)


def cards() -> list[PluginCard]:
    """Every plugin that is registered, was left out, or has left tables behind, by name."""
    plugins = record().plugins
    states = dict(db.session().execute(select(PluginState.name, PluginState.state)).all())
    found = {name: PluginCard(name, "quarantined", None, reason) for name, reason in _left_out().items()}
    for owner in schema.heads():
        if owner != schema.CORE and owner not in found:
            found[owner] = PluginCard(owner, "missing")
    for name in plugins.names():
        state: Any = states.get(name) or ("on" if name in record().on_by_default else "off")
        found[name] = PluginCard(name, state, plugins.manifests[name], "", _permissions(name))
    return [found[name] for name in sorted(found)]


def card(name: str) -> PluginCard:
    """One of them. Raises MissingError."""
    for found in cards():
        if found.name == name:
            return found
    raise MissingError(name)


def _left_out() -> Mapping[str, str]:
    return {found.name: found.reason for found in record().plugins.quarantined}


def _permissions(name: str) -> tuple[Permission, ...]:
    declared = access.all_permissions().values()
    return tuple(permission for permission in declared if permission.code.startswith(f"{name}."))


def enable(actor: Actor | None, name: str) -> None:
    """Switch a plugin on. Raises MissingError, or ObjectionsError for one that is left out or lacks its tables."""
    found = card(name)
    if found.manifest is None:
        raise ObjectionsError(Problem("quarantined", _("This plugin cannot be switched on: %(why)s", why=found.reason)))
    if name in schema.pending():
        raise ObjectionsError(
            Problem("pending", _("Its tables are not up to date. Stop the shop and start it again: that updates them."))
        )
    _switch(actor, name, "on")


def disable(actor: Actor | None, name: str) -> None:
    """Switch a plugin off: nothing of it is shown, its data and everybody's grants stay. Raises MissingError."""
    if card(name).manifest is None:
        raise MissingError(name)
    _switch(actor, name, "off")


def pause(name: str, reason: str) -> None:
    """Switch a plugin off that keeps failing, until somebody switches it on again."""
    _switch(None, name, "paused", reason)


def changed_at(name: str) -> datetime | None:
    """When the plugin was switched last, UTC; None for one that never was."""
    return db.session().scalar(select(PluginState.changed_at).where(PluginState.name == name))


def _switch(actor: Actor | None, name: str, state: str, reason: str = "") -> None:
    with writing() as session:
        row = session.get(PluginState, name, with_for_update=True)
        before = row.state if row else ("on" if name in record().on_by_default else "off")
        if row is None:
            row = PluginState(name=name, settings={})
            session.add(row)
        if row.state != state:
            row.state, row.changed_at = state, datetime.now(UTC)
            audit.record(
                actor, f"core.plugin.{_ACTS[state]}", "plugin", name, before={"state": before}, after={"state": state},
                reason=reason,
            )  # fmt: skip
    g.pop("plugin_states", None)


_ACTS = {"on": "enabled", "off": "disabled", "paused": "paused"}


def load_settings(name: str) -> dict[str, Any]:
    """What the plugin's settings form held when it was saved last; empty before that."""
    stored = db.session().scalar(select(PluginState.settings).where(PluginState.name == name))
    return dict(stored or {})


def save_settings(actor: Actor | None, name: str, values: Mapping[str, Any]) -> None:
    """Keep what the settings form holds, plain values alone. Raises MissingError."""
    if card(name).manifest is None:
        raise MissingError(name)
    with writing() as session:
        row = session.get(PluginState, name, with_for_update=True)
        if row is None:
            state = "on" if name in record().on_by_default else "off"
            row = PluginState(name=name, state=state, changed_at=datetime.now(UTC), settings={})
            session.add(row)
        before = dict(row.settings)
        row.settings = dict(values)
        audit.record(actor, "core.plugin.configured", "plugin", name, before=before, after=dict(values))


def findings() -> list[tuple[str, str]]:
    """What is wrong with the installed plugins, name and reason: for ``shopadmin plugins check``."""
    late = [(name, "its tables are not at the newest revision: run shopadmin db upgrade") for name in _late()]
    return sorted([*_left_out().items(), *late])


def _late() -> Iterable[str]:
    return (owner for owner in schema.pending() if owner != schema.CORE)
