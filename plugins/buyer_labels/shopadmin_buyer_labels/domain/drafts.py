"""What a draft must be like to be kept: what is wrong with which field, nothing for a sound one (G4, G6, G7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from shopadmin_buyer_labels.domain import grounds, taxonomy

LONGEST_NOTE = 500
EARLIEST = date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a label says. ``tier``: what it is said to rest on; ``ends_on``: its last day by the shop's clock, None for
    what its code lasts by itself.
    """

    code: str
    severity: int
    happened_on: date
    note: str = ""
    tier: int = 0
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong: its code, the field, and what the sentence about it needs."""

    code: str
    field: str
    values: Mapping[str, Any] = dataclass_field(default_factory=dict)


def wrongs(draft: Draft, created_at: datetime, now: datetime, zone: tzinfo) -> list[Wrong]:
    """All that is wrong. ``zone``: the shop's, by which days are read."""
    found = [*_of_the_size(draft), *_of_the_day(draft, now, zone), *_of_the_note(draft.note)]
    return found + (list(_of_the_end(draft, created_at, now, zone)) if draft.code in taxonomy.CODES else [])


def expires(draft: Draft, created_at: datetime, zone: tzinfo) -> datetime:
    """When the label ends: at the end of its last day, at the latest when its code lets it."""
    if draft.ends_on is None:
        return taxonomy.expires(draft.code, created_at)
    return min(_end_of(draft.ends_on, zone), taxonomy.latest(draft.code, created_at))


def _of_the_size(draft: Draft) -> Iterable[Wrong]:
    if draft.code not in taxonomy.CODES:
        yield Wrong("code", "code")
    if draft.tier not in taxonomy.TIERS:
        yield Wrong("tier_value", "tier")
    elif draft.severity in taxonomy.SEVERITIES and draft.severity > taxonomy.cap(draft.tier):
        yield Wrong("severity_cap", "severity", {"tier": draft.tier, "most": taxonomy.cap(draft.tier)})
    if draft.severity not in taxonomy.SEVERITIES:
        yield Wrong("severity", "severity")


def _of_the_day(draft: Draft, now: datetime, zone: tzinfo) -> Iterable[Wrong]:
    if not EARLIEST <= draft.happened_on <= now.astimezone(zone).date():
        yield Wrong("happened_on", "happened_on")


def _of_the_note(note: str) -> Iterable[Wrong]:
    if len(note) > LONGEST_NOTE or "\0" in note:
        yield Wrong("note_long", "note", {"most": LONGEST_NOTE})
    else:
        yield from (Wrong(found.kind, "note", {"words": found.words}) for found in grounds.lint(note))


def _of_the_end(draft: Draft, created_at: datetime, now: datetime, zone: tzinfo) -> Iterable[Wrong]:
    if draft.ends_on is None:
        return
    latest = taxonomy.latest(draft.code, created_at).astimezone(zone).date()
    if draft.ends_on > latest:
        yield Wrong("expires_late", "ends_on", {"latest": latest})
    elif _end_of(draft.ends_on, zone) <= now:
        yield Wrong("expires_past", "ends_on")


def _end_of(day: date, zone: tzinfo) -> datetime:
    if day >= date.max - timedelta(days=1):
        return datetime.max.replace(tzinfo=UTC)
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
