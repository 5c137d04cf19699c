"""Do-not-contact (rule G4): written with the refusal, found again however the number is written, lifted by the owner.

No import and no erasure of a buyer touches it; the database refuses to delete a row.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session

from shopadmin.contract import Actor, Problem, Text
from shopadmin.domain.contact import Why
from shopadmin.domain.identifiers.canonical import hint, read_nick
from shopadmin.models import db
from shopadmin.models.messages import DoNotContact
from shopadmin.services import audit
from shopadmin.services.conflicts import MissingError, RefusedError
from shopadmin.services.messages import people
from shopadmin.services.refusals import ForbiddenError
from shopadmin.services.transactions import writing

LIFT = "core.contact:lift"
WHYS: Mapping[str, Text] = {
    "stop": _("Asked us to stop"),
    "refused": _("Refused what we asked for"),
    "wrong_person": _("It is somebody else's number"),
    "other": _("Another reason"),
}
KINDS: Mapping[str, Text] = {"phone": _("Phone"), "email": _("E-mail"), "nick": _("Account name")}
LONGEST_NOTE = 500
# Where several entries fit one buyer the strictest counts: a refusal alone leaves room for a farewell.
_STRICTEST: Sequence[Why] = ("stop", "wrong_person", "other", "refused")


def block_buyer(actor: Actor | None, buyer_id: int, why: str, note: str = "") -> int:
    """Every phone, address and account name of the buyer; returns how many were added, or stand stricter than before.

    A buyer who refused may still be told goodbye; one who then says stop may not. Joins the transaction around.

    Raises MissingError, RefusedError for a buyer of whom nothing is known that could be blocked.
    """
    person = people.find(buyer_id)
    if person is None:
        raise MissingError(buyer_id)
    if not person.known:
        raise RefusedError(Problem("known", _("No phone, address or account name of this buyer is known.")))
    return _block(actor, sorted(person.known), why, note, ("buyer", buyer_id))


def block(actor: Actor | None, kind: str, text: str, why: str, note: str = "", platform: str = "") -> int:
    """One phone, e-mail address or account name (of ``platform``); 0 when it stood there. Raises RefusedError."""
    if kind not in KINDS:
        raise RefusedError(Problem("kind", _("Choose what it is."), "kind"))
    if kind == "nick" and not platform:
        raise RefusedError(Problem("platform", _("Choose the platform that the account name is of."), "platform"))
    found = read_nick(platform, text) if kind == "nick" else people.read(kind, text)  # type: ignore[arg-type]
    if not found.value or found.reason in ("masked", "invalid"):
        raise RefusedError(Problem("value", _("This is no whole phone number, e-mail address or name."), "value"))
    return _block(actor, [(kind, found.value)], why, note, ("do_not_contact", ""))  # type: ignore[list-item]


def _block(
    actor: Actor | None, known: Iterable[tuple[people.Kind, str]], why: str, note: str, about: tuple[str, object]
) -> int:
    note = note.strip()
    if why not in WHYS:
        raise RefusedError(Problem("why", _("Choose why."), "why"))
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise RefusedError(Problem("note", _("A note has %(count)s characters at most.", count=LONGEST_NOTE), "note"))
    added = 0
    with writing() as session:
        entries = [(kind, people.block_hash(kind, value), hint(kind, value)) for kind, value in known]
        people.lock(session, *(value_hash for _kind, value_hash, _hint in entries))
        there = in_force((kind, value_hash) for kind, value_hash, _hint in entries)
        for kind, value_hash, shown in entries:
            standing = there.get((kind, value_hash))
            if standing is not None:
                added += _made_stricter(session, kind, value_hash, standing, why)
                continue
            entry = DoNotContact(
                kind=kind, value_hash=value_hash, hint=shown, why=why, note=note,
                blocked_at=datetime.now(UTC), blocked_by=actor.account_id if actor else None,
            )  # fmt: skip
            session.add(entry)
            added += 1
        session.flush()
        audit.record(actor, "core.contact.blocked", *about, after={"why": why, "entries": added})
    return added


def _made_stricter(session: Session, kind: people.Kind, value_hash: bytes, standing: Why, why: str) -> bool:
    """Let the stricter of two reasons stand; whether that is the new one."""
    if _STRICTEST.index(why) >= _STRICTEST.index(standing):
        return False
    entry = (DoNotContact.kind == kind, DoNotContact.value_hash == value_hash, DoNotContact.lifted_at.is_(None))
    session.connection().execute(update(DoNotContact).where(*entry).values(why=why))
    return True


def keep_blocked(session: Session, buyer_ids: Collection[int]) -> None:
    """Note those of the buyers who must not be contacted by their references too, before their phones are forgotten.

    Call it inside of a transaction.
    """
    for person in people.find_all(buyer_ids).values():
        there = in_force(person.hashes)
        own = ("nick", people.block_hash("nick", person.ref))
        why = strictest(there.values())
        if why is not None and there.get(own) != why:
            _note_reference(session, own[1], why)


def _note_reference(session: Session, value_hash: bytes, why: Why) -> None:
    own = (DoNotContact.kind == "nick", DoNotContact.value_hash == value_hash, DoNotContact.lifted_at.is_(None))
    changed: Any = session.connection().execute(update(DoNotContact).where(*own).values(why=why))
    if not changed.rowcount:
        now = datetime.now(UTC)
        session.add(DoNotContact(kind="nick", value_hash=value_hash, hint="…", why=why, note="", blocked_at=now))
        session.flush()


def lift(actor: Actor, entry_id: int, reason: str) -> None:
    """Let the shop contact it again. Raises ForbiddenError for anybody but the owner, MissingError, RefusedError."""
    if not actor.is_owner:
        raise ForbiddenError(LIFT)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_NOTE or "\0" in reason:
        raise RefusedError(Problem("reason", _("Say why, in 500 characters at most."), "reason"))
    with writing() as session:
        done = session.connection().execute(
            update(DoNotContact)
            .where(DoNotContact.id == entry_id, DoNotContact.lifted_at.is_(None))
            .values(lifted_at=datetime.now(UTC), lifted_by=actor.account_id, lift_reason=reason)
        )
        if not done.rowcount:
            raise MissingError(entry_id)
        audit.record(actor, "core.contact.lifted", "do_not_contact", entry_id, reason=reason)


def in_force(hashes: Iterable[tuple[str, bytes]]) -> dict[tuple[str, bytes], Why]:
    """The entries that hold among these kinds and hashes, with why; one query."""
    wanted = list(hashes)
    if not wanted:
        return {}
    query = select(DoNotContact.kind, DoNotContact.value_hash, DoNotContact.why).where(
        tuple_(DoNotContact.kind, DoNotContact.value_hash).in_(wanted), DoNotContact.lifted_at.is_(None)
    )
    return {(row.kind, row.value_hash): row.why for row in db.session().execute(query)}


def strictest(found: Collection[Why]) -> Why | None:
    """The one that counts, None for none."""
    return next((why for why in _STRICTEST if why in found), None)


def blocked(buyer_ids: Collection[int]) -> frozenset[int]:
    """Which of these buyers must not be contacted; for audiences."""
    found = {buyer_id: person.hashes for buyer_id, person in people.find_all(buyer_ids).items()}
    hashes = sorted({pair for pairs in found.values() for pair in pairs})
    there = {pair for start in range(0, len(hashes), 500) for pair in in_force(hashes[start : start + 500])}
    return frozenset(buyer_id for buyer_id, pairs in found.items() if pairs & there)


def is_contact_blocked(buyer_id: int) -> bool:
    """Whether the buyer must not be contacted."""
    return buyer_id in blocked([buyer_id])


def of_person(person: people.Person) -> Sequence[DoNotContact]:
    """The entries that hold for a buyer."""
    wanted = list(person.hashes)
    if not wanted:
        return ()
    query = select(DoNotContact).where(
        tuple_(DoNotContact.kind, DoNotContact.value_hash).in_(wanted), DoNotContact.lifted_at.is_(None)
    )
    return db.session().scalars(query.order_by(DoNotContact.id)).all()
