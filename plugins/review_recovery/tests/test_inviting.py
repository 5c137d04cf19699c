"""The guard before the invitation, and the platforms' profiles."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shopadmin_review_recovery.domain import platforms
from shopadmin_review_recovery.domain.scripts.inviting import Facts, decide

NEVER = {
    "invited_before": {"invitations": 1}, "do_not_contact": {"is_blocked": True},
    "invitation_closed": {"is_closed": True}, "suspicion": {"is_suspected": True}, "platform": {"may_ask": False},
    "gate": {"gate_allows": False},
}  # fmt: skip
YET = {"remedy_open": {"open_remedies": 1}, "parcel_open": {"is_parcel_settled": False}}
TODAY = date(2026, 11, 20)


def test_with_nothing_against_it_the_invitation_may_be_made():
    assert decide(Facts()).outcome == "pass"


@pytest.mark.parametrize("reason", NEVER)
def test_one_thing_against_it_is_enough_for_good(reason):
    decision = decide(replace(Facts(), **NEVER[reason]))

    assert (decision.outcome, decision.reasons) == ("fail", (reason,))


def test_g10_nobody_under_suspicion_is_invited():
    assert decide(Facts(is_suspected=True)).outcome == "fail"


@pytest.mark.parametrize("reason", YET)
def test_g5_an_open_remedy_or_parcel_puts_it_off(reason):
    decision = decide(replace(Facts(), **YET[reason]))

    assert (decision.outcome, decision.reasons) == ("open", (reason,))


@given(
    st.builds(
        Facts, st.integers(0, 2), st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.integers(0, 2),
        st.booleans(), st.booleans(),
    )
)  # fmt: skip
def test_what_can_never_be_is_not_put_off(facts):
    decision = decide(facts)

    assert (decision.outcome == "pass") == (not decision.reasons)
    assert (decision.outcome == "fail") == bool(set(decision.reasons) & NEVER.keys())


@pytest.mark.parametrize("code", ["amazon", "google", "olist", "", "unheard-of"])
def test_g11_where_a_platform_forbids_it_or_is_unknown_nothing_is_asked(code):
    assert not platforms.may_ask(platforms.profile(code), TODAY, True, TODAY)


@pytest.mark.parametrize("code", ["judgeme", "shopify", "woocommerce"])
def test_g11_where_a_platform_lets_shops_ask_once_they_may(code):
    assert platforms.may_ask(platforms.profile(code), TODAY, False, TODAY)


@pytest.mark.parametrize("code", ["taobao", "tmall"])
def test_g11_elsewhere_the_owner_confirms_first(code):
    assert not platforms.may_ask(platforms.profile(code), TODAY, False, TODAY)
    assert platforms.may_ask(platforms.profile(code), TODAY, True, TODAY)


@pytest.mark.parametrize(("age", "may"), [(0, True), (179, True), (180, False), (-1, False)])
def test_g11_rules_that_nobody_has_read_for_180_days_count_as_a_no(age, may):
    checked = TODAY - timedelta(days=age)

    assert platforms.may_ask(platforms.profile("shopify"), checked, False, TODAY) is may
    assert not platforms.may_ask(platforms.profile("shopify"), None, False, TODAY)


def test_g11_amazon_allows_no_call():
    assert not platforms.profile("amazon").is_phone_allowed
    assert platforms.profile("taobao").is_phone_allowed


@pytest.mark.parametrize("code", [one.code for one in platforms.PROFILES.values() if one.ask_mode != "none"])
def test_who_may_be_asked_is_told_how_in_both_languages_in_six_steps_at_most(code):
    steps = platforms.profile(code).steps

    assert set(steps) == {"en", "zh"}
    assert all(len(text.replace("，", ",").split(",")) <= 6 for text in steps.values())
