"""Drafts: a label is proposed, changed, and founded, before anybody is asked to review it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    ObjectionsError,
    RefusedError,
    buyer_refs,
    db,
    keep_buyer,
    shop_settings,
    writing,
)
from shopadmin_buyer_labels import labels, permissions
from shopadmin_buyer_labels.domain import drafts, status, taxonomy
from shopadmin_buyer_labels.domain.drafts import Draft
from shopadmin_buyer_labels.messages import problem
from shopadmin_buyer_labels.models import Label
from shopadmin_buyer_labels.services import attaching, reading, records, staff
from shopadmin_buyer_labels.services.attaching import Piece

LONGEST_WHY = 500


@dataclass(frozen=True, slots=True)
class Source:
    """What a draft is made from: one of ``ORIGINS`` of the labels, and the name of the thing there.

    ``written_by``: the account that wrote it down there, whose work the program's draft is then.
    """

    origin: str = ""
    origin_id: str = ""
    renewed_from: int | None = None
    written_by: int | None = None


def propose(
    actor: Actor | None, buyer_id: int, draft: Draft, pieces: Sequence[Piece] = (), uuids: Sequence[str] = (),
    source: Source = Source(), now: datetime | None = None,
) -> int:  # fmt: skip
    """Write a draft with its evidence and return its id. ``uuids``: evidence that is kept already.

    ``draft.tier`` is raised to that of the best piece. Joins the transaction around. ``actor``: none for the program.
    Raises ForbiddenError; RefusedError that names each field, also for one of the shop's own people; ObjectionsError
    where the buyer has this label for this day already. Nothing is kept then.
    """
    permissions.require(actor, permissions.PROPOSE)
    now = now or datetime.now(UTC)
    for piece in pieces:
        attaching.check_weight(actor, piece)
    with writing() as session:
        check_person(buyer_id)
        # The pieces count for the cap of the severity, so they are weighed first.
        best = max([draft.tier, *(piece.origin.tier for piece in pieces), *attaching.tiers(uuids)])
        draft = _with_tier(draft, best)
        check(draft, now, now)
        if (other := same(buyer_id, draft, now)) is not None:
            raise ObjectionsError(problem("already", "code", label=other))
        keep_buyer(buyer_id)
        label = write(session, actor, buyer_id, draft, source, now, shop_settings().zone)
        for piece in pieces:
            attaching.attach_new(session, actor, label, piece, now)
        attaching.attach_kept(session, actor, label, uuids, now)
        return label.id


def write(
    session: Session, actor: Actor | None, buyer_id: int, draft: Draft, source: Source, now: datetime, zone: tzinfo
) -> Label:
    """Write down a draft that was checked, of a buyer who is kept and has no such label; in the transaction around."""
    by = actor.account_id if actor else source.written_by
    label = Label(
        buyer_id=buyer_id, created_at=now, created_by=by, edited_by=by, origin=source.origin,
        origin_id=source.origin_id, renewed_from=source.renewed_from, **_values(draft, now, zone),
    )  # fmt: skip
    session.add(label)
    session.flush()
    records.keep(session, actor, label, "proposed", now, origin=source.origin)
    return label


def edit(actor: Actor, label_id: int, revision: int | None, draft: Draft, now: datetime | None = None) -> None:
    """Change what a draft says; the end counts from when it was made. Raises as ``propose``, ObjectionsError when it is
    no draft any more or was changed meanwhile.
    """
    permissions.require(actor, permissions.PROPOSE)
    now = now or datetime.now(UTC)
    with writing() as session:
        label = records.load(session, label_id, revision)
        records.ask(session, actor, label, "edit", now)
        check(draft, label.created_at, now)
        if draft.tier < label.evidence_tier:
            raise RefusedError(problem("tier_below", "tier", tier=label.evidence_tier))
        if (other := same(label.buyer_id, draft, now, label.id)) is not None:
            raise ObjectionsError(problem("already", "code", label=other))
        changed = sorted(
            name
            for name, value in _values(draft, label.created_at, shop_settings().zone).items()
            if _set(label, name, value)
        )
        label.edited_by = actor.account_id
        records.keep(session, actor, label, "edit", now, fields=changed)


def check_own_fault(
    actor: Actor, label_id: int, revision: int | None, is_own: bool, looked_at: Iterable[str], text: str = "",
    now: datetime | None = None,
) -> None:  # fmt: skip
    """Write down whether it was the shop's own fault, once all six were looked at (S10). Raises as ``edit``."""
    permissions.require(actor, permissions.PROPOSE)
    if set(looked_at) != set(labels.LOOKED_AT):
        raise RefusedError(problem("looked_at", "looked_at"))
    check_text(text, "text")
    now = now or datetime.now(UTC)
    with writing() as session:
        label = records.load(session, label_id, revision)
        records.ask(session, actor, label, "edit", now)
        label.own_fault, label.own_fault_note = is_own, text.strip()
        records.keep(session, actor, label, "own_fault", now, text, is_own=is_own)


def contacted(
    actor: Actor, label_id: int, revision: int | None, on: date, text: str = "", now: datetime | None = None
) -> None:
    """Write down when the buyer was talked to (S11); a day of the shop. Raises as ``edit``."""
    permissions.require(actor, permissions.PROPOSE)
    check_text(text, "text")
    now = now or datetime.now(UTC)
    with writing() as session:
        label = records.load(session, label_id, revision)
        records.ask(session, actor, label, "edit", now)
        if not label.happened_on <= on <= now.astimezone(shop_settings().zone).date():
            raise RefusedError(problem("contacted_on", "contacted_on"))
        label.contacted_on = on
        records.keep(session, actor, label, "contacted", now, text, on=on.isoformat())


def renew(actor: Actor, label_id: int, piece: Piece, now: datetime | None = None) -> int:
    """Write a draft that goes on from a label, with new evidence; returns its id. It is reviewed as any other.

    Raises as ``propose``; ObjectionsError where the piece is one that it rested on before.
    """
    permissions.require(actor, permissions.PROPOSE)
    now = now or datetime.now(UTC)
    with writing() as session:
        old = records.load(session, label_id, None)
        records.ask(session, actor, old, "renew", now)
        draft = Draft(old.code, min(old.severity, taxonomy.cap(piece.origin.tier)), old.happened_on, old.note,
                      piece.origin.tier)  # fmt: skip
        source = Source(renewed_from=old.id)
        found = propose(actor, old.buyer_id, draft, (piece,), source=source, now=now)
        if not records.proof_of(session, records.load(session, found, None)).has_new:
            raise ObjectionsError(problem("no_new_evidence", "evidence"))
        records.keep(session, actor, old, "renew", now, renewed_as=found)
        return found


def check(draft: Draft, created_at: datetime, now: datetime, zone: tzinfo | None = None) -> None:
    """Raise RefusedError with all that is wrong with the draft, each at its field. ``zone``: of the shop."""
    found = drafts.wrongs(draft, created_at, now, zone or shop_settings().zone)
    if found:
        raise RefusedError(*(problem(wrong.code, wrong.field, **wrong.values) for wrong in found))


def check_person(buyer_id: int) -> None:
    """Raise RefusedError for nobody, and for the shop's own people, in whatever row their contact stands."""
    if not buyer_refs([buyer_id]):
        raise RefusedError(problem("buyer", "buyer"))
    if staff.among_buyers([buyer_id]):
        raise RefusedError(problem("staff", "buyer"))


def check_text(text: str, field: str, *, needed: bool = False) -> None:
    """Raise RefusedError for a person's words that are too long to be kept, or missing."""
    if len(text) > LONGEST_WHY or "\0" in text:
        raise RefusedError(problem("note_long", field, most=LONGEST_WHY))
    if needed and not text.strip():
        raise RefusedError(problem("why", field))


def same(buyer_id: int, draft: Draft, now: datetime, but: int | None = None) -> int | None:
    """A label of the buyer with this code for this day that is not over; renewals aside, there is one at a time."""
    query = select(Label).where(
        Label.buyer_id == buyer_id, Label.code == draft.code, Label.happened_on == draft.happened_on
    )
    for other in db.session().scalars(query.order_by(Label.id)):
        is_over = status.status(reading.facts(other), now) in status.FINAL
        if other.id != but and not is_over:
            return other.id
    return None


def _values(draft: Draft, created_at: datetime, zone: tzinfo) -> dict[str, Any]:
    return {
        "code": draft.code, "taxonomy": taxonomy.VERSION, "tier": draft.tier,
        "min_tier": taxonomy.CODES[draft.code].min_tier, "severity": draft.severity, "happened_on": draft.happened_on,
        "note": draft.note.strip(), "latest_at": taxonomy.latest(draft.code, created_at),
        "expires_at": drafts.expires(draft, created_at, zone),
    }  # fmt: skip


def _set(label: Label, name: str, value: Any) -> bool:
    if getattr(label, name) == value:
        return False
    setattr(label, name, value)
    return True


def _with_tier(draft: Draft, tier: int) -> Draft:
    return replace(draft, tier=tier)
