"""Buyer labels: Labels on buyers with evidence behind them, and what they mean for an order."""

from shopadmin.plugin_api import API_VERSION, Manifest, hookimpl

__version__ = "0.1.0"


@hookimpl
def shopadmin_manifest() -> Manifest:
    """Say who this is."""
    return Manifest(
        name="buyer_labels",
        title="Buyer labels",
        version=__version__,
        api_version=API_VERSION,
        summary="Labels on buyers with evidence behind them, and what they mean for an order",
    )
