"""Whom a storefront vouches for: one spelling of one buyer, on a platform that the shop knows."""

import unicodedata

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from shopadmin import hook_calls
from shopadmin.api_contract import ApiBuyer
from shopadmin.contract import Problem
from shopadmin.models import db
from shopadmin.models.imports import ImportMapping
from shopadmin.platforms.names import platforms
from shopadmin.services.conflicts import RefusedError

# Where buyers are a storefront's own rather than a platform's; the last two are for trying things out.
STOREFRONTS = frozenset(("own", "example", "test"))
MAX_REF = 120


class UnknownPlatformError(Exception):
    """The shop does not know the platform. ``known``: those that it knows."""

    def __init__(self, known: list[str]) -> None:
        super().__init__(", ".join(known))
        self.known = known


def identify(platform: str, ref: str) -> ApiBuyer:
    """The buyer. Wide and narrow spellings are one (NFKC); capitals stay, as a platform may tell them apart.

    Raises UnknownPlatformError; RefusedError (field ``buyer_ref``).
    """
    if platform not in STOREFRONTS and platform not in platforms():
        known = known_platforms()
        if platform not in known:
            raise UnknownPlatformError(sorted(known))
    ref = unicodedata.normalize("NFKC", ref)
    if len(ref) > MAX_REF:
        raise RefusedError(Problem("string_too_long", _("is too long"), "buyer_ref"))
    return ApiBuyer(platform, ref)


def known_platforms() -> set[str]:
    """Those of the core and of plugins, those that people named while importing, and a storefront's own."""
    mapped = db.session().scalars(select(ImportMapping.platform).distinct())
    return {*STOREFRONTS, *platforms(), *(layout.platform for layout in hook_calls.import_formats()), *mapped}
