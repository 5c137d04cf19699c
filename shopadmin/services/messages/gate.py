"""The gate on the shop's own rows: gather what the rule must know of a buyer, ask it, write its answer down.

Whoever asks holds the buyer's lock (``people.lock``) until the answer is committed, so that two messages that start
together count each other.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from shopadmin import hook_calls
from shopadmin.contract import MessageSnapshot, Problem
from shopadmin.domain.contact import BUYER_WINDOW, Contact, Decision, Facts, Verdict, decide
from shopadmin.models import db
from shopadmin.models.messages import Consent, ContactDecision, OutboxMessage
from shopadmin.services import wording
from shopadmin.services.messages import blocks, contents, people


def ask(person: people.Person, wanted: Contact, now: datetime, but: int | None = None) -> Decision:
    """The rule's answer for a message to this person; ``but``: the message itself, which does not count against itself.

    Call it inside of a transaction that holds the person's lock.
    """
    return decide(wanted, facts(person, wanted, now, but), now)


def facts(person: people.Person, wanted: Contact, now: datetime, but: int | None = None) -> Facts:
    """What the rule must know of the person now."""
    agreed = select(Consent.purpose).where(Consent.person == person.key, Consent.withdrawn_at.is_(None))
    return Facts(
        zones=person.zones,
        history=tuple(map(_contact, _history(person, wanted, now, but))),
        block=blocks.strictest(blocks.in_force(person.hashes).values()),
        consents=frozenset(db.session().scalars(agreed)),
    )


def _history(person: people.Person, wanted: Contact, now: datetime, but: int | None) -> Any:
    """Contacts with the person, under whatever other name somebody with these phones and addresses bought."""
    table = OutboxMessage.__table__.c
    hashes = {found for _kind, found in person.hashes}
    is_theirs = or_(table.person == person.key, table.destination_hash.in_(hashes))
    matters = [table.contact_at > now - BUYER_WINDOW, table.basis.in_(("farewell", "request"))]
    if wanted.case or wanted.medium == "call":
        matters.append(table.case_ref == wanted.case)
    if "invitation" in wanted.blocks:
        matters.append(table.review_ref == wanted.review)
    query = select(OutboxMessage.__table__).where(is_theirs, table.contact_at.is_not(None), or_(*matters))
    return db.session().execute(query.where(table.id != but) if but else query)


def _contact(row: Any) -> Contact:
    return Contact(
        row.contact_at, row.medium, row.purpose, row.basis, tuple(row.blocks), row.case_ref, row.review_ref,
        row.is_connected,
    )  # fmt: skip


def objections(message: MessageSnapshot) -> list[Problem]:
    """What is to be said against the message itself, whoever it goes to: its words (G6, G7, G8), else the plugins.

    An exception of a plugin goes through; what the wording check refuses no plugin is asked about.
    """
    words = contents.words(message.subject, message.text)
    return wording.problems(words, "message", "text") or hook_calls.check_message(message)


def note(
    session: Session, message_id: int, moment: str, decision: Decision, objections: Sequence[Problem], now: datetime
) -> None:
    """Write the answer down with all that was objected, beside the message that it is about."""
    session.add(
        ContactDecision(
            message_id=message_id,
            at=now,
            moment=moment,
            verdict=verdict(decision, objections),
            reasons=reasons(decision, objections),
            hold_until=None if objections else decision.hold_until,
        )
    )


def verdict(decision: Decision, objections: Sequence[Problem]) -> Verdict:
    """One objection denies, whatever the rule says of the buyer."""
    return "deny" if objections else decision.verdict


def reasons(decision: Decision, objections: Sequence[Problem]) -> list[str]:
    """The codes of all that speaks against it."""
    return [*decision.reasons, *(problem.code for problem in objections)]
