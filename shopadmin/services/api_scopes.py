"""What a token of the storefront API may be used for: the core's scopes and those that plugins declare."""

from collections.abc import Iterable

from flask import current_app
from flask_babel import lazy_gettext as _

from shopadmin.api_contract import ApiScope

CORE_SCOPES = (
    ApiScope("claims", _("Claim: see campaigns, collect envelopes")),
    ApiScope("wallet", _("Wallet: see the buyer's envelopes, ask what one would save")),
    ApiScope("orders", _("Orders: hold, cancel, refund"), server_only=True),
    ApiScope("payments", _("Payments: redeem, complete refunds, confirm receipt"), server_only=True),
)


class UnknownScopeError(LookupError):
    """A scope that neither the core nor an installed plugin declares."""


def declared() -> dict[str, ApiScope]:
    """Every declared scope by its code, the core's first."""
    found: dict[str, ApiScope] = current_app.extensions["shopadmin.api_scopes"]
    return found


def check(codes: Iterable[str]) -> list[str]:
    """The codes, each once, in the order of the declarations. Raises UnknownScopeError."""
    wanted, known = set(codes), declared()
    if unknown := wanted - known.keys():
        raise UnknownScopeError(", ".join(sorted(unknown)))
    return [code for code in known if code in wanted]


def for_browsers(codes: Iterable[str]) -> list[str]:
    """Those of the codes that may reach a browser."""
    known = declared()
    return [code for code in known if code in set(codes) and not known[code].server_only]
