"""Buyer labels: Labels on buyers with evidence behind them, and what they mean for an order."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import API_VERSION, Manifest, Permission, hookimpl
from shopadmin_buyer_labels import models, permissions

__all__ = ["models"]

__version__ = "0.1.0"


@hookimpl
def shopadmin_manifest() -> Manifest:
    """Say who this is."""
    return Manifest(
        name="buyer_labels",
        title=_("Buyer labels"),
        version=__version__,
        api_version=API_VERSION,
        summary=_("Labels on buyers with evidence behind them, and what they mean for an order"),
    )


@hookimpl
def shopadmin_permissions() -> Sequence[Permission]:
    """See, propose, review, decide about objections; rules, holds, merges, dossiers and reports apart (G18)."""
    return permissions.PERMISSIONS
