"""Red envelopes: Red envelope campaigns: small amounts that buyers may claim and redeem."""

from shopadmin.plugin_api import API_VERSION, Manifest, hookimpl

__version__ = "0.1.0"


@hookimpl
def shopadmin_manifest() -> Manifest:
    """Say who this is."""
    return Manifest(
        name="red_envelope",
        title="Red envelopes",
        version=__version__,
        api_version=API_VERSION,
        summary="Red envelope campaigns: small amounts that buyers may claim and redeem",
    )
