"""``send``: the one way to say something to a buyer. It asks the gate, keeps the answer, and queues what may go out."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopadmin.contract import (
    Actor,
    BuyerId,
    MessageChannel,
    MessageRequest,
    MessageSnapshot,
    Problem,
    SendResult,
    StaffMessage,
)
from shopadmin.domain.contact import BASES, BLOCKS, Contact, Decision
from shopadmin.models import db
from shopadmin.models.messages import OutboxMessage
from shopadmin.services.conflicts import MissingError, RefusedError
from shopadmin.services.messages import channels, contents, gate, opting_out, people
from shopadmin.services.messages.labels import OBSTACLES, has_label
from shopadmin.services.refusals import ConflictError
from shopadmin.services.transactions import writing

LONGEST_TEXT, LONGEST_SUBJECT, LONGEST_REF = 10_000, 200, 120
_CHUNK = 500


def send(actor: Actor | None, request: MessageRequest, now: datetime | None = None) -> SendResult:
    """Ask for a message to go out; joins the transaction around, so that it is asked for exactly when that commits.

    The gate's answer is in the result and in the log of decisions; a message that it denies is kept as ``blocked``. The
    same key again changes nothing and tells how the first stands. Raises RefusedError for a request that cannot be,
    MissingError for an unknown buyer, ConflictError for a key that another message has. ``now``: aware UTC.

    Who sends many in one transaction goes by ascending buyer id, as each holds its buyer's lock to the end.
    """
    now = now or datetime.now(UTC)
    channel = channels.known().get(request.channel)
    _check(request, channel)
    assert channel is not None  # noqa: S101 - checked above
    with writing() as session:
        person = people.find(request.buyer_id)
        if person is None:
            raise MissingError(request.buyer_id)
        address = _destination(request, channel, person, now)
        if channel.address:
            person = people.reached_at(person, channel.address, address)
        return _ask_for(session, actor, channel, request, person, address, now)


def send_to_staff(request: StaffMessage, now: datetime | None = None) -> SendResult:
    """Ask for a text to one of the shop's own people: the same gate with its hours, and none of a buyer's caps.

    Joins the transaction around; the same key again changes nothing. Raises RefusedError for a channel that sends no
    texts to phones, or a number that is none.
    """
    now = now or datetime.now(UTC)
    channel = channels.known().get(request.channel)
    wanted = MessageRequest(
        request.key, BuyerId(people.NOBODY), request.channel, request.text, basis="staff", destination=request.phone
    )
    _check(wanted, channel, ("staff",))
    assert channel is not None  # noqa: S101 - checked above
    if channel.medium != "text" or channel.address != "phone":
        raise RefusedError(Problem("channel", _("There is no such way to send a message."), "channel"))
    return ask_for_staff(None, channel, wanted, now)


def ask_for_staff(actor: Actor | None, channel: MessageChannel, wanted: MessageRequest, now: datetime) -> SendResult:
    """Ask for a message to one of the shop's own people at ``wanted.destination``. Raises RefusedError."""
    _check(wanted, channel, ("staff",))
    person = people.colleague(wanted.destination)
    with writing() as session:
        return _ask_for(session, actor, channel, wanted, person, _destination(wanted, channel, person, now), now)


def _ask_for(
    session: Session, actor: Actor | None, channel: MessageChannel, request: MessageRequest, person: people.Person,
    address: str, now: datetime,
) -> SendResult:  # fmt: skip
    people.lock_person(session, person, contents.key_hash(request.key))
    if person.buyer_id != people.NOBODY and people.find(person.buyer_id) is None:  # forgotten meanwhile
        raise MissingError(person.buyer_id)
    if (known := _known(request)) is not None:
        return _result(known, is_repeat=True)
    wanted = contact(channel, request, max(now, request.not_before or now))
    decision = gate.ask(person, wanted, wanted.at)
    objections = gate.objections(_snapshot(channel, request)) if decision.verdict != "deny" else []
    message = _message(actor, channel, request, person, decision, objections, wanted.at, now)
    message.destination_hash = people.hash_of(channel.address, address) if channel.address else None
    is_offer = request.purpose == "marketing"
    text = opting_out.with_line(request.text, person) if is_offer else request.text
    message.content_encrypted = contents.seal(contents.Content(address, request.subject.strip(), text))
    session.add(message)
    session.flush()
    gate.note(session, message.id, "asked", decision, objections, now)
    return _result(message)


def status(keys: Iterable[str]) -> dict[str, SendResult]:
    """How messages stand now, by the key they were asked for under; unknown keys are left out."""
    wanted, found = list(keys), dict[str, SendResult]()
    for start in range(0, len(wanted), _CHUNK):
        query = select(OutboxMessage).where(OutboxMessage.key.in_(wanted[start : start + _CHUNK]))
        found |= {message.key: _result(message, is_repeat=True) for message in db.session().scalars(query)}
    return found


def contact(channel: MessageChannel, request: MessageRequest, at: datetime) -> Contact:
    """The request as the rule sees it."""
    return Contact(
        at, channel.medium, request.purpose, request.basis, tuple(request.blocks), request.case, request.review
    )


def _known(request: MessageRequest) -> OutboxMessage | None:
    found = db.session().scalar(select(OutboxMessage).where(OutboxMessage.key == request.key))
    if found is not None and found.request_hash != contents.request_hash(request):
        raise ConflictError(_("Another message was asked for under the same key."))
    return found


def _message(
    actor: Actor | None, channel: MessageChannel, request: MessageRequest, person: people.Person, decision: Decision,
    objections: Sequence[Problem], at: datetime, now: datetime,
) -> OutboxMessage:  # fmt: skip
    is_blocked = decision.verdict == "deny" or bool(objections)
    due = None if is_blocked else decision.hold_until or at
    return OutboxMessage(
        key=request.key, request_hash=contents.request_hash(request), channel=channel.name, medium=channel.medium,
        purpose=request.purpose, basis=request.basis, blocks=list(request.blocks), case_ref=request.case,
        review_ref=request.review, buyer_id=person.buyer_id, person=person.key,
        state="blocked" if is_blocked else "queued", verdict=gate.verdict(decision, objections),
        reasons=gate.reasons(decision, objections),
        next_attempt_at=due, contact_at=due, created_at=now, created_by=actor.account_id if actor else None,
        result="; ".join(str(found.message) for found in objections if not has_label(found.code))[:500],
    )  # fmt: skip


def _result(message: OutboxMessage, is_repeat: bool = False) -> SendResult:
    state: Any = message.state
    verdict: Any = message.verdict
    reasons = tuple(message.reasons)
    return SendResult(message.id, state, verdict, reasons, message.next_attempt_at, is_repeat)


def _snapshot(channel: MessageChannel, request: MessageRequest) -> MessageSnapshot:
    return MessageSnapshot(
        key=request.key, buyer_id=request.buyer_id, channel=channel.name, medium=channel.medium,
        purpose=request.purpose, basis=request.basis, blocks=tuple(request.blocks), case=request.case,
        review=request.review, subject=request.subject, text=request.text,
    )  # fmt: skip


def _destination(request: MessageRequest, channel: MessageChannel, person: people.Person, now: datetime) -> str:
    """Where it goes, empty where a person knows. Raises RefusedError where nothing leads there."""
    if not channel.address:
        return ""
    address = request.destination.strip() or people.address_of(person, channel.address)
    hindered = people.obstacle(person, channel.address, address, channel.medium, now)
    if hindered is not None:
        raise RefusedError(Problem("destination", OBSTACLES[hindered], "destination"))
    return address


def _check(request: MessageRequest, channel: MessageChannel | None, bases: Collection[str] = BASES) -> None:
    """Raise RefusedError for what no message can be; header lines are the channel's to write, nobody else's."""
    subject = request.subject
    checks = (
        (channel is None, "channel", _("There is no such way to send a message.")),
        (not _is_line(request.key, LONGEST_REF) or not request.key, "key", _("The key takes 1 to 120 characters.")),
        (not _is_line(subject, LONGEST_SUBJECT), "subject", _("The subject is one line of 200 characters at most.")),
        (
            not request.text.strip() or len(request.text) > LONGEST_TEXT or "\0" in request.text,
            "text",
            _("A message has 1 to %(count)s characters.", count=LONGEST_TEXT),
        ),
        (not _is_line(request.case, LONGEST_REF), "case", _("The case takes 120 characters at most.")),
        (not _is_line(request.review, LONGEST_REF), "review", _("The review takes 120 characters at most.")),
        (not request.blocks or not set(request.blocks) <= set(BLOCKS), "blocks", _("Say what the message is made of.")),
        (request.basis not in bases, "basis", _("Say why the shop may write.")),
        (request.purpose not in ("service", "marketing"), "purpose", _("Say what the message is for.")),
        (bool(request.not_before) and request.not_before.tzinfo is None, "not_before", _("The time needs a zone.")),  # type: ignore[union-attr]
    )  # fmt: skip
    problems = [Problem(field, message, field) for is_wrong, field, message in checks if is_wrong]
    if problems:
        raise RefusedError(*problems)


def _is_line(text: str, longest: int) -> bool:
    return len(text) <= longest and all(character.isprintable() for character in text)
