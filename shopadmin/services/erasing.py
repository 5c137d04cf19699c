"""A buyer who asks to be forgotten: what tells who it was goes, in the core and in every plugin, in one transaction.

Orders, reviews and money stay, as the shop's books and its averages must not change by it. Do-not-contact stays too, by
keyed hashes: whoever said no is not written to when an import brings them again.
"""

import uuid
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.orm import Session

from shopadmin import hook_calls, hook_guard
from shopadmin.contract import Actor, BuyerId, Problem
from shopadmin.models.buyers import Buyer, BuyerIdentifier
from shopadmin.models.cases import Note
from shopadmin.models.messages import OutboxMessage
from shopadmin.models.orders import Order
from shopadmin.models.reviews import Review
from shopadmin.services import audit, forgetting, plugins, schema
from shopadmin.services.conflicts import MissingError, ObjectionsError, RefusedError
from shopadmin.services.messages import blocks, consents, contents, delivering, people
from shopadmin.services.refusals import ForbiddenError
from shopadmin.services.transactions import writing

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
    if deaf := left_out & schema.heads().keys():
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
        _empty_rows(session, buyer_id)
        buyer.ref = f"{people.ERASED}{uuid.uuid4().hex}"
        buyer.name = buyer.city = buyer.region = buyer.postcode = ""
        buyer.accepts_marketing = None
        forgetting.forget_images(session.connection(), "buyer", [buyer_id])
        audit.record(actor, "core.buyer.erased", "buyer", buyer_id)


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


def _drop_notes(connection: Connection, subject: str, ids: Collection[int]) -> None:
    connection.execute(delete(Note).where(Note.subject == subject, Note.subject_id.in_(ids)))
