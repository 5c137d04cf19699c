"""Who may call: token, plugin and stored answer in one query, then scope, buyer, browser and limit."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, current_app, request
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import bindparam, select

from shopadmin.api_contract import STOREFRONT, ApiCaller, ApiRefusalError
from shopadmin.http_api import problems
from shopadmin.http_api.endpoints import Registered
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.models.api import ApiIdempotency, ApiToken
from shopadmin.models.plugins import PluginState
from shopadmin.plugin_manager import BUILT_IN
from shopadmin.services import api_scopes, api_tokens, idempotency
from shopadmin.services import plugins as plugin_states

MAX_KEY = 255
# How old "last used" may be before it is written again: not every call is a write.
USED_EVERY = timedelta(minutes=5)

_ROWS = (
    select(
        ApiToken.id,
        ApiToken.label,
        ApiToken.scopes,
        ApiToken.expires_at,
        ApiToken.last_used_at,
        PluginState.state,
        ApiIdempotency.fingerprint,
        ApiIdempotency.status,
        ApiIdempotency.body,
        ApiIdempotency.location,
    )
    .select_from(ApiToken)
    .outerjoin(Account, Account.id == ApiToken.created_by)
    .outerjoin(PluginState, PluginState.name == bindparam("plugin"))
    .outerjoin(ApiIdempotency, ApiIdempotency.key_hash == bindparam("key_hash"))
    .where(api_tokens.ACTIVE)
)
_OF_STOREFRONT = _ROWS.where(ApiToken.token_hash == bindparam("token_hash"))
_OF_BUYER = _ROWS.where(ApiToken.id == bindparam("token_id"))
_NO_KEY = b""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A caller who may call, the key of the request, and the row with what was answered under it before."""

    caller: ApiCaller
    key_hash: bytes | None
    row: Any


class Admission:
    """The app's own door: its limits, and when it wrote down that a token was used."""

    def __init__(self, app: Flask) -> None:
        # In this process alone: a limit against floods. Money never rests on it.
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._noted: dict[int, float] = {}
        self._per_buyer = RateLimitItemPerSecond(app.config["API_CALLS_PER_BUYER"])
        self._per_token = RateLimitItemPerSecond(app.config["API_CALLS_PER_TOKEN"])

    def admit(self, registered: Registered) -> Admitted:
        """Let the caller of the present request in. Raises ApiRefusalError."""
        now = datetime.now(UTC)
        shown = _present(now)
        # Before the database is asked: a buyer's token is known to be ours by its signature.
        if shown.buyer is not None:
            self._limit(shown.identity, self._per_buyer)
        key = request.headers.get("Idempotency-Key") if registered.endpoint.effect != "none" else None
        key_hash = None if key is None else idempotency.key_hash(shown.identity, registered.name, key)
        row = _look_up(registered, shown, key_hash)
        if row is None or (row.expires_at is not None and row.expires_at <= now):
            raise ApiRefusalError(problems.UNAUTHENTICATED)
        if shown.buyer is None:
            self._limit(shown.identity, self._per_token)
        if registered.plugin != BUILT_IN and not plugin_states.counts_as_on(registered.plugin, row.state):
            raise ApiRefusalError(problems.NOT_FOUND)
        held = frozenset(row.scopes.split())
        caller = ApiCaller(row.id, row.label, held & shown.scopes if shown.buyer else held, shown.buyer)
        _check_scope(registered, caller)
        if registered.endpoint.effect != "none":
            _check_key(key)
        self._note_use(row, now)
        return Admitted(caller, key_hash, row)

    def _limit(self, identity: str, limit: RateLimitItem) -> None:
        if not self._window.hit(limit, identity):
            raise ApiRefusalError(problems.TOO_MANY, retry_after=1)

    def _note_use(self, row: Any, now: datetime) -> None:
        """One thread of a process, and one process of all, writes it down; the others go on."""
        if row.last_used_at is not None and now - row.last_used_at < USED_EVERY:
            return
        moment = time.monotonic()
        if moment - self._noted.get(row.id, -1e9) < 60:
            return
        self._noted[row.id] = moment
        api_tokens.note_use(row.id, now, now - USED_EVERY)


def _present(now: datetime) -> api_tokens.Presented:
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise ApiRefusalError(problems.UNAUTHENTICATED)
    try:
        return api_tokens.read(text.strip(), now)
    except api_tokens.BadTokenError:
        raise ApiRefusalError(problems.UNAUTHENTICATED) from None


def _check_key(text: str | None) -> None:
    if text is None:
        raise ApiRefusalError(problems.KEY_MISSING)
    if not 1 <= len(text) <= MAX_KEY or not all("!" <= character <= "~" for character in text):
        raise ApiRefusalError(problems.KEY_INVALID)


def _look_up(registered: Registered, shown: api_tokens.Presented, key_hash: bytes | None) -> Any:
    query = _OF_STOREFRONT if shown.buyer is None else _OF_BUYER
    values = {
        "plugin": registered.plugin,
        "key_hash": key_hash or _NO_KEY,
        "token_hash": shown.token_hash,
        "token_id": shown.token_id,
    }
    session = db.session()
    row = session.execute(query, values).one_or_none()
    session.rollback()  # gives the connection back: who waits for others must not hold one
    return row


def _check_scope(registered: Registered, caller: ApiCaller) -> None:
    endpoint = registered.endpoint
    if endpoint.scope_code == STOREFRONT:
        if caller.buyer is not None:
            raise ApiRefusalError(problems.STOREFRONT_NEEDED)
        return
    if endpoint.scope_code not in caller.scopes:
        raise ApiRefusalError(problems.SCOPE_MISSING, reasons=[endpoint.scope_code])
    if endpoint.needs_buyer and caller.buyer is None:
        raise ApiRefusalError(problems.BUYER_NEEDED)
    if api_scopes.declared()[endpoint.scope_code].server_only and _is_browser():
        raise ApiRefusalError(problems.SERVER_ONLY)


def _is_browser() -> bool:
    """Whether a browser made the request for a page: it says so itself, and a page cannot keep it from doing so."""
    return "Sec-Fetch-Site" in request.headers or "Origin" in request.headers


def of_app() -> Admission:
    """The present app's."""
    found: Admission = current_app.extensions["shopadmin.api_admission"]
    return found
