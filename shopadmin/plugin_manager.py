"""Find plugins, look them over, and leave a wrong one out with the reason. One manager per app, never global."""

import difflib
import functools
import importlib.metadata
import importlib.util
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy
from flask_babel import lazy_gettext as _

from shopadmin import hookspecs
from shopadmin.contract import API_VERSION, Manifest, Text
from shopadmin.models import Base

ENTRY_POINTS = "shopadmin.plugins"
BUILT_IN = "core"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")


class LeftOutError(Exception):
    """The plugin is not even tried; ``reason``: why, for a person."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A plugin that was left out, and why."""

    name: str
    reason: Text


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

    def quarantine(self, name: str, reason: Text) -> None:
        """Take a plugin out again: what it gave is not used from here on."""
        if self.manager.has_plugin(name):
            self.manager.unregister(name=name)
        self.manifests.pop(name, None)
        if all(found.name != name for found in self.quarantined):  # the first reason is the one to see to
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


def installed(allowed: frozenset[str] | None, folder: Path) -> tuple[dict[str, object], list[Quarantined]]:
    """Load what the allow-list admits (None: all): entry points, and the modules and packages in ``folder``.

    A failing import is a quarantine, not an error.
    """
    found: dict[str, object] = {}
    failed = []
    for name, load in _candidates(folder):
        if allowed is not None and name not in allowed:
            continue
        try:
            if name in found:
                raise LeftOutError(_("it is installed as well: take it out of %(folder)s/", folder=folder.name))
            found[name] = load()
        except (Exception, SystemExit) as error:  # a plugin may do anything at all while it is imported
            failed.append(Quarantined(name, _why_not_loaded(error)))
    return found, failed


def distributed(name: str, allowed: frozenset[str] | None) -> Any:
    """The plugin as its distribution brings it, for use without a shop; None where it is not installed or not allowed.

    Raises whatever its import raises.
    """
    entry_points = importlib.metadata.entry_points(group=ENTRY_POINTS, name=name)
    if not entry_points or (allowed is not None and name not in allowed):
        return None
    return entry_points[name].load()


def known_names(allowed: frozenset[str] | None, folder: Path) -> frozenset[str]:
    """The names of what ``installed`` would load: nothing is imported."""
    return frozenset(name for name, _load in _candidates(folder) if allowed is None or name in allowed)


def _why_not_loaded(error: BaseException) -> Text:
    if isinstance(error, LeftOutError):
        return error.reason
    return _("import: %(error)s", error=f"{type(error).__name__}: {error}")


def _candidates(folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    for entry_point in importlib.metadata.entry_points(group=ENTRY_POINTS):
        yield entry_point.name, entry_point.load
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        source = path / "__init__.py" if path.is_dir() else path
        if source.suffix == ".py" and source.is_file() and not path.name.startswith(("_", ".")):
            yield path.stem, functools.partial(_load_local, path.stem, source)


def _load_local(name: str, source: Path) -> ModuleType:
    """Run one file of the data folder as a module. Raises LeftOutError for one that others may write."""
    for path in (source, source.parent):
        if path.stat().st_mode & 0o022:
            raise LeftOutError(
                _("%(file)s can be changed by other users of this machine: chmod go-w %(file)s", file=path.name)
            )
    module_name = f"shopadmin_local_{name}"
    is_package = source.name == "__init__.py"
    spec = importlib.util.spec_from_file_location(
        module_name, source, submodule_search_locations=[str(source.parent)] if is_package else None
    )
    if spec is None or spec.loader is None:
        raise LeftOutError(_("%(file)s is no Python module", file=source.name))
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[module_name]
        raise
    return module


def _add(plugins: Plugins, name: str, plugin: object) -> None:
    try:
        plugins.manager.register(plugin, name=name)
        reason = (
            _wrong_hooks(plugins.manager, plugin)
            or _wrong_tables(name, plugin)
            or _wrong_manifest(plugins, name, plugin)
        )
    except Exception as error:  # as above
        reason = f"{type(error).__name__}: {error}"
    if reason:
        plugins.quarantine(name, reason)


def _wrong_hooks(manager: pluggy.PluginManager, plugin: object) -> Text:
    """A hook that does not exist is named with the one that was probably meant, and one that is not marked as such."""
    known = [name for name, _ in inspect.getmembers(hookspecs, inspect.isfunction) if name.startswith("shopadmin_")]
    for caller in manager.get_hookcallers(plugin) or []:
        if caller.name not in known:
            close = difflib.get_close_matches(caller.name, known, n=1)
            if close:
                return _("unknown hook %(hook)s; did you mean %(close)s?", hook=caller.name, close=close[0])
            return _("unknown hook %(hook)s", hook=caller.name)
    for name in known:
        function = getattr(plugin, name, None)
        if inspect.isfunction(function) and manager.parse_hookimpl_opts(plugin, name) is None:
            return _("%(hook)s is not marked with @hookimpl, so it is never called", hook=name)
    return ""


def _wrong_tables(name: str, plugin: object) -> Text:
    """A table under a foreign name could take another owner's place; a foreign key would chain two owners together."""
    if not isinstance(plugin, ModuleType):
        return ""
    prefix = f"plugin_{name}_"
    for mapper in Base.registry.mappers:
        module = mapper.class_.__module__
        if module != plugin.__name__ and not module.startswith(f"{plugin.__name__}."):
            continue
        for table in map(str, mapper.tables):
            if not table.startswith(prefix):
                return _("table %(table)s does not start with %(prefix)s", table=table, prefix=prefix)
        for key in (key for table in mapper.tables for key in getattr(table, "foreign_keys", ())):
            target = key.target_fullname.partition(".")[0]
            if not target.startswith(prefix):
                return _(
                    "a foreign key to %(table)s, which is not the plugin's own: a plain indexed id instead",
                    table=target,
                )
    return ""


def _wrong_manifest(plugins: Plugins, name: str, plugin: Any) -> Text:
    if not hasattr(plugin, "shopadmin_manifest"):
        return _("no shopadmin_manifest: it does not say what it is")
    manifest = plugin.shopadmin_manifest()
    if not isinstance(manifest, Manifest):
        return _("shopadmin_manifest does not return a Manifest")
    if manifest.name != name or not _NAME.fullmatch(name) or name == BUILT_IN:
        return _("bad name “%(name)s”: the entry point and the manifest must agree, in lower case", name=manifest.name)
    if manifest.api_version != API_VERSION:
        return _("made for API version %(theirs)s, this is %(ours)s", theirs=manifest.api_version, ours=API_VERSION)
    if clash := _prefix_clash(name, plugins.manifests):
        return _("%(name)s and %(other)s share a prefix, so their tables could be mistaken", name=name, other=clash)
    plugins.manifests[name] = manifest
    return ""


def _prefix_clash(name: str, others: Iterable[str]) -> str:
    for other in others:
        if name.startswith(f"{other}_") or other.startswith(f"{name}_"):
            return other
    return ""
