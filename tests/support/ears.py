"""A plugin that listens."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from shopadmin.contract import Manifest
from shopadmin.hookspecs import hookimpl


def ears(**hooks: Callable[..., Any]) -> dict[str, SimpleNamespace]:
    """For ``make_app``: the plugin with these hooks, each a function of the arguments that it wants."""
    manifest = Manifest(name="ears", title="Ears", version="1", api_version=1)
    found = {"shopadmin_manifest": lambda: manifest, **hooks}
    return {"ears": SimpleNamespace(**{name: hookimpl(function) for name, function in found.items()})}
