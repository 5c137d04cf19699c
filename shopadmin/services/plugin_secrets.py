"""Settings of plugins that are personal, such as phones: sealed in the row where the other settings stand plain."""

from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from shopadmin.keys import Keyring
from shopadmin.models.plugins import PluginState
from shopadmin.services import contacts
from shopadmin.services.transactions import writing

# What a form holds is never a mapping, so one with this name alone is a sealed value.
SEALED = "sealed"


def seal(plugin: str, values: Mapping[str, Any], personal: Collection[str]) -> dict[str, Any]:
    """The settings as they are kept; texts of the fields that are ``personal`` are sealed."""
    keys = contacts.keyring()
    return {
        name: {SEALED: b64encode(keys.encrypt(value, _purpose(plugin, name))).decode()}
        if name in personal and isinstance(value, str) and value
        else value
        for name, value in values.items()
    }


def unseal(plugin: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as they were given. Raises KeyringError for a value that does not open."""
    keys = contacts.keyring()
    return {
        name: keys.decrypt(b64decode(value[SEALED]), _purpose(plugin, name)) if is_sealed(value) else value
        for name, value in kept.items()
    }


def seal_again(keyring: Keyring) -> int:
    """Put what is sealed under the active key, for a rotation; returns how many values that were."""
    done = 0
    with writing() as session:
        for row in session.scalars(select(PluginState)):
            old = {name: b64decode(value[SEALED]) for name, value in row.settings.items() if is_sealed(value)}
            stale = {name: sealed for name, sealed in old.items() if not keyring.is_current(sealed)}
            opened = {name: keyring.decrypt(sealed, _purpose(row.name, name)) for name, sealed in stale.items()}
            if opened:
                row.settings = row.settings | seal(row.name, opened, opened)
                done += len(opened)
    return done


def is_sealed(value: Any) -> bool:
    """Whether a kept value is a sealed one."""
    return isinstance(value, dict) and value.keys() == {SEALED}


def _purpose(plugin: str, name: str) -> bytes:
    return f"plugin_state.settings.{plugin}.{name}".encode()
