"""The list of what nobody is known by (G16): kept by the shop's people, its own addresses by the program."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    BuyerIdentifier,
    ObjectionsError,
    RefusedError,
    db,
    identifier_reading,
    lock_row,
    own_addresses,
    read_identifier,
    record_audit,
    writing,
)
from shopadmin_buyer_labels import permissions
from shopadmin_buyer_labels.domain.never_match import CAUSES, OWN
from shopadmin_buyer_labels.domain.people import Key
from shopadmin_buyer_labels.models import BuyerKey, Label, NeverMatch
from shopadmin_buyer_labels.people_texts import problem
from shopadmin_buyer_labels.services import changes
from shopadmin_buyer_labels.services.hashes import key_hash

KINDS = ("phone", "email", "address")
MOST_LINES = 500
# Bad lines that are named at once.
MOST_NAMED = 20
_STANDS = NeverMatch.ended_at.is_(None)


def listed() -> Sequence[NeverMatch]:
    """What is on the list, newest first."""
    return db.session().scalars(select(NeverMatch).where(_STANDS).order_by(NeverMatch.id.desc())).all()


def add(actor: Actor, kind: str, value: str, cause: str, now: datetime | None = None) -> int:
    """Put an identifier on the list; returns the entry's id. Raises ForbiddenError, RefusedError, ObjectionsError."""
    permissions.require(actor, permissions.MERGE)
    _check(kind, cause)
    key = _key(kind, value.strip())
    if key is None:
        raise RefusedError(problem("not_listable", "value"))
    return add_key(actor, key, cause, now)


def add_lines(actor: Actor, kind: str, lines: Sequence[str], cause: str, now: datetime | None = None) -> int:
    """Put several identifiers on the list, those of them that it has not yet; returns how many were put.

    All or none: raises ForbiddenError, and RefusedError that names each bad line by its number.
    """
    permissions.require(actor, permissions.MERGE)
    _check(kind, cause)
    if len(lines) > MOST_LINES:
        raise RefusedError(problem("too_many_lines", "value", most=MOST_LINES))
    keys = {number: _key(kind, line.strip()) for number, line in enumerate(lines, 1) if line.strip()}
    if bad := [number for number, key in keys.items() if key is None]:
        raise RefusedError(*(problem("bad_line", "value", number=number) for number in bad[:MOST_NAMED]))
    if not keys:
        raise RefusedError(problem("not_listable", "value"))
    with writing() as session:
        there = {bytes(each) for each in session.scalars(select(NeverMatch.hash).where(_STANDS))}
        new = {key_hash(key): key for key in keys.values() if key is not None}
        for each in new.keys() - there:
            add_key(actor, new[each], cause, now)
        return len(new.keys() - there)


def add_key(actor: Actor, key: Key, cause: str, now: datetime | None = None) -> int:
    """Put a key of the index on the list; raises as ``add``."""
    permissions.require(actor, permissions.MERGE)
    _check("address", cause)
    with writing() as session:
        row_id = _add(session, key, cause, actor.account_id, now or datetime.now(UTC))
        if row_id is None:
            raise ObjectionsError(problem("listed_already", "value"))
        after = {"kind": key.kind, "cause": cause}
        record_audit(actor, "buyer_labels.never_match.added", "buyer_labels.never_match", row_id, after=after)
        return row_id


def end(actor: Actor, row_id: int, now: datetime | None = None) -> None:
    """Take an entry off the list. Raises ForbiddenError, MissingError; ObjectionsError for one that the program keeps,
    or that is ended.
    """
    permissions.require(actor, permissions.MERGE)
    with writing() as session:
        row = lock_row(session, NeverMatch, row_id)
        is_kept = row.cause == OWN and row.added_by is None
        if row.ended_at is not None or is_kept:
            raise ObjectionsError(problem("listed_own" if is_kept else "ended_already"))
        _end(session, row, actor.account_id, now or datetime.now(UTC))
        after = {"kind": row.kind, "cause": row.cause}
        record_audit(actor, "buyer_labels.never_match.ended", "buyer_labels.never_match", row_id, after=after)


def hashes_of(text: str) -> list[bytes]:
    """The hashes under which something stands on the list, whatever it is."""
    return [key_hash(key) for kind in KINDS if (key := _key(kind, text.strip())) is not None]


def keep_own(now: datetime | None = None) -> None:
    """Bring the shop's own e-mail addresses onto the list; who has left stays on it. For the worker."""
    hashes = {key_hash(key): key for key in (Key("email", address) for address in own_addresses())}
    there = {bytes(each) for each in db.session().scalars(select(NeverMatch.hash).where(_STANDS))}
    if new := hashes.keys() - there:
        with writing() as session:
            for each in sorted(new):
                _add(session, hashes[each], OWN, None, now or datetime.now(UTC))


def _check(kind: str, cause: str) -> None:
    if kind not in KINDS:
        raise RefusedError(problem("unknown_kind", "kind"))
    if cause not in CAUSES:
        raise RefusedError(problem("unknown_cause", "cause"))


def _key(kind: str, value: str) -> Key | None:
    """The key that the index has of such an identifier; None for what is masked or no identifier."""
    if kind == "address":
        home = read_identifier("address", value).value
        return Key("address", home) if home else None
    reading = identifier_reading(BuyerIdentifier(kind, value))
    if reading.reason in ("masked", "invalid", "privacy_number"):
        return None
    return Key("fixed" if reading.reason == "not_mobile" else kind, reading.value)


def _add(session: Session, key: Key, cause: str, account_id: int | None, now: datetime) -> int | None:
    """The new entry's id, None where the list has it."""
    row = NeverMatch(kind=key.kind, hash=key_hash(key), hint=hint(key), cause=cause, added_at=now, added_by=account_id)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:  # the key is unique among those that stand
        return None
    _tell(session, row.hash)
    return row.id


def _end(session: Session, row: NeverMatch, account_id: int, now: datetime) -> None:
    row.ended_at, row.ended_by = now, account_id
    session.flush()
    _tell(session, row.hash)


def _tell(session: Session, hashed: bytes) -> None:
    """Who was one person by this key may be several now, or the other way round."""
    holders = select(BuyerKey.buyer_id).where(BuyerKey.hash == hashed)
    changes.changed(session.scalars(select(Label.id).where(Label.buyer_id.in_(holders))).all())


def hint(key: Key) -> str:
    """As little as tells two entries apart on a page: the end of a phone, the domain of an address, an estate."""
    if key.kind == "email":
        return f"{key.value[:1]}…@{key.value.rpartition('@')[2]}"[:60]
    if key.kind == "address":
        # Numbers stand last: a district and an estate are no home.
        return " ".join(key.value.split("|")[:-1])[:24] + "…"
    return f"…{key.value[-2:]}"
