"""Which pairs of buyers are suggested to be one person, and what becomes of a suggestion: pure.

A machine only suggests (section 3 of the buyer labels): a person merges the two or says that they are two people, and
what a person said is not asked again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Literal

Decision = Literal["", "merged", "other"]
# Lower id first.
Pair = tuple[int, int]
# When the labelled ones are compared anew, by the shop's clock.
NIGHT = time(3)


@dataclass(frozen=True, slots=True)
class Finding:
    """How alike two buyers are: ``score`` in thousandths, ``reasons``: codes of what agrees."""

    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A suggestion as it is kept."""

    finding: Finding
    decision: Decision = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written: pairs that are new, open ones that rest on something else now, and open ones that rest on
    nothing any more.
    """

    new: Mapping[Pair, Finding]
    changed: Mapping[Pair, Finding]
    gone: frozenset[Pair]


def pair(one: int, other: int) -> Pair:
    """The two in the order in which they are kept."""
    return (one, other) if one < other else (other, one)


def plan(found: Mapping[Pair, Finding], kept: Mapping[Pair, Kept], looked_at: Collection[int]) -> Plan:
    """What follows when everybody who is like one of ``looked_at`` was ``found``; ``kept``: all suggestions of theirs.

    What somebody decided about stays as it is. Planned again on what it leads to, it changes nothing.
    """
    still_open = {each: before for each, before in kept.items() if not before.decision}
    return Plan(
        new={each: finding for each, finding in found.items() if each not in kept},
        changed={
            each: found[each]
            for each, before in still_open.items()
            if found.get(each, before.finding) != before.finding
        },
        gone=frozenset(each for each in still_open if each not in found and set(each) & set(looked_at)),
    )


def settled(decision: Decision, is_same: bool) -> Decision:
    """What a suggestion says once the two are one person, or are not any more: a merge that is taken back asks again,
    a "no" stays.
    """
    if decision == "other":
        return "other"
    return "merged" if is_same else ""


def last_night(now: datetime, zone: tzinfo) -> datetime:
    """The newest moment, not after ``now``, at which the shop's clock showed ``NIGHT``."""
    here = now.astimezone(zone)
    night = datetime.combine(here.date(), NIGHT, zone)
    return night if night <= here else datetime.combine(here.date() - timedelta(days=1), NIGHT, zone)
