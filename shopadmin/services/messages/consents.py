"""What buyers agreed to (rule G13): a row a purpose, with how it was given; withdrawn in one step, never edited."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from flask_babel import lazy_gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shopadmin.contract import Actor, Problem, Text
from shopadmin.models import db
from shopadmin.models.messages import Consent
from shopadmin.services import audit
from shopadmin.services.conflicts import MissingError, ObjectionsError, RefusedError
from shopadmin.services.messages import people
from shopadmin.services.transactions import writing

ConsentPurpose = Literal["marketing", "invitation"]
PURPOSES: Mapping[str, Text] = {
    "marketing": _("Offers and campaigns"),
    "invitation": _("An invitation to update a review"),
}
BASES: Mapping[str, Text] = {
    "order_form": _("Ticked when ordering"),
    "in_writing": _("Wrote it"),
    "in_a_call": _("Said it in a call"),
    "in_person": _("Said it in person"),
}
LONGEST_NOTE = 500


def give(actor: Actor, buyer_id: int, purpose: str, basis: str, note: str = "") -> int:
    """Write down that the buyer agreed; returns the row's id. Raises RefusedError, MissingError, ObjectionsError."""
    note = note.strip()
    _check(purpose, basis, note)
    with writing() as session:
        person = _person(buyer_id)
        people.lock(session, person.key)
        _person(buyer_id)  # again: who was being forgotten agrees to nothing
        if _in_force(person.key, purpose) is not None:
            raise ObjectionsError(Problem("consent", _("This consent is written down already.")))
        given = Consent(
            person=person.key, purpose=purpose, basis=basis, note=note,
            given_at=datetime.now(UTC), recorded_by=actor.account_id,
        )  # fmt: skip
        session.add(given)
        session.flush()
        audit.record(actor, "core.consent.given", "buyer", buyer_id, after={"purpose": purpose, "basis": basis})
        return given.id


def withdraw(actor: Actor | None, buyer_id: int, purpose: str) -> bool:
    """The buyer no longer agrees; whether there was anything to withdraw. ``actor`` is None for the buyer's own act."""
    with writing() as session:
        person = _person(buyer_id)
        done = session.connection().execute(
            update(Consent)
            .where(Consent.person == person.key, Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
            .values(withdrawn_at=datetime.now(UTC), withdrawn_by=actor.account_id if actor else None)
        )
        if done.rowcount:
            audit.record(actor, "core.consent.withdrawn", "buyer", buyer_id, before={"purpose": purpose})
        return bool(done.rowcount)


def forget(session: Session, actor: Actor, key: bytes) -> None:
    """Withdraw all that this person agreed to and empty its notes; inside the transaction around."""
    theirs, connection = update(Consent).where(Consent.person == key), session.connection()
    withdrawn = {"withdrawn_at": datetime.now(UTC), "withdrawn_by": actor.account_id}
    connection.execute(theirs.where(Consent.withdrawn_at.is_(None)).values(withdrawn))
    connection.execute(theirs.values(note=""))


def of_buyer(buyer_id: int) -> Sequence[Consent]:
    """Every consent of the buyer, withdrawn ones included; newest first."""
    person = people.find(buyer_id)
    if person is None:
        return ()
    query = select(Consent).where(Consent.person == person.key).order_by(Consent.id.desc())
    return db.session().scalars(query).all()


def in_force(keys: Collection[bytes], purpose: ConsentPurpose) -> frozenset[bytes]:
    """Whose consent holds, of the people with these keys; one query."""
    query = select(Consent.person).where(
        Consent.person.in_(keys), Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
    )
    return frozenset(db.session().scalars(query))


def willing(buyer_ids: Collection[int], purpose: ConsentPurpose = "marketing") -> frozenset[int]:
    """Which of these buyers agreed; for audiences."""
    found = people.find_all(buyer_ids)
    agreed = in_force([person.key for person in found.values()], purpose) if found else frozenset()
    return frozenset(buyer_id for buyer_id, person in found.items() if person.key in agreed)


def has_marketing_consent(buyer_id: int) -> bool:
    """Whether the buyer agreed to offers and has not withdrawn it."""
    return bool(willing([buyer_id]))


def _in_force(key: bytes, purpose: str) -> int | None:
    query = select(Consent.id).where(Consent.person == key, Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
    return db.session().scalar(query)


def _person(buyer_id: int) -> people.Person:
    found = people.find(buyer_id)
    if found is None:
        raise MissingError(buyer_id)
    return found


def _check(purpose: str, basis: str, note: str) -> None:
    if purpose not in PURPOSES:
        raise RefusedError(Problem("purpose", _("Choose what the buyer agreed to."), "purpose"))
    if basis not in BASES:
        raise RefusedError(Problem("basis", _("Choose how the buyer agreed."), "basis"))
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise RefusedError(Problem("note", _("A note has %(count)s characters at most.", count=LONGEST_NOTE), "note"))
