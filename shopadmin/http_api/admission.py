"""Who may call: token, plugin and stored answer in one query, then scope, buyer, browser and limit."""

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import and_, bindparam, or_, select
from werkzeug import Request

from shopadmin.api_contract import STOREFRONT, ApiCaller, ApiRefusalError
from shopadmin.http_api import problems
from shopadmin.http_api.endpoints import Registered
from shopadmin.http_api.limits import Limiter
from shopadmin.models.accounts import Account
from shopadmin.models.api import ApiIdempotency, ApiToken
from shopadmin.models.asking import ask_once
from shopadmin.models.plugins import PluginState
from shopadmin.plugin_manager import BUILT_IN
from shopadmin.services import api_scopes, api_tokens, idempotency
from shopadmin.services import plugins as plugin_states

MAX_KEY = 255
_VISIBLE = re.compile(rf"[!-~]{{1,{MAX_KEY}}}")
# How old "last used" may be before it is written again: not every call is a write.
USED_EVERY = timedelta(minutes=5)

# Tables rather than classes: every call asks this, and the session's own work costs more than the query.
_TOKEN, _ACCOUNT, _STATE, _ANSWER = (model.__table__ for model in (ApiToken, Account, PluginState, ApiIdempotency))
_ROWS = (
    select(
        _TOKEN.c.id,
        _TOKEN.c.label,
        _TOKEN.c.scopes,
        _TOKEN.c.expires_at,
        _TOKEN.c.last_used_at,
        _STATE.c.state,
        _ANSWER.c.fingerprint,
        _ANSWER.c.status,
        _ANSWER.c.body,
        _ANSWER.c.location,
    )
    .select_from(_TOKEN)
    .outerjoin(_ACCOUNT, _ACCOUNT.c.id == _TOKEN.c.created_by)
    .outerjoin(_STATE, _STATE.c.name == bindparam("plugin"))
    .outerjoin(_ANSWER, _ANSWER.c.key_hash == bindparam("key_hash"))
    .where(
        # Not revoked, and of a maker who may still make some. What runs out is compared outside: it is in the row.
        _TOKEN.c.revoked_at.is_(None),
        or_(_TOKEN.c.created_by.is_(None), and_(_ACCOUNT.c.active, _ACCOUNT.c.is_owner)),
    )
)
_OF_STOREFRONT = _ROWS.where(_TOKEN.c.token_hash == bindparam("token_hash"))
_OF_BUYER = _ROWS.where(_TOKEN.c.id == bindparam("token_id"))
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
        self._noted: dict[int, float] = {}
        self._buyers = Limiter(app.config["API_CALLS_PER_BUYER"])
        self._storefronts = Limiter(app.config["API_CALLS_PER_TOKEN"])

    def admit(self, registered: Registered, asked: Request) -> Admitted:
        """Let the caller of the request in. Raises ApiRefusalError."""
        now = datetime.now(UTC)
        headers = asked.headers
        shown = _present(headers.get("Authorization", ""), now)
        # Before the database is asked: a buyer's token is known to be ours by its signature.
        if shown.buyer is not None:
            _limit(self._buyers, shown)
        key = headers.get("Idempotency-Key") if registered.endpoint.effect != "none" else None
        key_hash = None if key is None else idempotency.key_hash(shown.identity, registered.name, key)
        row = _look_up(registered, shown, key_hash)
        if row is None or (row.expires_at is not None and row.expires_at <= now):
            raise ApiRefusalError(problems.UNAUTHENTICATED)
        if shown.buyer is None:
            _limit(self._storefronts, shown)
        if registered.plugin != BUILT_IN and not plugin_states.counts_as_on(registered.plugin, row.state):
            raise ApiRefusalError(problems.NOT_FOUND)
        held = frozenset(row.scopes.split())
        caller = ApiCaller(row.id, row.label, held & shown.scopes if shown.buyer else held, shown.buyer)
        _check_scope(registered, caller, asked)
        if registered.endpoint.effect != "none":
            _check_key(key)
        self._note_use(row, now)
        return Admitted(caller, key_hash, row)

    def _note_use(self, row: Any, now: datetime) -> None:
        """One thread of a process, and one process of all, writes it down; the others go on."""
        if row.last_used_at is not None and now - row.last_used_at < USED_EVERY:
            return
        moment = time.monotonic()
        if moment - self._noted.get(row.id, -1e9) < 60:
            return
        self._noted[row.id] = moment
        api_tokens.note_use(row.id, now, now - USED_EVERY)


def _limit(limiter: Limiter, shown: api_tokens.Presented) -> None:
    if wait := limiter.take(shown.limited_as):
        raise ApiRefusalError(problems.TOO_MANY, retry_after=int(wait) + 1)


def _present(authorization: str, now: datetime) -> api_tokens.Presented:
    kind, _space, text = authorization.partition(" ")
    if kind.lower() != "bearer":
        raise ApiRefusalError(problems.UNAUTHENTICATED)
    try:
        return api_tokens.read(text.strip(), now)
    except api_tokens.BadTokenError:
        raise ApiRefusalError(problems.UNAUTHENTICATED) from None


def _check_key(text: str | None) -> None:
    if text is None:
        raise ApiRefusalError(problems.KEY_MISSING)
    if _VISIBLE.fullmatch(text) is None:
        raise ApiRefusalError(problems.KEY_INVALID)


def _look_up(registered: Registered, shown: api_tokens.Presented, key_hash: bytes | None) -> Any:
    query = _OF_STOREFRONT if shown.buyer is None else _OF_BUYER
    values = {
        "plugin": registered.plugin,
        "key_hash": key_hash or _NO_KEY,
        "token_hash": shown.token_hash,
        "token_id": shown.token_id,
    }
    return ask_once(query, values)


def _check_scope(registered: Registered, caller: ApiCaller, asked: Request) -> None:
    endpoint = registered.endpoint
    if endpoint.scope_code == STOREFRONT:
        if caller.buyer is not None:
            raise ApiRefusalError(problems.STOREFRONT_NEEDED)
        return
    if endpoint.scope_code not in caller.scopes:
        raise ApiRefusalError(problems.SCOPE_MISSING, reasons=[endpoint.scope_code])
    if endpoint.needs_buyer and caller.buyer is None:
        raise ApiRefusalError(problems.BUYER_NEEDED)
    if api_scopes.declared()[endpoint.scope_code].server_only and _is_browser(asked):
        raise ApiRefusalError(problems.SERVER_ONLY)


def _is_browser(asked: Request) -> bool:
    """Whether a browser made the request for a page: it says so itself, and a page cannot keep it from doing so."""
    return "Sec-Fetch-Site" in asked.headers or "Origin" in asked.headers
