"""Incidents become drafts: each once, with its evidence attached; what is to be looked at before review stays to do.

Hearing of one is a word that a kill can lose, so ``catch_up`` walks over all that are kept and writes what is missing.
"""

from collections.abc import Collection

from sqlalchemy import select

from shopadmin.plugin_api import (
    EvidenceOrigin,
    IncidentRecorded,
    ObjectionsError,
    RefusedError,
    db,
    recorded_incidents,
    shop_settings,
)
from shopadmin_buyer_labels.domain import taxonomy
from shopadmin_buyer_labels.domain.drafts import Draft
from shopadmin_buyer_labels.models import Label
from shopadmin_buyer_labels.services import proposing
from shopadmin_buyer_labels.services.attaching import Piece
from shopadmin_buyer_labels.services.proposing import Source

ORIGIN = "incident"
KINDS = ("review.extortion_demand", "payment.chargeback_represented_won", "delivery.cod_refused_repeat")
# What one that says nothing of its tier weighs: the shop wrote it down itself.
OWN_RECORD = 1
SEVERITY = 2


def heard(event: IncidentRecorded) -> int | None:
    """Write the draft of an incident that names an event and a buyer; its id, None where there is nothing to write."""
    if event.kind not in KINDS or event.buyer_id is None or _known([name_of(event)]):
        return None
    return _write(event)


def catch_up() -> int:
    """Write the drafts that were missed; safe to repeat. Returns how many."""
    written, after = 0, 0
    while found := recorded_incidents(KINDS, after):
        after = found[-1].incident_id
        known = _known([name_of(event) for event in found])
        missed = [event for event in found if event.buyer_id is not None and name_of(event) not in known]
        written += sum(_write(event) is not None for event in missed)
    return written


def name_of(event: IncidentRecorded) -> str:
    """An incident by number and time: a number is used again after an import was undone."""
    return f"{event.incident_id}@{event.at:%Y%m%d%H%M%S}"


def of_label(label: Label) -> IncidentRecorded | None:
    """The incident that the label was made from; None for other labels, and where it is gone."""
    number = label.origin_id.partition("@")[0]
    if label.origin != ORIGIN or not number.isdigit():
        return None
    found = recorded_incidents(KINDS, int(number) - 1, 1)
    return found[0] if found and name_of(found[0]) == label.origin_id else None


def _known(names: Collection[str]) -> set[str]:
    query = select(Label.origin_id).where(Label.origin == ORIGIN, Label.origin_id.in_(names))
    return set(db.session().scalars(query))


def _write(event: IncidentRecorded) -> int | None:
    assert event.buyer_id is not None  # noqa: S101 - both callers have asked
    tier = OWN_RECORD if event.tier is None else event.tier
    draft = Draft(
        event.kind, min(SEVERITY, taxonomy.cap(tier)), event.at.astimezone(shop_settings().zone).date(), tier=tier
    )
    pieces = () if event.evidence else (_record(event, tier),)
    # Whoever wrote the incident down does not review what follows from it (G3).
    source = Source(ORIGIN, name_of(event), written_by=event.recorded_by)
    try:
        return proposing.propose(None, event.buyer_id, draft, pieces, event.evidence, source)
    except (ObjectionsError, RefusedError):  # labelled by hand already, one of the shop's own, or evidence that is gone
        return None


def _record(event: IncidentRecorded, tier: int) -> Piece:
    """What the shop's books say of it, where nothing else was kept. Field names are the API's, the time is UTC."""
    lines = [
        f"incident: {event.incident_id}", f"kind: {event.kind}", f"occurred_at: {event.at:%Y-%m-%d %H:%M:%S} UTC",
        f"order_id: {event.order_id or ''}", f"outcome: {event.outcome}",
    ]  # fmt: skip
    return Piece("order", "\n".join(lines), EvidenceOrigin(event.at, "", tier), "incident.txt")
