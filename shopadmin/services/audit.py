"""The activity log: written in the transaction of the change, sealed into a hash chain right after it."""

import hashlib
import json
import random
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from flask import g
from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.orm import Session

from shopadmin.contract import Actor, Problem
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry, AuditSeal
from shopadmin.services import bulk

GENESIS = "0" * 64
SEAL_BATCH = 1000
# Ids below the newest sealed one that are looked at again: on PostgreSQL a transaction may commit after one that began
# later. SQLite has one writer.
LATE_IDS = {"sqlite": 0, "postgresql": 1000}
# Built once: every change asks for them.
_ENTRY, _SEAL = cast(Table, AuditEntry.__table__), cast(Table, AuditSeal.__table__)
_ENTRIES = bulk.Rows(
    _ENTRY,
    ("at", "account_id", "code", "object_type", "object_id", "before", "after", "reason", "ip", "request_id"),
)
_SEALS = bulk.Rows(_SEAL, ("position", "audit_id", "hash"))
_LAST = (
    select(_SEAL.c.position, _SEAL.c.hash, select(func.max(_SEAL.c.audit_id)).scalar_subquery().label("newest"))
    .order_by(_SEAL.c.position.desc())
    .limit(1)
)
# The seals are limited as well, else PostgreSQL may walk through all of them.
_SEALED = select(_SEAL.c.audit_id).where(_SEAL.c.audit_id == _ENTRY.c.id, _SEAL.c.audit_id > bindparam("after"))
_UNSEALED = select(_ENTRY).where(_ENTRY.c.id > bindparam("after"), ~_SEALED.exists()).order_by(_ENTRY.c.id)
_NEXT = _UNSEALED.limit(SEAL_BATCH)
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
# Any constant: all sealers of one PostgreSQL database ask for the same one.
_SEALER_LOCK = 7_310_001


@dataclass(frozen=True, slots=True)
class Request:
    """Where an act came from; empty for the shell and the worker."""

    ip: str = ""
    request_id: str = ""


current_request: ContextVar[Request] = ContextVar("current_request", default=Request())  # noqa: B039 - frozen


def begin_request(ip: str) -> None:
    """Give what comes now a number of its own: entries carry it, and so do error pages and the log of the server."""
    # No secret, and every call needs one: to ask the system for randomness would let another thread run first.
    g.request_id = f"{random.getrandbits(128):032x}"
    current_request.set(Request(ip, g.request_id))


def record(
    actor: Actor | None,
    code: str,
    object_type: str = "",
    object_id: object = "",
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Add an entry to the transaction around. Never pass secrets; personal data only masked."""
    values = entry(actor, code, object_type, object_id, before=before, after=after, reason=reason)
    db.session().add(AuditEntry(**values))


def entry(
    actor: Actor | None,
    code: str,
    object_type: str = "",
    object_id: object = "",
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> dict[str, Any]:
    """An entry as ``record`` adds it, with the request of this context, for ``record_all``."""
    request = current_request.get()
    return {
        "at": datetime.now(UTC),
        "account_id": actor.account_id if actor else None,
        "code": code,
        "object_type": object_type,
        "object_id": str(object_id),
        "before": before or {},
        "after": after or {},
        "reason": reason,
        "ip": request.ip,
        "request_id": request.request_id,
    }


def record_all(entries: Sequence[dict[str, Any]]) -> None:
    """Add many entries to the transaction around, in one go."""
    if entries:
        _ENTRIES.insert(db.session().connection(), entries)


def seal_new(session: Session, *, whole: bool = False) -> int:
    """Chain the committed entries that have no seal yet; returns how many. One sealer at a time, others leave it to it.

    Looks at the newest ones, so that it takes no longer in a long log; ``whole``: at all of them, for one that a
    transaction of long ago has committed late. Runs in its own transaction. On SQLite the caller holds the write lock.
    """
    sealed = 0
    while True:
        connection = session.connection(execution_options={"shopadmin_writes": True})
        if connection.dialect.name == "postgresql" and not connection.scalar(
            select(func.pg_try_advisory_xact_lock(_SEALER_LOCK))
        ):
            session.rollback()
            return sealed
        count = _seal_batch(session, whole)
        session.commit()
        sealed += count
        if count < SEAL_BATCH:
            return sealed


def _seal_batch(session: Session, whole: bool) -> int:
    connection = session.connection()
    last = connection.execute(_LAST).one_or_none()
    position, digest = (last.position, last.hash) if last else (0, GENESIS)
    after = 0 if last is None or whole else last.newest - LATE_IDS[connection.dialect.name]
    entries = connection.execute(_NEXT, {"after": after}).all()
    seals = []
    for entry in entries:
        position += 1
        digest = entry_hash(digest, entry)
        seals.append({"position": position, "audit_id": entry.id, "hash": digest})
    if seals:
        _SEALS.insert(connection, seals)
    return len(seals)


def entry_hash(previous: str, entry: Any) -> str:
    """SHA-256 of the previous hash and the entry as canonical JSON (sorted keys, no blanks, UTC times)."""
    fields = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in entry._mapping.items()}
    return hashlib.sha256((previous + _CANONICAL(fields)).encode()).hexdigest()


def chain_problems(session: Session) -> list[Problem]:
    """Walk the whole chain: a changed, missing or moved entry is a problem."""
    problems, digest, expected = [], GENESIS, 1
    query = (
        select(AuditSeal.position, AuditSeal.hash, *AuditEntry.__table__.columns)
        .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.audit_id)
        .order_by(AuditSeal.position)
        .execution_options(yield_per=SEAL_BATCH)
    )
    with session.connection().execute(query) as rows:
        for row in rows:
            if row.position != expected:
                problems.append(Problem("audit_chain", f"the activity log lacks the seal at position {expected}"))
                break
            entry = _without(row, "position", "hash")
            digest = entry_hash(digest, entry)
            if digest != row.hash:
                problems.append(Problem("audit_chain", f"the activity log was changed at position {row.position}"))
                break
            expected += 1
    unsealed = session.scalar(select(func.count()).select_from(_UNSEALED.subquery()), {"after": 0})
    if unsealed:
        problems.append(Problem("audit_unsealed", f"{unsealed} entries of the activity log have no seal"))
    return problems


@dataclass(frozen=True, slots=True)
class _Entry:
    _mapping: dict[str, Any]


def _without(row: Any, *names: str) -> _Entry:
    return _Entry({key: value for key, value in row._mapping.items() if key not in names})


def head(session: Session) -> dict[str, Any]:
    """Position and hash of the newest seal: what a backup's manifest keeps, as a chain cannot show a cut tail."""
    last = session.execute(select(AuditSeal).order_by(AuditSeal.position.desc()).limit(1)).scalar()
    return {"count": last.position if last else 0, "hash": last.hash if last else GENESIS}
