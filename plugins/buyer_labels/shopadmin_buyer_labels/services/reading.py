"""Labels as the other parts of the plugin read them: by buyer, with status and effect derived now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, func, select

from shopadmin.plugin_api import among, ask_around, db
from shopadmin_buyer_labels.domain.status import Effect, Facts, Status, effect_in, status
from shopadmin_buyer_labels.domain.taxonomy import CODES
from shopadmin_buyer_labels.models import Label, LabelEvidence


@dataclass(frozen=True, slots=True)
class LabelSnapshot:
    """A label at a moment. ``tier``: of the best evidence attached, which effects go by; ``said_tier``: what it is said
    to rest on, which caps its severity and must be attached before it leaves the draft (section 2, G2), so that the two
    differ in drafts alone. ``evidence``: how many pieces; ``since``: when it was made; ``reviewed_by``: None until
    somebody approved it; ``effect``: the most that it may lead to; ``is_exact``: False for one of somebody who is
    perhaps the person asked about (``alike.py``).
    """

    id: int
    buyer_id: int
    code: str
    tier: int
    severity: int
    status: Status
    effect: Effect
    since: datetime
    expires_at: datetime
    evidence: int
    origin: str
    reviewed_by: int | None
    is_protective: bool
    is_exact: bool = True
    said_tier: int = 0


_PIECES = (
    select(func.count()).where(LabelEvidence.label_id == Label.id).correlate(Label).scalar_subquery().label("pieces")
)
# What status and effect follow from; no sealed text, which costs a decryption each.
_NAMES = tuple(field.name for field in fields(Facts))
_FACTS_OF = attrgetter(*_NAMES)
FACTS = tuple(getattr(Label, name) for name in _NAMES)
SHOWN = (*FACTS, Label.id, Label.buyer_id, Label.origin, Label.reviewed_by, _PIECES)
_OF_BUYERS = select(*SHOWN).where(among(Label.buyer_id, "ids")).order_by(Label.id)
_BY_ID = select(*SHOWN).where(among(Label.id, "ids")).order_by(Label.id)


def labels_of(buyer_ids: Collection[int], now: datetime) -> Mapping[int, tuple[LabelSnapshot, ...]]:
    """The labels of these buyers, by buyer; who has none is left out. One query, ``now`` is aware UTC."""
    found: dict[int, list[LabelSnapshot]] = {}
    rows = ask_around(_OF_BUYERS, {"ids": list(buyer_ids)}) if buyer_ids else ()
    for row in rows:
        found.setdefault(row.buyer_id, []).append(snapshot(row, now))
    return {buyer_id: tuple(labels) for buyer_id, labels in found.items()}


def labels_by_id(label_ids: Collection[int], now: datetime) -> Mapping[int, LabelSnapshot]:
    """The same of these labels, by id."""
    rows = db.session().execute(_BY_ID, {"ids": list(label_ids)}) if label_ids else ()
    return {row.id: snapshot(row, now) for row in rows}


def every(now: datetime) -> list[LabelSnapshot]:
    """The same of every label there is, in the order of their numbers."""
    return [snapshot(row, now) for row in db.session().execute(select(*SHOWN).order_by(Label.id))]


def facts(row: Label | Row[tuple[object, ...]]) -> Facts:
    """What the rules see of a row."""
    return Facts(*_FACTS_OF(row))


def snapshot(row: Row[Any], now: datetime) -> LabelSnapshot:
    """A row of what is ``SHOWN``, as it stands ``now``."""
    known = Facts(*row[: len(_NAMES)])
    found = status(known, now)
    return LabelSnapshot(
        id=row.id, buyer_id=row.buyer_id, code=row.code, tier=row.evidence_tier, severity=row.severity,
        status=found, effect=effect_in(known, found), since=row.created_at, expires_at=row.expires_at,
        evidence=row.pieces, origin=row.origin, reviewed_by=row.reviewed_by,
        is_protective=CODES[row.code].is_protective, said_tier=row.tier,
    )  # fmt: skip
