"""Work on a complaint: notes, calls, ticks, evidence, the deadline. What is complete is ready, by itself."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopadmin.contract import Actor, EvidenceOrigin, Problem
from shopadmin.domain import complaints as rules
from shopadmin.domain.complaints import State
from shopadmin.domain.evidence import AUTHORITY, Kind
from shopadmin.models.complaints import Complaint, ComplaintEvidence
from shopadmin.models.evidence import Evidence
from shopadmin.services import audit, kept_texts, orders
from shopadmin.services.complaints import events
from shopadmin.services.complaints.opening import checked_deadline
from shopadmin.services.conflicts import MissingError, ObjectionsError, RefusedError
from shopadmin.services.evidence import facts, storing
from shopadmin.services.refusals import ForbiddenError
from shopadmin.services.transactions import lock_row, writing

NAMES_AUTHORITY = "core.evidence:authority"
LONGEST_NOTE = 4000
LONGEST_REFERENCE = 120


@contextmanager
def working(complaint_id: int) -> Iterator[tuple[Session, Complaint]]:
    """The complaint, locked, in a transaction. Raises MissingError, ObjectionsError for one that is over."""
    with writing() as session:
        found = lock_row(session, Complaint, complaint_id)
        if State(found.state) not in rules.GROWING:
            raise ObjectionsError(Problem("complaint_over", _("This complaint is over; nothing is added to it.")))
        yield session, found


def add_note(actor: Actor, complaint_id: int, text: str) -> None:
    """Write a note for the team. Raises RefusedError, MissingError, ObjectionsError."""
    text = _needed(text, "text", LONGEST_NOTE)
    with working(complaint_id) as (session, found):
        events.add(session, actor, found.id, "note", datetime.now(UTC), text)


def add_call(actor: Actor, complaint_id: int, ticket: str, text: str) -> None:
    """Note a call with the platform: its ticket number, and what was said. Raises as ``add_note``."""
    ticket = _needed(ticket, "ticket", LONGEST_REFERENCE)
    text = kept_texts.checked(text, "text", LONGEST_NOTE)
    with working(complaint_id) as (session, found):
        events.add(session, actor, found.id, "call", datetime.now(UTC), text, ticket)


def set_deadline(actor: Actor, complaint_id: int, at: datetime) -> None:
    """Set when the next step is due, aware UTC. Raises as ``add_note``."""
    now = datetime.now(UTC)
    at = checked_deadline(at, now)
    with working(complaint_id) as (session, found):
        before, found.deadline_at = found.deadline_at, at
        events.add(session, actor, found.id, "deadline", now, at.isoformat(timespec="minutes"))
        log_change(actor, found, {"deadline_at": before.isoformat()}, {"deadline_at": at.isoformat()})


def tick(actor: Actor, complaint_id: int, key: str, is_done: bool) -> None:
    """Say that an item of the checklist is done, or is not. Raises as ``add_note``."""
    with working(complaint_id) as (session, found):
        item = _item(found, key)
        if item.kinds:
            raise RefusedError(Problem("item", _("This item is proved by evidence, not by a tick."), "item"))
        others = [one for one in found.checked if one != key]
        found.checked = [*others, key] if is_done else others
        events.add(session, actor, found.id, "checked" if is_done else "unchecked", datetime.now(UTC), key)
        _settle(session, actor, found)


def add_evidence(
    actor: Actor, complaint_id: int, kind: Kind, content: bytes | str, origin: EvidenceOrigin, item: str = "",
    file_name: str = "",
) -> str:  # fmt: skip
    """Keep new evidence with the complaint and return its uuid. ``item``: what it proves.

    Raises as ``add_note``, and ForbiddenError for a decision of an authority (E4) by who may not say so.
    """
    if origin.tier == AUTHORITY and not actor.can(NAMES_AUTHORITY):
        raise ForbiddenError(NAMES_AUTHORITY)
    with working(complaint_id) as (session, found):
        # Before anything is kept: files do not go away with a transaction that is undone.
        _check_proof(found, item, kind)
        kept = storing.store(actor, "complaint", found.id, kind, content, origin, file_name)
        session.flush()
        _use(session, actor, found, kept, item)
        return kept


def add_order_facts(actor: Actor, complaint_id: int) -> str:
    """Keep what the shop's books say of the order now, for the item that wants it. Raises as ``add_note``."""
    with working(complaint_id) as (session, found):
        order = orders.find(actor, found.order_id) if found.order_id else None
        if order is None or not actor.can("core.orders:read"):
            raise RefusedError(Problem("order", _("This complaint is about no order that you may see."), "order"))
        checklist = rules.checklist(found.platform, found.ground)
        item = "order" if checklist and checklist.item("order") else ""
        kept = storing.store(actor, "complaint", found.id, "order", facts.order_text(order))
        session.flush()
        _use(session, actor, found, kept, item)
        return kept


def use_evidence(actor: Actor, complaint_id: int, evidence_uuid: str, item: str = "") -> None:
    """Let evidence that is kept already go with the complaint, or say what it proves. Raises as ``add_note``."""
    with working(complaint_id) as (session, found):
        _use(session, actor, found, evidence_uuid, item)


def _use(session: Session, actor: Actor, found: Complaint, evidence_uuid: str, item: str) -> None:
    evidence = storing.find(evidence_uuid)
    if evidence is None:
        raise MissingError(evidence_uuid)
    _check_proof(found, item, evidence.kind)
    before = link(session, found.id, evidence.id, item)
    if before is None:
        events.add(session, actor, found.id, "evidence", datetime.now(UTC), evidence.file_name)
    elif before != item:
        events.add(session, actor, found.id, "checked" if item else "unchecked", datetime.now(UTC), item or before)
    _settle(session, actor, found)


def _check_proof(found: Complaint, key: str, kind: str) -> None:
    """Whether evidence of the kind proves the item; no item is proved by none."""
    if key and kind not in _item(found, key).kinds:
        raise RefusedError(Problem("item", _("Evidence of this kind does not prove that item."), "item"))


def link(session: Session, complaint_id: int, evidence_id: int, item: str = "") -> str | None:
    """Let a piece of evidence go with the complaint, once; returns what it proved before, None where it is new."""
    pair = (ComplaintEvidence.complaint_id == complaint_id, ComplaintEvidence.evidence_id == evidence_id)
    found = session.scalars(select(ComplaintEvidence).where(*pair)).one_or_none()
    before = found.item if found else None
    if found is None:
        session.add(ComplaintEvidence(complaint_id=complaint_id, evidence_id=evidence_id, item=item))
    else:
        found.item = item
    session.flush()
    return before


def _item(found: Complaint, key: str) -> rules.Item:
    checklist = rules.checklist(found.platform, found.ground)
    item = checklist.item(key) if checklist else None
    if item is None:
        raise RefusedError(Problem("item", _("The checklist has no such item."), "item"))
    return item


def attached(session: Session, complaint_id: int) -> dict[str, list[str]]:
    """Kinds of the evidence that goes with it, by the item that they prove."""
    query = (
        select(ComplaintEvidence.item, Evidence.kind)
        .join(Evidence, Evidence.id == ComplaintEvidence.evidence_id)
        .where(ComplaintEvidence.complaint_id == complaint_id)
    )
    kinds: dict[str, list[str]] = defaultdict(list)
    for item, kind in session.execute(query):
        kinds[item].append(kind)
    return kinds


def _settle(session: Session, actor: Actor, found: Complaint) -> None:
    """Collecting and ready follow from the checklist."""
    state = State(found.state)
    checklist = rules.checklist(found.platform, found.ground)
    if checklist is None or state not in (State.COLLECTING, State.READY):
        return
    is_open = bool(rules.missing(checklist, found.checked, attached(session, found.id)))
    wanted = State.COLLECTING if is_open else State.READY
    if wanted is not state:
        found.state = wanted
        events.add(session, actor, found.id, wanted, datetime.now(UTC))
        log_change(actor, found, {"state": state}, {"state": wanted})


def log_change(actor: Actor, found: Complaint, before: dict[str, object], after: dict[str, object]) -> None:
    """One entry of the activity log for a step of a complaint."""
    audit.record(actor, "core.complaint.changed", "complaint", found.id, before=before, after=after)


def _needed(text: str, field: str, longest: int) -> str:
    text = kept_texts.checked(text, field, longest)
    if not text:
        raise RefusedError(Problem("empty", _("Write something first."), field))
    return text
