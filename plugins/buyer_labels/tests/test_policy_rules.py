"""What labels may lead to: the caps, the join, and that no rule ever says "cancel" or holds for ever."""

import random
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as some
from shopadmin_buyer_labels.domain.policy import (
    CLEAR,
    LONGEST_HOLD,
    NOTHING,
    REQUIREMENTS,
    STATUSES,
    Effect,
    LabelFacts,
    Level,
    Match,
    Rule,
    contradictions,
    decide,
    join,
)
from shopadmin_buyer_labels.domain.status import Effect as Reach
from shopadmin_buyer_labels.domain.taxonomy import CODES

from shopadmin.plugin_api import Standing, StandingLevel

SWAPPED = "refund.item_swapped"
HOLD = Effect(Level.HOLD, hold_hours=24)
EVERYTHING = Effect(Level.HOLD, frozenset(REQUIREMENTS), False, 24)
ACTIVE = LabelFacts(SWAPPED, 3, 3, "active", Reach.REQUIREMENT)
ALL_STATUSES = frozenset(STATUSES)

effects = some.builds(
    Effect,
    some.sampled_from(Level),
    some.frozensets(some.sampled_from(REQUIREMENTS)),
    some.booleans(),
    some.integers(0, LONGEST_HOLD),
)


def rule(effect: Effect = EVERYTHING, **options: object) -> Rule:
    return Rule(frozenset({SWAPPED}), effect, **{"min_tier": 3, "min_severity": 3, "is_approved": True} | options)


def most(label: LabelFacts, *, is_exact: bool = True, is_approved: bool = True) -> Effect:
    everything = Rule(frozenset(), EVERYTHING, statuses=ALL_STATUSES, is_approved=is_approved)
    return join(found.effect for found in decide([everything], [Match(label, is_exact)]))


@given(effects, effects, effects)
def test_g5_the_strictest_wins_in_whatever_order_and_number_it_is_said(one: Effect, two: Effect, three: Effect) -> None:
    assert join([one, join([two, three])]) == join([join([one, two]), three])
    assert join([one, two]) == join([two, one])
    assert join([one, one]) == join([one, NOTHING]) == one


@pytest.mark.parametrize(
    ("label", "options", "expected"),
    [
        (ACTIVE, {}, EVERYTHING),
        (ACTIVE, {"is_approved": False}, HOLD),
        (ACTIVE, {"is_exact": False}, Effect(Level.FLAG)),
        (replace(ACTIVE, severity=2, reach=Reach.HOLD), {}, HOLD),
        (replace(ACTIVE, status="noticed", reach=Reach.NOTE), {}, Effect(Level.NOTE)),
        (replace(ACTIVE, status="draft", tier=1, reach=Reach.FLAG), {}, Effect(Level.FLAG)),
        (replace(ACTIVE, status="disputed", reach=Reach.NONE), {}, NOTHING),
    ],
    ids=["strong and approved", "approved by nobody", "only similar", "not grave", "noticed", "own draft", "disputed"],
)
def test_a_match_leads_to_no_more_than_its_row_of_the_table(
    label: LabelFacts, options: dict[str, bool], expected: Effect
) -> None:
    assert most(label, **options) == expected


def test_a_cleared_or_allowed_buyer_is_left_alone_and_a_protected_one_is_flagged_at_most() -> None:
    clear = Match(LabelFacts(CLEAR, 0, 1, "active", Reach.NONE))
    victim = Match(LabelFacts("identity.impersonation_victim", 1, 1, "active", Reach.NONE))

    assert decide([rule()], [Match(ACTIVE), clear]) == []
    assert decide([rule()], [Match(ACTIVE)], is_allowed=True) == []
    assert [found.effect for found in decide([rule()], [Match(ACTIVE), victim])] == [Effect(Level.FLAG)]
    # One that is only like somebody who was cleared is not cleared by it.
    assert decide([rule()], [Match(ACTIVE), replace(clear, is_exact=False)])


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        (rule(Effect()), "level", "nothing"),
        (rule(Effect(Level.FLAG, frozenset({"prepay"}))), "level", "must_hold"),
        (replace(rule(), codes=frozenset({"buyer.is_bad"})), "codes", "unknown_code"),
        (replace(rule(), codes=frozenset({CLEAR})), "codes", "protective"),
        (rule(HOLD, statuses=frozenset({"draft", "noticed"})), "statuses", "too_early"),
        (rule(HOLD, statuses=frozenset()), "statuses", "no_status"),
        (rule(HOLD, statuses=frozenset({"revoked"})), "statuses", "unknown_status"),
        (rule(Effect(Level.NOTE, campaigns=False), statuses=frozenset({"noticed"})), "statuses", "asks_too_early"),
        (rule(min_tier=2), "min_tier", "asks_weak_tier"),
        (rule(min_severity=2), "min_severity", "asks_weak_severity"),
        (rule(HOLD, min_tier=5), "min_tier", "tier_range"),
        (rule(HOLD, min_severity=0), "min_severity", "severity_range"),
        (replace(rule(HOLD, min_tier=2), codes=frozenset({"review.extortion_demand"})), "min_tier", "careful_tier"),
        (rule(Effect(Level.HOLD, hold_hours=25)), "hold_hours", "hold_range"),
        (rule(Effect(Level.HOLD)), "hold_hours", "hold_range"),
        (rule(Effect(Level.FLAG, hold_hours=1)), "hold_hours", "no_hold"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_rule_that_contradicts_itself_is_refused_at_its_field(wrong: Rule, field: str, code: str) -> None:
    assert (field, code) in [(found.field, found.code) for found in contradictions(wrong)]


def test_a_rule_that_can_be_followed_is_not_refused() -> None:
    assert contradictions(rule()) == []
    assert contradictions(Rule(frozenset(), Effect(Level.FLAG), statuses=frozenset({"draft", "active"}))) == []


def test_the_levels_are_the_cores() -> None:
    assert [level.value for level in Level] == [level.value for level in StandingLevel]


def test_g5_no_policy_cancels_an_order_or_holds_it_past_a_day() -> None:
    seeded = random.Random(5)
    words = set(Level.__members__) | set(REQUIREMENTS)
    assert not [word for word in words if "cancel" in word.lower() or "refuse" in word.lower()]
    labels = [
        LabelFacts(code, tier, severity, status, reach)
        for code, tier, severity, (status, reach) in product(
            CODES, (1, 2, 3), (1, 3), (("draft", Reach.FLAG), ("active", Reach.REQUIREMENT), ("revoked", Reach.NONE))
        )
    ]

    for _number in range(10_000):
        rules = [_random_rule(seeded) for _rule in range(seeded.randint(1, 3))]
        matches = [Match(seeded.choice(labels), seeded.random() < 0.8) for _match in range(seeded.randint(1, 3))]
        for found in (all_in_force := [decision.effect for decision in decide(rules, matches)]):
            assert found.level in Level
            assert found.requires <= set(REQUIREMENTS)
        outcome = join(all_in_force)
        assert outcome.hold_hours <= LONGEST_HOLD
        assert (outcome.level is Level.HOLD) == (outcome.hold_hours > 0) or any(map(contradictions, rules))
        # What a standing of the core can say is all that comes out.
        Standing(StandingLevel(outcome.level), outcome.requires, outcome.campaigns)
        if not any(match.label.reach is Reach.REQUIREMENT and match.is_exact for match in matches):
            assert (outcome.requires, outcome.campaigns) == (frozenset(), True)


def _random_rule(seeded: random.Random) -> Rule:
    """Any rule that can be written, also what ``contradictions`` would refuse, and hours nobody may ask for."""
    return Rule(
        frozenset(seeded.sample(sorted(CODES), seeded.randint(0, 3))),
        Effect(
            seeded.choice(list(Level)),
            frozenset(seeded.sample(REQUIREMENTS, seeded.randint(0, 3))),
            seeded.random() < 0.5,
            seeded.choice((0, 1, 24, 10_000)),
        ),
        seeded.randint(0, 4),
        seeded.randint(1, 4),
        frozenset(seeded.sample(STATUSES, seeded.randint(1, 4))),
        seeded.random() < 0.5,
    )
