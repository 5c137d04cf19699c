"""Effects happen once: what is answered under a key is stored in the transaction of the effect."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from shopadmin import cooperative
from shopadmin.api_contract import ApiAnswer, ApiCall, ApiKey, ApiRefusalError, ApiRendered
from shopadmin.http_api import problems
from shopadmin.models import db
from shopadmin.services import idempotency
from shopadmin.services.transactions import writing

Run = Callable[[], ApiAnswer | ApiRendered]

# Another try may end otherwise: these are not what became of the request.
_NOT_STORED = frozenset({400, 401, 403, 429})
# How long a request waits on SQLite for another one with its key in the same process.
WAIT_SECONDS = 5.0


def settle(call: ApiCall, run: Run) -> ApiRendered:
    """Run the endpoint in the way that its effect asks for. Raises ApiRefusalError."""
    try:
        if call.endpoint.effect == "transaction":
            return _in_transaction(call, _key(call), run)
        if call.endpoint.effect == "own":
            return _on_its_own(call, _key(call), run)
    except idempotency.InFlightError:
        raise ApiRefusalError(problems.IN_FLIGHT, retry_after=1) from None
    except idempotency.KeyReusedError:
        raise ApiRefusalError(problems.KEY_REUSED) from None
    return _rendered(call, run())


def replay(row: Any, key: ApiKey) -> ApiRendered:
    """The answer that the row holds. Raises ApiRefusalError when the key was used for another request."""
    try:
        return idempotency.replay(row, key.fingerprint)
    except idempotency.KeyReusedError:
        raise ApiRefusalError(problems.KEY_REUSED) from None


def _in_transaction(call: ApiCall, key: ApiKey, run: Run) -> ApiRendered:
    with writing() as session:
        idempotency.lock_key(session, key)
        # Again, as another request may have ended while this one waited.
        if stored := idempotency.stored_answers(session, [key]):
            return stored[key.key_hash]
        rendered = _answered(session, call, run)
        idempotency.store_answers(session, [key.row(rendered, datetime.now(UTC))])
        return rendered


def _answered(session: Session, call: ApiCall, run: Run) -> ApiRendered:
    """A refusal that is final undoes what the endpoint did, and is stored in its place."""
    announced = len(session.info["after_commit"])
    try:
        with session.begin_nested():
            return _rendered(call, run())
    except ApiRefusalError as refusal:
        status = refusal.problem.status
        if status in _NOT_STORED or status >= 500:
            raise
        del session.info["after_commit"][announced:]
        return call.render(refusal)


def _on_its_own(call: ApiCall, key: ApiKey, run: Run) -> ApiRendered:
    """The endpoint stores its answer itself; one request with a key at a time in this process."""
    with _IN_HAND.one(key.key_hash, waits=_waits) as has_waited:
        if has_waited:
            stored = idempotency.stored_answers(db.session(), [key])
            db.session().rollback()
            if stored:
                return stored[key.key_hash]
        return _rendered(call, run())


def _waits() -> bool:
    return bool(db.engine.dialect.name == "sqlite")


class _InHand:
    """The keys that this process is working on."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        # With those who wait for the key.
        self._keys: dict[bytes, list[cooperative.Wakeup]] = {}

    @contextmanager
    def one(self, key_hash: bytes, *, waits: Callable[[], bool]) -> Iterator[bool]:
        """Hold the key; yields whether another held it before. Raises idempotency.InFlightError.

        ``waits``: whether to wait for another who holds it.
        """
        until, has_waited = time.monotonic() + WAIT_SECONDS, False
        while (wakeup := self._take(key_hash)) is not None:
            has_waited = True
            if not waits() or not wakeup.wait(max(until - time.monotonic(), 0.0)):
                raise idempotency.InFlightError
        try:
            yield has_waited
        finally:
            with self._mutex:
                waiting = self._keys.pop(key_hash)
            for wakeup in waiting:
                wakeup.wake()

    def _take(self, key_hash: bytes) -> cooperative.Wakeup | None:
        """Take the key, or what tells when it is free again."""
        with self._mutex:
            waiting = self._keys.get(key_hash)
            if waiting is None:
                self._keys[key_hash] = []
                return None
            waiting.append(wakeup := cooperative.Wakeup())
            return wakeup


_IN_HAND = _InHand()


def _key(call: ApiCall) -> ApiKey:
    if call.key is None:
        raise LookupError("an effect without a key")
    return call.key


def _rendered(call: ApiCall, found: ApiAnswer | ApiRendered) -> ApiRendered:
    return found if isinstance(found, ApiRendered) else call.render(found)
