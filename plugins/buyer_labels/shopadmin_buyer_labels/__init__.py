"""Buyer labels: Labels on buyers with evidence behind them, and what they mean for an order."""

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import API_VERSION, Manifest, hookimpl

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
