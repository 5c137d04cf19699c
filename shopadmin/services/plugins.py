"""Which plugins are on, and switching them: asked on every request, so that a switch needs no restart."""

import re
from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from flask import current_app, g
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from shopadmin import hook_calls
from shopadmin.contract import Actor, Manifest, Permission, Problem, Text
from shopadmin.hook_guard import fail, record
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.models.plugins import PluginState
from shopadmin.services import access, audit, plugin_secrets, plugin_texts, schema, schema_state, settings
from shopadmin.services.conflicts import MissingError, ObjectionsError
from shopadmin.services.transactions import writing

# ``quarantined``: wrong, left out at the start; ``missing``: its tables are here, the plugin is not; ``not_loaded``: in
# safe mode, whatever it is else.
State = Literal["on", "off", "paused", "quarantined", "missing", "not_loaded"]


@dataclass(frozen=True, slots=True)
class PluginCard:
    """What is known of a plugin without calling it.

    ``reason``: why it is quarantined, paused or not loaded. ``decided``: what was decided last, by the owner or by a
    pause; empty where nothing was.
    """

    name: str
    state: State
    manifest: Manifest | None = None
    reason: Text = ""
    permissions: tuple[Permission, ...] = ()
    decided: str = ""


_LATE = _("pending migration: stop the shop and start it again, or run shopadmin db upgrade")
_NOT_LOADED = _("not loaded (safe mode)")
_LONGEST_NAME = 40
NOT_OWNER = Problem(
    "not_owner",
    _(
        "The database role of this shop does not own the tables. Start the shop with DATABASE_MIGRATE_URL naming the "
        "role that does."
    ),
)


def is_on(name: str) -> bool:
    """Whether the plugin is on: what was decided last, else whether it is on by itself. One query per request."""
    return counts_as_on(name, settings.plugin_states().get(name))


def counts_as_on(name: str, state: str | None) -> bool:
    """Whether a plugin whose row says ``state``, None for no row, is on."""
    return (state == "on" if state else name in record().on_by_default) and name not in _late()


def read_states_again() -> None:
    """Forget what this context knows of which plugins are on: the next to ask reads it."""
    g.pop("plugin_states", None)


def _late() -> frozenset[str]:
    """Plugins whose tables are not up to date: they stay out until an upgrade. Looked up once in a process."""
    hooks = record()
    if hooks.late is None:
        look_again()
    return hooks.late or frozenset()


def look_again() -> None:
    """Look whose tables are up to date: after an upgrade, and before a server takes its first request.

    It reads every owner's revisions and takes a connection of its own: in a rush many threads would do so at once.
    """
    record().late = frozenset(schema_state.pending()) - {schema_state.CORE}


def switch_on_installed() -> None:
    """In a new shop, all that is installed is on; what is installed later waits for the owner's word.

    Several processes may start in a new shop at once and say so together.
    """
    now = datetime.now(UTC)
    rows = [{"name": name, "state": "on", "changed_at": now, "settings": {}} for name in record().plugins.names()]
    with writing() as session:
        insert: Any = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        if rows:
            session.execute(insert(PluginState).values(rows).on_conflict_do_nothing())
    read_states_again()


def cards() -> list[PluginCard]:
    """Every plugin that is registered, was left out, or has left tables behind, by name.

    In safe mode: every one that the shop knows of by its name.
    """
    states = dict(db.session().execute(select(PluginState.name, PluginState.state)).all())
    heads = schema_state.heads()
    owners = heads.keys() - {schema_state.CORE}
    if is_safe_mode():
        names = record().not_loaded | states.keys() | owners
        return [PluginCard(name, "not_loaded", None, _NOT_LOADED, (), _decided(name, states)) for name in sorted(names)]
    found = {owner: PluginCard(owner, "missing", decided=states.get(owner, "")) for owner in owners}
    for name, reason in left_out().items():
        found[name] = PluginCard(name, "quarantined", None, reason, (), states.get(name, ""))
    found |= {name: _registered(name, states, name in heads) for name in record().plugins.names()}
    return [found[name] for name in sorted(found)]


def _registered(name: str, states: Mapping[str, str], has_tables: bool) -> PluginCard:
    state: Any = _decided(name, states) or "off"
    reason: Text = _paused_because(name) if state == "paused" else ""
    if name in _late() and (state == "on" or has_tables):
        state, reason = "quarantined", _LATE
    manifest = record().plugins.manifests[name]
    return PluginCard(name, state, manifest, reason, _permissions(name), states.get(name, ""))


def _decided(name: str, states: Mapping[str, str]) -> str:
    return states.get(name) or ("on" if name in record().on_by_default else "")


def _paused_because(name: str) -> Text:
    """What the activity log says of the last pause."""
    query = (
        select(AuditEntry.reason)
        .where(
            AuditEntry.object_type == "plugin", AuditEntry.object_id == name, AuditEntry.code == _CODES["paused"]
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )  # fmt: skip
    return plugin_texts.said(db.session().scalar(query) or "")


def is_safe_mode() -> bool:
    """Whether the shop was started without loading any plugin."""
    return bool(current_app.config["SAFE_MODE"])


def card(name: str) -> PluginCard:
    """One of them. Raises MissingError."""
    for found in cards():
        if found.name == name:
            return found
    raise MissingError(name)


def left_out() -> Mapping[str, Text]:
    """What was left out at the start, and why."""
    return {found.name: found.reason for found in record().plugins.quarantined}


def _permissions(name: str) -> tuple[Permission, ...]:
    declared = access.all_permissions().values()
    return tuple(permission for permission in declared if permission.code.startswith(f"{name}."))


def enable(actor: Actor | None, name: str) -> None:
    """Switch a plugin on; make its tables if it has none. Raises MissingError, or ObjectionsError when it cannot be."""
    found = card(name)
    if found.state != "on" and name in _late() and name not in schema_state.heads():
        try:
            schema.upgrade(name)  # it has no data yet, so there is nothing to lose
        except schema.OwnershipError as error:
            raise ObjectionsError(NOT_OWNER) from error
        except schema.PluginRevisionError as error:
            note_failed_revisions(error)
            problem = Problem("revisions", _("Its tables could not be made; below stands what went wrong."))
            raise ObjectionsError(problem) from error
        look_again()
    if found.state in ("quarantined", "missing", "not_loaded"):
        why = found.reason or _("it is not installed")
        raise ObjectionsError(Problem(found.state, _("This plugin cannot be switched on: %(why)s", why=why)))
    _switch(actor, name, "on")


def note_failed_revisions(error: schema.PluginRevisionError) -> None:
    """Have each plugin's page say why its tables are not up to date."""
    for name, why in error.failed.items():
        fail(name, "revisions", why)


def disable(actor: Actor | None, name: str) -> None:
    """Switch a plugin off: nothing of it is shown, its data and everybody's grants stay.

    In safe mode the next start finds it off. Raises MissingError, or ObjectionsError for one that was left out.
    """
    found = card(name)
    if found.state == "missing" or len(name) > _LONGEST_NAME:
        raise MissingError(name)
    if found.manifest is None and found.state != "not_loaded":
        raise ObjectionsError(Problem(found.state, _("This plugin is not on: %(why)s", why=found.reason)))
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
            row = PluginState(name=name, state=before, changed_at=datetime.now(UTC), settings={})
            session.add(row)
        if before != state:
            row.state, row.changed_at = state, datetime.now(UTC)
            audit.record(
                actor, _CODES[state], "plugin", name, before={"state": before}, after={"state": state},
                reason=reason,
            )  # fmt: skip
    read_states_again()


# All but the last two of a line.
_DIGITS = re.compile(r"\d(?=(?:[^\d\n]*\d){2})")
_CODES = {"on": "core.plugin.enabled", "off": "core.plugin.disabled", "paused": "core.plugin.paused"}


def load_settings(name: str) -> dict[str, Any]:
    """What the plugin's settings form held when it was saved last; empty before that. Read once for a page or a call.

    Elsewhere, as in the worker, it is read each time.
    """
    if not settings.are_kept():
        return _read_settings(name)
    kept: dict[str, dict[str, Any]] = g.setdefault("plugin_settings", {})
    if name not in kept:
        kept[name] = _read_settings(name)
    return deepcopy(kept[name])


def _read_settings(name: str) -> dict[str, Any]:
    stored = db.session().scalar(select(PluginState.settings).where(PluginState.name == name))
    return plugin_secrets.unseal(name, stored or {})


def save_settings(actor: Actor | None, name: str, values: Mapping[str, Any]) -> None:
    """Keep what the settings form holds, plain values alone; its ``personal`` ones are sealed. Raises MissingError."""
    if card(name).manifest is None:
        raise MissingError(name)
    with writing() as session:
        row = session.get(PluginState, name, with_for_update=True)
        if row is None:
            state = "on" if name in record().on_by_default else "off"
            row = PluginState(name=name, state=state, changed_at=datetime.now(UTC), settings={})
            session.add(row)
        personal: frozenset[str] = getattr(hook_calls.settings_form(name), "personal", frozenset())
        before = plugin_secrets.unseal(name, row.settings)
        row.settings = plugin_secrets.seal(name, values, personal)
        old, new = _without_digits(before, personal), _without_digits(values, personal)
        audit.record(actor, "core.plugin.configured", "plugin", name, before=old, after=new)
    settings.forget()


def _without_digits(values: Mapping[str, Any], personal: Collection[str]) -> dict[str, Any]:
    """For the log, which is kept for good: of fields that the form calls ``personal`` two digits a line stay."""
    return {
        field: _DIGITS.sub("*", value) if field in personal and isinstance(value, str) else value
        for field, value in values.items()
    }
