"""The shop's old list becomes drafts: row by row, all that can be or nothing of a row, with a report for each.

One transaction for the whole: broken off, nothing was brought in. The same file again names every row a duplicate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    BuyerIdentifier,
    ObjectionsError,
    Problem,
    RefusedError,
    buyer_found_or_made,
    read_day,
    shop_settings,
    writing,
)
from shopadmin_buyer_labels import permissions
from shopadmin_buyer_labels.domain import grounds, taxonomy
from shopadmin_buyer_labels.domain.drafts import Draft
from shopadmin_buyer_labels.messages import problem
from shopadmin_buyer_labels.services import proposing
from shopadmin_buyer_labels.services.listed_people import ListedPeople
from shopadmin_buyer_labels.services.proposing import Source

MOST_ROWS = 2000
# As much of a word that nobody knows is shown.
_SHOWN = 40
KINDS = ("phone", "email", "platform_uid", "nick", "address")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list: values as they stand there, by field."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: the draft that it made, or why it made none. ``is_duplicate``: its label is there."""

    number: int
    label_id: int | None = None
    problems: tuple[Problem, ...] = ()
    is_duplicate: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """A row as it was read, and can be taken unless its person stands in the way."""

    draft: Draft
    people: Sequence[BuyerIdentifier]
    name: str


def bring_in(actor: Actor | None, rows: Sequence[Row], origin: str, now: datetime | None = None) -> list[Outcome]:
    """Make drafts of the rows. Raises ForbiddenError, RefusedError for too many at once."""
    permissions.require(actor, permissions.PROPOSE)
    if len(rows) > MOST_ROWS:
        raise RefusedError(problem("rows", "file", most=MOST_ROWS))
    now, zone = now or datetime.now(UTC), shop_settings().zone
    asked = [_asked(row, now, zone) for row in rows]
    with writing() as session:
        known = ListedPeople([each.people for each in asked if isinstance(each, _Asked)], now)
        found = []
        for row, each in zip(rows, asked, strict=True):
            if isinstance(each, RefusedError):
                found.append(Outcome(row.number, problems=tuple(each.problems)))
                continue
            point = session.begin_nested()
            try:
                found.append(Outcome(row.number, _draft(session, actor, each, Source(origin), known, now, zone)))
                point.commit()
            except RefusedError as refused:
                point.rollback()
                found.append(Outcome(row.number, problems=tuple(refused.problems)))
            except ObjectionsError as objections:
                point.rollback()
                found.append(Outcome(row.number, problems=tuple(objections.problems), is_duplicate=True))
        return found


def _asked(row: Row, now: datetime, zone: tzinfo) -> _Asked | RefusedError:
    """What the row says, or why it cannot be taken whoever it is about."""
    try:
        draft, people = _read(row.values)
        proposing.check(draft, now, now, zone)
    except RefusedError as refused:
        return refused
    return _Asked(draft, people, str(row.values.get("name") or ""))


def _draft(
    session: Session, actor: Actor | None, asked: _Asked, source: Source, known: ListedPeople, now: datetime,
    zone: tzinfo,
) -> int:  # fmt: skip
    """As ``proposing.propose``, with what was read of all people of the list."""
    buyer_id, is_new = buyer_found_or_made(actor, asked.people, asked.name, now)
    if known.is_own(buyer_id, asked.people, is_new=is_new):
        raise RefusedError(problem("staff", "buyer"))
    if not is_new and (other := known.same(buyer_id, asked.draft)) is not None:
        raise ObjectionsError(problem("already", "code", label=other))
    label = proposing.write(session, actor, buyer_id, asked.draft, source, now, zone)
    known.labelled(buyer_id, asked.draft, label.id)
    return label.id


def _read(values: Mapping[str, Any]) -> tuple[Draft, list[BuyerIdentifier]]:
    """Raises RefusedError with everything that is of the wrong kind."""
    wrong: list[Problem] = []

    def take(name: str, code: str, read: Any, otherwise: Any) -> Any:
        try:
            return read(values.get(name))
        except (TypeError, ValueError):
            wrong.append(problem(code, name))
            return otherwise

    draft = Draft(
        code=_code(values.get("code"), wrong),
        severity=take("severity", "severity", _number, 1),
        happened_on=take("happened_on", "happened_on_value", _day, date.min),
        note=take("note", "note_value", _text, ""),
        tier=take("tier", "tier_value", _number, 0),
        ends_on=take("ends_on", "expires_value", lambda value: _day(value) if value else None, None),
    )
    people = take("identifiers", "identifiers", _identifiers, [])
    if any(each.region and not _is_country(each.region) for each in people):
        wrong.append(problem("region", "identifiers"))
    if wrong:
        raise RefusedError(*wrong)
    return draft, people


def _code(value: Any, wrong: list[Problem]) -> str:
    """A right that somebody used is no event: said so, rather than that there is no such code (G7)."""
    found = taxonomy.known(value) if isinstance(value, str) else None
    if found is not None:
        return found
    said = grounds.lint(value) if isinstance(value, str) else []
    word = value.strip()[:_SHOWN] if isinstance(value, str) else ""
    wrong += [problem(each.kind, "code", words=each.words) for each in said] or [problem("code", "code", word=word)]
    return ""


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    return value


def _day(value: Any) -> date:
    if not isinstance(value, str):
        raise TypeError(value)
    return read_day(value)


def _text(value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise TypeError(value)
    return value or ""


def _identifiers(value: Any) -> list[BuyerIdentifier]:
    if not isinstance(value, list) or not value:
        raise TypeError(value)
    return [_identifier(each) for each in value]


def _identifier(value: Any) -> BuyerIdentifier:
    if not isinstance(value, dict) or value.get("kind") not in KINDS or not isinstance(value.get("value"), str):
        raise TypeError(value)
    scope, region = (value.get(name) or "" for name in ("scope", "region"))
    if not isinstance(scope, str) or not isinstance(region, str):
        raise TypeError(value)
    return BuyerIdentifier(value["kind"], value["value"], scope, region.strip().upper())


def _is_country(region: str) -> bool:
    return len(region) == 2 and region.isascii() and region.isalpha()
