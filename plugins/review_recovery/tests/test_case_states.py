"""The life of a case: what may follow what, holding, closing and opening again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shopadmin_review_recovery.domain.states import (
    ENDED,
    OPEN,
    STATES,
    WAITING,
    Standing,
    StateError,
    close,
    move,
    next_states,
    reopen,
    runs_clock,
)


def test_a_case_goes_from_new_to_its_end() -> None:
    standing = Standing("new")
    for state in ("triaged", "contacting", "waiting_buyer", "waiting_internal", "waiting_approval", "contacting"):
        standing = move(standing, state)

    assert close(standing, "resolved_kept", "solved", "sent anew") == Standing("resolved_kept")


@pytest.mark.parametrize("state", [state for state in OPEN if state != "on_hold"])
def test_any_open_state_can_be_held_and_goes_back_to_itself(state: str) -> None:
    held = move(Standing(state), "on_hold")

    assert held == Standing("on_hold", state)
    assert next_states(held) == (state,)
    assert move(held, state) == Standing(state)


@pytest.mark.parametrize("wanted", ["triaged", "waiting_buyer", "new"])
def test_a_held_case_goes_nowhere_else(wanted: str) -> None:
    with pytest.raises(StateError) as refused:
        move(Standing("on_hold", "contacting"), wanted)

    assert refused.value.code == "on_hold"


@pytest.mark.parametrize(("now", "wanted"), [("new", "waiting_buyer"), ("contacting", "new"), ("waiting_buyer", "new")])
def test_what_does_not_follow_is_refused(now: str, wanted: str) -> None:
    with pytest.raises(StateError) as refused:
        move(Standing(now), wanted)

    assert refused.value.code == "not_next"


@pytest.mark.parametrize("end", ENDED)
def test_what_is_over_moves_no_more_and_opens_again_as_looked_at(end: str) -> None:
    for wanted in STATES:
        with pytest.raises(StateError) as refused:
            move(Standing(end), wanted)
        assert refused.value.code == "ended"

    assert reopen(Standing(end)) == Standing("triaged")


@pytest.mark.parametrize(
    ("outcome", "reason", "code"),
    [("", "why", "no_outcome"), ("  ", "why", "no_outcome"), ("solved", " ", "no_reason")],
)
def test_closing_needs_an_outcome_and_a_reason(outcome: str, reason: str, code: str) -> None:
    with pytest.raises(StateError) as refused:
        close(Standing("contacting"), "resolved_kept", outcome, reason)

    assert refused.value.code == code


def test_an_open_state_is_no_end_and_an_open_case_is_not_opened() -> None:
    with pytest.raises(StateError):
        close(Standing("new"), "triaged", "solved", "why")
    with pytest.raises(StateError):
        reopen(Standing("new"))


def test_the_clock_stands_while_the_case_waits_is_held_or_is_over() -> None:
    assert {state for state in STATES if not runs_clock(state)} == {*WAITING, "on_hold", *ENDED}


@given(st.lists(st.sampled_from(STATES), max_size=30))
def test_no_way_leads_out_of_an_end_or_holds_without_a_way_back(wishes: list[str]) -> None:
    standing = Standing("new")
    for wish in wishes:
        allowed = next_states(standing)
        if wish in allowed:
            standing = move(standing, wish)
        else:
            with pytest.raises(StateError):
                move(standing, wish)
        assert (standing.held_from is not None) == (standing.state == "on_hold")
        assert standing.state in OPEN
