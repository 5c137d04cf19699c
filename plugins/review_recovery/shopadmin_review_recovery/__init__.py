"""Review recovery: Guided work on bad reviews: find the cause, put it right, answer."""

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import API_VERSION, Manifest, hookimpl

__version__ = "0.1.0"


@hookimpl
def shopadmin_manifest() -> Manifest:
    """Say who this is."""
    return Manifest(
        name="review_recovery",
        title=_("Review recovery"),
        version=__version__,
        api_version=API_VERSION,
        summary=_("Guided work on bad reviews: find the cause, put it right, answer"),
    )
