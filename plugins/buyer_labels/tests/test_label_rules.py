"""Status, effect and moves of labels as pure rules: total, walked through, and each guard on its own."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from hypothesis import example, given
from hypothesis import strategies as st
from shopadmin_buyer_labels.domain import moves, taxonomy
from shopadmin_buyer_labels.domain.moves import MOVES, Move, Proof, Who, after, refusal
from shopadmin_buyer_labels.domain.status import FINAL, STATUSES, Effect, Facts, Status, effect, status

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
OTHER = Who(may_propose=True, may_review=True)
AUTHOR = replace(OTHER, is_author=True)
# Reader, proposer, reviewer, author with all rights, author who runs the shop alone.
EVERYBODY = (
    Who(), Who(may_propose=True), Who(may_propose=True, is_author=True), Who(may_review=True), OTHER, AUTHOR,
    replace(AUTHOR, is_alone=True),
)  # fmt: skip
FRESH = Proof(has_new=True, new_at=NOW - timedelta(days=2))


def draft(code: str = "refund.item_swapped", tier: int = 2, **changes: Any) -> Facts:
    """A draft that lacks nothing."""
    values: dict[str, Any] = {
        "code": code, "tier": tier, "evidence_tier": tier, "severity": 3, "created_at": NOW - timedelta(days=1),
        "expires_at": NOW + timedelta(days=90), "own_fault": False, "contacted_on": NOW.date(),
    }  # fmt: skip
    return Facts(**values | changes)


TIMES = [field.name for field in fields(Facts) if field.name.endswith("_at") and field.name != "created_at"]
FACTS = st.builds(
    draft,
    code=st.sampled_from(sorted(taxonomy.CODES)),
    tier=st.integers(0, 4),
    severity=st.integers(1, 4),
    own_fault=st.none() | st.booleans(),
    **{name: st.none() | st.just(NOW) for name in TIMES if name != "expires_at"},
    expires_at=st.sampled_from([NOW, NOW + timedelta(seconds=1)]),
)


@given(FACTS)
@example(draft("claim.coercive_settlement", tier=0, severity=1, noticed_at=NOW, notice_sent_at=NOW))
@example(draft("refund.item_swapped", tier=0, noticed_at=NOW, notice_sent_at=NOW))
def test_every_combination_of_facts_has_one_status_and_an_effect_within_its_bounds(facts: Facts) -> None:
    found, most = status(facts, NOW), effect(facts, NOW)

    assert found in STATUSES
    bounds = {"active": Effect.REQUIREMENT, "noticed": Effect.NOTE, "pending_review": Effect.FLAG, "draft": Effect.FLAG}
    assert most <= bounds.get(found, Effect.NONE)
    if taxonomy.CODES[facts.code].is_careful and facts.evidence_tier < 3:
        assert most <= Effect.FLAG
    if facts.evidence_tier == 0 or taxonomy.CODES[facts.code].is_protective:
        assert most <= (Effect.NONE if found != "noticed" else Effect.NOTE)
    if most == Effect.REQUIREMENT:
        assert facts.evidence_tier >= 3
        assert facts.severity >= 3


def test_the_status_is_the_first_that_is_true_in_the_order_of_the_list() -> None:
    names = ("tombstoned", "revoked", "corrected", "suspended", "disputed", "notice_sent", "noticed", "submitted")
    facts = draft(**{f"{name}_at": NOW for name in names}, expires_at=NOW)
    found = []
    for name in (*names[:3], "expires", *names[3:], ""):
        found.append(status(facts, NOW))
        if name:
            facts = replace(facts, **{f"{name}_at": None if name != "expires" else NOW + timedelta(days=1)})

    assert found == list(STATUSES)


def test_every_way_through_keeps_the_guards() -> None:
    """From drafts without evidence, all moves of all people at their moments, until nothing is new."""
    starts = [
        draft(code, 0, severity=1, own_fault=fault, contacted_on=contacted)
        for code in ("clear.reviewed_ok", "refund.item_swapped", "review.extortion_demand")
        for fault, contacted in ((None, None), (False, None), (False, NOW.date()), (True, NOW.date()))
    ]
    seen: set[Facts] = set(starts)
    waiting, made = list(starts), set[tuple[Status, Move, Status]]()
    while waiting:
        facts = waiting.pop()
        for move in MOVES:
            for who in EVERYBODY:
                for now in (NOW, NOW + moves.COOLING, facts.expires_at):
                    for proof in (Proof(), FRESH) if move in ("submit", "resume") else (Proof(),):
                        if refusal(move, facts, who, now, proof) is not None:
                            continue
                        found = _moved(move, facts, who, now)
                        _check_guards(move, facts, found, who, now, proof)
                        made.add((status(facts, now), move, status(found, now)))
                        if found not in seen:
                            seen.add(found)
                            waiting.append(found)

    # Nothing that is over moves again, but for a label that goes on from one that has expired.
    assert {move for before, move, _then in made if before in FINAL} == {"renew"}
    assert {move for _before, move, _then in made} == set(MOVES)
    ways = {(before, then) for before, _move, then in made if before != then}
    assert ways == {
        ("draft", "pending_review"), ("draft", "revoked"),
        ("pending_review", "draft"), ("pending_review", "noticed"), ("pending_review", "revoked"),
        ("noticed", "active"), ("noticed", "suspended"), ("noticed", "corrected"), ("noticed", "revoked"),
        ("active", "suspended"), ("active", "corrected"), ("active", "revoked"),
        ("suspended", "noticed"), ("suspended", "active"), ("suspended", "corrected"), ("suspended", "revoked"),
    }  # fmt: skip


def _moved(move: Move, facts: Facts, who: Who, now: datetime) -> Facts:
    """As the services write it; the pause begins where one person runs the shop. Times are put on two moments."""
    found = after(move, facts, now, "by_hand" if move == "suspend" else "withdrawn" if move == "withdraw" else "")
    if move == "submit":
        found = replace(found, cooling_until=NOW + moves.COOLING if who.is_alone else None)
    if move == "attach" and found.tier < 3 and found.submitted_at is None:
        found = replace(found, tier=found.tier + 1, evidence_tier=found.evidence_tier + 1)
    coarse = {name: NOW for name in TIMES if name != "expires_at" and getattr(found, name) is not None}
    return replace(found, **coarse)


def _check_guards(move: Move, before: Facts, then: Facts, who: Who, now: datetime, proof: Proof) -> None:
    rule = taxonomy.CODES[before.code]
    assert who.may_review or (moves.RULES[move].role == "propose" and who.may_propose)
    if move == "submit":  # G2, S10, S11
        assert before.evidence_tier >= rule.min_tier
        assert before.own_fault is not None
        assert not (before.own_fault and rule.is_careful)
        assert rule.is_protective or before.contacted_on is not None
    if move == "approve":  # G3
        paused = who.is_alone and before.cooling_until is not None and now >= before.cooling_until
        assert not who.is_author or paused
    if move == "resume":
        assert proof.has_new
        assert not who.is_author or who.is_alone
    if effect(then, now) > max(effect(before, now), Effect.FLAG):  # what is worse than a flag comes by few ways
        assert move in ("notice_sent", "notice_impossible", "resume")


def test_g3_nobody_reviews_their_own_and_one_person_waits_a_day() -> None:
    submitted = draft(submitted_at=NOW)
    alone = replace(AUTHOR, is_alone=True)
    cooling = replace(submitted, cooling_until=NOW + moves.COOLING)

    assert refusal("approve", submitted, AUTHOR, NOW) == "self_review"
    assert refusal("approve", submitted, OTHER, NOW) is None
    assert refusal("approve", submitted, alone, NOW + moves.COOLING) == "self_review"  # no pause was set
    assert refusal("approve", cooling, alone, NOW + moves.COOLING - timedelta(seconds=1)) == "cooling"
    assert refusal("approve", cooling, alone, NOW + moves.COOLING) is None
    assert refusal("approve", cooling, AUTHOR, NOW + moves.COOLING) == "self_review"  # a second person came


def test_what_a_draft_lacks_is_named() -> None:
    claim = "claim.coercive_settlement"

    assert refusal("submit", draft(tier=1), OTHER, NOW) == "tier"
    assert refusal("submit", draft(tier=3, evidence_tier=2), OTHER, NOW) == "unproved"
    assert refusal("submit", draft(), OTHER, NOW, Proof(is_renewal=True)) == "no_new_evidence"
    assert refusal("submit", draft(own_fault=None), OTHER, NOW) == "own_fault_unchecked"
    assert refusal("submit", draft(claim, own_fault=True), OTHER, NOW) == "own_fault"
    assert refusal("submit", draft(own_fault=True), OTHER, NOW) is None  # a swapped article is no claim
    assert refusal("submit", draft(contacted_on=None), OTHER, NOW) == "not_contacted"
    assert refusal("submit", draft("clear.reviewed_ok", 0, contacted_on=None), OTHER, NOW) is None


def test_the_taxonomy_is_the_documents() -> None:
    lasts = {(rule.min_tier, rule.share_tier, rule.days, rule.max_days) for rule in taxonomy.CODES.values()}

    assert lasts == {
        (2, 3, 180, 365), (2, 2, 90, 180), (1, None, 90, 180), (1, None, 180, 365), (1, 2, 365, 730),
        (0, None, 365, 365),
    }  # fmt: skip
    assert len(taxonomy.CODES) == 14
    assert [taxonomy.cap(tier) for tier in taxonomy.TIERS] == [1, 2, 3, 4, 4]
    assert taxonomy.known("shopadmin:refund.item_swapped") == "refund.item_swapped"
    assert taxonomy.known("person.liar") is None
    assert set(get_args(Status)) == set(STATUSES)
