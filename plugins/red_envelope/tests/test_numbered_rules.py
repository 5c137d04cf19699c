"""The rules of the notice that are about setting a campaign up, by number; and that no rule is without a test."""

import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from red_envelope_push import drawn, members, past_buyer
from red_envelope_shop import ACTIVITY, HOUR, NOW, TERMS, Clock, make_activity, make_campaign
from shopadmin_red_envelope import permissions
from shopadmin_red_envelope.domain import checks, pushes, states, uplift
from shopadmin_red_envelope.domain.checklist import Point
from shopadmin_red_envelope.domain.checks import RULE_VERSION, Terms
from shopadmin_red_envelope.domain.states import ACTIONS, Standing, may_edit
from shopadmin_red_envelope.services import activities, campaigns, denominations

from shopadmin import testing
from shopadmin.plugin_api import Actor, ForbiddenError, Share, share_difference

LIST = (500, 1000, 2000, 5000, 10000, 20000, 50000)
LOCK = 1_000_000


def objections(terms: Terms) -> list[tuple[str, str]]:
    found = checks.check_campaign(terms, ACTIVITY, LIST, NOW, scheduling=True)
    return [(objection.code, objection.field) for objection in found]


def test_every_rule_has_a_test_that_names_it() -> None:
    texts = [path.read_text() for path in Path(__file__).parent.glob("test_*.py")]
    named = {
        int(number) for text in texts for name in re.findall(r"def (test_\w+)", text)
        for number in re.findall(r"_r(\d+)(?=_)", name)
    }  # fmt: skip

    assert named == set(range(1, 27))


def test_r1_every_campaign_records_the_version_of_the_rules(clock: Clock) -> None:
    assert campaigns.find(make_campaign()).rule_version == RULE_VERSION == "2016-08-23"


def test_r6_a_threshold_must_be_above_the_envelope() -> None:
    found = [objections(replace(TERMS, amount=1000, threshold=threshold)) for threshold in (999, 1000, 1001, None)]

    assert found == [[("threshold_not_above_amount", "threshold")]] * 2 + [[], []]


def test_r13_nobody_sets_envelopes_without_the_point_for_that_very_act() -> None:
    points = (permissions.READ, permissions.CREATE, permissions.AMOUNT, permissions.WITHDRAW)

    for held, asked in product(points, points):
        actor = Actor(1, "Staff", False, frozenset({held}))
        if held == asked:
            permissions.require(actor, asked)
        else:
            with pytest.raises(ForbiddenError):
                permissions.require(actor, asked)


def test_r14_the_amount_is_one_of_the_categorys_list(clock: Clock) -> None:
    assert tuple(denominations.newest("womens_clothing").amounts) == LIST
    found = {amount: objections(replace(TERMS, amount=amount, threshold=None)) for amount in (499, 500, 501, 50000)}

    assert found == {499: [("amount_not_listed", "amount")], 500: [], 501: [("amount_not_listed", "amount")], 50000: []}


def test_r14_a_category_without_a_list_has_no_campaign() -> None:
    found = checks.check_campaign(TERMS, ACTIVITY, (), NOW)

    assert [objection.code for objection in found] == ["no_denominations"]


def test_r15_collecting_ends_no_later_than_use() -> None:
    use_to = TERMS.use_to or 0

    found = [objections(replace(TERMS, claim_to=use_to + late)) for late in (-1, 0, 1)]

    assert found == [[], [], [("claimed_after_use", "claim_to")]]


def test_r15_setting_up_ends_at_the_earlier_of_activity_and_collection() -> None:
    assert states.lock_at(ACTIVITY.starts_at, NOW + HOUR) == NOW + HOUR
    assert states.lock_at(ACTIVITY.starts_at, ACTIVITY.starts_at + HOUR) == ACTIVITY.starts_at


def test_r16_of_a_scheduled_campaign_only_the_amount_changes_before_the_event() -> None:
    changes = {"create", "edit", "delete", "schedule", "amount"}

    allowed = {action for action in ACTIONS if may_edit(Standing("scheduled", LOCK), action, LOCK - 2001) is None}

    assert allowed & changes == {"amount"}


@pytest.mark.parametrize("late", [0, 1, 10**9])
def test_r17_from_the_start_on_nobody_creates_changes_or_deletes(late: int) -> None:
    for stored, action in product(("draft", "scheduled"), ACTIONS):
        assert may_edit(Standing(stored, LOCK), action, LOCK + late) == "locked"


def test_r25_the_entry_requirement_of_a_platforms_activity_is_a_point_to_look_at_and_blocks_nothing(
    clock: Clock,
) -> None:
    activity = make_activity(kind="platform")
    before = activities.points(activities.find(activity))

    campaign = make_campaign("scheduled", activity)

    assert before == (Point("entry_requirement", False),)
    assert campaigns.find(campaign).state == "scheduled"
    assert activities.points(activities.find(activity)) == (Point("entry_requirement", True),)
    assert activities.points(activities.find(make_activity(kind="store"))) == ()


def test_r25_the_point_stands_on_the_pages_of_campaign_and_activity(shop: Flask, clock: Clock) -> None:
    owner = testing.sign_in(shop, testing.make_account(shop, is_owner=True))
    draft = make_campaign("draft", make_activity(kind="platform"))
    of_the_store = make_campaign("draft")
    address, text = "/admin/red-envelope/", "an entry requirement"

    assert text in owner.get(f"{address}details/{draft}").text
    assert text not in owner.get(f"{address}details/{of_the_store}").text
    clock.set(clock.start)
    assert text in owner.get(f"{address}activities/{campaigns.find(draft).activity_id}").text


def test_r24_the_audience_is_those_who_bought_in_the_shop_and_nobody_else(clock: Clock) -> None:
    statuses = ("completed", "delivered", "shipped", "paid", "pending_payment", "cancelled", "refunded")
    found = {status: past_buyer(number, status=status) for number, status in enumerate(statuses)}

    campaign = make_campaign()
    push = drawn(campaign)

    assert push.past_buyers == 2
    assert members(campaign) == [found["completed"], found["delivered"]]


def test_r24_of_several_reasons_to_leave_somebody_out_the_first_counts() -> None:
    for consents, blocked, excluded, reachable in product((True, False), repeat=4):
        facts = pushes.Facts({1} if consents else {}, {1} if blocked else {}, {1} if excluded else {},
                             {1} if reachable else {})  # fmt: skip
        reasons = (
            (not consents, "no_consent"), (blocked, "do_not_contact"), (excluded, "excluded"),
            (not reachable, "no_address"),
        )  # fmt: skip
        assert pushes.left_out(1, facts) == next((reason for applies, reason in reasons if applies), None)


@given(st.sets(st.integers(1, 10**9), max_size=300), st.integers(1, 50), st.text(min_size=1, max_size=32))
def test_r26_the_holdout_is_drawn_by_chance_alone_and_can_be_drawn_again(
    buyers: set[int], percent: int, seed: str
) -> None:
    holdout = pushes.draw(buyers, percent, seed)

    assert holdout <= buyers
    assert holdout == pushes.draw(sorted(buyers, reverse=True), percent, seed)
    exact = len(buyers) * percent / 100
    assert abs(len(holdout) - exact) <= 0.5 or (len(holdout) == 1 and exact < 1)
    assert bool(holdout) == (len(buyers) > 1)
    assert pushes.draw(buyers, min(percent + 5, 50), seed) >= holdout


def test_r26_whom_the_draw_takes_does_not_depend_on_who_it_is() -> None:
    """Every buyer is kept back in about a fifth of the draws: 8 standard deviations at the most, over 1,000 seeds."""
    times = dict.fromkeys(range(1, 51), 0)
    for seed in range(1000):
        for buyer in pushes.draw(times, 20, f"{seed:032x}"):
            times[buyer] += 1

    assert all(abs(count - 200) < 8 * (1000 * 0.2 * 0.8) ** 0.5 for count in times.values())


@given(st.integers(0, 400), st.integers(1, 400), st.integers(0, 60), st.integers(1, 60), st.integers(0, 10**7))
def test_r26_what_contains_nothing_has_no_price(hits: int, of: int, other: int, others: int, cost: int) -> None:
    push, holdout = Share(min(hits, of), of), Share(min(other, others), others)

    difference = share_difference(push, holdout)
    is_more = difference is not None and difference.low > 0
    found = uplift.extra_orders((push.hits, push.of), (holdout.hits, holdout.of), is_more, cost)

    assert found is not None
    assert difference is not None
    assert (found.cost_each is not None) == (difference.low > 0)


def test_a_push_may_do_what_its_state_allows() -> None:
    allowed = {
        state: {action for action in pushes.ACTIONS if pushes.may(state, action) is None} for state in pushes.STATES
    }

    assert allowed == {
        "draft": {"edit", "draw"}, "drawing": {"stop"}, "drawn": {"edit", "draw", "send"}, "sending": {"stop"},
        "sent": set(), "stopped": set(),
    }  # fmt: skip
    assert pushes.may("sent", "send") == pushes.may("stopped", "draw") == "push_over"


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_buyers_are_told_of_what_they_can_collect_until_the_last_millisecond(late: int) -> None:
    found = pushes.campaign_refusal(pushes.Campaign("scheduled", LOCK), LOCK + late)

    assert found == (None if late < 0 else "push_closed")
    assert pushes.campaign_refusal(pushes.Campaign("scheduled", LOCK, is_sold_out=True), LOCK - 1) == "push_sold_out"
