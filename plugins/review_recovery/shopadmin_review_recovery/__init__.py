"""Review recovery: Guided work on bad reviews: find the cause, put it right, answer."""

from collections.abc import Sequence

from click import Command
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import API_VERSION, Manifest, Permission, hookimpl
from shopadmin_review_recovery import cli, models, permissions

__all__ = ["models"]

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


@hookimpl
def shopadmin_permissions() -> Sequence[Permission]:
    """Read and work on cases, publish scripts, decide about compensation, take evidence out."""
    return permissions.PERMISSIONS


@hookimpl
def shopadmin_cli_commands() -> Sequence[Command]:
    """``shopadmin review-recovery …``."""
    return list(cli.review_recovery.commands.values())
