"""What a label may lead to for an order (section 4 of the specification): a language without "cancel" and "refuse".

A rule says which labels it looks at and what they lead to; ``ceiling`` says what a match may lead to at most, whatever
rules say; ``decide`` joins, the strictest wins. A hold ends by itself: nothing here lasts longer than ``LONGEST_HOLD``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from shopadmin_buyer_labels.domain.status import REQUIREMENT_SEVERITY
from shopadmin_buyer_labels.domain.status import Effect as Reach
from shopadmin_buyer_labels.domain.taxonomy import CODES, SEVERITIES, TIERS, UPHELD


class Level(IntEnum):
    """How much an order is looked at; the same numbers as the core's ``StandingLevel``."""

    NONE = 0
    NOTE = 1
    FLAG = 2
    HOLD = 3


Requirement = Literal["prepay", "verify_contact", "signature_delivery"]
REQUIREMENTS: tuple[Requirement, ...] = ("prepay", "verify_contact", "signature_delivery")
# What a label that a rule looks at may be; all others have no effect.
STATUSES = ("draft", "pending_review", "noticed", "active")
# Hours (section 4: default and maximum).
LONGEST_HOLD = 24
CLEAR = "clear.reviewed_ok"


@dataclass(frozen=True, slots=True)
class Effect:
    """What follows for an order. ``campaigns``: may take part; ``hold_hours``: until it ends by itself, 0 for no hold.

    A requirement holds the order until it is met, or until its time is over.
    """

    level: Level = Level.NONE
    requires: frozenset[Requirement] = frozenset()
    campaigns: bool = True
    hold_hours: int = 0


NOTHING = Effect()
_NOTE = Effect(Level.NOTE)
_FLAG = Effect(Level.FLAG)
_HOLD = Effect(Level.HOLD, hold_hours=LONGEST_HOLD)
_ALL = Effect(Level.HOLD, frozenset(REQUIREMENTS), False, LONGEST_HOLD)
_AT_MOST: Mapping[Reach, Effect] = {Reach.NONE: NOTHING, Reach.NOTE: _NOTE, Reach.FLAG: _FLAG}


@dataclass(frozen=True, slots=True)
class Rule:
    """Which labels lead to what. ``codes``: empty for every code that is not protective.

    ``is_approved``: a person approved that it asks for something, or keeps out of campaigns, without being asked.
    """

    codes: frozenset[str]
    effect: Effect
    min_tier: int = 0
    min_severity: int = 1
    statuses: frozenset[str] = frozenset({"active"})
    is_approved: bool = False


@dataclass(frozen=True, slots=True)
class LabelFacts:
    """A label as rules see it. ``tier``: 0 to 4 (E0 to E4); ``severity``: 1 to 4; ``reach``: how far it may go."""

    code: str
    tier: int
    severity: int
    status: str
    reach: Reach


@dataclass(frozen=True, slots=True)
class Match:
    """A label, and how the order's buyer is known to be the labelled one: ``fuzzy`` only suggests it."""

    label: LabelFacts
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """What one rule makes of one match, by their places in the sequences given; never nothing."""

    rule: int
    match: int
    effect: Effect


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Why a rule is refused: its field, and a code for the words."""

    field: str
    code: str


def join(effects: Iterable[Effect]) -> Effect:
    """The strictest of all: associative, commutative, idempotent, as the core's join of standings."""
    joined = NOTHING
    for effect in effects:
        joined = Effect(
            max(joined.level, effect.level),
            joined.requires | effect.requires,
            joined.campaigns and effect.campaigns,
            max(joined.hold_hours, effect.hold_hours),
        )
    return joined


def meet(effect: Effect, most: Effect) -> Effect:
    """The effect, no stronger than ``most``."""
    return Effect(
        min(effect.level, most.level),
        effect.requires & most.requires,
        effect.campaigns or most.campaigns,
        min(effect.hold_hours, most.hold_hours),
    )


def ceiling(label: LabelFacts, is_exact: bool, is_approved: bool) -> Effect:
    """What a match may lead to at most: what the label may (``domain/status.py``), less where it is only like it.

    More than a hold needs a rule that a person approved.
    """
    if label.reach is Reach.REQUIREMENT and is_exact and is_approved:
        return _ALL
    if label.reach >= Reach.HOLD and is_exact:
        return _HOLD
    return _AT_MOST[min(label.reach, Reach.FLAG)]


def applies(rule: Rule, label: LabelFacts) -> bool:
    """Whether a rule looks at a label."""
    return (
        (label.code in rule.codes if rule.codes else not CODES[label.code].is_protective)
        and label.tier >= rule.min_tier
        and label.severity >= rule.min_severity
        and label.status in rule.statuses
    )


def decide(rules: Sequence[Rule], matches: Sequence[Match], is_allowed: bool = False) -> list[Decision]:
    """What follows for an order from all that is known of its buyer; nothing for one who is allowed or cleared.

    A protective label on the buyer's identity lowers everything to a flag: it may have been somebody else.
    """
    in_force = {match.label.code for match in matches if match.is_exact and match.label.status == "active"}
    if is_allowed or CLEAR in in_force:
        return []
    most = _FLAG if any(CODES[code].is_protective for code in in_force) else _ALL
    found = []
    for number, match in enumerate(matches):
        for place, rule in enumerate(rules):
            if applies(rule, match.label):
                bound = meet(ceiling(match.label, match.is_exact, rule.is_approved), most)
                if (effect := meet(rule.effect, bound)) != NOTHING:
                    found.append(Decision(place, number, effect))
    return found


def contradictions(rule: Rule) -> list[Contradiction]:
    """Why a rule cannot be: what it asks for that nothing could ever lead to, or that says nothing."""
    effect = rule.effect
    asks = bool(effect.requires) or not effect.campaigns
    holds = effect.level is Level.HOLD
    checks: Mapping[tuple[str, str], bool] = {
        ("codes", "unknown_code"): not rule.codes <= CODES.keys(),
        ("codes", "protective"): any(CODES[code].is_protective for code in rule.codes & CODES.keys()),
        ("min_tier", "tier_range"): rule.min_tier not in TIERS,
        ("min_severity", "severity_range"): rule.min_severity not in SEVERITIES,
        ("statuses", "no_status"): not rule.statuses,
        ("statuses", "unknown_status"): not rule.statuses <= set(STATUSES),
        ("level", "nothing"): effect.level is Level.NONE and not asks,
        ("level", "must_hold"): bool(effect.requires) and not holds,
        ("statuses", "too_early"): bool(rule.statuses) and _most_by_status(rule.statuses) < effect.level,
        ("statuses", "asks_too_early"): asks and bool(rule.statuses) and "active" not in rule.statuses,
        ("min_tier", "asks_weak_tier"): asks and rule.min_tier < UPHELD,
        ("min_severity", "asks_weak_severity"): asks and rule.min_severity < REQUIREMENT_SEVERITY,
        ("min_tier", "careful_tier"): holds and rule.min_tier < UPHELD and _are_careful(rule.codes & CODES.keys()),
        ("hold_hours", "hold_range"): holds and not 1 <= effect.hold_hours <= LONGEST_HOLD,
        ("hold_hours", "no_hold"): not holds and effect.hold_hours != 0,
    }
    return [Contradiction(field, code) for (field, code), is_so in checks.items() if is_so]


def _are_careful(codes: frozenset[str]) -> bool:
    return bool(codes) and all(CODES[code].is_careful for code in codes)


def _most_by_status(statuses: frozenset[str]) -> Level:
    levels = {"draft": Level.FLAG, "pending_review": Level.FLAG, "noticed": Level.NOTE, "active": Level.HOLD}
    return max((levels.get(status, Level.NONE) for status in statuses), default=Level.NONE)
