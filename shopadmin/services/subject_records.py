"""All that the core holds on a person, as plain values for a dossier (the right of access).

One person alone: neither staff nor other buyers are named, and rows are found by the buyer's own ids. Texts are given
as they are kept. Times are ISO 8601 in UTC, amounts integers in minor units beside their currency.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from shopadmin.keys import KeyringError
from shopadmin.models import db
from shopadmin.models.buyers import Buyer, BuyerIdentifier
from shopadmin.models.cases import Incident, Note
from shopadmin.models.complaints import Complaint, ComplaintEvent, ComplaintEvidence
from shopadmin.models.evidence import Evidence
from shopadmin.models.messages import Consent, DoNotContact, OutboxMessage
from shopadmin.models.orders import Chargeback, Order, OrderLine, Payment, Refund, Shipment
from shopadmin.models.reviews import Reply, Review, ReviewVersion
from shopadmin.services import masking
from shopadmin.services.messages import contents, people

Rows = list[dict[str, Any]]
# Numbers that are the program's own, keyed hashes, and who of the staff did it.
_INTERNAL = frozenset({
    "blocked_by", "by", "contact_encrypted", "contact_hash", "content_encrypted", "created_by", "destination_hash",
    "finished_by", "import_run_id", "inbox_rank", "lease_owner", "lease_until", "lifted_by", "opened_by", "person",
    "recorded_by", "request_hash", "revision", "shown_sha256", "tail_hash", "uploaded_by", "value_encrypted",
    "value_hash", "withdrawn_by", "written_by",
})  # fmt: skip


def held_on(buyer_ids: Collection[int]) -> dict[str, Rows]:
    """By kind of thing, each list in the order of its ids. ``buyer_ids``: rows of one person."""
    orders = _rows(Order, Order.buyer_id.in_(buyer_ids))
    reviews = _rows(Review, Review.buyer_id.in_(buyer_ids))
    complaints = _rows(Complaint, Complaint.buyer_id.in_(buyer_ids))
    order_ids, review_ids = _ids(orders), _ids(reviews)
    people_of = [found for buyer_id in sorted(buyer_ids) if (found := people.find(buyer_id))]
    hashes = [value for one in people_of for _kind, value in one.hashes]
    return {
        "buyer": [_plain(row) for row in _rows(Buyer, Buyer.id.in_(buyer_ids))],
        "identifiers": [
            _plain(row) | {"value": masking.identifier(row.value_encrypted)}
            for row in _rows(BuyerIdentifier, BuyerIdentifier.buyer_id.in_(buyer_ids))
        ],
        "orders": [_order(row) for row in orders],
        "reviews": _plains(reviews),
        "review_versions": _plains(_rows(ReviewVersion, ReviewVersion.review_id.in_(review_ids))),
        "replies": _plains(_rows(Reply, Reply.review_id.in_(review_ids))),
        "messages": [
            _plain(row) | _content(row) for row in _rows(OutboxMessage, OutboxMessage.buyer_id.in_(buyer_ids))
        ],
        "consents": _plains(_rows(Consent, Consent.person.in_([one.key for one in people_of]))),
        "do_not_contact": _plains(_rows(DoNotContact, DoNotContact.value_hash.in_(hashes))),
        "incidents": _plains(
            _rows(Incident, Incident.buyer_id.in_(buyer_ids) | _of_order(order_ids))
        ),
        "notes": _notes(buyer_ids, order_ids, review_ids),
        "complaints": [_complaint(row) for row in complaints],
        "evidence": _evidence(order_ids, review_ids, _ids(complaints)),
    }  # fmt: skip


def _of_order(order_ids: Collection[int]) -> Any:
    """Incidents that name nobody are their order's buyer's."""
    return Incident.buyer_id.is_(None) & Incident.order_id.in_(order_ids)


def _order(row: Order) -> dict[str, Any]:
    reach = masking.order_reach(row.contact_encrypted)
    parts: Mapping[str, Any] = {
        "lines": OrderLine, "payments": Payment, "refunds": Refund, "chargebacks": Chargeback, "shipments": Shipment,
    }  # fmt: skip
    contact = {"recipient": reach.recipient, "phone": reach.phone, "address": reach.address}
    return (
        _plain(row)
        | {"contact": contact}
        | {name: _plains(_rows(model, model.order_id == row.id)) for name, model in parts.items()}
    )


def _complaint(row: Complaint) -> dict[str, Any]:
    events = _rows(ComplaintEvent, ComplaintEvent.complaint_id == row.id)
    return _plain(row) | {"events": _plains(events)}


def _notes(buyer_ids: Collection[int], order_ids: Collection[int], review_ids: Collection[int]) -> Rows:
    about = {"buyer": buyer_ids, "order": order_ids, "review": review_ids}
    return [
        _plain(row)
        for subject, ids in about.items()
        for row in _rows(Note, Note.subject == subject, Note.subject_id.in_(ids))
    ]


def _evidence(order_ids: Collection[int], review_ids: Collection[int], complaint_ids: Collection[int]) -> Rows:
    """What there is, not the files: a screenshot may show other people."""
    used = select(ComplaintEvidence.evidence_id).where(ComplaintEvidence.complaint_id.in_(complaint_ids))
    about = {"order": order_ids, "review": review_ids, "complaint": complaint_ids}
    own = [(Evidence.subject == subject) & Evidence.subject_id.in_(ids) for subject, ids in about.items()]
    found = {row.id: row for where in (*own, Evidence.id.in_(used)) for row in _rows(Evidence, where)}
    return [_plain(found[row_id]) for row_id in sorted(found)]


def _content(row: OutboxMessage) -> dict[str, Any]:
    try:
        content = contents.unseal(row.content_encrypted)
    except KeyringError:
        return {}
    return {"destination": content.destination, "subject": content.subject, "text": content.text}


def _rows(model: Any, *where: Any) -> Sequence[Any]:
    return db.session().scalars(select(model).where(*where).order_by(model.id)).all()


def _ids(rows: Sequence[Any]) -> list[int]:
    return [row.id for row in rows]


def _plains(rows: Sequence[Any]) -> Rows:
    return [_plain(row) for row in rows]


def _plain(row: Any) -> dict[str, Any]:
    """The columns that say something of the person, empty ones left out."""
    values = {
        column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs if column.key not in _INTERNAL
    }
    return {name: _value(value) for name, value in values.items() if value not in (None, "", [], {})}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.hex() if isinstance(value, bytes) else value
