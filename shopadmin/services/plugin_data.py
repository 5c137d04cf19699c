"""The data that plugins keep: how much it is, and taking it away for good."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, func, inspect, select, text

from shopadmin import hook_calls
from shopadmin.contract import Actor, Problem
from shopadmin.models import db
from shopadmin.models.plugins import PluginFailure, PluginState
from shopadmin.services import audit, plugins, schema, schema_state
from shopadmin.services.conflicts import MissingError, ObjectionsError, RefusedError
from shopadmin.services.transactions import writing


@dataclass(frozen=True, slots=True)
class DataSize:
    """What a plugin's tables hold. ``size``: bytes with indexes, None where the engine does not tell."""

    tables: int
    rows: int
    size: int | None


def measure(name: str) -> DataSize:
    """Count the rows of the plugin's tables."""
    tables = _tables(name)
    session = db.session()
    rows = sum(session.scalar(select(func.count()).select_from(text(f'"{table}"'))) or 0 for table in tables)
    size = None
    if db.engine.dialect.name == "postgresql":
        size = sum(session.scalar(select(func.pg_total_relation_size(table))) or 0 for table in tables)
    return DataSize(len(tables), rows, size)


def _tables(name: str) -> tuple[str, ...]:
    """The plugin's tables as they stand, without the table of its revision."""
    prefix, version = f"plugin_{name}_", schema_state.version_table(name)
    names = inspect(db.engine).get_table_names()
    return tuple(table for table in sorted(names) if table.startswith(prefix) and table != version)


def erase(actor: Actor | None, name: str, typed: str) -> int:
    """Take the plugin's tables away for good; returns how many rows they held.

    Raises MissingError; RefusedError when ``typed`` is not the plugin's name; ObjectionsError while it is on, when it
    objects itself, as while a campaign runs, or when the tables are another role's.
    """
    card = plugins.card(name)
    if typed != name:
        raise RefusedError(
            Problem("typed", _("Type the plugin's name, %(name)s, to erase its data.", name=name), "typed")
        )
    if card.state == "on":
        raise ObjectionsError(Problem("is_on", _("Switch the plugin off first: what it shows would be gone under it.")))
    if card.state == "not_loaded":
        raise ObjectionsError(
            Problem("safe_mode", _("In safe mode the plugin cannot be asked: start the shop without it first."))
        )
    if name not in schema_state.heads():
        raise MissingError(name)
    if card.manifest and (objections := hook_calls.check_erase(name)):
        raise ObjectionsError(*objections)
    held = measure(name)
    db.session.remove()  # a transaction that is still open would hold the tables
    try:
        schema.drop(name)
    except schema.OwnershipError as error:
        raise ObjectionsError(plugins.NOT_OWNER) from error
    plugins.look_again()
    with writing() as session:
        session.execute(delete(PluginFailure).where(PluginFailure.plugin == name))
        row = session.get(PluginState, name)
        if row is not None:
            row.settings = {}
        audit.record(actor, "core.plugin.erased", "plugin", name, before={"tables": held.tables, "rows": held.rows})
    return held.rows
