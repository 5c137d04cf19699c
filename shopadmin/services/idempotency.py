"""Answers that are stored with their effect, so that a repeated request gets the same one and changes nothing."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import Table, delete, func, select
from sqlalchemy.orm import Session

from shopadmin.api_contract import ApiKey, ApiRendered
from shopadmin.models.api import ApiIdempotency
from shopadmin.models.id_lists import among_hashes
from shopadmin.services import bulk
from shopadmin.services.transactions import writing

KEPT = timedelta(days=7)
# Bytes of a key's hash.
HASH_SIZE = hashlib.sha256().digest_size
PURGE_BATCH = 1000

_TABLE = cast(Table, ApiIdempotency.__table__)
_STORED = select(_TABLE).where(among_hashes(_TABLE.c.key_hash, "keys", HASH_SIZE))
_ROWS = bulk.Rows(_TABLE, ("key_hash", "fingerprint", "status", "body", "location", "created_at"), or_not=True)


class InFlightError(Exception):
    """Another request with the same key is being worked on."""


class KeyReusedError(Exception):
    """The key was used for another request."""


def key_hash(caller: str, route: str, key: str) -> bytes:
    """What a record is found by. One database is one shop, so the shop is not in it."""
    return hashlib.sha256(f"{caller}\n{route}\n{key}".encode()).digest()


def fingerprint(method: str, path: str, canonical: bytes) -> bytes:
    """What tells one request from another under the same key."""
    return hashlib.sha256(f"{method} {path}\n".encode() + canonical).digest()


def stored_answers(session: Session, keys: Collection[ApiKey]) -> dict[bytes, ApiRendered]:
    """What was answered before, by key hash; for a whole batch in one query, inside the lock that orders the batch.

    Raises KeyReusedError when one was for another request; the framework has refused those that were stored before
    the request came.
    """
    wanted = {key.key_hash: key.fingerprint for key in keys}
    rows = session.connection().execute(_STORED, {"keys": list(wanted)}).all()
    return {row.key_hash: replay(row, wanted[row.key_hash]) for row in rows}


def replay(row: Any, asked: bytes) -> ApiRendered:
    """The stored answer. Raises KeyReusedError when ``asked`` is another request."""
    if row.fingerprint != asked:
        raise KeyReusedError
    return ApiRendered(row.status, row.body, row.location, replayed=True)


def store_answers(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write records, each ``ApiKey.row(…)``, in the transaction around; one that stands already stays.

    In the order of their keys: two transactions that write the same ones never wait each for the other.
    """
    if rows:
        _ROWS.insert(session.connection(), sorted(rows, key=itemgetter("key_hash")))


def lock_key(session: Session, key: ApiKey) -> None:
    """Let one request with the key run at a time, until the end of the transaction.

    Raises InFlightError on PostgreSQL when another one runs; SQLite's one writer has waited for it already.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(key.key_hash[:8], "big", signed=True)
        if not connection.scalar(select(func.pg_try_advisory_xact_lock(number))):
            raise InFlightError


def purge(now: datetime | None = None) -> int:
    """Forget answers older than seven days; returns how many. ``now``: aware UTC."""
    before, gone = (now or datetime.now(UTC)) - KEPT, 0
    while True:
        old = select(_TABLE.c.key_hash).where(_TABLE.c.created_at < before).limit(PURGE_BATCH)
        with writing() as session:
            done = session.connection().execute(delete(_TABLE).where(_TABLE.c.key_hash.in_(old))).rowcount
        gone += done
        if done < PURGE_BATCH:
            return gone
