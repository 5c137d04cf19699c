"""A buyer who asks to be forgotten: what tells who it was goes, in the core and in every plugin, in one transaction.

Orders, reviews and money stay, as the shop's books and its averages must not change by it. Of incidents and complaints
stays what happened and what came of it, with the evidence that went to a platform or a bank; what staff wrote of them
goes. Do-not-contact stays too, by keyed hashes: whoever said no is not written to when an import brings them again.
"""

import uuid
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.orm import Session

from shopadmin import hook_calls, hook_guard
from shopadmin.contract import Actor, BuyerId, Problem
from shopadmin.models import db
from shopadmin.models.buyers import Buyer, BuyerIdentifier
from shopadmin.models.cases import Incident, Note
from shopadmin.models.complaints import Complaint, ComplaintEvent
from shopadmin.models.messages import OutboxMessage
from shopadmin.models.orders import Order
from shopadmin.models.reviews import Review
from shopadmin.services import audit, forgetting, plugins, schema_state
from shopadmin.services.conflicts import MissingError, ObjectionsError, RefusedError
from shopadmin.services.evidence import erasing as evidence_erasing
from shopadmin.services.messages import blocks, consents, contents, delivering, people
from shopadmin.services.refusals import ForbiddenError
from shopadmin.services.transactions import after_commit, writing

# Lines of a complaint's history whose text is the program's own: the key of an item, a time.
_OF_THE_PROGRAM = ("checked", "unchecked", "deadline")
ERASE = "core.buyers:erase"


def erase_buyer(actor: Actor, buyer_id: int, typed: str) -> None:
    """Forget the buyer for good. ``typed``: the buyer's number, as a person typed it.

    Raises ForbiddenError for anybody but the owner, MissingError; RefusedError for another number; ObjectionsError
    while a message is being handed over, in safe mode, where no plugin can be asked, and while one has tables here that
    was left out at the start or is not installed. What a plugin raises undoes the whole.
    """
    if not actor.can(ERASE):
        raise ForbiddenError(ERASE)
    if typed.strip() != str(buyer_id):
        raise RefusedError(Problem("typed", _("Type the buyer's number, %(number)s.", number=buyer_id), "typed"))
    if hook_guard.record().not_loaded:
        text = _("In safe mode no plugin can be asked to forget the buyer: start the shop without it first.")
        raise ObjectionsError(Problem("safe_mode", text))
    left_out = {card.name for card in plugins.cards() if card.state in ("quarantined", "missing")}
    if deaf := left_out & schema_state.heads().keys():
        text = _(
            "These plugins cannot be asked to forget the buyer: %(names)s. Repair them or erase them.",
            names=", ".join(sorted(deaf)),
        )
        raise ObjectionsError(Problem("plugins", text))
    with writing() as session:
        person = people.find(buyer_id)
        if person is None:
            raise MissingError(buyer_id)
        # Whoever writes to the buyer, or hands a message over, waits for the same lock.
        people.lock_person(session, person)
        buyer = session.get(Buyer, buyer_id, with_for_update=True, populate_existing=True)
        if buyer is None or buyer.ref.startswith(people.ERASED):
            raise MissingError(buyer_id)
        # While the phones and the reference are still known: what holds under them holds when an import brings them.
        blocks.keep_blocked(session, [buyer_id])
        consents.forget(session, actor, person.key)
        _empty_messages(session, buyer_id)
        hook_calls.erase_buyer(BuyerId(buyer_id), actor)
        _drop_evidence(session, actor, buyer_id)
        _empty_rows(session, buyer_id)
        buyer.ref = f"{people.ERASED}{uuid.uuid4().hex}"
        buyer.name = buyer.city = buyer.region = buyer.postcode = ""
        buyer.accepts_marketing = None
        forgetting.forget_images(session.connection(), "buyer", [buyer_id])
        audit.record(actor, "core.buyer.erased", "buyer", buyer_id)
        after_commit(_empty_write_ahead_log)


def is_erased(buyer: Buyer) -> bool:
    """Whether nothing personal is left of the buyer."""
    return buyer.ref.startswith(people.ERASED)


def _empty_messages(session: Session, buyer_id: int) -> None:
    """Nothing goes out any more, and nothing tells what went. Raises ObjectionsError."""
    theirs = OutboxMessage.buyer_id == buyer_id
    if session.scalar(select(OutboxMessage.id).where(theirs, OutboxMessage.state == "sending").limit(1)) is not None:
        raise ObjectionsError(Problem("sending", _("A message to this buyer is going out now. Try again in a minute.")))
    waiting, now = update(OutboxMessage).where(theirs, OutboxMessage.state == "queued"), datetime.now(UTC)
    doubtful = {"state": "unknown", "contact_at": OutboxMessage.may_be_out_at}
    connection = session.connection()
    connection.execute(waiting.where(OutboxMessage.may_be_out_at.is_not(None)).values(delivering.ended(now) | doubtful))
    connection.execute(waiting.values(state="suppressed", **delivering.ended(now)))
    connection.execute(update(OutboxMessage).where(theirs).values(content_encrypted=contents.FORGOTTEN, result=""))


def _empty_rows(session: Session, buyer_id: int) -> None:
    connection = session.connection()
    words = dict.fromkeys(("buyer_name", "buyer_ref", "buyer_note", "shop_note"), "")
    texts: dict[Any, tuple[str, dict[str, Any]]] = {
        Order: ("order", {"contact_encrypted": None, "contact_hash": None} | words),
        Review: ("review", {"buyer_name": ""}),
    }
    for model, (subject, empty) in texts.items():
        ids = session.scalars(select(model.id).where(model.buyer_id == buyer_id)).all()
        connection.execute(update(model).where(model.id.in_(ids)).values(empty | {"revision": model.revision + 1}))
        forgetting.forget_images(connection, model.__tablename__, ids)
        _drop_notes(connection, subject, ids)
    ids = session.scalars(select(BuyerIdentifier.id).where(BuyerIdentifier.buyer_id == buyer_id)).all()
    connection.execute(delete(BuyerIdentifier).where(BuyerIdentifier.id.in_(ids)))
    forgetting.forget_images(connection, "buyer_identifier", ids)
    _drop_notes(connection, "buyer", [buyer_id])
    _empty_cases(session, buyer_id)


def _drop_evidence(session: Session, actor: Actor, buyer_id: int) -> None:
    """Screenshots and texts that are kept with the buyer's orders and reviews, but for what went with a complaint."""
    for subject, model in (("order", Order), ("review", Review)):
        ids = session.scalars(select(model.id).where(model.buyer_id == buyer_id)).all()
        evidence_erasing.erase(actor, subject, ids)


def _empty_cases(session: Session, buyer_id: int) -> None:
    """What staff wrote into incidents and complaints of the buyer, and of the buyer's orders and reviews."""
    connection = session.connection()
    orders = select(Order.id).where(Order.buyer_id == buyer_id)
    reviews = select(Review.id).where(Review.buyer_id == buyer_id)
    of_order = Incident.buyer_id.is_(None) & Incident.order_id.in_(orders)
    ids = session.scalars(select(Incident.id).where(or_(Incident.buyer_id == buyer_id, of_order))).all()
    incidents = update(Incident).where(Incident.id.in_(ids))
    connection.execute(incidents.values(note="", revision=Incident.revision + 1))
    forgetting.forget_images(connection, "incident", ids)
    theirs = or_(Complaint.buyer_id == buyer_id, Complaint.order_id.in_(orders), Complaint.review_id.in_(reviews))
    complaints = session.scalars(select(Complaint.id).where(theirs)).all()
    emptied = update(Complaint).where(Complaint.id.in_(complaints))
    connection.execute(emptied.values(note="", revision=Complaint.revision + 1))
    said = ComplaintEvent.complaint_id.in_(complaints), ComplaintEvent.code.not_in(_OF_THE_PROGRAM)
    connection.execute(update(ComplaintEvent).where(*said).values(text=""))


def _empty_write_ahead_log() -> None:
    """SQLite keeps older pages in the log beside the file; whoever reads right now keeps it until the next time."""
    if db.engine.dialect.name == "sqlite":
        connection = db.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


def _drop_notes(connection: Connection, subject: str, ids: Collection[int]) -> None:
    connection.execute(delete(Note).where(Note.subject == subject, Note.subject_id.in_(ids)))
