"""An envelope's states and the claim that makes one: the graph walked in full, at every instant that matters."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shopadmin_red_envelope.domain import envelopes
from shopadmin_red_envelope.domain.claims import REFUSALS, Claim, claim_refusal, coarse_left, status
from shopadmin_red_envelope.domain.envelopes import EVENTS, STATES, EventRefusedError, Standing, after, due, shown_state

LAPSE, END = 500, 1000
INSTANTS = (LAPSE - 1, LAPSE, LAPSE + 1, END - 1, END, END + 1)
ROADS = {
    ("available", "hold"), ("held", "release"), ("held", "redeem"), ("redeemed", "give_back"), ("redeemed", "forfeit"),
    ("available", "expire"),
}  # fmt: skip


def outcome(envelope: Standing, event: envelopes.Event, now: int) -> str:
    """The state after the event, or why it does not happen."""
    try:
        return after(envelope, event, now)
    except EventRefusedError as refused:
        return refused.refusal


def outcomes(state: envelopes.State, event: envelopes.Event, held_until: int | None = None) -> list[str]:
    return [outcome(Standing(state, END, held_until), event, now) for now in INSTANTS]


def test_no_road_leads_where_the_table_has_none() -> None:
    for state, event, now in product(STATES, EVENTS, INSTANTS):
        refused = outcome(Standing(state, END, LAPSE), event, now) == "wrong_state"

        assert refused == ((state, event) not in ROADS), (state, event, now)


def test_a_refused_event_says_why() -> None:
    with pytest.raises(EventRefusedError, match="hold_lapsed") as refused:
        after(Standing("held", END, LAPSE), "redeem", LAPSE)
    assert refused.value.refusal == "hold_lapsed"


def test_an_envelope_is_held_and_expires_by_its_end() -> None:
    assert outcomes("available", "hold") == ["held"] * 4 + ["expired"] * 2
    assert outcomes("available", "expire") == ["not_due"] * 4 + ["expired"] * 2


def test_a_live_hold_redeems_also_after_the_end_and_a_lapsed_one_never() -> None:
    assert outcomes("held", "redeem", held_until=LAPSE) == ["redeemed"] + ["hold_lapsed"] * 5
    assert outcomes("held", "redeem", held_until=END + 1) == ["redeemed"] * 5 + ["hold_lapsed"]
    assert outcomes("held", "redeem", held_until=None) == ["hold_lapsed"] * 6


def test_a_hold_released_after_the_end_lets_the_envelope_expire() -> None:
    assert outcomes("held", "release", held_until=LAPSE) == ["available"] * 4 + ["expired"] * 2
    assert outcomes("held", "release", held_until=END + 9) == ["available"] * 4 + ["expired"] * 2


def test_r18_r19_an_envelope_comes_back_only_before_its_end() -> None:
    assert outcomes("redeemed", "give_back") == ["available"] * 4 + ["expired"] * 2
    assert outcomes("redeemed", "forfeit") == ["forfeited"] * 6


def test_r11_no_event_takes_an_unused_envelope_from_its_buyer_before_its_end() -> None:
    reached = {
        outcome(Standing(state, END, END + 1), event, END - 1)
        for state, event in product(("available", "held"), EVENTS)
    }

    assert reached & set(STATES) == {"available", "held", "redeemed"}
    assert {"owner", "buyer"}.isdisjoint(Standing.__dataclass_fields__)


def test_the_clock_asks_for_releases_and_expiries_alone() -> None:
    asked = {state: [due(Standing(state, END, LAPSE), now) for now in INSTANTS] for state in STATES}

    assert asked == {
        "available": [None] * 4 + ["expire"] * 2,
        "held": [None] + ["release"] * 5,
        "redeemed": [None] * 6,
        "forfeited": [None] * 6,
        "expired": [None] * 6,
    }


def test_what_is_due_is_shown_before_a_job_has_done_it() -> None:
    shown = {state: [shown_state(Standing(state, END, LAPSE), now) for now in INSTANTS] for state in STATES}

    assert shown == {
        "available": ["available"] * 4 + ["expired"] * 2,
        "held": ["held"] + ["available"] * 3 + ["expired"] * 2,
        "redeemed": ["redeemed"] * 6,
        "forfeited": ["forfeited"] * 6,
        "expired": ["expired"] * 6,
    }
    assert shown_state(Standing("held", END, END + 1), END) == "held"


def test_a_hold_lasts_half_an_hour_and_by_the_owners_word_between_a_minute_and_a_day() -> None:
    assert envelopes.hold_end(7) == 7 + 1_800_000
    assert [envelopes.hold_end(7, length) for length in (-1, 0, 59_999, 60_000, 60_001, 86_400_000, 86_400_001)] == [
        60_007, 60_007, 60_007, 60_007, 60_008, 86_400_007, 86_400_007,
    ]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 300)), max_size=30))
def test_whatever_happens_an_envelope_that_is_over_stays_over(events: list[tuple[envelopes.Event, int]]) -> None:
    now, envelope = 0, Standing("available", END)

    for event, later in events:
        now += later
        was = envelope.state
        try:
            state = after(envelope, event, now)
        except EventRefusedError:
            continue
        envelope = replace(envelope, state=state, held_until=now + 100 if state == "held" else None)
        assert was not in ("expired", "forfeited")
        # What is available again can still be used.
        assert state != "available" or now < END


CLAIM = Claim("scheduled", 100, 1000, left=5)


def test_r4_a_claim_is_open_in_its_half_open_window() -> None:
    assert [claim_refusal(CLAIM, now) for now in (99, 100, 101, 999, 1000, 1001)] == [
        "claim_closed", None, None, None, "claim_closed", "claim_closed",
    ]  # fmt: skip


def test_r4_no_claim_of_a_campaign_that_is_a_draft_or_withdrawn() -> None:
    assert claim_refusal(replace(CLAIM, stored="draft"), 500) == "claim_closed"
    assert claim_refusal(replace(CLAIM, stored="withdrawn"), 500) == "claim_closed"


def test_r4_one_envelope_to_a_buyer() -> None:
    assert claim_refusal(replace(CLAIM, has_claimed=True), 500) == "already_claimed"


def test_r4_the_cap_is_the_end_and_without_one_there_is_none() -> None:
    assert [claim_refusal(replace(CLAIM, left=left), 500) for left in (None, 1, 0, -1)] == [
        None, None, "sold_out", "sold_out",
    ]  # fmt: skip


def test_an_excluded_buyer_gets_none() -> None:
    assert claim_refusal(replace(CLAIM, is_excluded=True), 500) == "buyer_excluded"


def test_of_several_refusals_the_first_is_given() -> None:
    worst = Claim("scheduled", 100, 1000, 0, True, True)
    cases = [(worst, 1000), (worst, 999), (replace(worst, has_claimed=False), 999)]
    cases.append((replace(worst, has_claimed=False, left=1), 999))

    assert tuple(claim_refusal(claim, now) for claim, now in cases) == REFUSALS
    assert REFUSALS == ("claim_closed", "already_claimed", "sold_out", "buyer_excluded")


@pytest.mark.parametrize(
    ("total", "claimed", "left"),
    [(None, 0, "unlimited"), (None, 10**6, "unlimited"), (100, 0, "many"), (100, 89, "many"), (100, 90, "few"),
     (100, 99, "few"), (100, 100, "none"), (100, 101, "none"), (1, 0, "many"), (1, 1, "none"), (9, 8, "many"),
     (10, 9, "few"), (11, 10, "few")],
)  # fmt: skip
def test_what_is_left_is_few_from_the_last_tenth_on(total: int | None, claimed: int, left: str) -> None:
    assert coarse_left(total, claimed) == left


@pytest.mark.parametrize(("now", "found"), [(9, "coming"), (10, "open"), (19, "open"), (20, "closed"), (21, "closed")])
def test_r15_a_collection_is_open_from_its_first_millisecond_to_the_one_before_its_end(now: int, found: str) -> None:
    assert status(10, 20, now) == found
