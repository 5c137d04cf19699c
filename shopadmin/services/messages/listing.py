"""The lists of messages and of do-not-contact entries, and the page of one message."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, select

from shopadmin.contract import Actor
from shopadmin.domain.contact import Decision
from shopadmin.keys import KeyringError
from shopadmin.models import db
from shopadmin.models.buyers import Buyer
from shopadmin.models.messages import ContactDecision, DoNotContact, OutboxMessage
from shopadmin.services import lists, masking, wording
from shopadmin.services.messages import blocks, channels, contents, labels, marking, people

SHOWN = 10
_STOPPED = ("blocked", "suppressed", "failed", "bad_number", "duplicate")


def _search(term: str, actor: Actor) -> list[ColumnElement[bool]]:
    return [lists.starts_with(OutboxMessage.key, term)]


MESSAGES = lists.ListSpec(
    query=select(
        OutboxMessage.id, OutboxMessage.created_at, OutboxMessage.state, OutboxMessage.channel, OutboxMessage.medium,
        OutboxMessage.purpose, OutboxMessage.basis, OutboxMessage.buyer_id, OutboxMessage.next_attempt_at,
        OutboxMessage.reasons,
    ),
    id_column=OutboxMessage.id,
    sorts=(lists.Sort("newest", _("Newest first"), (OutboxMessage.id,)),),
    filters=(
        lists.Filter("medium", _("Way"), lambda value: OutboxMessage.medium == value,
                     choices=tuple(labels.MEDIA.items())),
        lists.Filter("purpose", _("Purpose"), lambda value: OutboxMessage.purpose == value,
                     choices=tuple(labels.PURPOSES.items())),
        lists.Filter("from", _("From"), lambda instant: OutboxMessage.created_at >= instant, kind="from"),
        lists.Filter("to", _("To"), lambda instant: OutboxMessage.created_at < instant, kind="to"),
    ),
    views=(
        lists.View("all", _("All")),
        lists.View("waiting", _("Waiting"), (OutboxMessage.state == "queued", OutboxMessage.state == "sending")),
        lists.View("check", _("Please check"), (OutboxMessage.state == "unknown",)),
        lists.View("out", _("Went out"), (OutboxMessage.state == "sent", OutboxMessage.state == "delivered")),
        lists.View("stopped", _("Did not go out"), tuple(OutboxMessage.state == state for state in _STOPPED)),
    ),
    search=_search,
)  # fmt: skip


def _search_entries(term: str, actor: Actor) -> list[ColumnElement[bool]]:
    """A whole phone or address, however it is written: nothing else of it is kept."""
    readings = {"phone": people.read("phone", term), "email": people.read("email", term)}
    hashes = [
        people.block_hash(kind, found.value)  # type: ignore[arg-type]
        for kind, found in readings.items()
        if found.value
    ]
    return [DoNotContact.value_hash.in_(hashes)]


ENTRIES = lists.ListSpec(
    query=select(
        DoNotContact.id, DoNotContact.kind, DoNotContact.hint, DoNotContact.why, DoNotContact.note,
        DoNotContact.blocked_at, DoNotContact.lifted_at, DoNotContact.lift_reason,
    ),
    id_column=DoNotContact.id,
    sorts=(lists.Sort("newest", _("Newest first"), (DoNotContact.id,)),),
    filters=(
        lists.Filter("kind", _("Kind"), lambda value: DoNotContact.kind == value, choices=tuple(blocks.KINDS.items())),
        lists.Filter("why", _("Why"), lambda value: DoNotContact.why == value, choices=tuple(blocks.WHYS.items())),
    ),
    views=(
        lists.View("holds", _("In force"), (DoNotContact.lifted_at.is_(None),)),
        lists.View("lifted", _("Lifted"), (DoNotContact.lifted_at.is_not(None),)),
    ),
    search=_search_entries,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MessageDetails:
    """A message with every answer of the gate; ``now``: what it says at this moment of one that waits for a person.

    ``content`` is None where the keys do not open it; ``remarks``: what the wording check says of it today.
    """

    row: Any
    content: contents.Content | None
    decisions: Sequence[ContactDecision]
    is_manual: bool
    now: Decision | None
    remarks: Sequence[wording.Remark]


def find(actor: Actor, message_id: int) -> MessageDetails | None:
    """The message if the actor may see it."""
    scoped = MESSAGES.scope(select(OutboxMessage.__table__).where(OutboxMessage.id == message_id), actor)
    row = db.session().execute(scoped).one_or_none()
    if row is None:
        return None
    try:
        content = contents.unseal(row.content_encrypted)
    except KeyringError:
        content = None
    asked = select(ContactDecision).where(ContactDecision.message_id == message_id).order_by(ContactDecision.id.desc())
    is_manual = marking.is_manual(row, channels.automatic())
    now = marking.decision_now(row) if is_manual else None
    remarks = wording.remarks(contents.words(content.subject, content.text), "message") if content else ()
    return MessageDetails(row, content, db.session().scalars(asked).all(), is_manual, now, remarks)


def names(actor: Actor, rows: Iterable[Any]) -> Mapping[int, str]:
    """The names of the messages' buyers, by id, as the actor may see them: one query for a page."""
    if not actor.can("core.buyers:read"):
        return {}
    query = select(Buyer.id, Buyer.name).where(Buyer.id.in_({row.buyer_id for row in rows}))
    return {row.id: masking.shown_name(actor, row.name) for row in db.session().execute(query)}


def of_buyer(buyer_id: int) -> Sequence[Any]:
    """The buyer's newest messages."""
    query = MESSAGES.query.where(OutboxMessage.buyer_id == buyer_id).order_by(OutboxMessage.id.desc()).limit(SHOWN)
    return db.session().execute(query).all()
