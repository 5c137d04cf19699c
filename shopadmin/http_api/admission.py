"""Who may call: token, plugin and stored answer in one query, then scope, buyer, browser and limit.

Those who come at the same time share the query.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Select, and_, bindparam, or_, select
from werkzeug import Request

from shopadmin.api_contract import STOREFRONT, ApiCaller, ApiRefusalError
from shopadmin.http_api import problems
from shopadmin.http_api.endpoints import Registered
from shopadmin.http_api.limits import Limiter
from shopadmin.models.accounts import Account
from shopadmin.models.api import ApiIdempotency, ApiToken
from shopadmin.models.asking import ask_all, ask_once
from shopadmin.models.id_lists import among, among_hashes
from shopadmin.models.plugins import PluginState
from shopadmin.models.shared_questions import SharedQuestion
from shopadmin.plugin_manager import BUILT_IN
from shopadmin.services import api_scopes, api_tokens, idempotency
from shopadmin.services import plugins as plugin_states

MAX_KEY = 255
_VISIBLE = re.compile(rf"[!-~]{{1,{MAX_KEY}}}")
# How old "last used" may be before it is written again: not every call is a write.
USED_EVERY = timedelta(minutes=5)

# Tables rather than classes: every call asks this, and the session's own work costs more than the query.
_TOKEN, _ACCOUNT, _STATE, _ANSWER = (model.__table__ for model in (ApiToken, Account, PluginState, ApiIdempotency))
_WHO = (_TOKEN.c.id, _TOKEN.c.label, _TOKEN.c.scopes, _TOKEN.c.expires_at, _TOKEN.c.last_used_at, _STATE.c.state)
_STORED = (_ANSWER.c.key_hash, _ANSWER.c.fingerprint, _ANSWER.c.status, _ANSWER.c.body, _ANSWER.c.location)


def _rows(of_key: Any) -> Select[Any]:
    tokens = _TOKEN.outerjoin(_ACCOUNT, _ACCOUNT.c.id == _TOKEN.c.created_by)
    with_states = tokens.outerjoin(_STATE, _STATE.c.name == bindparam("plugin"))
    return (
        select(*_WHO, *_STORED)
        .select_from(with_states.outerjoin(_ANSWER, of_key))
        .where(
            # Not revoked, and of a maker who may still make some. What runs out is compared outside: it is in the row.
            _TOKEN.c.revoked_at.is_(None),
            or_(_TOKEN.c.created_by.is_(None), and_(_ACCOUNT.c.active, _ACCOUNT.c.is_owner)),
        )
    )


_OF_ONE = _rows(_ANSWER.c.key_hash == bindparam("key_hash"))
_OF_STOREFRONT = _OF_ONE.where(_TOKEN.c.token_hash == bindparam("token_hash"))
_OF_BUYER = _OF_ONE.where(_TOKEN.c.id == bindparam("token_id"))
# Few tokens, nearly always one, and few answers that stand: each token's row once for each of them.
_OF_BUYERS = _rows(among_hashes(_ANSWER.c.key_hash, "key_hashes", idempotency.HASH_SIZE)).where(
    among(_TOKEN.c.id, "token_ids")
)
_NO_KEY = b""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is asked about: whose token, at which plugin's door, with which key."""

    plugin: str
    token: api_tokens.Presented
    key_hash: bytes | None


@dataclass(frozen=True, slots=True)
class _Found:
    """The token's row, and the row of what was answered under the key before; None for what there is not."""

    token: Any
    answer: Any


@dataclass(frozen=True, slots=True)
class Admitted:
    """A caller who may call, the key of the request, and the row of what was answered under it before, or None."""

    caller: ApiCaller
    key_hash: bytes | None
    answer: Any


class Admission:
    """The app's own door: its limits, and when it wrote down that a token was used."""

    def __init__(self, app: Flask) -> None:
        self._noted: dict[int, float] = {}
        self._buyers = Limiter(app.config["API_CALLS_PER_BUYER"])
        self._storefronts = Limiter(app.config["API_CALLS_PER_TOKEN"])
        self._look_up = SharedQuestion(_look_up)

    def admit(self, registered: Registered, asked: Request) -> Admitted:
        """Let the caller of the request in. Raises ApiRefusalError."""
        shown = _present(asked.environ.get("HTTP_AUTHORIZATION", ""), datetime.now(UTC))
        # Before the database is asked: a buyer's token is known to be ours by its signature.
        if shown.buyer is not None:
            _limit(self._buyers, shown)
        key = asked.environ.get("HTTP_IDEMPOTENCY_KEY") if registered.endpoint.effect != "none" else None
        key_hash = None if key is None else idempotency.key_hash(shown.identity, registered.name, key)
        found = self._look_up.one(_Shown(registered.plugin, shown, key_hash))
        row, now = found.token, datetime.now(UTC)
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
        return Admitted(caller, key_hash, found.answer)

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


def _look_up(shown: Sequence[_Shown]) -> list[_Found]:
    """Of each of these; of all of them together if there are many buyers."""
    if len(shown) == 1:
        return [_look_up_one(shown[0])]
    found: dict[_Shown, _Found] = {}
    by_plugin: dict[str, list[_Shown]] = {}
    for each in shown:
        if each.token.buyer is None:
            found[each] = _look_up_one(each)
        else:
            by_plugin.setdefault(each.plugin, []).append(each)
    for plugin, many in by_plugin.items():
        found |= _look_up_buyers(plugin, many)
    return [found[each] for each in shown]


def _look_up_one(shown: _Shown) -> _Found:
    values = {
        "plugin": shown.plugin,
        "key_hash": shown.key_hash or _NO_KEY,
        "token_hash": shown.token.token_hash,
        "token_id": shown.token.token_id,
    }
    row = ask_once(_OF_STOREFRONT if shown.token.buyer is None else _OF_BUYER, values)
    return _Found(row, row if row is not None and row.fingerprint is not None else None)


def _look_up_buyers(plugin: str, shown: Sequence[_Shown]) -> dict[_Shown, _Found]:
    values = {
        "plugin": plugin,
        "token_ids": sorted({each.token.token_id for each in shown}),
        "key_hashes": [each.key_hash for each in shown if each.key_hash is not None],
    }
    rows = ask_all(_OF_BUYERS, values)
    tokens = {row.id: row for row in rows}
    # By the key, which is the caller's own: all of the answers come with each token.
    answers = {row.key_hash: row for row in rows if row.key_hash is not None}
    return {each: _Found(tokens.get(each.token.token_id), answers.get(each.key_hash)) for each in shown}


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
    return "HTTP_SEC_FETCH_SITE" in asked.environ or "HTTP_ORIGIN" in asked.environ
