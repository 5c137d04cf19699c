"""Find plugins, look them over, and leave a wrong one out with the reason. One manager per app, never global."""

import difflib
import importlib.metadata
import inspect
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from shopadmin import hookspecs
from shopadmin.contract import API_VERSION, Manifest

ENTRY_POINTS = "shopadmin.plugins"
BUILT_IN = "core"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A plugin that was left out, and why."""

    name: str
    reason: str


@dataclass(slots=True)
class Plugins:
    """The plugins of one app: registered ones by name, and those left out."""

    manager: pluggy.PluginManager
    manifests: dict[str, Manifest] = field(default_factory=dict)
    quarantined: list[Quarantined] = field(default_factory=list)

    def names(self) -> list[str]:
        """Registered plugins by name, the order in which hooks are called."""
        return sorted(self.manifests)

    def template_folders(self) -> dict[str, Path]:
        """Package name to its folder of templates, for the plugins that have one."""
        found = {}
        for name in self.names():
            plugin = self.manager.get_plugin(name)
            if isinstance(plugin, ModuleType) and plugin.__file__:
                folder = Path(plugin.__file__).parent / "templates"
                if folder.is_dir():
                    found[plugin.__name__] = folder
        return found

    def quarantine(self, name: str, reason: str) -> None:
        """Take a plugin out again: what it gave is not used from here on."""
        if self.manager.has_plugin(name):
            self.manager.unregister(name=name)
        self.manifests.pop(name, None)
        self.quarantined.append(Quarantined(name, reason))


def create(built_in: object, found: Mapping[str, object]) -> Plugins:
    """Register the core's own hooks and every plugin of ``found`` (name to module or object) that holds up."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(built_in, name=BUILT_IN)
    plugins = Plugins(manager)
    for name in sorted(found):
        _add(plugins, name, found[name])
    return plugins


def installed(allowed: frozenset[str] | None) -> tuple[dict[str, object], list[Quarantined]]:
    """Load the entry points that the allow-list admits (None: all). A failing import is a quarantine, not an error."""
    found: dict[str, object] = {}
    failed = []
    for entry_point in importlib.metadata.entry_points(group=ENTRY_POINTS):
        if allowed is not None and entry_point.name not in allowed:
            continue
        try:
            found[entry_point.name] = entry_point.load()
        except Exception as error:  # a plugin may raise anything at all while it is imported
            failed.append(Quarantined(entry_point.name, f"import: {type(error).__name__}: {error}"))
    return found, failed


def _add(plugins: Plugins, name: str, plugin: object) -> None:
    try:
        plugins.manager.register(plugin, name=name)
        reason = _wrong_hooks(plugins.manager, plugin) or _wrong_manifest(plugins, name, plugin)
    except Exception as error:  # as above
        reason = f"{type(error).__name__}: {error}"
    if reason:
        plugins.quarantine(name, reason)


def _wrong_hooks(manager: pluggy.PluginManager, plugin: object) -> str:
    """A hook that does not exist is named with the one that was probably meant."""
    known = [name for name, _ in inspect.getmembers(hookspecs, inspect.isfunction) if name.startswith("shopadmin_")]
    for caller in manager.get_hookcallers(plugin) or []:
        if caller.name not in known:
            close = difflib.get_close_matches(caller.name, known, n=1)
            return f"unknown hook {caller.name}" + (f"; did you mean {close[0]}?" if close else "")
    return ""


def _wrong_manifest(plugins: Plugins, name: str, plugin: Any) -> str:
    if not hasattr(plugin, "shopadmin_manifest"):
        return "no shopadmin_manifest"
    manifest = plugin.shopadmin_manifest()
    if not isinstance(manifest, Manifest):
        return "shopadmin_manifest does not return a Manifest"
    if manifest.name != name or not _NAME.fullmatch(name) or name == BUILT_IN:
        return f"bad name {manifest.name!r}: the entry point and the manifest must agree, in lower case"
    if manifest.api_version != API_VERSION:
        return f"made for API version {manifest.api_version}, this is {API_VERSION}"
    if clash := _prefix_clash(name, plugins.manifests):
        return f"{name} and {clash} share a prefix, so their tables could be mistaken"
    plugins.manifests[name] = manifest
    return ""


def _prefix_clash(name: str, others: Iterable[str]) -> str:
    for other in others:
        if name.startswith(f"{other}_") or other.startswith(f"{name}_"):
            return other
    return ""
