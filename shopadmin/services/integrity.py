"""The one oracle, ``shopadmin check``: is everything that must hold true of the shop's data true?

Each check recounts from the rows themselves. Personal data never stands in a message, only the numbers of rows.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from flask import current_app
from sqlalchemy import Select, case, exists, func, or_, select
from sqlalchemy.exc import DBAPIError

from shopadmin import hook_calls
from shopadmin.contract import Problem
from shopadmin.domain.reviews import Grade
from shopadmin.keys import KeyringError
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.models.buyers import Buyer, BuyerIdentifier
from shopadmin.models.cases import Note
from shopadmin.models.complaints import Complaint
from shopadmin.models.evidence import Evidence
from shopadmin.models.imports import ImportCount, ImportFile, ImportRun
from shopadmin.models.messages import ContactDecision, OutboxMessage
from shopadmin.models.orders import Order, OrderLine, Payment, Shipment, ShipmentLine
from shopadmin.models.reviews import Reply, Review
from shopadmin.services import audit, contacts, schema_state, snapshots
from shopadmin.services.evidence import storing
from shopadmin.services.messages import contents
from shopadmin.services.transactions import write_lock

# How many rows a message names.
_NAMED = 5
_CHUNK = 2000
_TRIES = 3
_COUNTED: dict[str, Any] = {"orders": Order, "order_lines": OrderLine, "payments": Payment, "reviews": Review}


def seal_log() -> None:
    """Seal what a crash left unsealed between a commit and its seal."""
    session = db.session()
    session.rollback()
    with write_lock():
        audit.seal_new(session, whole=True)


def problems() -> list[Problem]:
    """Everything that is wrong, an empty list when nothing is. Writes nothing but missing seals."""
    if schema_state.CORE in schema_state.pending():
        return [Problem("schema", "the database is not at the newest schema")]
    found: list[Problem] = []
    for check in CHECKS:
        try:
            found.extend(check())
        except DBAPIError as error:  # a damaged file fails wherever it is read
            found.append(Problem("database", f"the database cannot be read: {error.orig}"))
        db.session.rollback()
    return [*found, *_plugins()]


def _engine() -> Iterator[Problem]:
    """What the engine finds wrong, and the log's chain, sealed before it is walked."""
    found: list[Problem] = []
    for _ in range(_TRIES):  # a shop that is at work may have just committed what it is about to seal
        seal_log()
        with db.engine.connect() as connection:
            found = snapshots.damage(connection)
        if all(problem.code != "audit_unsealed" for problem in found):
            break
    yield from found


def _shipped_pieces() -> Iterator[Problem]:
    """No line has more pieces in parcels than were ordered, and no parcel holds another order's line."""
    too_many = (
        select(OrderLine.id)
        .join(ShipmentLine, ShipmentLine.order_line_id == OrderLine.id)
        .group_by(OrderLine.id, OrderLine.qty)
        .having(func.sum(ShipmentLine.qty) > OrderLine.qty)
    )
    yield from _rows(too_many, "shipment", "order lines with more pieces shipped than ordered")
    foreign = (
        select(ShipmentLine.id)
        .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
        .join(OrderLine, OrderLine.id == ShipmentLine.order_line_id)
        .where(OrderLine.order_id != Shipment.order_id)
    )
    yield from _rows(foreign, "shipment", "shipment lines of another order than their parcel's")


def _answers() -> Iterator[Problem]:
    """A review and its reply agree; a draft or posted answer has a reply."""
    differ = select(Review.id).join(Reply, Reply.review_id == Review.id).where(Reply.state != Review.answer)
    yield from _rows(differ, "reply", "reviews whose answer is in another state than their reply")
    alone = select(Review.id).where(
        Review.answer.in_(("draft", "posted")), ~exists().where(Reply.review_id == Review.id)
    )
    yield from _rows(alone, "reply", "reviews that are answered without a reply")
    is_bad = or_(Review.stars.between(1, 3), Review.grade.in_((Grade.NEUTRAL, Grade.BAD)))
    rank = case((is_bad, 0), else_=1)
    yield from _rows(select(Review.id).where(Review.inbox_rank != rank), "review", "reviews in the wrong place")


def _imports() -> Iterator[Problem]:
    """A finished import left as many rows as it counted, one that was taken back left none."""
    counted = (
        select(ImportRun.id, ImportRun.state, ImportCount.kind, func.sum(ImportCount.new).label("new"))
        .join(ImportFile, ImportFile.run_id == ImportRun.id)
        .join(ImportCount, ImportCount.file_id == ImportFile.id)
        .where(ImportRun.state.in_(("applied", "undone", "cancelled")), ImportCount.kind.in_(_COUNTED))
        .group_by(ImportRun.id, ImportRun.state, ImportCount.kind)
    )
    for run in db.session().execute(counted).all():
        table = _COUNTED[run.kind]
        there = db.session().scalar(select(func.count()).select_from(table).where(table.import_run_id == run.id)) or 0
        if run.state == "applied" and there != run.new:
            yield Problem("import", f"import {run.id} counted {run.new} new {run.kind}, {there} are there")
        elif run.state == "cancelled" and there:
            yield Problem("import", f"import {run.id} was taken back, but {there} of its {run.kind} are there")


def _accounts() -> Iterator[Problem]:
    """Whoever works here has an owner above."""
    owners, everybody = db.session().execute(
        select(func.count(Account.id).filter(Account.is_owner), func.count(Account.id))
    ).one()  # fmt: skip
    if everybody and owners != 1:
        yield Problem("owner", f"the shop has {owners} owners instead of one")


def _subjects() -> Iterator[Problem]:
    """What points at a row without a foreign key points at one that is there."""
    for name, table in (("order", Order), ("review", Review), ("buyer", Buyer), ("complaint", Complaint)):
        for kind, holder in (("notes", Note), ("evidence", Evidence)):
            lost = select(holder.id).where(holder.subject == name, ~exists().where(table.id == holder.subject_id))
            yield from _rows(lost, "orphan", f"{kind} of a missing {name}")


def _files() -> Iterator[Problem]:
    """The files of every piece of evidence are there and are what was kept."""
    for row in db.session().scalars(select(Evidence).order_by(Evidence.id)):
        try:
            is_whole = hashlib.sha256(storing.original(row)).digest() == row.sha256
        except (OSError, KeyringError):
            is_whole = False
        if not is_whole or storing.shown_copy(row) is None:
            yield Problem("evidence", f"the files of evidence {row.id} are missing or were changed")


def _sealed_values() -> Iterator[Problem]:
    """Everything encrypted opens with the keys, and is found again under its hash."""
    keyring = contacts.keyring()

    def contact(row: Any) -> bool:
        contacts.open_contact(keyring, row.contact_encrypted)
        return True

    def identifier(row: Any) -> bool:
        value = contacts.open_identifier(keyring, row.value_encrypted)
        return bool(contacts.identifier_hash(keyring, row.kind, value) == row.value_hash)

    yield from _opened(
        select(Order.id, Order.contact_encrypted).where(Order.contact_encrypted.is_not(None)), contact, "contacts"
    )
    columns = (BuyerIdentifier.id, BuyerIdentifier.kind, BuyerIdentifier.value_hash, BuyerIdentifier.value_encrypted)
    yield from _opened(select(*columns), identifier, "buyers' identifiers")

    def message(row: Any) -> bool:
        return row.content_encrypted == contents.FORGOTTEN or bool(contents.unseal(row.content_encrypted).text)

    yield from _opened(select(OutboxMessage.id, OutboxMessage.content_encrypted), message, "messages")


def _messages() -> Iterator[Problem]:
    """Each message has the gate's answer, and one that reached nobody counts against no cap."""
    unasked = select(OutboxMessage.id).where(~exists().where(ContactDecision.message_id == OutboxMessage.id))
    yield from _rows(unasked, "message", "messages that the gate was never asked about")
    stopped = ("blocked", "suppressed", "failed", "bad_number", "duplicate")
    is_wrong = case((OutboxMessage.state.in_(stopped), OutboxMessage.contact_at.is_not(None)),
                    else_=OutboxMessage.contact_at.is_(None))  # fmt: skip
    yield from _rows(select(OutboxMessage.id).where(is_wrong), "message", "messages that count as they should not")


def _opened(query: Any, is_right: Callable[[Any], bool], what: str) -> Iterator[Problem]:
    bad = []
    for row in db.session().execute(query.execution_options(yield_per=_CHUNK)):
        try:
            fits = is_right(row)
        except (KeyringError, ValueError, TypeError):
            fits = False
        if not fits:
            bad.append(row.id)
    if bad:
        yield Problem("encryption", f"{len(bad)} {what} do not open or do not match: {_some(bad)}")


def _rows(query: Select[Any], code: str, what: str) -> Iterator[Problem]:
    """One problem for all rows that the query finds."""
    bad = db.session().scalars(query.limit(1000)).all()
    if bad:
        yield Problem(code, f"{len(bad)} {what}: {_some(bad)}")


def _some(ids: Any) -> str:
    return ", ".join(map(str, ids[:_NAMED])) + (", …" if len(ids) > _NAMED else "")


def _plugins() -> list[Problem]:
    """What the plugins find in their own tables; one whose check fails is a problem too."""
    failures = current_app.extensions["shopadmin.hooks"].failures
    failures.clear()
    found = [Problem(said.code, f"{plugin}: {said.message}") for plugin, said in hook_calls.integrity_problems()]
    failed = [Problem("plugin", f"{failure.plugin} could not check its data: {failure.error}") for failure in failures]
    return found + failed


CHECKS: tuple[Callable[[], Iterator[Problem]], ...] = (
    _engine,
    _shipped_pieces,
    _answers,
    _imports,
    _accounts,
    _subjects,
    _files,
    _sealed_values,
    _messages,
)
