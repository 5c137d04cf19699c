"""The states of a complaint, and when its checklist is complete."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopadmin.domain import complaints as rules
from shopadmin.domain.complaints import State
from shopadmin.domain.evidence import KINDS

ENDS = {State.CLOSED}
EDGES = {
    ("collecting", "ready"), ("collecting", "settled"), ("collecting", "withdrawn"),
    ("ready", "collecting"), ("ready", "submitted"), ("ready", "settled"), ("ready", "withdrawn"),
    ("submitted", "more_info"), ("submitted", "upheld"), ("submitted", "partly"), ("submitted", "rejected"),
    ("submitted", "settled"), ("submitted", "withdrawn"),
    ("more_info", "submitted"), ("more_info", "upheld"), ("more_info", "partly"), ("more_info", "rejected"),
    ("more_info", "settled"), ("more_info", "withdrawn"),
    ("upheld", "appealed"), ("upheld", "closed"), ("partly", "appealed"), ("partly", "closed"),
    ("rejected", "appealed"), ("rejected", "closed"),
    ("appealed", "more_info"), ("appealed", "upheld"), ("appealed", "partly"), ("appealed", "rejected"),
    ("appealed", "settled"), ("appealed", "withdrawn"),
    ("settled", "closed"), ("withdrawn", "closed"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_every_pair_of_states_is_a_step_or_is_none(before, after):
    assert rules.can_go(before, after) == ((before.value, after.value) in EDGES)


def test_every_state_is_reached_and_every_way_ends():
    def beyond(start, seen):
        for state in rules.NEXT[start] - seen:
            seen |= beyond(state, seen | {state})
        return seen

    assert beyond(State.COLLECTING, {State.COLLECTING}) == set(State)
    assert all(beyond(state, {state}) & ENDS for state in State)


def test_nothing_is_handed_in_that_was_not_ready():
    assert {before for before in State if State.SUBMITTED in rules.NEXT[before]} == {State.READY, State.MORE_INFO}


PLATFORMS = ("taobao", "tmall", "jd", "pinduoduo", "shopify", "woocommerce", "amazon", "unknown")
ALL = [(platform, ground) for platform in PLATFORMS
       for ground in rules.grounds(platform)]  # fmt: skip


@pytest.mark.parametrize(("platform", "ground"), ALL)
def test_every_checklist_can_be_fulfilled_by_evidence_there_is(platform, ground):
    found = rules.checklist(platform, ground)

    keys = [item.key for item in found.items]
    assert len(set(keys)) == len(keys)
    assert 1 <= found.days <= 30
    assert all(set(item.kinds) <= set(KINDS) for item in found.items)
    proofs = {item.key: [item.kinds[0]] for item in found.items if item.kinds}
    assert rules.missing(found, [item.key for item in found.items if not item.kinds], proofs) == ()


@pytest.mark.parametrize("platform", ["taobao", "tmall", "jd", "pinduoduo", "shopify"])
@pytest.mark.parametrize("ground", ["malicious_review", "malicious_refund", "counterfeit_claim"])
def test_who_calls_a_buyer_malicious_has_looked_for_the_own_fault_and_spoken_with_the_buyer(platform, ground):
    """S10, S11 of the buyer labels: no complaint is ready before."""
    found = rules.checklist(platform, ground)
    proofs = {item.key: [item.kinds[0]] for item in found.items if item.kinds}

    assert rules.missing(found, [], proofs) == ("own_fault",)
    assert rules.missing(found, ["own_fault"], {**proofs, "contacted": []}) == ("contacted",)


def test_an_unknown_ground_has_no_checklist():
    assert rules.checklist("taobao", "chargeback_fraud") is None
    assert rules.checklist("unknown", "bad_mood") is None


@given(st.sampled_from(ALL), st.data())
def test_more_evidence_never_makes_a_complete_list_incomplete(which, data):
    found = rules.checklist(*which)
    keys = [item.key for item in found.items]
    ticked = data.draw(st.lists(st.sampled_from(keys)))
    proofs = {key: data.draw(st.lists(st.sampled_from(KINDS))) for key in keys}
    more = {key: [*proofs[key], data.draw(st.sampled_from(KINDS))] for key in keys}

    assert set(rules.missing(found, ticked, more)) <= set(rules.missing(found, ticked, proofs))
