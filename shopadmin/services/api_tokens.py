"""Tokens of the storefront API: a storefront's own, which the database knows by their hash, and those of buyers.

A buyer's token is signed and kept nowhere. It names the storefront token that minted it, whose row every call reads:
with that one it ends.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _
from itsdangerous import BadData, Signer, URLSafeSerializer
from itsdangerous.encoding import base64_encode, want_bytes
from sqlalchemy import or_, select, update

from shopadmin.api_contract import ApiBuyer, ApiCaller
from shopadmin.contract import Actor, Problem
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.models.api import ApiToken
from shopadmin.services import api_scopes, audit
from shopadmin.services.conflicts import MissingError, RefusedError
from shopadmin.services.refusals import ForbiddenError
from shopadmin.services.transactions import lock_row, writing

MANAGE = "core.tokens:manage"
# So that who finds one in a file sees what it is.
STOREFRONT_PREFIX, BUYER_PREFIX = "shop_st_", "shop_bt_"
BUYER_LIFETIME = timedelta(minutes=15)
MAX_LIFETIME_DAYS = 3650
MAX_LABEL = 80


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A storefront token as it is listed. Times: aware UTC; ``created_by`` empty: the server's shell."""

    id: int
    label: str
    scopes: tuple[str, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token, whose text is shown this once."""

    id: int
    text: str
    label: str
    scopes: tuple[str, ...]
    expires_at: datetime | None


def token_hash(text: str) -> str:
    """What is stored of a storefront token. It is 256 random bits: no salt, no slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def create(actor: Actor | None, label: str, scopes: Collection[str], days: int | None) -> IssuedToken:
    """Make a storefront token. ``days``: how long it is good for, None for ever; ``actor`` None: the server's shell.

    Raises ForbiddenError, RefusedError (fields ``label``, ``scopes``, ``days``).
    """
    _require(actor)
    label = label.strip()
    _check(label, scopes, days)
    now = datetime.now(UTC)
    text = STOREFRONT_PREFIX + secrets.token_urlsafe(32)
    codes = tuple(api_scopes.check(scopes))
    expires_at = now + timedelta(days=days) if days else None
    with writing() as session:
        row = ApiToken(
            token_hash=token_hash(text),
            label=label,
            scopes=" ".join(codes),
            created_by=actor.account_id if actor else None,
            created_at=now,
            expires_at=expires_at,
        )
        session.add(row)
        session.flush()
        after = {"label": label, "scopes": list(codes), "expires_at": expires_at.isoformat() if expires_at else None}
        audit.record(actor, "core.token.made", "token", row.id, after=after)
        return IssuedToken(row.id, text, label, codes, expires_at)


def _check(label: str, scopes: Collection[str], days: int | None) -> None:
    problems = []
    if not label or len(label) > MAX_LABEL or not label.isprintable():
        problems.append(Problem("label", _("Use 1 to 80 characters on one line."), "label"))
    known = api_scopes.declared()
    if not scopes:
        problems.append(Problem("scopes", _("Tick at least one."), "scopes"))
    elif unknown := sorted(set(scopes) - known.keys()):
        text = _("There is no scope %(name)s.", name=", ".join(unknown))
        problems.append(Problem("scopes", text, "scopes"))
    if days is not None and not 1 <= days <= MAX_LIFETIME_DAYS:
        problems.append(Problem("days", _("Use 1 to 3650 days."), "days"))
    if problems:
        raise RefusedError(*problems)


def revoke(actor: Actor | None, token_id: int) -> None:
    """End a storefront token and every buyer's token it has minted, at once. Raises ForbiddenError, MissingError.

    Repeating it changes nothing.
    """
    _require(actor)
    if not 0 < token_id < 2**63:  # what no row can have, and no database takes
        raise MissingError(token_id)
    with writing() as session:
        row = lock_row(session, ApiToken, token_id)
        if row.revoked_at is None:
            row.revoked_at = datetime.now(UTC)
            audit.record(actor, "core.token.revoked", "token", token_id, before={"label": row.label})


def _require(actor: Actor | None) -> None:
    if actor is not None and not actor.can(MANAGE):
        raise ForbiddenError(MANAGE)


def all_tokens(now: datetime | None = None) -> list[TokenRow]:
    """Every token, the newest first. ``now``: aware UTC."""
    now = now or datetime.now(UTC)
    query = select(ApiToken, Account.name, Account.active, Account.is_owner).outerjoin(
        Account, Account.id == ApiToken.created_by
    )
    rows = db.session().execute(query.order_by(ApiToken.id.desc())).all()
    return [
        TokenRow(
            id=row.id,
            label=row.label,
            scopes=tuple(row.scopes.split()),
            created_by=name or "",
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
            is_active=row.revoked_at is None
            and (row.expires_at is None or row.expires_at > now)
            and (row.created_by is None or bool(active and is_owner)),
        )
        for row, name, active, is_owner in rows
    ]


@dataclass(frozen=True, slots=True)
class Presented:
    """What an Authorization header holds: a storefront token's hash, or a buyer's token that was signed here."""

    token_hash: str = ""
    token_id: int = 0
    scopes: frozenset[str] = frozenset()
    buyer: ApiBuyer | None = None

    @property
    def identity(self) -> str:
        """Who calls, for idempotency keys: a buyer and the shop's storefronts, whichever token they hold just now."""
        if self.buyer is not None:
            return f"buyer\0{self.buyer.platform}\0{self.buyer.ref}"
        return "storefront"

    @property
    def limited_as(self) -> str:
        """Who calls, for limits: each storefront token for itself."""
        return self.identity if self.buyer is not None else f"storefront\0{self.token_hash}"


class BadTokenError(Exception):
    """The token is malformed, not signed here, or has run out."""


def read(text: str, now: datetime) -> Presented:
    """Look at a token without asking the database. Raises BadTokenError."""
    if text.startswith(STOREFRONT_PREFIX):
        return Presented(token_hash=token_hash(text))
    if not text.startswith(BUYER_PREFIX):
        raise BadTokenError
    try:
        serializer, signer = _signer()
        payload = signer.unsign(text.removeprefix(BUYER_PREFIX))
        token_id, platform, ref, scopes, until = serializer.load_payload(payload)
    except (BadData, ValueError, TypeError) as error:
        raise BadTokenError from error
    if now.timestamp() >= until:
        raise BadTokenError
    return Presented(token_id=token_id, scopes=frozenset(scopes), buyer=ApiBuyer(platform, ref))


def mint(caller: ApiCaller, buyer: ApiBuyer, scopes: Sequence[str], now: datetime) -> tuple[str, datetime]:
    """A buyer's token with these scopes, and its end (aware UTC). Raises ForbiddenError beyond the caller's own."""
    if beyond := set(scopes) - caller.scopes:
        raise ForbiddenError(min(beyond))
    until = now + BUYER_LIFETIME
    payload = [caller.token_id, buyer.platform, buyer.ref, sorted(scopes), int(until.timestamp())]
    signed = _signer()[0].dumps(payload)
    return BUYER_PREFIX + (signed if isinstance(signed, str) else signed.decode()), until


class _Signer(Signer):
    """The library's, with a key that is derived once; one signature of a text, and no other spelling of it, is good."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # With the key in it. A copy that goes on is done before ``hmac.digest`` would have let another thread run.
        self._keyed = hmac.new(self.derive_key(), digestmod="sha1")

    def get_signature(self, value: str | bytes) -> bytes:
        """Of the value, as it stands in a token."""
        signing = self._keyed.copy()
        signing.update(want_bytes(value))
        return base64_encode(signing.digest())

    def verify_signature(self, value: str | bytes, sig: str | bytes) -> bool:
        """Whether it is the value's."""
        return hmac.compare_digest(want_bytes(sig), self.get_signature(value))


def _signer() -> tuple[URLSafeSerializer, Signer]:
    """The serializer, and its signer: made once, as every call of a buyer asks for it."""
    found: tuple[URLSafeSerializer, Signer] | None = current_app.extensions.get("shopadmin.buyer_tokens")
    if found is None:
        serializer = URLSafeSerializer(current_app.config["SECRET_KEY"], salt="shopadmin.buyer-token.1", signer=_Signer)
        found = current_app.extensions["shopadmin.buyer_tokens"] = serializer, serializer.make_signer()
    return found


def note_use(token_id: int, now: datetime, since: datetime) -> None:
    """Write down that the token was used, unless that was done after ``since``."""
    is_old = or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at < since)
    with writing() as session:
        session.execute(update(ApiToken).where(ApiToken.id == token_id, is_old).values(last_used_at=now))
